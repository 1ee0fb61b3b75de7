//! Changes that we ask for: our re-INVITE (RFC 3261 §14.1) and UPDATE (RFC 3311 §5.1), what crosses
//! them, and what a refusal means (RFC 6141).

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use bytes::Bytes;

use super::Endpoint;
use super::outgoing::with_sdp;
use super::screening::session_description;
use super::transmit::{Dispatch, Errand, Received};
use crate::dialog::{self, value};
use crate::error::Error;
use crate::event::{End, EndKind, Event, SessionId};
use crate::message::{Message, Method, Name, Status};
use crate::session::change::{Aim, Change, Step};
use crate::session::provisional::Agreement;
use crate::session::{Owner, Role, Session, Stage};
use crate::transaction::table::{Purpose, Slot};

/// How long a peer that sends nothing but provisional responses is waited for.
const PATIENCE: Duration = Duration::from_mins(3);

/// The longest Retry-After of a 500 that is waited for (RFC 3261 §14.2).
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Endpoint {
    /// Offers the peer another session: with a re-INVITE, before the answer with an UPDATE.
    ///
    /// `sdp` empty asks the peer for its offer, which [`acknowledge`](Self::acknowledge) answers.
    /// While an answer of ours waits for its ACK, the offer waits as well. Exactly one of
    /// [`Event::OfferAnswered`] and [`Event::OfferRefused`] follows, unless the session ends.
    ///
    /// # Errors
    /// If the session is gone, an offer of either side is open, or there is nothing to change yet.
    pub fn offer(&mut self, now: Duration, session: SessionId, sdp: Bytes) -> Result<(), Error> {
        let has_open = self.open_offer(session).is_some();
        let found = self
            .sessions
            .get_mut(&session)
            .filter(|found| found.owner == Owner::Attached)
            .ok_or(Error::UnknownSession(session))?;
        let has_own = found.wanted.is_some()
            || found
                .change
                .as_ref()
                .is_some_and(|change| change.aim == Aim::Offer);
        if has_open || has_own || !may_offer(found, &sdp) {
            return Err(Error::WrongState {
                session,
                action: "offer",
            });
        }
        found.wanted = Some(sdp);
        self.advance_change(now, session);
        self.settle_session(session);
        Ok(())
    }

    /// Makes the request that waits, if nothing else is open (§14.1).
    pub(super) fn advance_change(&mut self, now: Duration, id: SessionId) {
        let is_blocked = self.open_offer(id).is_some();
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let may_ask = match session.stage {
            Stage::Confirmed => session.unacknowledged.is_none(),
            Stage::Incoming { .. } | Stage::Calling { .. } => true,
            Stage::Leaving { .. } | Stage::Answered { .. } | Stage::Closing => false,
        };
        let is_underway = session
            .change
            .as_ref()
            .is_some_and(|change| change.step != Step::Queued);
        if is_blocked || !may_ask || is_underway || session.owner == Owner::Released {
            return;
        }
        let change = session.change.take().or_else(|| {
            let sdp = session.wanted.take()?;
            Some(Change::new(Aim::Offer, sdp))
        });
        if let Some(change) = change {
            self.ask_change(now, id, change, &[]);
        }
    }

    /// Sends the re-INVITE or UPDATE of a change, with `extra` headers such as credentials.
    pub(super) fn ask_change(
        &mut self,
        now: Duration,
        id: SessionId,
        mut change: Change,
        extra: &[(Name, String)],
    ) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let method = match (session.stage, change.aim) {
            (Stage::Confirmed, Aim::Offer) => Method::Invite,
            (Stage::Confirmed, Aim::Refresh) if !session.peer_updates => Method::Invite,
            _ => Method::Update,
        };
        if let (Stage::Calling { .. }, None) = (session.stage, &change.early) {
            change.early = agreed_fork(session);
        }
        let sdp = match (change.aim, method) {
            (Aim::Offer, _) => change.sdp.clone(),
            (Aim::Refresh, Method::Invite) => session.local_sdp.clone(),
            (Aim::Refresh, _) => Bytes::new(),
        };
        let at = change
            .early
            .as_deref()
            .and_then(|tag| session.early_at(tag));
        let dialog = match at {
            Some(at) => &mut session.early[at].dialog,
            None => &mut session.dialog,
        };
        let cseq = dialog.next_sequence();
        let dialog = dialog.clone();
        change.cseq = cseq;
        change.tries += 1;
        change.step = Step::Asked {
            give_up_at: now + PATIENCE,
        };
        session.change = Some(change);
        let flow = self.dialog_flow(&dialog);
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let mut request = dialog.request(method, cseq, &via, dialog::HOPS).header(
            Name::Contact,
            value(self.contact_in(&dialog, flow).as_bytes()),
        );
        for (name, text) in self.invitation_headers(id).iter().chain(extra) {
            request = request.header(*name, value(text.as_bytes()));
        }
        let dispatch = Dispatch {
            flow,
            method,
            cseq,
            branch,
            message: with_sdp(request, &sdp),
        };
        self.start_client(now, dispatch, Errand::of(id, Purpose::Change));
        self.settle_session(id);
    }

    /// Takes a response to a re-INVITE or UPDATE of ours.
    pub(super) fn change_response(
        &mut self,
        now: Duration,
        received: Received<'_>,
        slot: Slot,
        id: SessionId,
    ) {
        let status = received.message.status().map_or(0, Status::code);
        let cseq = received.message.sequence().number;
        if status < 200 || self.repeat_ack(id, received.message) {
            return;
        }
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let is_awaited = session.change.as_ref().is_some_and(|change| {
            change.cseq == cseq
                && matches!(change.step, Step::Asked { .. } | Step::Cancelled { .. })
        });
        let is_over = session.stage == Stage::Closing;
        if is_over && is_awaited {
            session.change = None;
        }
        match status {
            200..300 if is_awaited && !is_over => self.change_accepted(now, received, slot, id),
            200..300 if received.message.method() == Method::Invite => {
                self.send_ack(id, slot, None, &Bytes::new());
            }
            300.. if is_awaited && !is_over => {
                self.change_refused(now, id, status, Some(received.message));
            }
            _ => (),
        }
        self.settle_session(id);
    }

    fn change_accepted(
        &mut self,
        now: Duration,
        received: Received<'_>,
        slot: Slot,
        id: SessionId,
    ) {
        let message = received.message;
        let theirs = session_description(message);
        let give_up_at = now + self.config.timers.t1 * 63;
        self.interval_granted(now, id, message);
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let Some(mut change) = session.change.take() else {
            return;
        };
        session.note_abilities(message);
        let at = change
            .early
            .as_deref()
            .and_then(|tag| session.early_at(tag));
        match at {
            Some(at) => session.early[at].dialog.refresh_target(message),
            None => session.dialog.refresh_target(message),
        }
        if let Some(sdp) = &theirs
            && change.aim == Aim::Offer
            && change.sdp.is_empty()
        {
            session.note_remote(sdp);
            change.step = Step::Answered { give_up_at };
            session.change = Some(change);
            self.emit(Event::OfferAnswered {
                session: id,
                sdp: sdp.clone(),
            });
            return;
        }
        if message.method() == Method::Invite {
            self.send_ack(id, slot, None, &Bytes::new());
        }
        self.change_done(id, &change, theirs);
        self.advance_change(now, id);
    }

    /// Tells the owner what the peer has agreed to.
    fn change_done(&mut self, id: SessionId, change: &Change, theirs: Option<Bytes>) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let is_new = theirs.as_ref().is_some_and(|sdp| session.note_remote(sdp));
        let at = change
            .early
            .as_deref()
            .and_then(|tag| session.early_at(tag));
        if let (Some(at), Some(sdp)) = (at, &theirs) {
            session.early[at].remote_sdp = sdp.clone();
            session.early[at].is_updated = true;
        }
        match (change.aim, theirs) {
            (Aim::Offer, Some(sdp)) => {
                session.local_sdp = change.sdp.clone();
                self.emit(Event::OfferAnswered { session: id, sdp });
            }
            (Aim::Offer, None) => self.emit(Event::OfferRefused {
                session: id,
                status: Status::NOT_ACCEPTABLE_HERE.code(),
            }),
            // An answer for an offer that waits brings what is newer.
            (Aim::Refresh, Some(sdp)) if is_new && session.wanted.is_none() => {
                self.emit(Event::OfferAnswered { session: id, sdp });
            }
            (Aim::Refresh, _) => (),
        }
    }

    /// A request of ours got a final refusal, or 408 or 503 of our own making.
    pub(super) fn change_refused(
        &mut self,
        now: Duration,
        id: SessionId,
        status: u16,
        message: Option<&Message>,
    ) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let Some(mut change) = session.change.take() else {
            return;
        };
        let was_cancelled = matches!(change.step, Step::Cancelled { .. });
        if was_cancelled {
            self.change_given_up(now, id, &change, Status::REQUEST_TIMEOUT.code());
            return;
        }
        let pause = pause(session, &change, status, message);
        let may_reinvite = matches!(status, 405 | 501) && session.stage == Stage::Confirmed;
        if may_reinvite && std::mem::take(&mut session.peer_updates) {
            self.ask_change(now, id, change, &[]);
            return;
        }
        let longer = message
            .filter(|_| status == Status::SESSION_INTERVAL_TOO_SMALL.code())
            .and_then(|message| message.number(Name::MinSe).ok().flatten());
        match (status, pause, longer) {
            (408 | 481, ..) if session.stage == Stage::Confirmed => {
                self.peer_is_gone(now, id, EndKind::Unreachable);
            }
            (_, Some(pause), _) if change.has_tries_left() => {
                change.step = Step::Waiting { until: now + pause };
                session.change = Some(change);
            }
            (_, _, Some(seconds)) if change.has_tries_left() => {
                session.lengthen_interval(Duration::from_secs(u64::from(seconds)));
                self.ask_change(now, id, change, &[]);
            }
            _ => self.change_given_up(now, id, &change, status),
        }
    }

    /// The request of a change was not answered, or cannot be sent.
    pub(super) fn change_lost(&mut self, now: Duration, id: SessionId, status: u16) {
        let is_over = self
            .sessions
            .get(&id)
            .is_none_or(|session| session.stage == Stage::Closing);
        if !is_over {
            self.change_refused(now, id, status, None);
            self.settle_session(id);
        }
    }

    /// Leaves the session as it is (RFC 6141 §3.4).
    fn change_given_up(&mut self, now: Duration, id: SessionId, change: &Change, status: u16) {
        match change.aim {
            Aim::Offer => {
                let is_attached = self
                    .sessions
                    .get(&id)
                    .is_some_and(|session| session.owner == Owner::Attached);
                if is_attached {
                    self.emit(Event::OfferRefused {
                        session: id,
                        status,
                    });
                }
            }
            Aim::Refresh => {
                if let Some(session) = self.sessions.get_mut(&id)
                    && let Some(interval) = &mut session.interval
                {
                    interval.postpone(now);
                }
            }
        }
        self.advance_change(now, id);
    }

    /// Ends a session whose peer does not know it or does not answer any more (§12.2.1.2).
    pub(super) fn peer_is_gone(&mut self, now: Duration, id: SessionId, kind: EndKind) {
        let was_attached = self
            .sessions
            .get(&id)
            .is_some_and(|session| session.owner == Owner::Attached);
        self.say_bye(now, id);
        if was_attached {
            let by = End { kind, reason: None };
            self.emit(Event::Ended { session: id, by });
        }
    }

    pub(super) fn change_due(&mut self, now: Duration, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let is_over = session.stage == Stage::Closing;
        let is_due = |change: &&mut Change| change.poll_timeout().is_some_and(|at| at <= now);
        let Some(change) = session.change.as_mut().filter(is_due) else {
            return;
        };
        let cseq = change.cseq;
        match change.step {
            Step::Queued => (),
            Step::Waiting { .. } => {
                change.step = Step::Queued;
                self.advance_change(now, id);
            }
            Step::Asked { .. } if is_over => self.forget_change(id, cseq),
            Step::Asked { .. } => {
                change.step = Step::Cancelled {
                    give_up_at: now + self.config.timers.timeout(),
                };
                if let Some(slot) = self.change_slot(id, cseq) {
                    self.cancel_request(now, id, slot);
                }
            }
            Step::Cancelled { .. } => {
                self.forget_change(id, cseq);
                if !is_over {
                    self.peer_is_gone(now, id, EndKind::Unreachable);
                }
            }
            Step::Answered { .. } => {
                self.acknowledge_change(id, &Bytes::new());
                self.peer_is_gone(now, id, EndKind::Unreachable);
            }
        }
    }

    /// Sends the ACK that a 2xx with an offer waits for; false if there is none.
    pub(super) fn acknowledge_change(&mut self, id: SessionId, sdp: &Bytes) -> bool {
        let Some(session) = self.sessions.get_mut(&id) else {
            return false;
        };
        let owes = |change: &mut Change| matches!(change.step, Step::Answered { .. });
        let Some(change) = session.change.take_if(owes) else {
            return false;
        };
        if !sdp.is_empty() {
            session.local_sdp = sdp.clone();
        }
        if let Some(slot) = self.change_slot(id, change.cseq) {
            self.send_ack(id, slot, None, sdp);
        }
        true
    }

    fn forget_change(&mut self, id: SessionId, cseq: u32) {
        if let Some(slot) = self.change_slot(id, cseq) {
            if let Some(transaction) = self.transactions.get_mut(slot) {
                transaction.machine.abandon();
            }
            self.settle(slot);
        }
        if let Some(session) = self.sessions.get_mut(&id) {
            session.change = None;
        }
    }

    /// The session that a transaction asks to change.
    pub(super) fn changes(&self, slot: Slot) -> Option<SessionId> {
        let found = self.transactions.get(slot)?;
        found.session.filter(|_| found.purpose == Purpose::Change)
    }

    fn change_slot(&self, id: SessionId, cseq: u32) -> Option<Slot> {
        let session = self.sessions.get(&id)?;
        session.transactions.iter().copied().find(|slot| {
            self.transactions
                .get(*slot)
                .is_some_and(|found| found.purpose == Purpose::Change && found.cseq == cseq)
        })
    }
}

