//! Early dialogs of a call that we make: provisional responses, confirmed with PRACK where they are
//! reliable (RFC 3262 §4), and what callees ask for before they answer (RFC 3311).

use std::time::Duration;

use bytes::Bytes;

use super::Endpoint;
use super::offers::try_again;
use super::outgoing::with_sdp;
use super::reply::Reply;
use super::screening::session_description;
use super::transmit::{Dispatch, Errand, Received};
use crate::dialog::{self, value};
use crate::event::{Event, SessionId};
use crate::message::{Message, Method, Name, Status};
use crate::session::change::Change;
use crate::session::provisional::{Agreement, OPTION};
use crate::session::{Heard, Owner, Stage};
use crate::transaction::table::{Key, Purpose, Slot};

/// A call is not given up earlier than this after a provisional response, as proxies do not give it
/// up earlier either (RFC 3261 §16.6).
const PATIENCE: Duration = Duration::from_mins(3);

impl Endpoint {
    pub(super) fn progressed(
        &mut self,
        now: Duration,
        received: Received<'_>,
        slot: Slot,
        id: SessionId,
    ) {
        let message = received.message;
        let status = message.status().map_or(0, Status::code);
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        match &mut session.stage {
            Stage::Calling { heard, give_up_at } => {
                *heard = Heard::Provisional;
                if status > 100 {
                    let patience = PATIENCE.min(self.config.limits.unanswered);
                    let latest = session.lives_until.unwrap_or(Duration::MAX);
                    *give_up_at = (now + patience).min(latest).max(*give_up_at);
                    self.rings(now, received, slot, id);
                }
            }
            Stage::Leaving {
                heard: Heard::Nothing,
                ..
            } => self.send_cancel(now, id),
            Stage::Leaving { .. }
            | Stage::Incoming { .. }
            | Stage::Answered { .. }
            | Stage::Confirmed
            | Stage::Closing => (),
        }
        self.settle_session(id);
    }

    fn rings(&mut self, now: Duration, received: Received<'_>, slot: Slot, id: SessionId) {
        let message = received.message;
        let sdp = session_description(message);
        let had_offer = self.had_offer(slot);
        let most = self.config.limits.forks;
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.note_abilities(message);
        let dialog = session.dialog.answered(message, received.flow.local);
        let at = session.note_early(dialog, most);
        let number = message
            .lists(Name::Require, OPTION)
            .then(|| message.number(Name::RSeq).ok().flatten())
            .flatten();
        if let Some(number) = number {
            let Some(at) = at else {
                return;
            };
            let early = &mut session.early[at];
            if early
                .number
                .is_some_and(|last| last.checked_add(1) != Some(number))
            {
                return;
            }
            early.number = Some(number);
            early.owes_answer = sdp.is_some() && !had_offer && early.agreement == Agreement::Open;
            if !early.owes_answer {
                if let (Some(sdp), Agreement::Open) = (&sdp, early.agreement) {
                    early.agreement = Agreement::Reached;
                    early.remote_sdp = sdp.clone();
                }
                self.confirm_progress(now, id, at, &Bytes::new());
            }
        }
        self.emit(Event::Ringing {
            session: id,
            status: message.status().map_or(0, Status::code),
            sdp,
        });
    }

    /// Sends the PRACK of the latest reliable response in an early dialog.
    fn confirm_progress(&mut self, now: Duration, id: SessionId, at: usize, sdp: &Bytes) {
        let invite = self.sessions.get(&id).and_then(|session| {
            let slot = self
                .transactions
                .find_purpose(&session.transactions, Purpose::Open)?;
            Some(self.transactions.get(slot)?.cseq)
        });
        let Some(early) = self
            .sessions
            .get_mut(&id)
            .and_then(|session| session.early.get_mut(at))
        else {
            return;
        };
        let (Some(invite), Some(number)) = (invite, early.number) else {
            return;
        };
        let dialog = &mut early.dialog;
        let cseq = dialog.next_sequence();
        let dialog = dialog.clone();
        let flow = self.dialog_flow(&dialog);
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let confirmed = format!("{number} {invite} INVITE");
        let request = dialog
            .request(Method::Prack, cseq, &via, dialog::HOPS)
            .header(Name::RAck, value(confirmed.as_bytes()))
            .header(Name::UserAgent, value(self.config.user_agent.as_bytes()));
        let dispatch = Dispatch {
            flow,
            method: Method::Prack,
            cseq,
            branch,
            message: with_sdp(request, sdp),
        };
        self.start_client(now, dispatch, Errand::of(id, Purpose::Other));
    }

