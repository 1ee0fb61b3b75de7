//! Sending: transactions begun, answered, repeated and dropped; bytes handed to flows.

use std::time::Duration;

use bytes::Bytes;
use rand_chacha::rand_core::Rng;

use super::connections::Handover;
use super::reply::{Reply, reply_flow};
use super::waiting::Heard;
use super::{Deadline, Endpoint};
use crate::event::{Output, SessionId};
use crate::message::{Framing, Message, Method};
use crate::session::Session;
use crate::trace::{Direction, Standing};
use crate::transaction::invite_client::InviteClient;
use crate::transaction::invite_server::InviteServer;
use crate::transaction::non_invite_client::NonInviteClient;
use crate::transaction::non_invite_server::NonInviteServer;
use crate::transaction::table::{Key, Machine, Purpose, Slot, Transaction};
use crate::transport::{Flow, Transmit, Transport};

/// A request that has just been read, and where it came from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Received<'a> {
    pub(super) message: &'a Message,
    pub(super) flow: Flow,
}

/// What a transaction is begun for.
#[derive(Debug, Clone)]
pub(super) struct Errand {
    pub(super) purpose: Purpose,
    pub(super) session: Option<SessionId>,
    pub(super) merge: Option<Key>,
}

impl Errand {
    pub(super) fn of(session: SessionId, purpose: Purpose) -> Self {
        Self {
            purpose,
            session: Some(session),
            merge: None,
        }
    }
}

/// A request of ours, ready to be sent.
#[derive(Debug, Clone)]
pub(super) struct Dispatch {
    pub(super) flow: Flow,
    pub(super) method: Method,
    pub(super) cseq: u32,
    pub(super) branch: String,
    pub(super) message: Bytes,
}

impl Endpoint {
    /// Hands a message to a flow; false if it is lost.
    pub(super) fn send(&mut self, flow: Flow, data: Bytes) -> bool {
        self.send_as(Standing::Known, flow, data)
    }

    /// Hands bytes to a flow of somebody who may be a stranger.
    pub(super) fn send_as(&mut self, standing: Standing, flow: Flow, data: Bytes) -> bool {
        self.trace.record(standing, Direction::Out, flow, &data);
        self.send_plain(flow, data)
    }

    /// Hands bytes to a flow that are no message.
    pub(super) fn send_plain(&mut self, flow: Flow, data: Bytes) -> bool {
        let handover = match flow.connection {
            None => Handover::Send,
            Some(connection) => self.connections.hand_over(connection, &data),
        };
        match handover {
            Handover::Send => {
                self.counters.sent += 1;
                self.outputs
                    .push_back(Output::Transmit(Transmit { flow, data }));
                true
            }
            Handover::Queued => true,
            Handover::Lost => {
                self.counters.dropped_unreachable += 1;
                false
            }
        }
    }

    pub(super) fn new_branch(&mut self) -> String {
        format!("z9hG4bK{:016x}", self.random.next_u64())
    }

    /// Begins a client transaction by sending its request.
    pub(super) fn start_client(
        &mut self,
        now: Duration,
        dispatch: Dispatch,
        errand: Errand,
    ) -> Slot {
        self.trace.note_time(now);
        let (flow, message) = (dispatch.flow, dispatch.message.clone());
        let slot = self.begin_client(now, dispatch, errand);
        if !self.send(flow, message) && !self.wait_for_phone(now, slot, Heard::Never) {
            self.client_lost(now, slot);
        }
        slot
    }

    /// Begins a client transaction whose request is yet to be sent.
    pub(super) fn begin_client(
        &mut self,
        now: Duration,
        dispatch: Dispatch,
        errand: Errand,
    ) -> Slot {
        let pace = self.config.timers.over(dispatch.flow.transport);
        let machine = if dispatch.method == Method::Invite {
            Machine::InviteClient(InviteClient::new(now, pace))
        } else {
            Machine::NonInviteClient(NonInviteClient::new(now, pace))
        };
        self.begin(Transaction {
            key: Key::client(dispatch.branch.as_bytes(), dispatch.method),
            machine,
            flow: dispatch.flow,
            source: dispatch.flow.remote,
            message: dispatch.message,
            other: Bytes::new(),
            method: dispatch.method,
            cseq: dispatch.cseq,
            origin: dispatch.cseq,
            purpose: errand.purpose,
            session: errand.session,
            merge: errand.merge,
            age: 0,
            challenges: 0,
            due: None,
        })
    }

    /// Begins a server transaction.
    pub(super) fn start_server(
        &mut self,
        now: Duration,
        received: Received<'_>,
        key: Key,
        errand: Errand,
    ) -> Slot {
        let Received { message, flow } = received;
        let pace = self.config.timers.over(flow.transport);
        let machine = if message.method() == Method::Invite {
            Machine::InviteServer(InviteServer::new(pace))
        } else {
            Machine::NonInviteServer(NonInviteServer::new(now, pace))
        };
        self.begin(Transaction {
            key,
            machine,
            flow: reply_flow(flow, message),
            source: flow.remote,
            message: Bytes::new(),
            other: message.bytes().clone(),
            method: message.method(),
            cseq: message.sequence().number,
            origin: message.sequence().number,
            purpose: errand.purpose,
            session: errand.session,
            merge: errand.merge,
            age: 0,
            challenges: 0,
            due: None,
        })
    }

