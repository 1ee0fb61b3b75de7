//! Answers to calls that we make: 2xx and their ACKs, of one callee or of many (RFC 3261 §13.2.2.4).

use std::time::Duration;

use bytes::Bytes;

use super::Endpoint;
use super::outgoing::with_sdp;
use super::screening::session_description;
use super::transmit::Received;
use crate::dialog::{self, Dialog, value};
use crate::error::Error;
use crate::event::{Event, SessionId};
use crate::message::{Message, Method, Name, Status};
use crate::session::provisional::Agreement;
use crate::session::{Acknowledged, Stage};
use crate::transaction::table::{Purpose, Slot};

impl Endpoint {
    /// Takes a 2xx: the answer, a copy of it, or that of a fork that lost (§13.2.2.4).
    pub(super) fn answered(
        &mut self,
        now: Duration,
        received: Received<'_>,
        slot: Slot,
        id: SessionId,
    ) {
        let message = received.message;
        let tag = message.to_tag().unwrap_or_default();
        let most = self.config.limits.forks;
        if self.repeat_ack(id, message) {
            return;
        }
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if session.acknowledged.len() >= most {
            return;
        }
        let mut dialog = session.dialog.answered(message, received.flow.local);
        if let Some(at) = session.early_at(tag) {
            let early = &session.early[at].dialog;
            dialog.remote_cseq = early.remote_cseq;
            dialog.local_cseq = early.local_cseq.max(dialog.local_cseq);
        }
        match session.stage {
            Stage::Calling { .. } => {
                session.dialog = dialog;
                session.note_abilities(message);
                self.interval_granted(now, id, message);
                self.call_answered(now, id, slot, session_description(message));
            }
            Stage::Answered { .. } if session.dialog.remote_tag == tag => (),
            Stage::Leaving { .. } => {
                session.dialog = dialog;
                self.send_ack(id, slot, None, &Bytes::new());
                self.say_bye(now, id);
            }
            Stage::Answered { .. } | Stage::Confirmed | Stage::Closing => {
                self.send_ack(id, slot, Some(&dialog), &Bytes::new());
                self.say_bye_to(now, id, &mut dialog);
            }
            Stage::Incoming { .. } => (),
        }
    }

    fn call_answered(&mut self, now: Duration, id: SessionId, slot: Slot, sdp: Option<Bytes>) {
        let had_offer = self.had_offer(slot);
        let timers = self.config.timers;
        let give_up_at = now + timers.t1 * 63;
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let tag = session.dialog.remote_tag.clone();
        let agreed = session
            .early_at(&tag)
            .map(|at| &session.early[at])
            .filter(|early| early.agreement == Agreement::Reached);
        let is_agreed = agreed.is_some();
        // The 200 has nothing to add to a reliable answer (RFC 3261 §13.2.1), but callees are met
        // that move their media with it; what an UPDATE brought is newer than either.
        let early_sdp = agreed
            .filter(|early| early.is_updated || sdp.is_none())
            .map(|early| early.remote_sdp.clone())
            .filter(|sdp| !sdp.is_empty());
        let sdp = early_sdp.or(sdp);
        if let Some(sdp) = &sdp {
            session.note_remote(sdp);
        }
        session.agreement = Agreement::Reached;
        session.outgoing = None;
        session.stage = if had_offer || is_agreed {
            Stage::Confirmed
        } else {
            Stage::Answered { give_up_at }
        };
        self.refuse_losers(now, id, &tag);
        self.keep_change_with(id, &tag);
        if had_offer || is_agreed {
            self.send_ack(id, slot, None, &Bytes::new());
        }
        self.emit(Event::Answered { session: id, sdp });
        self.advance_change(now, id);
        self.settle_session(id);
    }

    /// Goes on with what was asked for in the early dialog with this tag, and with that only.
    pub(super) fn keep_change_with(&mut self, id: SessionId, tag: &str) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let Some(change) = &mut session.change else {
            return;
        };
        if change.early.as_deref() == Some(tag) {
            change.early = None;
        } else {
            session.change = None;
            self.emit(Event::OfferRefused {
                session: id,
                status: Status::REQUEST_TERMINATED.code(),
            });
        }
    }

    /// Acknowledges a copy of a 2xx (§13.2.2.4); false if it is none.
    pub(super) fn repeat_ack(&mut self, id: SessionId, message: &Message) -> bool {
        let tag = message.to_tag().unwrap_or_default();
        let cseq = message.sequence().number;
        let is_success = message.status().is_some_and(Status::is_success);
        let sent = self.sessions.get(&id).and_then(|session| {
            let mut sent = session.acknowledged.iter();
            sent.find(|sent| sent.remote_tag == tag && sent.cseq == cseq)
        });
        let Some(sent) = sent.filter(|_| is_success && message.method() == Method::Invite) else {
            return false;
        };
        let (flow, ack) = (sent.flow, sent.ack.clone());
        self.counters.retransmissions += 1;
        self.send(flow, ack);
        true
    }

    /// Writes, sends and keeps the ACK of a 2xx.
    pub(super) fn send_ack(
        &mut self,
        id: SessionId,
        slot: Slot,
        fork: Option<&Dialog>,
        sdp: &Bytes,
    ) {
        let Some(cseq) = self.transactions.get(slot).map(|found| found.cseq) else {
            return;
        };
        let Some(dialog) = fork
            .cloned()
            .or_else(|| self.sessions.get(&id).map(|session| session.dialog.clone()))
        else {
            return;
        };
        let flow = self.dialog_flow(&dialog);
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let request = dialog
            .request(Method::Ack, cseq, &via, dialog::HOPS)
            .header(Name::UserAgent, value(self.config.user_agent.as_bytes()));
        let ack = with_sdp(request, sdp);
        self.send(flow, ack.clone());
        if let Some(session) = self.sessions.get_mut(&id) {
            session.acknowledged.push(Acknowledged {
                remote_tag: dialog.remote_tag,
                cseq,
                ack,
                flow,
            });
        }
        self.touch(id);
    }

    /// Sends our answer to an offer of the peer: in the ACK of its 200, or in the PRACK of its
    /// reliable provisional response.
    ///
    /// # Errors
    /// If the session is gone or owes no answer.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "all session descriptions are handed over alike"
    )]
    pub fn acknowledge(
        &mut self,
        now: Duration,
        session: SessionId,
        sdp: Bytes,
    ) -> Result<(), Error> {
        if self.answer_in_prack(now, session, &sdp) {
            return Ok(());
        }
        if self.acknowledge_change(session, &sdp) {
            self.advance_change(now, session);
            self.settle_session(session);
            return Ok(());
        }
        let found = self
            .sessions
            .get_mut(&session)
            .ok_or(Error::UnknownSession(session))?;
        let wrong = Error::WrongState {
            session,
            action: "acknowledge",
        };
        let Stage::Answered { .. } = found.stage else {
            return Err(wrong);
        };
        let slot = self
            .transactions
            .find_purpose(&found.transactions, Purpose::Open)
            .ok_or(wrong)?;
        found.stage = Stage::Confirmed;
        found.local_sdp = sdp.clone();
        self.send_ack(session, slot, None, &sdp);
        self.advance_change(now, session);
        self.settle_session(session);
        Ok(())
    }
}
