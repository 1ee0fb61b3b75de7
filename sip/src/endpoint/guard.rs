//! Whom the endpoint hears: those who guess passwords wait longer and longer and are then barred,
//! and nobody unknown gets more answers a second than a network of phones needs.
//!
//! A source is an IP address, and many phones may be behind it. So one that is registered is always
//! heard, and who knows a password takes half of the failures of its source back.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use smallvec::SmallVec;

use super::config::Barring;

/// The longest wait between two guesses that are heard.
const LONGEST_DELAY: Duration = Duration::from_secs(4);

/// Guesses that were not waited for, after which a source is barred.
const IMPATIENCE: u32 = 100;

/// Addresses remembered at which a user has proved a password.
const PLACES: usize = 4;

/// Keeps account of unproven sources.
#[derive(Debug)]
pub(super) struct Guard {
    settings: Barring,
    offenders: Recent<IpAddr, Offender>,
    buckets: Recent<IpAddr, Bucket>,
    users: Recent<String, Target>,
    /// Known addresses that prove the wrong thing, each with the user whose password it tries.
    phones: Recent<u64, Offender>,
}

/// A source that is not heard any more for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Barred {
    pub(super) source: IpAddr,
    pub(super) until: Duration,
    pub(super) failures: u32,
    pub(super) user: Option<String>,
}

/// An address that is known, and the user whose password it tries. Behind one address may be a proxy
/// with many phones, so that one user's wrong password says nothing of another's.
#[derive(Debug, Clone, Copy, Hash)]
pub(super) struct Phone<'a> {
    pub(super) remote: SocketAddr,
    pub(super) user: &'a str,
}

impl Phone<'_> {
    fn key(self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Offender {
    failures: u32,
    impatience: u32,
    /// Times that it was barred.
    bars: u32,
    deaf_until: Duration,
    is_barred: bool,
}

/// Requests that a source may still make, in thousandths.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    level: u64,
    filled_at: Duration,
}

/// A user whose password was tried.
#[derive(Debug, Clone, Default)]
struct Target {
    failures: u32,
    /// When a stranger may try again, once there were too many failures.
    next_try: Duration,
    places: SmallVec<[IpAddr; PLACES]>,
}

impl Guard {
    pub(super) fn new(settings: Barring, capacity: usize) -> Self {
        Self {
            settings,
            offenders: Recent::new(capacity),
            buckets: Recent::new(capacity),
            users: Recent::new(capacity),
            phones: Recent::new(capacity),
        }
    }

    /// Whether a source is shut out altogether.
    pub(super) fn is_barred(&mut self, now: Duration, source: IpAddr) -> bool {
        self.offender(now, source)
            .is_some_and(|offender| offender.is_barred && now < offender.deaf_until)
    }

    /// Takes one request without credentials out of what a source may make.
    pub(super) fn admits(&mut self, now: Duration, source: IpAddr) -> bool {
        let Barring {
            burst,
            requests_per_second,
            ..
        } = self.settings;
        let most = u64::from(burst) * 1000;
        let mut bucket = self.buckets.get(&source).copied().unwrap_or(Bucket {
            level: most,
            filled_at: now,
        });
        let passed = now.saturating_sub(bucket.filled_at).as_millis();
        let passed = u64::try_from(passed).unwrap_or(u64::MAX);
        let gained = passed.saturating_mul(u64::from(requests_per_second));
        bucket.level = bucket.level.saturating_add(gained).min(most);
        bucket.filled_at = now;
        let is_admitted = bucket.level >= 1000;
        if is_admitted {
            bucket.level -= 1000;
        }
        self.buckets.set(now, source, bucket);
        is_admitted
    }

    /// Whether credentials of a source for a user are looked at; what is to be told if that got it barred.
    pub(super) fn hears(
        &mut self,
        now: Duration,
        source: IpAddr,
        user: &str,
    ) -> Result<(), Option<Barred>> {
        if let Some(mut offender) = self.offender(now, source)
            && now < offender.deaf_until
        {
            offender.impatience += 1;
            let is_new = !offender.is_barred && offender.impatience >= IMPATIENCE;
            let barred = is_new.then(|| self.bar(now, source, &mut offender, Some(user)));
            self.offenders.set(now, source, offender);
            return Err(barred);
        }
        let Some(target) = self.users.get_mut(user) else {
            return Ok(());
        };
        let is_attacked = target.failures >= self.settings.user_failures;
        if !is_attacked || target.places.contains(&source) {
            return Ok(());
        }
        if now < target.next_try {
            return Err(None);
        }
        target.next_try = now + self.settings.first_delay;
        Ok(())
    }

    /// Whether credentials of a registered phone or a trunk are looked at. Whatever others do, it is
    /// heard until it has been wrong itself too often; it waits then, and is never barred.
    pub(super) fn hears_known(&mut self, now: Duration, phone: Phone<'_>) -> bool {
        self.phones.expire(now, self.settings.memory);
        self.phones
            .get(&phone.key())
            .is_none_or(|offender| now >= offender.deaf_until)
    }

