//! Calls that we make: the UAC side of an INVITE (RFC 3261 §13.2).

use std::time::Duration;

use bytes::Bytes;
use rand_chacha::rand_core::Rng;

use super::Endpoint;
use super::connections::Hop;
use super::naming;
use super::reply::{ALLOW, SDP, reason_of};
use super::screening::session_description;
use super::transmit::{Dispatch, Errand, Received};
use crate::dialog::{self, Dialog, Reach, value};
use crate::error::Error;
use crate::event::{Event, Invite, SessionId, Target};
use crate::message::{HeaderValue, Message, Method, Name, RequestBuilder, Status};
use crate::session::{Acknowledged, Heard, Owner, Session, Stage};
use crate::transaction::table::{Machine, Purpose, Slot};
use crate::transaction::{invite_client, non_invite_client};
use crate::transport::Flow;
use crate::uri::{Uri, escape_user};

impl Endpoint {
    /// Makes a call.
    ///
    /// # Errors
    /// If a limit is reached or a header is not fit to be sent.
    pub fn invite(&mut self, now: Duration, invite: Invite) -> Result<SessionId, Error> {
        if self.is_full() {
            return Err(Error::TooManySessions(self.sessions.len()));
        }
        naming::check(&invite)?;
        let (flow, uri, reach) = self.locate(&invite.target)?;
        let uri = naming::marked(&invite, uri);
        let id = self.random_session();
        let mut dialog = self.new_dialog(id, &invite, flow, uri);
        dialog.reach = reach;
        let cseq = dialog.next_sequence();
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let mut request = dialog
            .request(Method::Invite, cseq, &via, invite.max_forwards)
            .header(Name::Contact, value(self.contact_value(flow).as_bytes()))
            .header(Name::Allow, HeaderValue::from_static(ALLOW))
            .header(Name::UserAgent, value(self.config.user_agent.as_bytes()));
        for (name, text) in naming::headers(&invite, &self.host_of(flow)) {
            request = request.header(name, value(text.as_bytes()));
        }
        for (name, text) in invite.headers {
            request = request.extension(&name, value(text.as_bytes()));
        }
        let message = with_sdp(request, &invite.offer);
        let stage = Stage::Calling {
            heard: Heard::Nothing,
            give_up_at: now + self.config.limits.unanswered,
        };
        self.insert_session(Session::new(id, dialog, stage));
        self.counters.outgoing_calls += 1;
        let dispatch = Dispatch {
            flow,
            method: Method::Invite,
            cseq,
            branch,
            message,
        };
        self.start_client(now, dispatch, Errand::of(id, Purpose::Open));
        Ok(id)
    }

    pub(super) fn locate(&mut self, target: &Target) -> Result<(Flow, String, Reach), Error> {
        match target {
            Target::Contact(binding) => {
                Uri::parse(&binding.contact_uri)
                    .map_err(|_| Error::UnfitHeader("Contact".to_owned()))?;
                Ok((binding.flow, binding.contact_uri.clone(), Reach::Flow))
            }
            Target::Peer {
                local,
                remote,
                transport,
                user,
            } => {
                let hop = Hop {
                    transport: *transport,
                    local: *local,
                    remote: *remote,
                    name: None,
                };
                let flow = self
                    .reach(&hop)
                    .ok_or(Error::TooManyConnections(self.connections.len()))?;
                let user = escape_user(user);
                let at = if user.is_empty() { "" } else { "@" };
                let suffix = transport.uri_parameter();
                Ok((
                    flow,
                    format!("sip:{user}{at}{remote}{suffix}"),
                    Reach::Address,
                ))
            }
        }
    }

    pub(super) fn new_dialog(
        &mut self,
        id: SessionId,
        invite: &Invite,
        flow: Flow,
        uri: String,
    ) -> Dialog {
        let ours = self.host_of(flow);
        let theirs = match &invite.target {
            Target::Contact(_) => ours.clone(),
            Target::Peer { remote, .. } => naming::host(*remote),
        };
        let mut call_id = [0; 16];
        self.random.fill_bytes(&mut call_id);
        Dialog {
            call_id: format!("{:032x}", u128::from_be_bytes(call_id)),
            local: format!("{};tag={}", naming::from(invite, &ours), dialog::tag(id)).into_bytes(),
            remote: naming::to(invite, &theirs).into_bytes(),
            remote_tag: String::new(),
            local_cseq: 0,
            remote_cseq: None,
            target: uri,
            routes: Vec::new(),
            flow,
            reach: Reach::Address,
            peer_name: None,
        }
    }

