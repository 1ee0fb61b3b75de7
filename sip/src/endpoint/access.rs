//! Who may do what: trusted networks and digest accounts.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::config::{Account, Config};
use super::guard::{Barred, Guard, Phone};
use crate::auth::{Attempt, Authenticator, Credentials, Freshness, PasswordHashes, Verdict};
use crate::message::{Message, Name};
use crate::trace::Standing;
use crate::trunk::TrunkId;

/// Most credentials of one request that are looked at.
const MAX_CREDENTIALS: usize = 4;

/// The endpoint's gatekeeper.
#[derive(Debug)]
pub(super) struct Access {
    authenticator: Authenticator,
    accounts: HashMap<String, PasswordHashes>,
    /// The accounts by which the other side of a trunk proves itself.
    trunks: HashMap<String, (PasswordHashes, TrunkId)>,
    guard: Guard,
    secret: u64,
}

/// What the credentials of a request prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proof {
    /// The sender is this user.
    User(String),
    /// The sender is the other side of this trunk.
    Trunk(TrunkId),
    /// Nothing yet: challenge.
    Nothing(Freshness),
    /// The credentials are wrong: challenge again, and count. Some if the sender is barred.
    Wrong(Option<Barred>),
    /// The sender has to wait before it is heard again. Some if it did not and is barred.
    Unheard(Option<Barred>),
}

/// Where credentials came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sender {
    pub(super) remote: SocketAddr,
    pub(super) standing: Standing,
}

impl Access {
    pub(super) fn new(config: &Config, secret: [u8; 32]) -> Self {
        let mut hasher = DefaultHasher::new();
        secret.hash(&mut hasher);
        Self {
            authenticator: Authenticator::new(config.realm.clone(), secret),
            accounts: HashMap::new(),
            trunks: HashMap::new(),
            guard: Guard::new(config.barring, config.limits.sources),
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

    pub(super) fn set_trunks(&mut self, trunks: HashMap<String, (PasswordHashes, TrunkId)>) {
        self.trunks = trunks;
    }

    pub(super) fn is_barred(&mut self, now: Duration, source: IpAddr) -> bool {
        self.guard.is_barred(now, source)
    }

    /// Whether one more request without credentials of a source is answered.
    pub(super) fn admits(&mut self, now: Duration, source: IpAddr) -> bool {
        self.guard.admits(now, source)
    }

    /// Checks a request's credentials. An unknown user costs the same work as a known one.
    ///
    /// A client that answers several challenges of ours is let in by any of its answers
    /// (RFC 8760 §2.4).
    pub(super) fn prove(&mut self, now: Duration, request: &Message, from: Sender) -> Proof {
        let realm = self.authenticator.realm().to_owned();
        let mut proof = Proof::Nothing(Freshness::Unproved);
        let offered = Credentials::all(request, Name::Authorization, &realm);
        for credentials in offered.take(MAX_CREDENTIALS) {
            proof = self.check(now, request, &credentials, from);
            match &proof {
                Proof::User(_) | Proof::Trunk(_) | Proof::Unheard(_) => return proof,
                Proof::Nothing(_) | Proof::Wrong(_) => (),
            }
        }
        proof
    }

    fn check(
        &mut self,
        now: Duration,
        request: &Message,
        credentials: &Credentials<'_>,
        from: Sender,
    ) -> Proof {
        let user = str::from_utf8(credentials.username).unwrap_or_default();
        let hashes = self
            .accounts
            .get(user)
            .or_else(|| self.trunks.get(user).map(|(hashes, _)| hashes));
        let source = from.remote.ip();
        let phone = Phone {
            remote: from.remote,
            user,
        };
        let heard = match from.standing {
            Standing::Stranger => self.guard.hears(now, source, user),
            Standing::Known if self.guard.hears_known(now, phone) => Ok(()),
            Standing::Known => Err(None),
        };
        if let Err(barred) = heard {
            return Proof::Unheard(barred);
        }
        let attempt = Attempt {
            credentials,
            method: request.method_text().as_bytes(),
            body: request.body(),
            hashes,
        };
        let known_user = hashes.is_some().then_some(user);
        match self.authenticator.check(now, &attempt) {
            Verdict::Accepted => {
                self.guard.note_success(now, source, user);
                self.guard.note_known_success(phone);
                match self.trunks.get(user) {
                    Some((_, trunk)) if !self.accounts.contains_key(user) => Proof::Trunk(*trunk),
                    Some(_) | None => Proof::User(user.to_owned()),
                }
            }
            Verdict::Stale => Proof::Nothing(Freshness::Stale),
            Verdict::Refused(_) => {
                if from.standing == Standing::Known {
                    self.guard.note_known_failure(now, phone);
                }
                Proof::Wrong(self.guard.note_failure(now, source, known_user))
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
