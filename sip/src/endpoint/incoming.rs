//! Calls that come in: the UAS side of an INVITE (RFC 3261 §13.3, §9.2).

use std::time::Duration;

use bytes::Bytes;

use super::Endpoint;
use super::receive::server_key;
use super::reply::{Reply, reason_of};
use super::screening::session_description;
use super::transmit::{Errand, Received};
use crate::dialog::{self, Dialog, Phone, Reach};
use crate::error::Error;
use crate::event::{End, EndKind, Event, Identity, Refusal, SessionId};
use crate::message::{Method, Name, NameAddr, Status};
use crate::session::provisional::{Agreement, Provisional};
use crate::session::{Exchange, Offerer, Opening, Owner, Session, Stage, Unacknowledged};
use crate::timer::Backoff;
use crate::transaction::table::{Key, Purpose, Slot};

/// What is known of an INVITE that may become a call.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) identity: Identity,
    pub(super) key: Key,
    pub(super) merge: Key,
    pub(super) replaces: Option<SessionId>,
}

impl Endpoint {
    pub(super) fn begin_incoming(
        &mut self,
        now: Duration,
        received: Received<'_>,
        arrival: Arrival,
    ) {
        let Arrival {
            identity,
            key,
            merge,
            replaces,
        } = arrival;
        let message = received.message;
        let id = self.random_session();
        let reach = match identity {
            Identity::Trunk(_) if self.trunks.of_source(received.flow.remote.ip()).is_some() => {
                Reach::Address
            }
            Identity::Trunk(_) | Identity::Account(_) => Reach::Flow,
        };
        let mut dialog = Dialog::incoming(message, id, Self::reply_path(received), reach);
        dialog.phone = self.phone_of(received, &identity);
        let give_up_at = now + self.config.limits.unanswered;
        let mut session = Session::new(id, dialog, Stage::Incoming { give_up_at });
        session.provisional = Provisional::of(message);
        session.lives_until = self.end_of_life(now);
        session.note_abilities(message);
        self.insert_session(session);
        let errand = Errand {
            purpose: Purpose::Open,
            session: Some(id),
            merge: Some(merge),
        };
        let slot = self.start_server(now, received, key, errand);
        self.respond(now, slot, "", &Reply::new(Status::TRYING));
        self.counters.incoming_calls += 1;
        let mut incoming = self.describe(received, identity);
        incoming.replaces = replaces;
        incoming.request_user = self.user_behind(incoming.request_user);
        self.name_called(&mut incoming);
        self.emit(Event::Incoming {
            session: id,
            incoming,
        });
    }

    /// The phone that calls, so that it is found again when it has lost its path.
    fn phone_of(&self, received: Received<'_>, identity: &Identity) -> Option<Phone> {
        let Identity::Account(user) = identity else {
            return None;
        };
        let said = received.message.addresses(Name::Contact).next();
        let said = said.and_then(Result::ok).and_then(|address| {
            let instance = address.parameters().text("+sip.instance")?;
            Some(instance.to_owned())
        });
        let bound = || {
            let contacts = self.registrar.saved(user).iter();
            let mut here = contacts.filter(|contact| contact.flow == received.flow);
            Some(here.next()?.device.as_ref()?.instance.clone())
        };
        Some(Phone {
            user: user.clone(),
            instance: said.or_else(bound),
        })
    }

    /// Answers a call with 200, repeated until the caller acknowledges it.
    ///
    /// `sdp` is the answer, or our offer if the INVITE had none; it is left out where a reliable
    /// progress has brought it. The 200 waits for the PRACK of such a progress (RFC 3262 §3).
    ///
    /// # Errors
    /// If the session is gone or not a call that waits for its answer.
    pub fn answer(&mut self, now: Duration, session: SessionId, sdp: Bytes) -> Result<(), Error> {
        let slot = self.waiting_call(session, "answer")?;
        let has_open = self.open_offer(session).is_some();
        if let Some(found) = self.sessions.get_mut(&session)
            && (has_open || found.provisional.holds_answer_back())
        {
            found.provisional.held = Some(sdp);
            found.provisional.queued.clear();
            self.settle_session(session);
            return Ok(());
        }
        self.answer_now(now, session, slot, sdp);
        Ok(())
    }