    pub(super) fn begin(&mut self, transaction: Transaction) -> Slot {
        let session = transaction.session;
        let connection = transaction.flow.connection;
        let is_client = transaction.machine.is_client();
        let slot = self.transactions.insert(transaction);
        if let (true, Some(id)) = (is_client, connection)
            && let Some(connection) = self.connections.get_mut(id)
        {
            connection.clients.insert(slot);
        }
        if let Some(session) = session.and_then(|id| self.sessions.get_mut(&id)) {
            session.transactions.push(slot);
        }
        self.settle(slot);
        slot
    }

    /// Answers the request of a server transaction; false if it has been answered before.
    pub(super) fn respond(&mut self, now: Duration, slot: Slot, tag: &str, reply: &Reply) -> bool {
        self.trace.note_time(now);
        let Some(transaction) = self.transactions.get_mut(slot) else {
            return false;
        };
        let permitted = match &mut transaction.machine {
            Machine::InviteServer(machine) => machine.respond(now, reply.status.code()),
            Machine::NonInviteServer(machine) => machine.respond(now),
            Machine::InviteClient(_) | Machine::NonInviteClient(_) => false,
        };
        if !permitted {
            return false;
        }
        let (flow, source, session) = (transaction.flow, transaction.source, transaction.session);
        let Some(request) = self.stored_request(slot) else {
            return false;
        };
        let response = self.write_reply(&request, source, tag, reply);
        if let Some(transaction) = self.transactions.get_mut(slot) {
            transaction.message = response.clone();
            if reply.status.is_final() {
                transaction.other = Bytes::new();
            }
        }
        let flow = self.session_reply_flow(session, flow, &response);
        self.send(flow, response);
        self.settle(slot);
        true
    }

    /// The request that a server transaction has yet to answer, or a client transaction sent.
    pub(super) fn stored_request(&self, slot: Slot) -> Option<Message> {
        let transaction = self.transactions.get(slot)?;
        let (bytes, framing) = match &transaction.machine {
            Machine::InviteServer(_) | Machine::NonInviteServer(_) => {
                (&transaction.other, framing_of(transaction.flow.transport))
            }
            Machine::InviteClient(_) | Machine::NonInviteClient(_) => {
                (&transaction.message, Framing::Stream)
            }
        };
        Message::parse(bytes.clone(), framing).ok()
    }

    /// Sends what a transaction sent last once more.
    pub(super) fn send_again(&mut self, slot: Slot) {
        let Some(transaction) = self.transactions.get(slot) else {
            return;
        };
        if transaction.message.is_empty() {
            return;
        }
        let (mut flow, data) = (transaction.flow, transaction.message.clone());
        if !transaction.machine.is_client() {
            flow = self.session_reply_flow(transaction.session, flow, &data);
        }
        self.counters.retransmissions += 1;
        self.send(flow, data);
    }

    /// Brings a transaction's deadline up to date, or drops it when it is over.
    pub(super) fn settle(&mut self, slot: Slot) {
        let Some(transaction) = self.transactions.get_mut(slot) else {
            return;
        };
        if transaction.machine.is_terminated() {
            self.drop_transaction(slot);
            return;
        }
        let due = transaction.machine.poll_timeout();
        let old = std::mem::replace(&mut transaction.due, due);
        let session = transaction.session;
        let age = transaction.age;
        self.deadlines
            .reschedule(Deadline::Transaction { age, slot }, old, due);
        if let Some(session) = session {
            self.touch(session);
        }
    }

    pub(super) fn drop_transaction(&mut self, slot: Slot) {
        let Some(transaction) = self.transactions.remove(slot) else {
            return;
        };
        self.waiting.remove(slot);
        let age = transaction.age;
        self.deadlines
            .reschedule(Deadline::Transaction { age, slot }, transaction.due, None);
        if let Some(id) = transaction.flow.connection
            && let Some(connection) = self.connections.get_mut(id)
        {
            connection.clients.remove(&slot);
        }
        if let Some(id) = transaction.session {
            if let Some(session) = self.sessions.get_mut(&id) {
                session.transactions.retain(|kept| *kept != slot);
                if let Machine::InviteClient(_) = transaction.machine {
                    session.forget_copies(transaction.cseq);
                }
            }
            self.settle_session(id);
        }
    }

    /// Brings a session's deadline up to date, or drops it when nothing of it is left.
    pub(super) fn settle_session(&mut self, id: SessionId) {
        self.touch(id);
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let is_gone = session.is_over() && session.transactions.is_empty();
        let due = if is_gone {
            None
        } else {
            session.poll_timeout()
        };
        let old = std::mem::replace(&mut session.due, due);
        let age = session.age;
        self.deadlines
            .reschedule(Deadline::Session { age, id }, old, due);
        if is_gone {
            self.sessions.remove(&id);
        }
    }

    pub(super) fn insert_session(&mut self, session: Session) {
        let id = session.id;
        self.keep_session(session);
        self.settle_session(id);
    }

    /// Gives a session its place without looking at what is left of it.
    pub(super) fn keep_session(&mut self, mut session: Session) {
        if session.age == 0 {
            session.age = self.youngest + 1;
        }
        self.youngest = self.youngest.max(session.age);
        self.sessions.insert(session.id, Box::new(session));
    }
}

/// How messages end on a transport.
pub(super) fn framing_of(transport: Transport) -> Framing {
    match transport {
        Transport::Udp | Transport::Ws | Transport::Wss => Framing::Datagram,
        Transport::Tcp | Transport::Tls => Framing::Stream,
    }
}
