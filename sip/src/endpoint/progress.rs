//! What we tell a caller before the answer: provisional responses, reliable where the caller
//! confirms them with PRACK (RFC 3262 §3, RFC 3261 §13.3.1.1).

use std::time::Duration;

use bytes::Bytes;
use rand_chacha::rand_core::Rng;

use super::Endpoint;
use super::offers::try_again;
use super::reply::{ALLOW, Reply};
use super::screening::{body_objection, session_description};
use super::transmit::{Errand, Received};
use crate::dialog;
use crate::error::Error;
use crate::event::{End, EndKind, Event, Progress, Reliability, SessionId};
use crate::message::{Message, Name, Status};
use crate::session::Stage;
use crate::session::provisional::{Agreement, Content, MAX_QUEUED, OPTION, Support, Unconfirmed};
use crate::timer::Backoff;
use crate::transaction::table::{Key, Purpose, Slot};

/// How often a response is repeated for the sake of proxies, which give up after three minutes.
const REPETITION: Duration = Duration::from_mins(1);

/// The wait between copies has no ceiling (RFC 3262 §3): six doublings fit into 64·T1.
const LONGEST: Duration = Duration::from_hours(1);

impl Endpoint {
    /// Tells the caller that the callee is alerted (180).
    ///
    /// # Errors
    /// As [`progress`](Self::progress).
    pub fn ring(&mut self, now: Duration, session: SessionId) -> Result<(), Error> {
        let progress = Progress {
            status: Status::RINGING.code(),
            sdp: None,
            reliable: Reliability::Never,
        };
        self.progress(now, session, progress)
    }

    /// Tells the caller how its call goes on before the answer.
    ///
    /// A reliable response is repeated until the caller confirms it, and the next waits until then.
    /// A description that the caller may not get yet, or has got already, is left out.
    ///
    /// # Errors
    /// If the session is gone or not a call that waits for its answer, too many responses wait, or
    /// the status is not one of 180 to 183.
    pub fn progress(
        &mut self,
        now: Duration,
        session: SessionId,
        progress: Progress,
    ) -> Result<(), Error> {
        const ACTION: &str = "tell progress";
        let slot = self.waiting_call(session, ACTION)?;
        if !(180..=183).contains(&progress.status) {
            return Err(Error::UnfitStatus(progress.status));
        }
        if let Some(found) = self.sessions.get_mut(&session)
            && found.provisional.unconfirmed.is_some()
        {
            if found.provisional.queued.len() >= MAX_QUEUED {
                return Err(Error::WrongState {
                    session,
                    action: ACTION,
                });
            }
            found.provisional.queued.push(progress);
            self.touch(session);
            return Ok(());
        }
        self.tell(now, session, slot, progress);
        Ok(())
    }

    /// Sends a provisional response.
    fn tell(&mut self, now: Duration, id: SessionId, slot: Slot, progress: Progress) {
        let has_offer = self
            .stored_request(slot)
            .is_some_and(|invite| session_description(&invite).is_some());
        let Some(status) = Status::new(progress.status) else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let sdp = progress
            .sdp
            .filter(|sdp| !sdp.is_empty() && session.agreement == Agreement::Open);
        let is_offerless = !has_offer && session.agreement == Agreement::Open;
        let is_reliable = match (session.provisional.support, progress.reliable) {
            (Support::No, _) | (Support::Yes, Reliability::Never) => false,
            // The caller waits for our offer, which its next reliable response must be (§5).
            (Support::Yes, Reliability::IfSupported) => sdp.is_some() || !is_offerless,
            (Support::Insists, _) if sdp.is_none() && is_offerless => return,
            (Support::Insists, _) => true,
        };
        let sdp = sdp.filter(|_| is_reliable || has_offer);
        let content = match (&sdp, has_offer) {
            (None, _) => Content::Nothing,
            (Some(_), true) => Content::Answer,
            (Some(_), false) => Content::Offer,
        };
        session.provisional.repeat_at = Some(now + REPETITION);
        let mut reply = Reply::new(status).with(Name::Contact, self.session_contact(id));
        if is_reliable {
            let number = self.note_reliable(now, id, content, sdp.as_ref());
            reply = reply
                .with(Name::Require, OPTION)
                .with(Name::RSeq, number.to_string())
                .with(Name::Allow, ALLOW);
        }
        if let Some(sdp) = sdp {
            reply = reply.with_sdp(sdp);
        }
        self.respond(now, slot, &dialog::tag(id), &reply);
        self.settle_session(id);
    }

    /// Begins to wait for the PRACK of a response; returns its number.
    fn note_reliable(
        &mut self,
        now: Duration,
        id: SessionId,
        content: Content,
        sdp: Option<&Bytes>,
    ) -> u32 {
        let beginning = 1 + (self.random.next_u32() >> 2);
        let timers = self.config.timers;
        let Some(session) = self.sessions.get_mut(&id) else {
            return beginning;
        };
        match content {
            Content::Nothing => (),
            Content::Answer => session.agreement = Agreement::Reached,
            Content::Offer => session.agreement = Agreement::Offered,
        }
        if let Some(sdp) = sdp {
            session.local_sdp = sdp.clone();
        }
        let provisional = &mut session.provisional;
        provisional.number = match provisional.number {
            0 => beginning,
            last => last + 1,
        };
        provisional.unconfirmed = Some(Unconfirmed {
            content,
            resend: Some(Backoff::new(now, timers.t1, LONGEST)),
            give_up_at: now + timers.timeout(),
        });
        provisional.number
    }

