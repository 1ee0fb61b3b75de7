//! Requests to phones whose connection is gone: they wait until the phone is there again.
//!
//! A phone's connection ends with the process that held it, and the phone comes back when it
//! registers next. What we have to tell it until then, above all that its call is over, waits as
//! long as its transaction lives (64·T1) and goes over the new flow, with the branch it has.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use super::Endpoint;
use super::signing::copied;
use crate::dialog::Dialog;
use crate::event::SessionId;
use crate::message::{Framing, Message, Method, Name};
use crate::transaction::table::{Purpose, Slot};
use crate::transport::Flow;

/// The client transactions that wait for their phones.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    by_slot: HashMap<Slot, (String, Heard)>,
    by_user: BTreeSet<(String, Slot)>,
}

/// Whether the phone may know the request already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    Never,
    Perhaps,
}

impl Waiting {
    pub(super) fn len(&self) -> usize {
        self.by_slot.len()
    }

    /// Whether a request waits that no phone has heard.
    pub(super) fn is_unheard(&self, slot: Slot) -> bool {
        self.by_slot
            .get(&slot)
            .is_some_and(|(_, heard)| *heard == Heard::Never)
    }

    fn insert(&mut self, slot: Slot, user: &str, heard: Heard) {
        self.by_slot.insert(slot, (user.to_owned(), heard));
        self.by_user.insert((user.to_owned(), slot));
    }

    pub(super) fn remove(&mut self, slot: Slot) {
        if let Some((user, _)) = self.by_slot.remove(&slot) {
            self.by_user.remove(&(user, slot));
        }
    }

    fn of(&self, user: &str) -> Vec<Slot> {
        let lowest = (user.to_owned(), Slot::default());
        self.by_user
            .range(lowest..)
            .take_while(|(owner, _)| owner == user)
            .map(|(_, slot)| *slot)
            .collect()
    }
}

impl Endpoint {
    /// Keeps a request whose connection is gone for the phone that it is meant for; false if its
    /// peer is no phone, or as many wait as may.
    pub(super) fn wait_for_phone(&mut self, now: Duration, slot: Slot, heard: Heard) -> bool {
        let Some((id, dialog)) = self.lost_phone(slot) else {
            return false;
        };
        let Some(phone) = &dialog.phone else {
            return false;
        };
        if let Some(flow) = self.registered_flow(&dialog)
            && self.send_over(now, slot, flow)
        {
            return true;
        }
        if self.waiting.len() >= self.config.limits.waiting {
            return false;
        }
        self.waiting.insert(slot, &phone.user, heard);
        self.settle(slot);
        self.touch(id);
        true
    }

    /// Whether a transaction is the INVITE that opens a call of ours.
    pub(super) fn is_opening(&self, slot: Slot) -> bool {
        self.transactions.get(slot).is_some_and(|transaction| {
            transaction.purpose == Purpose::Open && transaction.machine.is_client()
        })
    }

    /// The session and the phone of a client transaction without a connection.
    fn lost_phone(&self, slot: Slot) -> Option<(SessionId, Dialog)> {
        let transaction = self.transactions.get(slot)?;
        let is_open = transaction.machine.is_client() && !transaction.machine.is_answered();
        if !is_open || self.is_alive(transaction.flow) {
            return None;
        }
        let id = transaction.session?;
        let dialog = self.sessions.get(&id)?.dialog.clone();
        dialog.is_of_phone().then_some((id, dialog))
    }

    /// Takes up the requests of a restored session that were on their way.
    pub(super) fn resume_requests(&mut self, now: Duration, id: SessionId) {
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        for slot in session.transactions.clone() {
            let is_unanswered = self
                .transactions
                .get(slot)
                .is_some_and(|transaction| transaction.machine.is_unheard());
            let Some((_, dialog)) = self.lost_phone(slot).filter(|_| is_unanswered) else {
                continue;
            };
            let flow = self.phone_flow(&dialog);
            if !self.send_over(now, slot, flow) {
                self.wait_for_phone(now, slot, Heard::Perhaps);
            }
        }
    }