    pub(super) fn handle_response(&mut self, now: Duration, received: Received<'_>, slot: Slot) {
        let Some(status) = received.message.status() else {
            return;
        };
        let Some(transaction) = self.transactions.get_mut(slot) else {
            return;
        };
        let actions = match &mut transaction.machine {
            Machine::InviteClient(machine) => machine.handle_response(now, status.code()),
            Machine::NonInviteClient(machine) => {
                let action = machine.handle_response(now, status.code());
                let asked = self.asked(slot);
                self.settle(slot);
                if let (Some(non_invite_client::Action::Deliver), Some(asked)) = (action, asked) {
                    self.request_done(now, &asked, status.code(), Some(received.message));
                }
                return;
            }
            Machine::InviteServer(_) | Machine::NonInviteServer(_) => return,
        };
        let session = transaction.session;
        self.settle(slot);
        for action in actions {
            match (action, session) {
                (invite_client::Action::SendAck, _) => {
                    self.acknowledge_refusal(slot, received.message);
                }
                (invite_client::Action::Deliver, Some(id)) => {
                    self.take_response(now, received, slot, id);
                }
                (invite_client::Action::Deliver, None) => (),
                (invite_client::Action::SendInvite, _) => self.send_again(slot),
                (invite_client::Action::TimedOut, _) => (),
            }
        }
    }

    /// Sends the ACK of a refusal: written once, repeated for each copy (§17.1.1.3).
    fn acknowledge_refusal(&mut self, slot: Slot, response: &Message) {
        let Some(transaction) = self.transactions.get(slot) else {
            return;
        };
        let flow = transaction.flow;
        let mut ack = transaction.other.clone();
        if ack.is_empty()
            && let Some(invite) = self.stored_request(slot)
            && let Some(request) = RequestBuilder::ack(&invite, response)
        {
            ack = request.build();
            if let Some(transaction) = self.transactions.get_mut(slot) {
                transaction.other = ack.clone();
            }
        }
        if !ack.is_empty() {
            self.send(flow, ack);
        }
    }

    fn take_response(&mut self, now: Duration, received: Received<'_>, slot: Slot, id: SessionId) {
        let status = received.message.status().map_or(0, Status::code);
        match status {
            ..200 => self.progressed(now, received.message, id, status),
            200..300 => self.answered(now, received, slot, id),
            300.. => self.refused(id, status, received.message),
        }
    }

    fn progressed(&mut self, now: Duration, message: &Message, id: SessionId, status: u16) {
        let most = self.config.limits.forks;
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if status > 100 {
            session.note_early(message.to_tag().unwrap_or_default(), most);
        }
        match &mut session.stage {
            Stage::Calling { heard, .. } => {
                *heard = Heard::Provisional;
                if status > 100 {
                    self.emit(Event::Ringing {
                        session: id,
                        status,
                        sdp: session_description(message),
                    });
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
        self.touch(id);
    }

    fn refused(&mut self, id: SessionId, status: u16, message: &Message) {
        self.call_failed(id, status, reason_of(message));
    }

    /// Ends a call of ours that was not answered.
    pub(super) fn call_failed(
        &mut self,
        id: SessionId,
        status: u16,
        reason: Option<crate::event::ReasonHeader>,
    ) {
        let is_waiting = self.sessions.get(&id).is_some_and(|session| {
            session.owner == Owner::Attached && matches!(session.stage, Stage::Calling { .. })
        });
        if is_waiting {
            self.emit(Event::Refused {
                session: id,
                status,
                reason,
            });
        }
        self.close(id, None);
    }

    /// Takes a 2xx: the answer, a copy of it, or that of a fork that lost (§13.2.2.4).
    fn answered(&mut self, now: Duration, received: Received<'_>, slot: Slot, id: SessionId) {
        let message = received.message;
        let tag = message.to_tag().unwrap_or_default();
        let most = self.config.limits.forks;
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let known = session
            .acknowledged
            .iter()
            .find(|sent| sent.remote_tag == tag);
        if let Some(sent) = known {
            let (flow, ack) = (sent.flow, sent.ack.clone());
            self.counters.retransmissions += 1;
            self.send(flow, ack);
            return;
        }
        if session.acknowledged.len() >= most {
            return;
        }
        let mut dialog = session.dialog.answered(message, received.flow.local);
        match session.stage {
            Stage::Calling { .. } => {
                dialog.remote_cseq = session.early_sequence(tag);
                session.dialog = dialog;
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
        let had_offer = self
            .stored_request(slot)
            .is_some_and(|invite| !invite.body().is_empty());
        let give_up_at = now + self.config.timers.timeout();
        if let Some(session) = self.sessions.get_mut(&id) {
            session.stage = if had_offer {
                Stage::Confirmed
            } else {
                Stage::Answered { give_up_at }
            };
        }
        if had_offer {
            self.send_ack(id, slot, None, &Bytes::new());
        }
        self.emit(Event::Answered { session: id, sdp });
        self.settle_session(id);
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
                ack,
                flow,
            });
        }
        self.touch(id);
    }

    /// Sends the ACK with our answer when the 200 carried the offer.
    ///
    /// # Errors
    /// If the session is gone or owes no answer.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "all session descriptions are handed over alike"
    )]
    pub fn acknowledge(
        &mut self,
        _now: Duration,
        session: SessionId,
        sdp: Bytes,
    ) -> Result<(), Error> {
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
        self.send_ack(session, slot, None, &sdp);
        self.settle_session(session);
        Ok(())
    }
}

fn with_sdp(request: RequestBuilder<'_>, sdp: &Bytes) -> Bytes {
    if sdp.is_empty() {
        return request.build();
    }
    request.body(SDP, sdp).build()
}