    /// Sends the 200 of a call.
    pub(super) fn answer_now(&mut self, now: Duration, id: SessionId, slot: Slot, sdp: Bytes) {
        self.accept_invite(now, id, slot, sdp);
        if let Some(found) = self.sessions.get_mut(&id) {
            found.stage = Stage::Confirmed;
            found.agreement = Agreement::Reached;
            found.provisional.queued.clear();
            found.provisional.repeat_at = None;
            if let Some(sent) = &mut found.provisional.unconfirmed {
                sent.resend = None;
            }
        }
        self.settle_session(id);
    }

    /// Refuses a call.
    ///
    /// # Errors
    /// If the session is gone, not a call that waits for its answer, or the status is no refusal.
    pub fn refuse(
        &mut self,
        now: Duration,
        session: SessionId,
        refusal: &Refusal,
    ) -> Result<(), Error> {
        let slot = self.waiting_call(session, "refuse")?;
        let reply = Reply::refusing(refusal)?;
        self.respond(now, slot, &dialog::tag(session), &reply);
        self.terminate_requests(now, session);
        self.close(session, None);
        Ok(())
    }

    /// Sends the 200 to an INVITE and begins to wait for its ACK.
    pub(super) fn accept_invite(&mut self, now: Duration, id: SessionId, slot: Slot, sdp: Bytes) {
        let Some(request) = self.stored_request(slot) else {
            return;
        };
        let agreement = self
            .sessions
            .get(&id)
            .filter(|session| matches!(session.stage, Stage::Incoming { .. }))
            .map_or(Agreement::Open, |session| session.agreement);
        let contact = self.session_contact(id);
        let mut reply = Reply::new(Status::OK).with(Name::Contact, contact);
        if agreement == Agreement::Open {
            reply = reply.with_sdp(sdp.clone());
        }
        let reply = self.grant_interval(now, id, &request, reply);
        if !self.respond(now, slot, &dialog::tag(id), &reply) {
            return;
        }
        let timers = self.config.timers;
        let (Some(transaction), Some(session)) =
            (self.transactions.get(slot), self.sessions.get_mut(&id))
        else {
            return;
        };
        let theirs = session_description(&request);
        let offer = match (&theirs, agreement) {
            (None, Agreement::Open) => Offerer::Us,
            (Some(_), _) | (None, Agreement::Offered | Agreement::Reached) => Offerer::Peer,
        };
        if agreement == Agreement::Open {
            session.local_sdp = sdp;
            if let Some(theirs) = &theirs {
                session.note_remote(theirs);
            }
        }
        let request = match transaction.purpose {
            Purpose::Open => Opening::First,
            Purpose::Offer
            | Purpose::Change
            | Purpose::Close
            | Purpose::Other
            | Purpose::Probe
            | Purpose::Abandoned => Opening::Change,
        };
        session.unacknowledged = Some(Unacknowledged {
            answer: transaction.message.clone(),
            flow: transaction.flow,
            cseq: transaction.cseq,
            exchange: Exchange { request, offer },
            resend: Backoff::new(now, timers.t1, timers.t2),
            give_up_at: now + timers.timeout(),
        });
        self.settle_session(id);
    }

