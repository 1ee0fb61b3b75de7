//! Saved state: what a session or a registration needs to outlive the process.
//!
//! A session is saved with its live transactions; deadlines are absolute, messages are the bytes
//! that were sent or received. The first byte is the version of the form.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Endpoint;
use super::flows::listening;
use crate::error::Error;
use crate::event::SessionId;
use crate::registrar::Contact;
use crate::session::Session;
use crate::transaction::table::Transaction;

/// The version of the saved form.
const VERSION: u8 = 2;
/// Most sessions are saved in no more, so that the room for them is asked for once.
const USUAL_BYTES: usize = 4_096;

#[derive(Serialize)]
struct SessionView<'a> {
    version: u8,
    session: &'a Session,
    transactions: Vec<&'a Transaction>,
}

#[derive(Deserialize)]
struct SavedSession {
    version: u8,
    session: Session,
    transactions: Vec<Transaction>,
}

#[derive(Serialize)]
struct BindingsView<'a> {
    version: u8,
    user: &'a str,
    contacts: &'a [Contact],
}

#[derive(Deserialize)]
struct SavedBindings {
    version: u8,
    user: String,
    contacts: Vec<Contact>,
}

impl Endpoint {
    /// The saved form of a session and its transactions; none when nothing of it is left.
    pub fn save(&self, session: SessionId) -> Option<Vec<u8>> {
        let session = self.sessions.get(&session)?;
        let transactions = session
            .transactions
            .iter()
            .filter_map(|slot| self.transactions.get(*slot))
            .collect();
        let view = SessionView {
            version: VERSION,
            session,
            transactions,
        };
        postcard::to_extend(&view, Vec::with_capacity(USUAL_BYTES)).ok()
    }

    /// Brings a saved session back; it behaves like the original from here. Timers that are overdue
    /// fire at the next [`handle_timeout`](Self::handle_timeout).
    ///
    /// Connections that are still open must have been announced with
    /// [`handle_connected`](Self::handle_connected) before.
    ///
    /// # Errors
    /// If the form cannot be read or the session lives here already.
    pub fn restore(&mut self, now: Duration, saved: &[u8]) -> Result<SessionId, Error> {
        let saved: SavedSession = read(saved)?;
        check(saved.version)?;
        let id = saved.session.id;
        if self.sessions.contains_key(&id) {
            return Err(Error::AlreadyLive(id));
        }
        self.keep_session(saved.session);
        for transaction in saved.transactions {
            self.begin(transaction);
        }
        self.settle_session(id);
        self.resume_hunt(now, id);
        self.resume_requests(now, id);
        Ok(id)
    }

    /// Sessions whose saved form changed since the last call, each once; those for which
    /// [`save`](Self::save) has nothing are gone.
    pub fn take_touched(&mut self) -> Vec<SessionId> {
        let mut touched = std::mem::take(&mut self.touched);
        touched.sort_unstable();
        touched.dedup();
        touched
    }

    /// The saved form of a user's bindings.
    pub fn save_bindings(&self, user: &str) -> Vec<u8> {
        postcard::to_allocvec(&BindingsView {
            version: VERSION,
            user,
            contacts: self.registrar.saved(user),
        })
        .unwrap_or_default()
    }

    /// Brings a user's bindings back, but for those over connections that are gone and whose phones
    /// do not listen for another.
    ///
    /// # Errors
    /// If the form cannot be read.
    pub fn restore_bindings(&mut self, now: Duration, saved: &[u8]) -> Result<(), Error> {
        let saved: SavedBindings = read(saved)?;
        check(saved.version)?;
        let mut contacts = saved.contacts;
        contacts.retain(|contact| contact.expires_at > now);
        contacts.retain(|contact| match contact.flow.connection {
            None => true,
            Some(_) if is_listening(contact) => true,
            Some(id) => self.connections.get_mut(id).is_some_and(|connection| {
                connection.users.insert(saved.user.clone());
                true
            }),
        });
        self.registrar.restore(&saved.user, contacts);
        Ok(())
    }

    /// Users whose bindings changed since the last call, each once.
    pub fn take_touched_users(&mut self) -> Vec<String> {
        self.registrar.take_touched()
    }
}

/// Whether a phone can be connected to where its Contact says.
fn is_listening(contact: &Contact) -> bool {
    contact.path.is_empty() && listening(&contact.uri, contact.flow).is_some()
}

fn read<T: DeserializeOwned>(saved: &[u8]) -> Result<T, Error> {
    postcard::from_bytes(saved).map_err(|error| Error::UnreadableState(error.to_string()))
}

fn check(version: u8) -> Result<(), Error> {
    if version == VERSION {
        return Ok(());
    }
    Err(Error::UnreadableState(format!("version {version}")))
}
