//! Changes that the peer asks for: re-INVITE (RFC 3261 §14.2) and UPDATE (RFC 3311 §5.2).

use std::time::Duration;

use bytes::Bytes;
use rand_chacha::rand_core::Rng;

use super::Endpoint;
use super::reply::Reply;
use super::screening::{body_objection, session_description};
use super::transmit::{Errand, Received};
use crate::dialog;
use crate::error::Error;
use crate::event::{Event, SessionId};
use crate::message::{Message, Method, Name, Status};
use crate::session::{Offerer, Owner, Stage};
use crate::transaction::table::{Key, Purpose, Slot};

impl Endpoint {
    pub(super) fn receive_reinvite(
        &mut self,
        now: Duration,
        received: Received<'_>,
        key: Key,
        id: SessionId,
    ) {
        let message = received.message;
        if let Some(reply) = self.offer_objection(now, id, message) {
            self.reply_stateless(received.flow, message, &reply);
            return;
        }
        let slot = self.start_server(now, received, key, Errand::of(id, Purpose::Offer));
        self.respond(now, slot, "", &Reply::new(Status::TRYING));
        self.emit(Event::Offer {
            session: id,
            sdp: session_description(message),
        });
    }

    pub(super) fn receive_update(
        &mut self,
        now: Duration,
        received: Received<'_>,
        key: Key,
        id: SessionId,
    ) {
        let message = received.message;
        let Some(offer) = session_description(message) else {
            self.refresh_only(now, received, key, id);
            return;
        };
        if let Some(reply) = self.offer_objection(now, id, message) {
            self.reply_stateless(received.flow, message, &reply);
            return;
        }
        self.start_server(now, received, key, Errand::of(id, Purpose::Offer));
        self.emit(Event::Offer {
            session: id,
            sdp: Some(offer),
        });
    }

    /// An UPDATE without an offer only refreshes the peer's Contact.
    fn refresh_only(&mut self, now: Duration, received: Received<'_>, key: Key, id: SessionId) {
        let slot = self.start_server(now, received, key, Errand::of(id, Purpose::Other));
        let reply = Reply::new(Status::OK).with(Name::Contact, self.session_contact(id));
        self.respond(now, slot, &dialog::tag(id), &reply);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.dialog.refresh_target(received.message);
        }
    }

    /// Why an offer cannot be taken at this moment.
    fn offer_objection(
        &mut self,
        now: Duration,
        id: SessionId,
        message: &Message,
    ) -> Option<Reply> {
        let session = self.sessions.get_mut(&id)?;
        match session.stage {
            Stage::Incoming { .. } => return Some(self.try_again()),
            Stage::Answered { .. } => return Some(Reply::new(Status::REQUEST_PENDING)),
            Stage::Confirmed => (),
            Stage::Calling { .. } | Stage::Leaving { .. } | Stage::Closing => {
                return Some(Reply::new(Status::CALL_DOES_NOT_EXIST));
            }
        }
        if let Some(answer) = &session.unacknowledged {
            if answer.exchange.offer == Offerer::Us {
                return Some(Reply::new(Status::REQUEST_PENDING));
            }
            // Who sends another request has got the 2xx: its ACK was lost or overtaken.
            let opening = answer.exchange.request;
            session.unacknowledged = None;
            self.confirmed(now, id, opening, None);
        }
        let is_attached = self
            .sessions
            .get(&id)
            .is_some_and(|session| session.owner == Owner::Attached);
        if !is_attached {
            return Some(Reply::new(Status::CALL_DOES_NOT_EXIST));
        }
        if self.open_offer(id).is_some() {
            return Some(self.try_again());
        }
        body_objection(message)
    }

    /// 500 with a random wait of up to ten seconds (§14.2).
    fn try_again(&mut self) -> Reply {
        let seconds = self.random.next_u32() % 11;
        Reply::new(Status::SERVER_INTERNAL_ERROR).with(Name::RetryAfter, seconds.to_string())
    }

    /// The re-INVITE or UPDATE that waits for its answer.
    fn open_offer(&self, id: SessionId) -> Option<Slot> {
        let session = self.sessions.get(&id)?;
        session.transactions.iter().copied().find(|slot| {
            self.transactions.get(*slot).is_some_and(|transaction| {
                transaction.purpose == Purpose::Offer && !transaction.machine.is_answered()
            })
        })
    }

    fn offer_to_answer(&self, session: SessionId, action: &'static str) -> Result<Slot, Error> {
        if !self.sessions.contains_key(&session) {
            return Err(Error::UnknownSession(session));
        }
        self.open_offer(session)
            .ok_or(Error::WrongState { session, action })
    }

    /// Accepts a re-INVITE or UPDATE with 200.
    ///
    /// `sdp` is the answer, or our offer if the re-INVITE had none.
    ///
    /// # Errors
    /// If the session is gone or nothing waits for an answer.
    pub fn answer_offer(
        &mut self,
        now: Duration,
        session: SessionId,
        sdp: Bytes,
    ) -> Result<(), Error> {
        let slot = self.offer_to_answer(session, "answer an offer")?;
        let request = self.stored_request(slot);
        let is_invite = request
            .as_ref()
            .is_some_and(|request| request.method() == Method::Invite);
        if is_invite {
            self.accept_invite(now, session, slot, sdp);
        } else {
            let reply = Reply::new(Status::OK)
                .with(Name::Contact, self.session_contact(session))
                .with_sdp(sdp);
            self.respond(now, slot, &dialog::tag(session), &reply);
        }
        if let (Some(request), Some(found)) = (request, self.sessions.get_mut(&session)) {
            found.dialog.refresh_target(&request);
        }
        Ok(())
    }

    /// Refuses a re-INVITE or UPDATE; the session goes on unchanged.
    ///
    /// # Errors
    /// If the session is gone, nothing waits for an answer, or the status is no refusal.
    pub fn refuse_offer(
        &mut self,
        now: Duration,
        session: SessionId,
        status: u16,
    ) -> Result<(), Error> {
        let slot = self.offer_to_answer(session, "refuse an offer")?;
        let status = Status::new(status)
            .filter(|status| status.code() >= 300)
            .ok_or(Error::UnfitStatus(status))?;
        self.respond(now, slot, &dialog::tag(session), &Reply::new(status));
        Ok(())
    }
}
