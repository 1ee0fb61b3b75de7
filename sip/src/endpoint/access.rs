//! Who may do what: trusted networks, digest accounts, and sources that failed too often.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::time::Duration;

use super::config::{Account, Config, TrustedSource};
use crate::auth::{Attempt, Authenticator, Credentials, Freshness, PasswordHashes, Verdict};
use crate::message::{Message, Name};

/// How long failures of a source are remembered.
const FAILURE_WINDOW: Duration = Duration::from_mins(1);

/// The endpoint's gatekeeper.
#[derive(Debug)]
pub(super) struct Access {
    authenticator: Authenticator,
    accounts: HashMap<String, PasswordHashes>,
    trusted: Vec<TrustedSource>,
    failures: Failures,
    secret: u64,
}

/// What the credentials of a request prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// The sender is this user.
    User(String),
    /// Nothing yet: challenge.
    Nothing(Freshness),
    /// The credentials are wrong: challenge again, and count.
    Wrong,
}

impl Access {
    pub(super) fn new(config: &Config, secret: [u8; 32]) -> Self {
        let mut hasher = DefaultHasher::new();
        secret.hash(&mut hasher);
        Self {
            authenticator: Authenticator::new(config.realm.clone(), secret),
            accounts: HashMap::new(),
            trusted: Vec::new(),
            failures: Failures {
                capacity: config.limits.sources,
                tolerated: config.barring.failures,
                by_source: HashMap::new(),
                by_time: BTreeSet::new(),
            },
            secret: hasher.finish(),
        }
    }

    pub(super) fn set_accounts(&mut self, accounts: Vec<Account>) {
        self.accounts = accounts
            .into_iter()
            .map(|account| {
                let hashes = PasswordHashes {
                    md5: account.ha1_md5,
                    sha256: account.ha1_sha256,
                };
                (account.user, hashes)
            })
            .collect();
    }

    pub(super) fn set_trusted(&mut self, sources: Vec<TrustedSource>) {
        self.trusted = sources;
    }

    pub(super) fn is_trusted(&self, source: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(source))
    }

    pub(super) fn is_blocked(&mut self, now: Duration, source: IpAddr) -> bool {
        self.failures.is_blocked(now, source)
    }

    /// Checks a request's credentials. An unknown user costs the same work as a known one.
    pub(super) fn prove(&mut self, now: Duration, request: &Message, source: IpAddr) -> Proof {
        let realm = self.authenticator.realm();
        let Some(credentials) = Credentials::find(request, Name::Authorization, realm) else {
            return Proof::Nothing(Freshness::Unproved);
        };
        let user = str::from_utf8(credentials.username).unwrap_or_default();
        let attempt = Attempt {
            credentials: &credentials,
            method: request.method_text().as_bytes(),
            hashes: self.accounts.get(user),
        };
        match self.authenticator.check(now, &attempt) {
            Verdict::Accepted => Proof::User(user.to_owned()),
            Verdict::Stale => Proof::Nothing(Freshness::Stale),
            Verdict::Refused(_) => {
                self.failures.note(now, source);
                Proof::Wrong
            }
        }
    }

    pub(super) fn challenges(&mut self, now: Duration, freshness: Freshness) -> [String; 2] {
        self.authenticator.challenges(now, freshness)
    }

    /// The To tag of an answer that keeps no state: the same for each copy of a request (§8.2.7).
    pub(super) fn stateless_tag(&self, request: &Message) -> String {
        let mut hasher = DefaultHasher::new();
        self.secret.hash(&mut hasher);
        request.call_id().hash(&mut hasher);
        request.from_tag().hash(&mut hasher);
        request.sequence().hash(&mut hasher);
        format!("{:08x}", hasher.finish() >> 32)
    }
}

/// Wrong credentials by source, the oldest forgotten when there are too many.
#[derive(Debug)]
struct Failures {
    capacity: usize,
    tolerated: u32,
    by_source: HashMap<IpAddr, (Duration, u32)>,
    by_time: BTreeSet<(Duration, IpAddr)>,
}

impl Failures {
    fn note(&mut self, now: Duration, source: IpAddr) {
        self.expire(now);
        let (since, count) = self.by_source.get(&source).copied().unwrap_or((now, 0));
        if count == 0
            && self.by_source.len() >= self.capacity
            && let Some((_, oldest)) = self.by_time.pop_first()
        {
            self.by_source.remove(&oldest);
        }
        self.by_source.insert(source, (since, count + 1));
        self.by_time.insert((since, source));
    }

    fn is_blocked(&mut self, now: Duration, source: IpAddr) -> bool {
        self.expire(now);
        self.by_source
            .get(&source)
            .is_some_and(|(_, count)| *count >= self.tolerated)
    }

    fn expire(&mut self, now: Duration) {
        while let Some((since, source)) = self.by_time.first().copied()
            && since + FAILURE_WINDOW <= now
        {
            self.by_time.pop_first();
            self.by_source.remove(&source);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(capacity: usize) -> Failures {
        Failures {
            capacity,
            tolerated: 2,
            by_source: HashMap::new(),
            by_time: BTreeSet::new(),
        }
    }

    fn source(last: u8) -> IpAddr {
        IpAddr::from([198, 51, 100, last])
    }

    #[test]
    fn a_source_is_blocked_after_its_failures_and_heard_again_a_minute_later() {
        let mut failures = failures(10);
        let start = Duration::from_secs(1000);
        failures.note(start, source(1));
        assert!(!failures.is_blocked(start, source(1)));
        failures.note(start, source(1));

        assert!(failures.is_blocked(start, source(1)));
        assert!(!failures.is_blocked(start, source(2)));
        assert!(!failures.is_blocked(start + FAILURE_WINDOW, source(1)));
        assert!(failures.by_source.is_empty());
    }

    #[test]
    fn the_table_of_sources_never_grows_beyond_its_limit() {
        let mut failures = failures(3);
        for last in 0..100 {
            failures.note(Duration::from_millis(u64::from(last)), source(last));
        }

        assert_eq!(failures.by_source.len(), 3);
        assert_eq!(failures.by_time.len(), 3);
    }
}