fn may_offer(session: &Session, sdp: &Bytes) -> bool {
    match session.stage {
        Stage::Confirmed => true,
        Stage::Incoming { .. } => {
            let is_settled = session.agreement == Agreement::Reached
                && !session.provisional.holds_answer_back()
                && session.provisional.held.is_none();
            is_settled && session.peer_updates && !sdp.is_empty()
        }
        Stage::Calling { .. } => {
            session.peer_updates && !sdp.is_empty() && agreed_fork(session).is_some()
        }
        Stage::Leaving { .. } | Stage::Answered { .. } | Stage::Closing => false,
    }
}

/// The early dialog that has come furthest: the latest with offer and answer.
fn agreed_fork(session: &Session) -> Option<String> {
    let agreed = session
        .early
        .iter()
        .rev()
        .find(|early| early.agreement == Agreement::Reached)?;
    Some(agreed.dialog.remote_tag.clone())
}

/// How long to wait before a refused request is made again: after 491 by who owns the Call-ID
/// (§14.1), after 500 as the peer says (§14.2).
///
/// The wait is drawn from the number of the request, not at random: the two sides differ by their
/// roles as it is, and it stays the same when a process dies and another goes on.
fn pause(
    session: &Session,
    change: &Change,
    status: u16,
    message: Option<&Message>,
) -> Option<Duration> {
    if status == Status::REQUEST_PENDING.code() {
        let mut hasher = DefaultHasher::new();
        change.cseq.hash(&mut hasher);
        let tens = match session.role {
            Role::Caller => 210 + hasher.finish() % 190,
            Role::Callee => hasher.finish() % 200,
        };
        return Some(Duration::from_millis(10 * tens));
    }
    if status == Status::SERVER_INTERNAL_ERROR.code() {
        let seconds = message?.number(Name::RetryAfter).ok().flatten()?;
        let pause = Duration::from_secs(u64::from(seconds));
        return Some(pause).filter(|pause| *pause <= LONGEST_PAUSE);
    }
    None
}
