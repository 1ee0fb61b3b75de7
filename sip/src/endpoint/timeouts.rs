//! Deadlines: each due one is handed to its transaction or session.

use std::time::Duration;

use super::failure::Failure;
use super::reply::Reply;
use super::{Deadline, Endpoint};
use crate::event::{End, EndKind, Event, SessionId};
use crate::message::Status;
use crate::session::{Heard, Owner, Stage};
use crate::transaction::table::{Machine, Purpose, Slot};
use crate::transaction::{invite_client, invite_server, non_invite_client};

/// What a transaction's timer asks for, whichever machine it is.
enum Due {
    Repeat,
    TimedOut,
    Nothing,
}

impl Endpoint {
    pub(super) fn fire_deadlines(&mut self, now: Duration) {
        while let Some((_, deadline)) = self.deadlines.pop_due(now) {
            match deadline {
                Deadline::Transaction { slot, .. } => self.transaction_due(now, slot),
                Deadline::Session { id, .. } => self.session_due(now, id),
                Deadline::Trunk(id) => self.trunk_due(now, id),
                Deadline::Resolver => self.resolver_due(now),
            }
        }
    }

    fn transaction_due(&mut self, now: Duration, slot: Slot) {
        let Some(transaction) = self.transactions.get_mut(slot) else {
            return;
        };
        transaction.due = None;
        let due = match &mut transaction.machine {
            Machine::InviteClient(machine) => match machine.handle_timeout(now).first() {
                Some(invite_client::Action::SendInvite) => Due::Repeat,
                Some(invite_client::Action::TimedOut) => Due::TimedOut,
                Some(invite_client::Action::SendAck | invite_client::Action::Deliver) | None => {
                    Due::Nothing
                }
            },
            Machine::NonInviteClient(machine) => match machine.handle_timeout(now) {
                Some(non_invite_client::Action::SendRequest) => Due::Repeat,
                Some(non_invite_client::Action::TimedOut) => Due::TimedOut,
                Some(non_invite_client::Action::Deliver) | None => Due::Nothing,
            },
            Machine::InviteServer(machine) => match machine.handle_timeout(now) {
                Some(invite_server::Action::SendResponse) => Due::Repeat,
                Some(invite_server::Action::AckMissing) | None => Due::Nothing,
            },
            Machine::NonInviteServer(machine) => {
                machine.handle_timeout(now);
                Due::Nothing
            }
        };
        let (session, purpose) = (transaction.session, transaction.purpose);
        // A phone that was never reached has not left the dialog, as silence would have it.
        let status = if self.waiting.is_unheard(slot) {
            Status::SERVICE_UNAVAILABLE.code()
        } else {
            Status::REQUEST_TIMEOUT.code()
        };
        let (asked, awaiting) = match due {
            Due::TimedOut => (self.asked(slot), self.requests.take(slot)),
            Due::Repeat | Due::Nothing => (None, None),
        };
        match due {
            Due::Repeat => self.send_again(slot),
            Due::TimedOut if purpose == Purpose::Probe => self.probe_unanswered(now, slot),
            Due::TimedOut | Due::Nothing => (),
        }
        self.settle(slot);
        match (due, purpose, session) {
            (Due::TimedOut, Purpose::Open, Some(id)) => {
                self.call_attempt_failed(now, id, &Failure::TimedOut);
            }
            (Due::TimedOut, Purpose::Change, Some(id)) => self.change_lost(now, id, status),
            _ => (),
        }
        if let Some(asked) = asked {
            self.request_done(now, &asked, status, None);
        }
        if let Some(awaiting) = awaiting {
            self.request_failed(now, awaiting, &Failure::TimedOut);
        }
    }

    fn session_due(&mut self, now: Duration, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.due = None;
        if let Some(answer) = &mut session.unacknowledged {
            if answer.give_up_at <= now {
                self.ack_missing(now, id);
                return;
            }
            if answer.resend.fire(now) {
                let (flow, copy) = (answer.flow, answer.answer.clone());
                let flow = self.session_reply_flow(Some(id), flow, &copy);
                self.counters.retransmissions += 1;
                self.send(flow, copy);
            }
        }
        self.forget_abandoned(now, id);
        self.progress_due(now, id);
        self.change_due(now, id);
        self.interval_due(now, id);
        self.stage_due(now, id);
        self.transfers_due(now, id);
        self.settle_session(id);
    }

    fn stage_due(&mut self, now: Duration, id: SessionId) {
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        let is_silent = session
            .outgoing
            .as_ref()
            .and_then(|outgoing| outgoing.silent_until)
            .is_some_and(|until| until <= now);
        match session.stage {
            Stage::Incoming { give_up_at } if give_up_at <= now => {
                self.refuse_waiting(now, id, &Reply::new(Status::TEMPORARILY_UNAVAILABLE));
                self.close(id, Some(unreachable()));
            }
            Stage::Calling { heard, give_up_at } if give_up_at <= now => {
                self.ring_out(now, id, heard);
            }
            Stage::Calling {
                heard: Heard::Nothing,
                ..
            } if is_silent => self.call_unheard(now, id),
            Stage::Leaving {
                give_up_at: Some(give_up_at),
                ..
            } if give_up_at <= now => self.abandon_invite(id),
            Stage::Answered { give_up_at } if give_up_at <= now => {
                let is_attached = session.owner == Owner::Attached;
                self.acknowledge_and_leave(now, id);
                if is_attached {
                    let by = unreachable();
                    self.emit(Event::Ended { session: id, by });
                }
            }
            Stage::Incoming { .. }
            | Stage::Calling { .. }
            | Stage::Leaving { .. }
            | Stage::Answered { .. }
            | Stage::Confirmed
            | Stage::Closing => (),
        }
    }

    /// The callee has rung for as long as a call may wait.
    fn ring_out(&mut self, now: Duration, id: SessionId, heard: Heard) {
        self.emit(Event::Refused {
            session: id,
            status: Status::REQUEST_TIMEOUT.code(),
            reason: None,
            contacts: Vec::new(),
        });
        if let Some(session) = self.sessions.get_mut(&id) {
            session.owner = Owner::Released;
        }
        match heard {
            Heard::Provisional => self.send_cancel(now, id),
            Heard::Nothing => self.abandon_invite(id),
        }
    }

    /// Neither CANCEL nor INVITE is answered: forget both (§9.1).
    fn abandon_invite(&mut self, id: SessionId) {
        let slot = self.sessions.get(&id).and_then(|session| {
            self.transactions
                .find_purpose(&session.transactions, Purpose::Open)
        });
        if let Some(slot) = slot {
            if let Some(transaction) = self.transactions.get_mut(slot) {
                transaction.machine.abandon();
            }
            self.settle(slot);
        }
        self.close(id, None);
    }

    /// The ACK of our 2xx did not come within 64·T1: the session ends with a BYE (§13.3.1.4).
    fn ack_missing(&mut self, now: Duration, id: SessionId) {
        let is_attached = self
            .sessions
            .get(&id)
            .is_some_and(|session| session.owner == Owner::Attached);
        self.say_bye(now, id);
        if is_attached {
            let by = End {
                kind: EndKind::AckMissing,
                reason: None,
            };
            self.emit(Event::Ended { session: id, by });
        }
    }
}

fn unreachable() -> End {
    End {
        kind: EndKind::Unreachable,
        reason: None,
    }
}
