//! How many failed attempts to sign in a source and a person have left.
//!
//! Each source address, and each e-mail address, has a bucket of attempts that refills with time.
//! The table is bounded: when it is full, the bucket that was touched longest ago makes room.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Attempts that one person may fail in a row.
const PERSON_BURST: u32 = 8;
/// Attempts that one source may fail in a row, whoever it says to be.
const SOURCE_BURST: u32 = 40;
/// How long it takes until one more attempt is allowed.
const REFILL: Duration = Duration::from_secs(15);
/// How many sources and persons are remembered at most.
const LONGEST_TABLE: usize = 8_192;

/// The attempts of everybody. Persons are kept as keyed hashes.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    hasher: RandomState,
    buckets: HashMap<u64, Bucket>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    spent: u32,
    since: Instant,
}

impl Attempts {
    /// Spends an attempt of both, or says how long to wait.
    pub(crate) fn spend(
        &mut self,
        now: Instant,
        source: IpAddr,
        person: &str,
    ) -> Result<(), Duration> {
        let person = self.hasher.hash_one(("person", person));
        let source = self.hasher.hash_one(("source", source));
        self.wait(now, person, PERSON_BURST)?;
        self.wait(now, source, SOURCE_BURST)?;
        for key in [person, source] {
            self.make_room(key);
            let bucket = self.buckets.entry(key).or_insert(Bucket {
                spent: 0,
                since: now,
            });
            bucket.spent += 1;
        }
        Ok(())
    }

    /// Forgets the failures of a person who signed in.
    pub(crate) fn forgive(&mut self, person: &str) {
        let person = self.hasher.hash_one(("person", person));
        self.buckets.remove(&person);
    }

    fn wait(&mut self, now: Instant, key: u64, burst: u32) -> Result<(), Duration> {
        let Some(bucket) = self.buckets.get_mut(&key) else {
            return Ok(());
        };
        while bucket.spent > 0 && now.duration_since(bucket.since) >= REFILL {
            bucket.spent -= 1;
            bucket.since += REFILL;
        }
        if bucket.spent == 0 {
            self.buckets.remove(&key);
            return Ok(());
        }
        if bucket.spent < burst {
            return Ok(());
        }
        Err(REFILL.saturating_sub(now.duration_since(bucket.since)))
    }

    fn make_room(&mut self, key: u64) {
        if self.buckets.len() < LONGEST_TABLE || self.buckets.contains_key(&key) {
            return;
        }
        let oldest = self.buckets.iter().min_by_key(|(_, bucket)| bucket.since);
        if let Some(oldest) = oldest.map(|(key, _)| *key) {
            self.buckets.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn a_person_runs_out_of_attempts_and_gets_them_back_with_time() {
        let mut attempts = Attempts::default();
        let start = Instant::now();
        for _ in 0..PERSON_BURST {
            assert_eq!(attempts.spend(start, SOURCE, "a@b"), Ok(()));
        }

        assert_eq!(attempts.spend(start, SOURCE, "a@b"), Err(REFILL));
        assert_eq!(attempts.spend(start, SOURCE, "other@b"), Ok(()));
        assert_eq!(attempts.spend(start + REFILL, SOURCE, "a@b"), Ok(()));
        attempts.forgive("a@b");
        assert_eq!(attempts.spend(start + REFILL, SOURCE, "a@b"), Ok(()));
    }

    #[test]
    fn a_source_that_tries_many_persons_is_stopped() {
        let mut attempts = Attempts::default();
        let start = Instant::now();

        let allowed = (0..100)
            .filter(|at| attempts.spend(start, SOURCE, &at.to_string()).is_ok())
            .count();

        assert_eq!(allowed, SOURCE_BURST as usize);
    }

    #[test]
    fn the_table_has_a_bound() {
        let mut attempts = Attempts::default();
        let start = Instant::now();

        for at in 0..u32::try_from(LONGEST_TABLE / 2 + 20).unwrap() {
            let source = IpAddr::V4(at.into());
            assert_eq!(attempts.spend(start, source, &at.to_string()), Ok(()));
        }

        assert_eq!(attempts.buckets.len(), LONGEST_TABLE);
    }
}
