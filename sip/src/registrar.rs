//! The registrar: which contacts a user is bound to (RFC 3261 §10.3, 5626, 5627).

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

use crate::endpoint::config::{Limits, Registrations};
use crate::transport::{ConnectionId, Flow};

mod contact;
mod sources;

pub(crate) use contact::{Change, Contact, Device, Registration, Wish};
use sources::Sources;

/// The lifetime granted to those who name none.
const DEFAULT_LIFETIME: Duration = Duration::from_hours(1);

/// All bindings of one domain.
#[derive(Debug)]
pub(crate) struct Registrar {
    limits: Limits,
    users: HashMap<String, Vec<Contact>>,
    expiries: BTreeSet<(Duration, String)>,
    sources: Sources,
    /// Whose phone a temporary GRUU names.
    temporary: HashMap<u128, String>,
    touched: Vec<String>,
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

/// A user whose bindings are others than before, and how many there are.
pub(crate) type Changed = (String, usize);

impl Registrar {
    pub(crate) fn new(limits: &Limits, settings: &Registrations) -> Self {
        Self {
            limits: limits.clone(),
            users: HashMap::new(),
            expiries: BTreeSet::new(),
            sources: Sources::new(settings.probe_after),
            temporary: HashMap::new(),
            touched: Vec::new(),
        }
    }

    /// Does all of what is asked or nothing; says whether other contacts are bound after it.
    pub(crate) fn register(
        &mut self,
        now: Duration,
        registration: &Registration,
    ) -> Result<Option<Changed>, Rejection> {
        let current = self.users.get(&registration.user);
        if current.is_none() && self.users.len() >= self.limits.users {
            return Err(Rejection::Full);
        }
        let mut contacts = current.cloned().unwrap_or_default();
        match &registration.change {
            Change::Query => return Ok(None),
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
                contacts.retain(|contact| contact.expires_at > now);
                for wish in wishes {
                    self.apply(now, &mut contacts, registration, wish)?;
                }
            }
        }
        Ok(self.replace(&registration.user, contacts))
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
        let known = contacts.iter().position(|contact| wish.is_about(contact));
        if known.is_some_and(|at| contacts[at].is_newer(registration)) {
            return Err(Rejection::OutOfOrder);
        }
        let before = known.map(|at| contacts.remove(at));
        if lifetime.is_zero() {
            return Ok(());
        }
        contacts.retain(|contact| !contact.is_forgotten(registration, wish));
        let lifetime = lifetime.min(self.limits.longest_registration);
        contacts.push(Contact::granted(now, lifetime, registration, wish, before));
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

    /// Live contacts to call, best first: of several flows of one phone the one refreshed last
    /// (RFC 5626 §5.3).
    pub(crate) fn reachable(&self, now: Duration, user: &str) -> Vec<&Contact> {
        let mut reachable: Vec<&Contact> = Vec::new();
        for contact in self.contacts(now, user) {
            let is_known = contact.device.as_ref().is_some_and(|device| {
                let mut known = reachable.iter().filter_map(|other| other.device.as_ref());
                known.any(|other| other.is_instance(&device.instance))
            });
            if !is_known {
                reachable.push(contact);
            }
        }
        reachable
    }

    /// The user whose phone a temporary GRUU names, and the phone.
    pub(crate) fn of_temporary(&self, token: u128) -> Option<(&str, &Contact)> {
        let user = self.temporary.get(&token)?;
        let contact = self
            .users
            .get(user)?
            .iter()
            .find(|contact| contact.temporary.contains(&token))?;
        Some((user, contact))
    }

    /// Whether a live binding came from this address.
    pub(crate) fn knows_source(&self, remote: SocketAddr) -> bool {
        self.sources.knows(remote)
    }

    /// Takes note of a sign of life.
    pub(crate) fn note_heard(&mut self, now: Duration, remote: SocketAddr) {
        self.sources.note_heard(now, remote);
    }