    pub(super) fn receive_prack(
        &mut self,
        now: Duration,
        received: Received<'_>,
        key: Key,
        id: SessionId,
    ) {
        let message = received.message;
        if let Some(reply) = self
            .prack_objection(id, message)
            .or_else(|| body_objection(message))
        {
            self.object(now, received, (key, id), &reply);
            return;
        }
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let Some(confirmed) = session.provisional.unconfirmed.take() else {
            return;
        };
        let sdp = session_description(message);
        if let (Content::Offer, None) = (confirmed.content, &sdp) {
            session.agreement = Agreement::Open;
        }
        match (confirmed.content, sdp) {
            (Content::Offer, Some(sdp)) => {
                session.agreement = Agreement::Reached;
                session.note_remote(&sdp);
                self.accept_prack(now, received, key, id);
                self.emit(Event::OfferAnswered { session: id, sdp });
            }
            (Content::Answer | Content::Nothing, Some(sdp)) => {
                self.start_server(now, received, key, Errand::of(id, Purpose::Offer));
                self.emit(Event::Offer {
                    session: id,
                    sdp: Some(sdp),
                });
            }
            (_, None) => self.accept_prack(now, received, key, id),
        }
        self.go_on_telling(now, id);
    }

    fn accept_prack(&mut self, now: Duration, received: Received<'_>, key: Key, id: SessionId) {
        let slot = self.start_server(now, received, key, Errand::of(id, Purpose::Other));
        self.respond(now, slot, &dialog::tag(id), &Reply::new(Status::OK));
    }

    /// 481 to a PRACK that confirms nothing; 500 or 400 to one with an offer out of turn.
    fn prack_objection(&mut self, id: SessionId, message: &Message) -> Option<Reply> {
        let session = self.sessions.get(&id)?;
        let invite = self
            .transactions
            .find_purpose(&session.transactions, Purpose::Open)
            .and_then(|slot| self.transactions.get(slot));
        let confirms = session.provisional.unconfirmed.as_ref().filter(|_| {
            let cseq = invite.map(|invite| invite.cseq);
            confirmed_number(message, cseq) == Some(session.provisional.number)
        });
        let Some(confirms) = confirms else {
            return Some(Reply::new(Status::CALL_DOES_NOT_EXIST));
        };
        let offers = session_description(message).is_some() && confirms.content != Content::Offer;
        if offers && session.agreement != Agreement::Reached {
            return Some(Reply::new(Status::BAD_REQUEST).because("Offer Is Open"));
        }
        (offers && self.open_offer(id).is_some()).then(|| try_again(message))
    }

    /// Sends what has waited for a PRACK, or for the answer to the offer in it.
    pub(super) fn go_on_telling(&mut self, now: Duration, id: SessionId) {
        let has_open = self.open_offer(id).is_some();
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if !matches!(session.stage, Stage::Incoming { .. }) {
            return;
        }
        let slot = self
            .transactions
            .find_purpose(&session.transactions, Purpose::Open);
        let Some(slot) = slot else {
            return;
        };
        let provisional = &mut session.provisional;
        if !has_open
            && !provisional.holds_answer_back()
            && let Some(sdp) = provisional.held.take()
        {
            self.answer_now(now, id, slot, sdp);
        } else if provisional.unconfirmed.is_none() && !provisional.queued.is_empty() {
            let next = provisional.queued.remove(0);
            self.tell(now, id, slot, next);
        }
        self.advance_change(now, id);
        self.settle_session(id);
    }

    pub(super) fn progress_due(&mut self, now: Duration, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if !matches!(session.stage, Stage::Incoming { .. }) {
            return;
        }
        let provisional = &mut session.provisional;
        let mut is_due = false;
        if let Some(sent) = &mut provisional.unconfirmed {
            if sent.give_up_at <= now {
                self.prack_missing(now, id);
                return;
            }
            is_due |= sent.resend.as_mut().is_some_and(|wait| wait.fire(now));
        }
        if let Some(at) = provisional.repeat_at.as_mut().filter(|at| **at <= now) {
            *at = now + REPETITION;
            is_due = true;
        }
        let slot = self
            .transactions
            .find_purpose(&session.transactions, Purpose::Open);
        if let (true, Some(slot)) = (is_due, slot) {
            self.send_again(slot);
        }
    }

    /// A reliable response was not confirmed within 64·T1: the call is refused (§3).
    fn prack_missing(&mut self, now: Duration, id: SessionId) {
        self.refuse_waiting(now, id, &Reply::new(Status::SERVER_INTERNAL_ERROR));
        let end = End {
            kind: EndKind::AckMissing,
            reason: None,
        };
        self.terminate_requests(now, id);
        self.close(id, Some(end));
    }
}

/// The number of the response that a PRACK confirms, if that belongs to the INVITE with `cseq`.
fn confirmed_number(prack: &Message, cseq: Option<u32>) -> Option<u32> {
    let text = str::from_utf8(prack.header(Name::RAck)?).ok()?;
    let mut words = text.split_ascii_whitespace();
    let number = words.next()?.parse().ok()?;
    let is_ours = words.next()?.parse().ok() == cseq && words.next()? == "INVITE";
    (is_ours && words.next().is_none()).then_some(number)
}