    /// Sends what waits for a phone that has just registered, in the order in which it began.
    pub(super) fn phone_came_back(&mut self, now: Duration, user: &str) {
        let mut slots = self.waiting.of(user);
        slots.sort_by_key(|slot| self.transactions.get(*slot).map(|found| found.age));
        for slot in slots {
            let Some(id) = self.transactions.get(slot).and_then(|found| found.session) else {
                continue;
            };
            let Some(session) = self.sessions.get(&id) else {
                continue;
            };
            let dialog = session.dialog.clone();
            if let Some(flow) = self.registered_flow(&dialog) {
                self.send_over(now, slot, flow);
            }
        }
    }

    /// Sends the request of a transaction over another flow, with its timers begun anew; false if
    /// that flow is not there either.
    fn send_over(&mut self, now: Duration, slot: Slot, flow: Flow) -> bool {
        let Some(transaction) = self.transactions.get(slot) else {
            return false;
        };
        if !self.is_alive(flow) {
            return false;
        }
        let old = transaction.flow;
        let message = self
            .readdressed(slot, flow)
            .unwrap_or_else(|| transaction.message.clone());
        let pace = self.config.timers.over(flow.transport);
        if !self.send(flow, message.clone()) {
            return false;
        }
        self.waiting.remove(slot);
        self.move_client(slot, old, flow);
        if let Some(transaction) = self.transactions.get_mut(slot) {
            transaction.message = message;
            transaction.machine.start_again(now, pace);
            let opened = transaction
                .session
                .filter(|_| transaction.purpose == Purpose::Open);
            if let Some(session) = opened.and_then(|id| self.sessions.get_mut(&id)) {
                session.dialog.flow = flow;
            }
        }
        self.settle(slot);
        true
    }

    /// Lets a transaction follow its peer to another flow where its own is gone.
    pub(super) fn follow_peer(&mut self, slot: Slot, flow: Flow) {
        self.waiting.remove(slot);
        let Some(old) = self.transactions.get(slot).map(|found| found.flow) else {
            return;
        };
        if !self.is_alive(old) {
            self.move_client(slot, old, flow);
        }
    }

    fn move_client(&mut self, slot: Slot, old: Flow, flow: Flow) {
        if let Some(connection) = old.connection.and_then(|id| self.connections.get_mut(id)) {
            connection.clients.remove(&slot);
        }
        if let Some(connection) = flow.connection.and_then(|id| self.connections.get_mut(id)) {
            connection.clients.insert(slot);
        }
        if let Some(transaction) = self.transactions.get_mut(slot) {
            transaction.flow = flow;
            transaction.source = flow.remote;
        }
    }

    /// The request of a transaction as it shows us on another flow. A CANCEL keeps the Via of its
    /// INVITE (§9.1).
    fn readdressed(&self, slot: Slot, flow: Flow) -> Option<bytes::Bytes> {
        let transaction = self.transactions.get(slot)?;
        let request = Message::parse(transaction.message.clone(), Framing::Stream).ok()?;
        let via = self.via_value(flow, request.top_via().branch()?);
        let old_via = self.via_value(transaction.flow, request.top_via().branch()?);
        if transaction.method == Method::Cancel || via == old_via {
            return None;
        }
        let dialog = &self.sessions.get(&transaction.session?)?.dialog;
        let contact = self.contact_in(dialog, flow);
        let replaced = request
            .header(Name::Contact)
            .map(|_| (Name::Contact, contact));
        let sequence = request.sequence().number;
        copied(&request, &via, sequence, &[], replaced.as_slice())
    }

    /// Gives up the offers of a session that ends which its phone has never heard of.
    pub(super) fn forget_unheard(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        for slot in session.transactions.clone() {
            let is_unheard = self.waiting.is_unheard(slot);
            if let Some(transaction) = self.transactions.get_mut(slot)
                && is_unheard
                && matches!(transaction.purpose, Purpose::Open | Purpose::Change)
            {
                transaction.machine.abandon();
                self.settle(slot);
            }
        }
    }
}
