//! Requests inside a dialog: BYE, INFO, re-INVITE, UPDATE and what is refused (RFC 3261 §12.2.2).

use std::time::Duration;

use super::Endpoint;
use super::admission::Inside;
use super::reply::{Reply, reason_of};
use super::screening::{capabilities, required_extensions, unsupported_method};
use super::transmit::{Errand, Received};
use crate::dialog::{self, Order};
use crate::event::{End, EndKind, Event, SessionId};
use crate::message::{Message, Method, Name, Status};
use crate::session::{Branch, Owner, Stage};
use crate::transaction::table::{Key, Purpose};

/// Most transactions of one session at once; a BYE always finds room.
const MAX_TRANSACTIONS: usize = 64;

impl Endpoint {
    pub(super) fn receive_in_dialog(&mut self, now: Duration, received: Received<'_>, key: Key) {
        let Received { message, flow } = received;
        if Inside::of(message.method()) == Inside::AsOutside {
            self.receive_out_of_dialog(now, received, key);
            return;
        }
        let Some((id, branch)) = self.find_dialog(message) else {
            let reply = Reply::new(Status::CALL_DOES_NOT_EXIST);
            self.reply_stateless(flow, message, &reply);
            return;
        };
        let objection = match Inside::of(message.method()) {
            Inside::Served if message.method() == Method::Bye => None,
            Inside::Served => required_extensions(message),
            Inside::AsOutside | Inside::Unsupported => Some(unsupported_method(message)),
        };
        let objection = objection.or_else(|| self.note_order(id, branch, message));
        if let Some(reply) = objection {
            self.object(now, received, (key, id), &reply);
            return;
        }
        match branch {
            Branch::Main => self.receive_in_session(now, received, key, id),
            Branch::Early(_) => self.receive_in_early_dialog(now, received, key, id),
            Branch::Loser if message.method() == Method::Bye => {
                self.reply_stateless(flow, message, &Reply::new(Status::OK));
            }
            Branch::Loser => {
                let reply = Reply::new(Status::CALL_DOES_NOT_EXIST);
                self.reply_stateless(flow, message, &reply);
            }
        }
    }

    /// Refuses a request of a session. A transaction keeps the answer, since a copy that comes after
    /// things have changed must not get another.
    pub(super) fn object(
        &mut self,
        now: Duration,
        received: Received<'_>,
        (key, id): (Key, SessionId),
        reply: &Reply,
    ) {
        let has_room = self
            .sessions
            .get(&id)
            .is_some_and(|session| session.transactions.len() < MAX_TRANSACTIONS);
        if !has_room {
            self.reply_stateless(received.flow, received.message, reply);
            return;
        }
        let slot = self.start_server(now, received, key, Errand::of(id, Purpose::Other));
        self.respond(now, slot, &dialog::tag(id), reply);
    }

    fn find_dialog(&self, message: &Message) -> Option<(SessionId, Branch)> {
        let id = dialog::session_of(message.to_tag()?)?;
        let session = self.sessions.get(&id)?;
        if session.dialog.call_id != message.call_id() {
            return None;
        }
        let branch = session.branch(message.from_tag().unwrap_or_default())?;
        let is_about_transfer = matches!(message.method(), Method::Notify | Method::Subscribe)
            && !session.transfers.is_empty();
        let is_over = session.stage == Stage::Closing
            && message.method() != Method::Bye
            && !is_about_transfer;
        (!is_over).then_some((id, branch))
    }

    /// Notes the CSeq; 500 if a later request was seen, 503 if too many are open.
    fn note_order(&mut self, id: SessionId, branch: Branch, message: &Message) -> Option<Reply> {
        let number = message.sequence().number;
        let session = self.sessions.get_mut(&id)?;
        if session.transactions.len() >= MAX_TRANSACTIONS && message.method() != Method::Bye {
            return Some(Reply::new(Status::SERVICE_UNAVAILABLE).with(Name::RetryAfter, "5"));
        }
        let order = match branch {
            Branch::Main => session.dialog.note_sequence(number),
            Branch::Early(at) => session.early[at].dialog.note_sequence(number),
            Branch::Loser => Order::Next,
        };
        match order {
            Order::Next => None,
            Order::TooLow => {
                Some(Reply::new(Status::SERVER_INTERNAL_ERROR).because("CSeq Out Of Order"))
            }
        }
    }

    fn receive_in_session(
        &mut self,
        now: Duration,
        received: Received<'_>,
        key: Key,
        id: SessionId,
    ) {
        let method = received.message.method();
        if method == Method::Bye {
            self.receive_bye(now, received, key, id);
        } else if method == Method::Invite {
            self.receive_reinvite(now, received, key, id);
        } else if method == Method::Update {
            self.receive_update(now, received, key, id);
        } else if method == Method::Prack {
            self.receive_prack(now, received, key, id);
        } else if method == Method::Info {
            self.receive_info(now, received, key, id);
        } else if method == Method::Refer {
            self.receive_refer(now, received, key, id);
        } else if method == Method::Notify {
            self.receive_notify(now, received, key, id);
        } else if method == Method::Subscribe {
            self.receive_subscribe(now, received, key, id);
        } else if method == Method::Message {
            self.receive_message_in(now, received, key, id);
        } else {
            self.reply_stateless(received.flow, received.message, &capabilities());
        }
    }

    fn receive_bye(&mut self, now: Duration, received: Received<'_>, key: Key, id: SessionId) {
        let tag = dialog::tag(id);
        let slot = self.start_server(now, received, key, Errand::of(id, Purpose::Close));
        self.respond(now, slot, &tag, &Reply::new(Status::OK));
        self.terminate_requests(now, id);
        self.leave_change(now, id);
        let end = End {
            kind: EndKind::Bye,
            reason: reason_of(received.message),
        };
        self.close(id, Some(end));
    }

    /// Answers what the peer still waits for in a session that ends (§15.1.2).
    pub(super) fn terminate_requests(&mut self, now: Duration, id: SessionId) {
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        let tag = dialog::tag(id);
        for slot in session.transactions.clone() {
            self.respond(now, slot, &tag, &Reply::new(Status::REQUEST_TERMINATED));
        }
    }

    pub(super) fn receive_info(
        &mut self,
        now: Duration,
        received: Received<'_>,
        key: Key,
        id: SessionId,
    ) {
        let message = received.message;
        if message.header(Name::InfoPackage).is_some() {
            let reply = Reply::new(Status::BAD_INFO_PACKAGE).with(Name::RecvInfo, "");
            self.reply_stateless(received.flow, message, &reply);
            return;
        }
        let slot = self.start_server(now, received, key, Errand::of(id, Purpose::Other));
        self.respond(now, slot, &dialog::tag(id), &Reply::new(Status::OK));
        let is_attached = self
            .sessions
            .get(&id)
            .is_some_and(|session| session.owner == Owner::Attached);
        if !is_attached {
            return;
        }
        let content_type = message
            .header(Name::ContentType)
            .map(|value| value.split(|byte| *byte == b';').next().unwrap_or_default())
            .map(|value| String::from_utf8_lossy(value.trim_ascii()).to_ascii_lowercase())
            .unwrap_or_default();
        self.emit(Event::Info {
            session: id,
            content_type,
            body: message.body_bytes(),
        });
    }
}