    /// Takes an ACK if it is the one that a session waits for.
    pub(super) fn acknowledge_answer(&mut self, now: Duration, received: Received<'_>) -> bool {
        let message = received.message;
        let Some(id) = message.to_tag().and_then(dialog::session_of) else {
            return false;
        };
        let Some(session) = self.sessions.get_mut(&id) else {
            return false;
        };
        if session.dialog.call_id != message.call_id()
            || session.dialog.remote_tag != message.from_tag().unwrap_or_default()
        {
            return false;
        }
        let number = message.sequence().number;
        let Some(answer) = session
            .unacknowledged
            .take_if(|answer| answer.cseq == number)
        else {
            return false;
        };
        let sdp = match answer.exchange.offer {
            Offerer::Us => session_description(message),
            Offerer::Peer => None,
        };
        if let Some(sdp) = &sdp {
            session.note_remote(sdp);
        }
        self.confirmed(now, id, answer.exchange.request, sdp);
        true
    }

    /// Goes on after the ACK of our 2xx: the BYE that waited for it, or the news.
    pub(super) fn confirmed(
        &mut self,
        now: Duration,
        id: SessionId,
        opening: Opening,
        sdp: Option<Bytes>,
    ) {
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        match (session.owner, opening) {
            (Owner::Released, _) => self.say_bye(now, id),
            (Owner::Attached, Opening::Change) if sdp.is_none() => (),
            (Owner::Attached, Opening::First | Opening::Change) => {
                self.emit(Event::Confirmed { session: id, sdp });
            }
        }
        self.advance_change(now, id);
        self.settle_session(id);
    }

    /// Takes a CANCEL (§9.2): 200 to it, 487 to the INVITE if that still waits for its answer.
    pub(super) fn receive_cancel(&mut self, now: Duration, received: Received<'_>, key: Key) {
        let message = received.message;
        let target = server_key(message, Method::Invite);
        let Some(slot) = self.transactions.find(&target) else {
            self.reply_stateless(
                received.flow,
                message,
                &Reply::new(Status::CALL_DOES_NOT_EXIST),
            );
            return;
        };
        let Some(transaction) = self.transactions.get(slot) else {
            return;
        };
        let (session, purpose) = (transaction.session, transaction.purpose);
        let is_answered = transaction.machine.is_answered();
        let tag = session.map(dialog::tag).unwrap_or_default();
        let errand = Errand {
            purpose: Purpose::Other,
            session,
            merge: None,
        };
        let cancel = self.start_server(now, received, key, errand);
        self.respond(now, cancel, &tag, &Reply::new(Status::OK));
        if is_answered {
            return;
        }
        self.respond(now, slot, &tag, &Reply::new(Status::REQUEST_TERMINATED));
        if let (Some(id), Purpose::Open) = (session, purpose) {
            let end = End {
                kind: EndKind::Cancelled,
                reason: reason_of(message),
            };
            self.terminate_requests(now, id);
            self.close(id, Some(end));
        }
    }

    /// The INVITE of a session that waits for our answer.
    pub(super) fn waiting_call(
        &self,
        session: SessionId,
        action: &'static str,
    ) -> Result<Slot, Error> {
        let found = self
            .sessions
            .get(&session)
            .filter(|found| found.owner == Owner::Attached)
            .ok_or(Error::UnknownSession(session))?;
        match found.stage {
            Stage::Incoming { .. } if found.provisional.held.is_some() => {
                Err(Error::WrongState { session, action })
            }
            Stage::Incoming { .. } => self
                .transactions
                .find_purpose(&found.transactions, Purpose::Open)
                .ok_or(Error::WrongState { session, action }),
            Stage::Calling { .. }
            | Stage::Leaving { .. }
            | Stage::Answered { .. }
            | Stage::Confirmed
            | Stage::Closing => Err(Error::WrongState { session, action }),
        }
    }

    pub(super) fn session_contact(&self, session: SessionId) -> String {
        let Some(session) = self.sessions.get(&session) else {
            return String::new();
        };
        self.public_contact(session)
            .unwrap_or_else(|| self.contact_in(&session.dialog, session.dialog.flow))
    }
}

pub(super) fn user_of(address: &NameAddr<'_>) -> String {
    address
        .uri()
        .user_unescaped()
        .map(|user| lossy(&user))
        .unwrap_or_default()
}

pub(super) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
