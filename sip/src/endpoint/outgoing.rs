//! Calls that we make: the UAC side of an INVITE (RFC 3261 §13.2).

use std::time::Duration;

use bytes::Bytes;
use rand_chacha::rand_core::Rng;

use super::Endpoint;
use super::connections::Hop;
use super::naming;
use super::reply::{SDP, reason_of};
use super::transmit::{Dispatch, Errand, Received};
use crate::dialog::{self, Dialog, Reach, value};
use crate::error::Error;
use crate::event::{Event, Invite, SessionId, Target};
use crate::message::{Message, Method, Name, RequestBuilder, Status};
use crate::session::{Heard, Owner, Session, Stage};
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
        if let Target::Contact(binding) = &invite.target {
            dialog.lead_to(binding);
        }
        let flow = self.dialog_flow(&dialog);
        let cseq = dialog.next_sequence();
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let mut request = dialog
            .request(Method::Invite, cseq, &via, invite.max_forwards)
            .header(Name::Contact, value(self.contact_value(flow).as_bytes()));
        let stage = Stage::Calling {
            heard: Heard::Nothing,
            give_up_at: now + self.config.limits.unanswered,
        };
        let mut session = Session::new(id, dialog, stage);
        session.local_sdp = invite.offer.clone();
        session.lives_until = self.end_of_life(now);
        self.insert_session(session);
        let named = naming::headers(&invite, &self.host_of(flow));
        for (name, text) in self.invitation_headers(id).into_iter().chain(named) {
            request = request.header(name, value(text.as_bytes()));
        }
        for (name, text) in invite.headers {
            request = request.extension(&name, value(text.as_bytes()));
        }
        let message = with_sdp(request, &invite.offer);
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
            phone: None,
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
                let changes = self.changes(slot);
                if let (Some(_), Some(id)) = (action, changes) {
                    self.change_response(now, received, slot, id);
                }
                self.settle(slot);
                if let (Some(non_invite_client::Action::Deliver), Some(asked)) = (action, asked) {
                    self.request_done(now, &asked, status.code(), Some(received.message));
                }
                return;
            }
            Machine::InviteServer(_) | Machine::NonInviteServer(_) => return,
        };
        let (session, purpose) = (transaction.session, transaction.purpose);
        self.settle(slot);
        for action in actions {
            match (action, session) {
                (invite_client::Action::SendAck, _) => {
                    self.acknowledge_refusal(slot, received.message);
                }
                (invite_client::Action::Deliver, Some(id)) if purpose == Purpose::Change => {
                    self.change_response(now, received, slot, id);
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
            ..200 => self.progressed(now, received, slot, id),
            200..300 => self.answered(now, received, slot, id),
            422 if self.invite_longer(now, slot, id, received.message) => (),
            300.. => {
                self.terminate_requests(now, id);
                self.refused(id, status, received.message);
            }
        }
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
}

pub(super) fn with_sdp(request: RequestBuilder<'_>, sdp: &Bytes) -> Bytes {
    if sdp.is_empty() {
        return request.build();
    }
    request.body(SDP, sdp).build()
}
