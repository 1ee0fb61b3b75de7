//! How often a person may have an engine speak: a bucket of turns that refills with time.

use model::UserId;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// Turns that one person may take in a row.
const BURST: u32 = 20;
/// How long it takes until there is one more.
const REFILL: Duration = Duration::from_secs(3);
/// How many persons are remembered at most.
const PERSONS: usize = 4_096;

/// The turns of everybody who took some lately.
#[derive(Debug, Default)]
pub(crate) struct Turns(HashMap<UserId, (u32, Instant)>);

impl Turns {
    /// Takes a turn, or says how long to wait for one.
    pub(crate) fn spend(&mut self, now: Instant, person: UserId) -> Result<(), Duration> {
        if self.0.len() >= PERSONS {
            let full = REFILL * BURST;
            self.0
                .retain(|_, (_, since)| now.duration_since(*since) < full);
        }
        if self.0.len() >= PERSONS && !self.0.contains_key(&person) {
            return Err(REFILL);
        }
        let (spent, since) = self.0.entry(person).or_insert((0, now));
        while *spent > 0 && now.duration_since(*since) >= REFILL {
            *spent -= 1;
            *since += REFILL;
        }
        if *spent == 0 {
            *since = now;
        }
        if *spent >= BURST {
            return Err(REFILL.saturating_sub(now.duration_since(*since)));
        }
        *spent += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    #[test]
    fn a_person_runs_out_of_turns_and_gets_them_back_one_by_one() {
        let mut turns = Turns::default();
        let start = Instant::now();
        let [one, other] = [1, 2].map(|it| UserId::new(Timestamp::default(), [it; 10]));
        for _ in 0..BURST {
            assert_eq!(turns.spend(start, one), Ok(()));
        }
        assert_eq!(turns.spend(start, one), Err(REFILL));
        assert_eq!(turns.spend(start, other), Ok(()));
        assert_eq!(turns.spend(start + REFILL, one), Ok(()));
        assert_eq!(turns.spend(start + REFILL, one), Err(REFILL));
        assert_eq!(turns.spend(start + REFILL * 90, one), Ok(()));
    }
}