    /// Sends the PRACK that owes the answer to an offer; false if there is none.
    pub(super) fn answer_in_prack(&mut self, now: Duration, id: SessionId, sdp: &Bytes) -> bool {
        let Some(session) = self.sessions.get_mut(&id) else {
            return false;
        };
        let Stage::Calling { .. } = session.stage else {
            return false;
        };
        let Some(at) = session.early.iter().position(|early| early.owes_answer) else {
            return false;
        };
        session.early[at].owes_answer = false;
        session.early[at].agreement = Agreement::Reached;
        session.local_sdp = sdp.clone();
        self.confirm_progress(now, id, at, sdp);
        self.settle_session(id);
        true
    }

    /// Whether the INVITE of a transaction carries an offer.
    pub(super) fn had_offer(&self, slot: Slot) -> bool {
        self.stored_request(slot)
            .is_some_and(|invite| !invite.body().is_empty())
    }

    /// A callee that we wait for may ask and tell, and change what both sides have agreed upon.
    pub(super) fn receive_in_early_dialog(
        &mut self,
        now: Duration,
        received: Received<'_>,
        key: Key,
        id: SessionId,
    ) {
        let method = received.message.method();
        if method == Method::Info {
            self.receive_info(now, received, key, id);
            return;
        }
        if method == Method::Update {
            self.receive_early_update(now, received, key, id);
            return;
        }
        let status = if method == Method::Options {
            Status::OK
        } else {
            Status::CALL_DOES_NOT_EXIST
        };
        self.reply_stateless(received.flow, received.message, &Reply::new(status));
    }

    fn receive_early_update(
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
        if let Some(reply) = self.early_objection(id, message) {
            self.object(now, received, (key, id), &reply);
            return;
        }
        self.start_server(now, received, key, Errand::of(id, Purpose::Offer));
        self.emit(Event::Offer {
            session: id,
            sdp: Some(offer),
        });
    }

    /// Why an offer of a callee cannot be taken before its answer (RFC 3311 §5.2).
    fn early_objection(&mut self, id: SessionId, message: &Message) -> Option<Reply> {
        let session = self.sessions.get(&id)?;
        let is_waiting = matches!(session.stage, Stage::Calling { .. });
        if !is_waiting || session.owner == Owner::Released {
            return Some(Reply::new(Status::CALL_DOES_NOT_EXIST));
        }
        let tag = message.from_tag().unwrap_or_default();
        let is_agreed = session
            .early_at(tag)
            .is_some_and(|at| session.early[at].agreement == Agreement::Reached);
        let has_own = session.change.as_ref().is_some_and(Change::is_open);
        if !is_agreed || has_own {
            return Some(Reply::new(Status::REQUEST_PENDING));
        }
        self.open_offer(id).map(|_| try_again(message))
    }

    /// Turns down what the callees that were not the first to answer still wait for.
    pub(super) fn refuse_losers(&mut self, now: Duration, id: SessionId, winner: &str) {
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        for slot in session.transactions.clone() {
            let is_offer = self
                .transactions
                .get(slot)
                .is_some_and(|found| found.purpose == Purpose::Offer);
            let is_losing = is_offer
                && self
                    .stored_request(slot)
                    .is_some_and(|request| request.from_tag() != Some(winner));
            if is_losing {
                let reply = Reply::new(Status::REQUEST_TERMINATED);
                self.respond(now, slot, &dialog::tag(id), &reply);
            }
        }
    }
}
