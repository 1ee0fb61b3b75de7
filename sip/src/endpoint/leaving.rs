//! Ending sessions: BYE (RFC 3261 §15), CANCEL (§9.1), refusal, and a lost transport.

use std::time::Duration;

use super::Endpoint;
use super::failure::Failure;
use super::reply::{Reply, reason_value};
use super::transmit::{Dispatch, Errand};
use crate::dialog::{self, Dialog, value};
use crate::error::Error;
use crate::event::{End, Event, ReasonHeader, SessionId};
use crate::message::{Method, Name, RequestBuilder, Status};
use crate::session::{Heard, Opening, Owner, Stage};
use crate::transaction::table::{Key, Machine, Purpose, Slot};

impl Endpoint {
    /// Ends a session in whatever state it is: with BYE, CANCEL or a final refusal.
    ///
    /// The endpoint finishes alone; no further event about the session follows, but for the
    /// progress of transfers that it asked for.
    ///
    /// # Errors
    /// If the session is gone or was hung up before.
    pub fn hang_up(
        &mut self,
        now: Duration,
        session: SessionId,
        cause: Option<ReasonHeader>,
    ) -> Result<(), Error> {
        let found = self
            .sessions
            .get_mut(&session)
            .filter(|found| found.owner == Owner::Attached && found.stage != Stage::Closing)
            .ok_or(Error::UnknownSession(session))?;
        found.owner = Owner::Released;
        found.cause = cause;
        self.forget_unheard(session);
        let Some(found) = self.sessions.get_mut(&session) else {
            return Ok(());
        };
        let is_sent = self
            .transactions
            .find_purpose(&found.transactions, Purpose::Open)
            .is_some();
        let waits_for_ack = found
            .unacknowledged
            .as_ref()
            .is_some_and(|answer| answer.exchange.request == Opening::First);
        match found.stage {
            Stage::Incoming { .. } => self.turn_away(now, session),
            Stage::Calling { heard, .. } => match heard {
                Heard::Provisional => self.send_cancel(now, session),
                Heard::Nothing if !is_sent => self.close(session, None),
                Heard::Nothing => {
                    found.stage = Stage::Leaving {
                        heard,
                        give_up_at: None,
                    };
                }
            },
            Stage::Answered { .. } => self.acknowledge_and_leave(now, session),
            // A callee may not send BYE before the ACK of its 2xx (§15).
            Stage::Confirmed if waits_for_ack => (),
            Stage::Confirmed => {
                self.tell_outcomes(now, session);
                self.acknowledge_change(session, &bytes::Bytes::new());
                self.say_bye(now, session);
            }
            Stage::Leaving { .. } | Stage::Closing => (),
        }
        self.settle_session(session);
        Ok(())
    }

    fn turn_away(&mut self, now: Duration, id: SessionId) {
        let cause = self
            .sessions
            .get(&id)
            .and_then(|session| session.cause.clone());
        let mut reply = Reply::new(Status::TEMPORARILY_UNAVAILABLE);
        if let Some(cause) = &cause {
            reply = reply.with(Name::Reason, reason_value(cause));
        }
        self.refuse_waiting(now, id, &reply);
        self.terminate_requests(now, id);
        self.close(id, None);
    }

    /// Gives the INVITE of an incoming call its final refusal.
    pub(super) fn refuse_waiting(&mut self, now: Duration, id: SessionId, reply: &Reply) {
        let slot = self.sessions.get(&id).and_then(|session| {
            self.transactions
                .find_purpose(&session.transactions, Purpose::Open)
        });
        if let Some(slot) = slot {
            self.respond(now, slot, &dialog::tag(id), reply);
        }
    }

    /// Ends a call whose 2xx carried an offer that nobody answers.
    pub(super) fn acknowledge_and_leave(&mut self, now: Duration, id: SessionId) {
        let slot = self.sessions.get(&id).and_then(|session| {
            self.transactions
                .find_purpose(&session.transactions, Purpose::Open)
        });
        if let Some(slot) = slot {
            self.send_ack(id, slot, None, &bytes::Bytes::new());
        }
        self.say_bye(now, id);
    }

    /// Sends the CANCEL of an INVITE that has got a provisional response.
    pub(super) fn send_cancel(&mut self, now: Duration, id: SessionId) {
        let give_up_at = Some(now + self.config.timers.timeout());
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.stage = Stage::Leaving {
            heard: Heard::Provisional,
            give_up_at,
        };
        let slot = self
            .transactions
            .find_purpose(&session.transactions, Purpose::Open);
        if let Some(slot) = slot {
            self.cancel_request(now, id, slot);
        }
        self.settle_session(id);
    }

    /// Sends the CANCEL of an INVITE or re-INVITE of ours.
    pub(super) fn cancel_request(&mut self, now: Duration, id: SessionId, slot: Slot) {
        let cause = self
            .sessions
            .get(&id)
            .and_then(|session| session.cause.clone());
        let Some(invite) = self.stored_request(slot) else {
            return;
        };
        let Some(flow) = self.transactions.get(slot).map(|found| found.flow) else {
            return;
        };
        let Some(mut request) = RequestBuilder::cancel(&invite) else {
            return;
        };
        if let Some(cause) = &cause {
            request = request.header(Name::Reason, value(reason_value(cause).as_bytes()));
        }
        let dispatch = Dispatch {
            flow,
            method: Method::Cancel,
            cseq: invite.sequence().number,
            branch: invite.top_via().branch().unwrap_or_default().to_owned(),
            message: request.build(),
        };
        self.start_client(now, dispatch, Errand::of(id, Purpose::Other));
    }