    pub(crate) fn heard_at(&self, remote: SocketAddr) -> Option<Duration> {
        self.sources.heard_at(remote)
    }

    /// Phones that must be asked whether they are still there.
    pub(crate) fn silent(&mut self, now: Duration) -> Vec<Flow> {
        self.sources.silent(now)
    }

    pub(crate) fn len(&self) -> usize {
        self.users.len()
    }

    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let lapse = self.expiries.first().map(|(at, _)| *at);
        lapse.into_iter().chain(self.sources.next_probe()).min()
    }

    /// Drops what has lapsed; returns the users concerned.
    pub(crate) fn handle_timeout(&mut self, now: Duration) -> Vec<Changed> {
        let mut changed = Vec::new();
        while let Some((at, user)) = self.expiries.first().cloned()
            && at <= now
        {
            changed.extend(self.keep(&user, |contact| contact.expires_at > now));
        }
        changed
    }

    /// Drops a user's bindings over a connection that is gone.
    pub(crate) fn forget_connection(
        &mut self,
        user: &str,
        connection: ConnectionId,
    ) -> Option<Changed> {
        self.keep(user, |contact| contact.flow.connection != Some(connection))
    }

    /// Lets a user's bindings over a connection that is gone be those over another.
    pub(crate) fn move_flow(&mut self, user: &str, gone: ConnectionId, flow: Flow) {
        let mut contacts = self.users.get(user).cloned().unwrap_or_default();
        let mut is_moved = false;
        for contact in &mut contacts {
            if contact.flow.connection == Some(gone) {
                contact.flow = flow;
                is_moved = true;
            }
        }
        if is_moved {
            self.replace(user, contacts);
        }
    }

    /// Drops all bindings over a path where nobody answers.
    pub(crate) fn forget_flow(&mut self, flow: Flow) -> Vec<Changed> {
        let concerned: Vec<String> = self
            .users
            .iter()
            .filter(|(_, contacts)| contacts.iter().any(|contact| contact.flow == flow))
            .map(|(user, _)| user.clone())
            .collect();
        concerned
            .iter()
            .filter_map(|user| self.keep(user, |contact| contact.flow != flow))
            .collect()
    }

    fn keep(&mut self, user: &str, keeps: impl Fn(&Contact) -> bool) -> Option<Changed> {
        let mut contacts = self.users.get(user).cloned().unwrap_or_default();
        contacts.retain(keeps);
        self.replace(user, contacts)
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

    fn replace(&mut self, user: &str, contacts: Vec<Contact>) -> Option<Changed> {
        let old = self.users.remove(user).unwrap_or_default();
        if let Some(at) = earliest(&old) {
            self.expiries.remove(&(at, user.to_owned()));
        }
        let is_other = ways(&old) != ways(&contacts);
        for contact in &contacts {
            self.sources.add(contact);
        }
        for contact in &old {
            self.sources.remove(contact);
            for token in &contact.temporary {
                self.temporary.remove(token);
            }
        }
        for token in contacts.iter().flat_map(|contact| &contact.temporary) {
            self.temporary.insert(*token, user.to_owned());
        }
        let count = contacts.len();
        if let Some(at) = earliest(&contacts) {
            self.expiries.insert((at, user.to_owned()));
            self.users.insert(user.to_owned(), contacts);
        }
        self.touched.push(user.to_owned());
        is_other.then(|| (user.to_owned(), count))
    }
}

/// By what ways a user is reached.
fn ways(contacts: &[Contact]) -> BTreeSet<(&str, SocketAddr, Option<ConnectionId>)> {
    contacts
        .iter()
        .map(|contact| {
            let flow = contact.flow;
            (contact.uri.as_str(), flow.remote, flow.connection)
        })
        .collect()
}

fn earliest(contacts: &[Contact]) -> Option<Duration> {
    contacts.iter().map(|contact| contact.expires_at).min()
}

#[cfg(test)]
mod tests;
