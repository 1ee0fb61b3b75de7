//! Changes that the peer asks for: re-INVITE (RFC 3261 §14.2) and UPDATE (RFC 3311 §5.2).

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use bytes::Bytes;

use super::Endpoint;
use super::reply::{ALLOW, Reply};
use super::screening::{body_objection, session_description};
use super::transmit::{Errand, Received};
use crate::dialog;
use crate::error::Error;
use crate::event::{Event, Refusal, SessionId};
use crate::message::{Message, Method, Name, Status};
use crate::session::provisional::Agreement;
use crate::session::{Branch, Offerer, Opening, Owner, Stage};
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
            self.object(now, received, (key, id), &reply);
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
            self.object(now, received, (key, id), &reply);
            return;
        }
        self.start_server(now, received, key, Errand::of(id, Purpose::Offer));
        self.emit(Event::Offer {
            session: id,
            sdp: Some(offer),
        });
    }

    /// An UPDATE without an offer only refreshes the peer's Contact and the session timer.
    pub(super) fn refresh_only(
        &mut self,
        now: Duration,
        received: Received<'_>,
        key: Key,
        id: SessionId,
    ) {
        let message = received.message;
        if let Some(reply) = self.interval_objection(message) {
            self.object(now, received, (key, id), &reply);
            return;
        }
        let slot = self.start_server(now, received, key, Errand::of(id, Purpose::Other));
        let reply = self.update_reply(now, id, message);
        self.respond(now, slot, &dialog::tag(id), &reply);
        self.refresh_target(id, message);
        self.settle_session(id);
    }

    /// The 200 to an UPDATE; once the call is answered, it keeps the session alive.
    fn update_reply(&mut self, now: Duration, id: SessionId, request: &Message) -> Reply {
        let reply = Reply::new(Status::OK)
            .with(Name::Contact, self.session_contact(id))
            .with(Name::Allow, ALLOW);
        let is_confirmed = self
            .sessions
            .get(&id)
            .is_some_and(|session| session.stage == Stage::Confirmed);
        if is_confirmed {
            return self.grant_interval(now, id, request, reply);
        }
        reply
    }

    /// Takes the Contact of a request that was accepted, in the dialog that it came in.
    fn refresh_target(&mut self, id: SessionId, request: &Message) {
        let tag = request.from_tag().unwrap_or_default();
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.note_abilities(request);
        match session.branch(tag) {
            Some(Branch::Main) => session.dialog.refresh_target(request),
            Some(Branch::Early(at)) => session.early[at].dialog.refresh_target(request),
            Some(Branch::Loser) | None => (),
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
        match (session.stage, session.agreement) {
            (Stage::Incoming { .. }, Agreement::Reached)
                if message.method() == Method::Update && session.provisional.held.is_none() => {}
            (Stage::Incoming { .. }, Agreement::Offered) => {
                return Some(Reply::new(Status::REQUEST_PENDING));
            }
            (Stage::Incoming { .. }, _) => return Some(try_again(message)),
            (Stage::Answered { .. }, _) => return Some(Reply::new(Status::REQUEST_PENDING)),
            (Stage::Confirmed, _) => (),
            (Stage::Calling { .. } | Stage::Leaving { .. } | Stage::Closing, _) => {
                return Some(Reply::new(Status::CALL_DOES_NOT_EXIST));
            }
        }
        if session
            .change
            .as_ref()
            .is_some_and(|change| change.offers(session.peer_updates))
        {
            return Some(Reply::new(Status::REQUEST_PENDING));
        }
        if let Some(answer) = &session.unacknowledged {
            if answer.exchange.offer == Offerer::Us {
                return Some(Reply::new(Status::REQUEST_PENDING));
            }
            // Who sends another request has got the 2xx: its ACK was lost or overtaken. Only an
            // UPDATE may have been sent before, where a reliable response has allowed it.
            let opening = answer.exchange.request;
            let may_be_early = message.method() == Method::Update
                && opening == Opening::First
                && session.provisional.number > 0;
            if !may_be_early {
                session.unacknowledged = None;
                self.confirmed(now, id, opening, None);
            }
        }
        let is_attached = self
            .sessions
            .get(&id)
            .is_some_and(|session| session.owner == Owner::Attached);
        if !is_attached {
            return Some(Reply::new(Status::CALL_DOES_NOT_EXIST));
        }
        if self.open_offer(id).is_some() {
            return Some(try_again(message));
        }
        body_objection(message).or_else(|| self.interval_objection(message))
    }

    /// The re-INVITE or UPDATE that waits for its answer.
    pub(super) fn open_offer(&self, id: SessionId) -> Option<Slot> {
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

    /// Accepts a re-INVITE, an UPDATE or the offer in a PRACK with 200.
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
        let Some(request) = self.stored_request(slot) else {
            return Ok(());
        };
        let is_prack = request.method() == Method::Prack;
        if request.method() == Method::Invite {
            self.accept_invite(now, session, slot, sdp);
        } else {
            let reply = if is_prack {
                Reply::new(Status::OK)
            } else {
                self.update_reply(now, session, &request)
            };
            let reply = reply.with_sdp(sdp.clone());
            self.respond(now, slot, &dialog::tag(session), &reply);
            self.agreed(session, &request, sdp);
        }
        if !is_prack {
            self.refresh_target(session, &request);
        }
        self.go_on(now, session);
        Ok(())
    }

    /// Notes what both sides describe themselves as from here on.
    fn agreed(&mut self, id: SessionId, request: &Message, ours: Bytes) {
        let Some(theirs) = session_description(request) else {
            return;
        };
        let tag = request.from_tag().unwrap_or_default();
        if let Some(session) = self.sessions.get_mut(&id) {
            session.local_sdp = ours;
            session.note_remote(&theirs);
            if let Some(at) = session.early_at(tag) {
                session.early[at].remote_sdp = theirs;
                session.early[at].is_updated = true;
            }
        }
    }

    /// Does what has waited for the end of the peer's request.
    fn go_on(&mut self, now: Duration, id: SessionId) {
        self.go_on_telling(now, id);
        self.advance_change(now, id);
        self.settle_session(id);
    }

    /// Refuses a re-INVITE or UPDATE; the session goes on unchanged.
    ///
    /// # Errors
    /// If the session is gone, nothing waits for an answer, or the status is no refusal.
    pub fn refuse_offer(
        &mut self,
        now: Duration,
        session: SessionId,
        refusal: &Refusal,
    ) -> Result<(), Error> {
        let slot = self.offer_to_answer(session, "refuse an offer")?;
        let reply = Reply::refusing(refusal)?;
        self.respond(now, slot, &dialog::tag(session), &reply);
        self.go_on(now, session);
        Ok(())
    }
}

/// 500 with a wait of up to ten seconds (§14.2), drawn from the number of the request: so a copy gets
/// the same answer, from the next process as well.
pub(super) fn try_again(request: &Message) -> Reply {
    let mut hasher = DefaultHasher::new();
    request.sequence().number.hash(&mut hasher);
    let seconds = hasher.finish() % 11;
    Reply::new(Status::SERVER_INTERNAL_ERROR).with(Name::RetryAfter, seconds.to_string())
}