    /// Gives up what we ask for in a session that ends; its open request may still be answered.
    pub(super) fn leave_change(&mut self, now: Duration, id: SessionId) {
        let until = now + self.config.timers.timeout();
        if let Some(session) = self.sessions.get_mut(&id) {
            session.leave_change(Some(until));
        }
    }

    /// Cancels an INVITE that went elsewhere meanwhile, once its callee has been heard.
    pub(super) fn cancel_abandoned(&mut self, now: Duration, slot: Slot, id: SessionId) {
        let Some(invite) = self.stored_request(slot) else {
            return;
        };
        let branch = invite.top_via().branch().unwrap_or_default().to_owned();
        let key = Key::client(branch.as_bytes(), Method::Cancel);
        let flow = self.transactions.get(slot).map(|found| found.flow);
        let (Some(flow), Some(request), None) = (
            flow,
            RequestBuilder::cancel(&invite),
            self.transactions.find(&key),
        ) else {
            return;
        };
        if let Some(session) = self.sessions.get_mut(&id) {
            session.abandoned_until = Some(now + self.config.timers.timeout());
        }
        let dispatch = Dispatch {
            flow,
            method: Method::Cancel,
            cseq: invite.sequence().number,
            branch,
            message: request.build(),
        };
        self.start_client(now, dispatch, Errand::of(id, Purpose::Other));
        self.settle_session(id);
    }

    /// Neither the CANCEL nor the INVITE that went elsewhere is answered: forget both.
    pub(super) fn forget_abandoned(&mut self, now: Duration, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if session
            .abandoned_until
            .take_if(|until| *until <= now)
            .is_none()
        {
            return;
        }
        for slot in session.transactions.clone() {
            if let Some(transaction) = self.transactions.get_mut(slot)
                && transaction.purpose == Purpose::Abandoned
                && !transaction.machine.is_answered()
            {
                transaction.machine.abandon();
                self.settle(slot);
            }
        }
    }

    /// Sends the BYE of a session; only transactions are left of it.
    pub(super) fn say_bye(&mut self, now: Duration, id: SessionId) {
        self.terminate_requests(now, id);
        self.leave_change(now, id);
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.stage = Stage::Closing;
        session.unacknowledged = None;
        session.owner = Owner::Released;
        session.dialog.local_cseq += 1;
        let mut dialog = session.dialog.clone();
        dialog.local_cseq -= 1;
        self.say_bye_to(now, id, &mut dialog);
        self.settle_session(id);
    }

    /// Sends the BYE of one dialog.
    pub(super) fn say_bye_to(&mut self, now: Duration, id: SessionId, dialog: &mut Dialog) {
        let cseq = dialog.next_sequence();
        let flow = self.dialog_flow(dialog);
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let mut request = dialog
            .request(Method::Bye, cseq, &via, dialog::HOPS)
            .header(Name::UserAgent, value(self.config.user_agent.as_bytes()));
        let cause = self
            .sessions
            .get(&id)
            .and_then(|session| session.cause.as_ref());
        if let Some(cause) = cause {
            request = request.header(Name::Reason, value(reason_value(cause).as_bytes()));
        }
        let dispatch = Dispatch {
            flow,
            method: Method::Bye,
            cseq,
            branch,
            message: request.build(),
        };
        self.start_client(now, dispatch, Errand::of(id, Purpose::Close));
    }

    /// Leaves nothing of a session but its transactions; tells its owner how it ended.
    pub(super) fn close(&mut self, id: SessionId, end: Option<End>) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let was_attached = session.owner == Owner::Attached && session.stage != Stage::Closing;
        session.stage = Stage::Closing;
        session.unacknowledged = None;
        session.outgoing = None;
        session.owner = Owner::Released;
        session.leave_change(None);
        if let (true, Some(by)) = (was_attached, end) {
            self.emit(Event::Ended { session: id, by });
        }
        self.settle_session(id);
    }

    /// A client transaction cannot be sent or answered: its connection is gone (§17.1.4).
    pub(super) fn client_lost(&mut self, now: Duration, slot: Slot) {
        let Some(transaction) = self.transactions.get_mut(slot) else {
            return;
        };
        if transaction.machine.is_answered() {
            return;
        }
        let awaiting = self.requests.take(slot);
        let session = transaction.session;
        let purpose = transaction.purpose;
        let opens =
            purpose == Purpose::Open && matches!(transaction.machine, Machine::InviteClient(_));
        transaction.machine.abandon();
        let asked = self.asked(slot);
        self.settle(slot);
        let status = Status::SERVICE_UNAVAILABLE.code();
        if let (true, Some(id)) = (opens, session) {
            self.call_attempt_failed(now, id, &Failure::Unreachable);
        }
        if let Some(awaiting) = awaiting {
            self.request_failed(now, awaiting, &Failure::Unreachable);
        }
        if let (Purpose::Change, Some(id)) = (purpose, session) {
            self.change_lost(now, id, status);
        }
        if let Some(asked) = asked {
            self.request_done(now, &asked, Status::SERVICE_UNAVAILABLE.code(), None);
        }
        self.fire_deadlines(now);
    }
}
