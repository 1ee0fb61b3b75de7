//! The registrar: which contacts a user is bound to (RFC 3261 §10.3).

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::endpoint::config::Limits;
use crate::event::Binding;
use crate::transport::{ConnectionId, Flow};

/// The lifetime granted to those who name none.
const DEFAULT_LIFETIME: Duration = Duration::from_hours(1);

/// All bindings of one domain.
#[derive(Debug)]
pub(crate) struct Registrar {
    limits: Limits,
    users: HashMap<String, Vec<Contact>>,
    expiries: BTreeSet<(Duration, String)>,
    sources: HashMap<SocketAddr, usize>,
    touched: Vec<String>,
}

/// One binding as it is kept and saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Contact {
    pub(crate) uri: String,
    pub(crate) call_id: String,
    pub(crate) cseq: u32,
    pub(crate) expires_at: Duration,
    pub(crate) since: Duration,
    pub(crate) refreshed_at: Duration,
    pub(crate) preference: u16,
    pub(crate) flow: Flow,
    pub(crate) user_agent: Option<String>,
}

/// A REGISTER whose sender is known to be the user.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    pub(crate) user: String,
    pub(crate) call_id: String,
    pub(crate) cseq: u32,
    pub(crate) change: Change,
    pub(crate) flow: Flow,
    pub(crate) user_agent: Option<String>,
}

/// What a REGISTER asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// No Contact: tell me my bindings.
    Query,
    /// `Contact: *` with `Expires: 0`.
    RemoveAll,
    /// Add, refresh or remove these.
    Update(Vec<Wish>),
}

/// One Contact of a REGISTER.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) uri: String,
    pub(crate) lifetime: Option<Duration>,
    /// The q value in thousandths.
    pub(crate) preference: u16,
}

/// Why a REGISTER changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejection {
    /// 423: a wished lifetime is too short.
    TooBrief,
    /// 500: a later request of the same Call-ID was seen.
    OutOfOrder,
    /// 403: more contacts than a user may have.
    TooMany,
    /// 503: no place for another user.
    Full,
}

/// The number of live bindings before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) before: usize,
    pub(crate) after: usize,
}