    /// Counts wrong credentials of a registered phone or a trunk.
    pub(super) fn note_known_failure(&mut self, now: Duration, phone: Phone<'_>) {
        let key = phone.key();
        let mut offender = self.phones.get(&key).copied().unwrap_or_default();
        offender.failures = offender.failures.saturating_add(1);
        offender.deaf_until = now + self.delay(offender.failures);
        self.phones.set(now, key, offender);
    }

    /// Takes note of right credentials of a registered phone or a trunk.
    pub(super) fn note_known_success(&mut self, phone: Phone<'_>) {
        if let Some(offender) = self.phones.get_mut(&phone.key()) {
            offender.failures /= 2;
        }
    }

    /// How long whoever was wrong so often waits to be heard again.
    fn delay(&self, failures: u32) -> Duration {
        match failures.checked_sub(self.settings.free_failures + 1) {
            Some(over) => {
                let delay = self.settings.first_delay * 2_u32.saturating_pow(over.min(16));
                delay.min(LONGEST_DELAY)
            }
            None => Duration::ZERO,
        }
    }

    /// Counts wrong credentials; what is to be told if the source is barred for them.
    pub(super) fn note_failure(
        &mut self,
        now: Duration,
        source: IpAddr,
        user: Option<&str>,
    ) -> Option<Barred> {
        let mut offender = self.offender(now, source).unwrap_or_default();
        offender.failures += 1;
        offender.deaf_until = offender.deaf_until.max(now);
        let mut barred = None;
        if offender.failures >= self.settings.failures {
            barred = Some(self.bar(now, source, &mut offender, user));
        } else if offender.failures > self.settings.free_failures {
            offender.deaf_until = now + self.delay(offender.failures);
        }
        self.offenders.set(now, source, offender);
        if let Some(user) = user {
            self.users.expire(now, self.settings.memory);
            let mut target = self.users.get(user).cloned().unwrap_or_default();
            target.failures = target.failures.saturating_add(1);
            self.users.set(now, user.to_owned(), target);
        }
        barred
    }

    /// Takes note of right credentials.
    pub(super) fn note_success(&mut self, now: Duration, source: IpAddr, user: &str) {
        if let Some(mut offender) = self.offenders.get(&source).copied() {
            offender.failures /= 2;
            offender.impatience = 0;
            self.offenders.set(now, source, offender);
        }
        let Some(target) = self.users.get_mut(user) else {
            let places = SmallVec::from_slice(&[source]);
            let target = Target {
                places,
                ..Target::default()
            };
            self.users.set(now, user.to_owned(), target);
            return;
        };
        if !target.places.contains(&source) {
            if target.places.len() == PLACES {
                target.places.remove(0);
            }
            target.places.push(source);
        }
    }

    fn bar(
        &self,
        now: Duration,
        source: IpAddr,
        offender: &mut Offender,
        user: Option<&str>,
    ) -> Barred {
        let longer = 2_u32.saturating_pow(offender.bars.min(16));
        let span = (self.settings.shortest * longer).min(self.settings.longest);
        let failures = offender.failures.saturating_add(offender.impatience);
        *offender = Offender {
            bars: offender.bars + 1,
            deaf_until: now + span,
            is_barred: true,
            ..Offender::default()
        };
        Barred {
            source,
            until: offender.deaf_until,
            failures,
            user: user.map(str::to_owned),
        }
    }

    fn offender(&mut self, now: Duration, source: IpAddr) -> Option<Offender> {
        let memory = self.settings.memory.max(self.settings.longest);
        self.offenders.expire(now, memory);
        let offender = self.offenders.get(&source).copied()?;
        let is_forgiven = now >= offender.deaf_until + self.settings.memory;
        Some(Offender {
            failures: if is_forgiven { 0 } else { offender.failures },
            is_barred: offender.is_barred && now < offender.deaf_until,
            ..offender
        })
    }
}

/// A table that forgets what was touched longest ago when it is full.
#[derive(Debug)]
struct Recent<K, V> {
    capacity: usize,
    entries: HashMap<K, (Duration, V)>,
    by_time: BTreeSet<(Duration, K)>,
}

impl<K: Clone + Eq + Hash + Ord, V> Recent<K, V> {
    fn new(capacity: usize) -> Self {
        Self {
            capacity,
            entries: HashMap::new(),
            by_time: BTreeSet::new(),
        }
    }

    fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.entries.get(key).map(|(_, value)| value)
    }

    fn get_mut<Q>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    fn set(&mut self, now: Duration, key: K, value: V) {
        if let Some((at, _)) = self.entries.insert(key.clone(), (now, value)) {
            self.by_time.remove(&(at, key.clone()));
        }
        self.by_time.insert((now, key));
        while self.entries.len() > self.capacity
            && let Some((_, oldest)) = self.by_time.pop_first()
        {
            self.entries.remove(&oldest);
        }
    }

    /// Forgets what was not touched for a while.
    fn expire(&mut self, now: Duration, memory: Duration) {
        while let Some((at, _)) = self.by_time.first()
            && *at + memory <= now
            && let Some((_, oldest)) = self.by_time.pop_first()
        {
            self.entries.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests;