impl Registrar {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            limits: limits.clone(),
            users: HashMap::new(),
            expiries: BTreeSet::new(),
            sources: HashMap::new(),
            touched: Vec::new(),
        }
    }

    /// Does all of what is asked or nothing.
    pub(crate) fn register(
        &mut self,
        now: Duration,
        registration: &Registration,
    ) -> Result<Changed, Rejection> {
        let current = self.users.get(&registration.user);
        if current.is_none() && self.users.len() >= self.limits.users {
            return Err(Rejection::Full);
        }
        let mut contacts = current.cloned().unwrap_or_default();
        contacts.retain(|contact| contact.expires_at > now);
        let before = contacts.len();
        match &registration.change {
            Change::Query => {
                return Ok(Changed {
                    before,
                    after: before,
                });
            }
            Change::RemoveAll => {
                if contacts
                    .iter()
                    .any(|contact| contact.is_newer(registration))
                {
                    return Err(Rejection::OutOfOrder);
                }
                contacts.clear();
            }
            Change::Update(wishes) => {
                if wishes.len() > self.limits.contacts {
                    return Err(Rejection::TooMany);
                }
                for wish in wishes {
                    self.apply(now, &mut contacts, registration, wish)?;
                }
            }
        }
        let after = contacts.len();
        self.replace(&registration.user, contacts);
        Ok(Changed { before, after })
    }

    fn apply(
        &self,
        now: Duration,
        contacts: &mut Vec<Contact>,
        registration: &Registration,
        wish: &Wish,
    ) -> Result<(), Rejection> {
        let lifetime = wish.lifetime.unwrap_or(DEFAULT_LIFETIME);
        if !lifetime.is_zero() && lifetime < self.limits.shortest_registration {
            return Err(Rejection::TooBrief);
        }
        let known = contacts.iter().position(|contact| contact.uri == wish.uri);
        if known.is_some_and(|at| contacts[at].is_newer(registration)) {
            return Err(Rejection::OutOfOrder);
        }
        let since = known.map_or(now, |at| contacts.remove(at).since);
        if lifetime.is_zero() {
            return Ok(());
        }
        // A phone that starts anew over the same path has forgotten its earlier contact.
        contacts.retain(|contact| {
            contact.flow != registration.flow || contact.call_id == registration.call_id
        });
        contacts.push(Contact {
            uri: wish.uri.clone(),
            call_id: registration.call_id.clone(),
            cseq: registration.cseq,
            expires_at: now + lifetime.min(self.limits.longest_registration),
            since,
            refreshed_at: now,
            preference: wish.preference,
            flow: registration.flow,
            user_agent: registration.user_agent.clone(),
        });
        if contacts.len() > self.limits.contacts {
            contacts.remove(0);
        }
        Ok(())
    }

    /// Live contacts, best first: by q value, then the one refreshed last.
    pub(crate) fn contacts(&self, now: Duration, user: &str) -> Vec<&Contact> {
        let mut contacts: Vec<_> = self
            .users
            .get(user)
            .into_iter()
            .flatten()
            .filter(|contact| contact.expires_at > now)
            .collect();
        contacts
            .sort_by_key(|contact| std::cmp::Reverse((contact.preference, contact.refreshed_at)));
        contacts
    }

    /// Whether a live binding came from this address.
    pub(crate) fn knows_source(&self, remote: SocketAddr) -> bool {
        self.sources.contains_key(&remote)
    }

    pub(crate) fn len(&self) -> usize {
        self.users.len()
    }

    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        self.expiries.first().map(|(at, _)| *at)
    }

    /// Drops what has lapsed; returns the users concerned with their number of bindings.
    pub(crate) fn handle_timeout(&mut self, now: Duration) -> Vec<(String, usize)> {
        let mut changed = Vec::new();
        while let Some((at, user)) = self.expiries.first().cloned()
            && at <= now
        {
            changed.push((
                user.clone(),
                self.keep(&user, |contact| contact.expires_at > now),
            ));
        }
        changed
    }

    /// Drops a user's bindings over a connection that is gone.
    pub(crate) fn forget_connection(&mut self, user: &str, connection: ConnectionId) -> usize {
        self.keep(user, |contact| contact.flow.connection != Some(connection))
    }

    fn keep(&mut self, user: &str, keeps: impl Fn(&Contact) -> bool) -> usize {
        let mut contacts = self.users.get(user).cloned().unwrap_or_default();
        contacts.retain(keeps);
        let left = contacts.len();
        self.replace(user, contacts);
        left
    }

    /// The contacts of a user as they are saved.
    pub(crate) fn saved(&self, user: &str) -> &[Contact] {
        self.users.get(user).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn restore(&mut self, user: &str, contacts: Vec<Contact>) {
        self.replace(user, contacts);
    }

    pub(crate) fn take_touched(&mut self) -> Vec<String> {
        let mut users = std::mem::take(&mut self.touched);
        users.sort_unstable();
        users.dedup();
        users
    }

    fn replace(&mut self, user: &str, contacts: Vec<Contact>) {
        let old = self.users.remove(user).unwrap_or_default();
        if let Some(at) = earliest(&old) {
            self.expiries.remove(&(at, user.to_owned()));
        }
        for contact in &old {
            if let Some(count) = self.sources.get_mut(&contact.flow.remote) {
                *count -= 1;
                if *count == 0 {
                    self.sources.remove(&contact.flow.remote);
                }
            }
        }
        for contact in &contacts {
            *self.sources.entry(contact.flow.remote).or_default() += 1;
        }
        if let Some(at) = earliest(&contacts) {
            self.expiries.insert((at, user.to_owned()));
            self.users.insert(user.to_owned(), contacts);
        }
        self.touched.push(user.to_owned());
    }
}

impl Contact {
    /// Whether this binding was made by a later request of the same Call-ID (§10.3 step 7).
    fn is_newer(&self, registration: &Registration) -> bool {
        self.call_id == registration.call_id && self.cseq >= registration.cseq
    }

    pub(crate) fn binding(&self) -> Binding {
        Binding {
            contact_uri: self.uri.clone(),
            flow: self.flow,
            since: self.since,
            expires_at: self.expires_at,
            user_agent: self.user_agent.clone(),
        }
    }
}

fn earliest(contacts: &[Contact]) -> Option<Duration> {
    contacts.iter().map(|contact| contact.expires_at).min()
}

#[cfg(test)]
mod tests;
