//! Calls that we make: the UAC side of an INVITE (RFC 3261 §13.2).

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use rand_chacha::rand_core::Rng;

use super::Endpoint;
use super::failure::Failure;
use super::naming;
use super::reply::SDP;
use super::transmit::{Dispatch, Errand, Received};
use crate::dialog::{self, Dialog, Reach, value};
use crate::error::Error;
use crate::event::{Event, Invite, SessionId, Target};
use crate::message::{Message, Method, Name, RequestBuilder, Status};
use crate::session::{Heard, Outgoing, Owner, Session, Stage, Verdict};
use crate::transaction::table::{Machine, Purpose, Slot};
use crate::transaction::{invite_client, non_invite_client};
use crate::transport::{Flow, Transport};

impl Endpoint {
    /// Makes a call. Over a trunk its gateways are tried until one takes it; how that ends is told
    /// by an event in any case.
    ///
    /// # Errors
    /// If a limit is reached, a header is not fit to be sent, or there is no such trunk.
    pub fn invite(&mut self, now: Duration, invite: Invite) -> Result<SessionId, Error> {
        if self.is_full() {
            return Err(Error::TooManySessions(self.sessions.len()));
        }
        naming::check(&invite)?;
        let hunt = self.hunt_to(&invite.target)?;
        let is_over_trunk = hunt.is_some();
        let id = self.random_session();
        let mut dialog = self.new_dialog(id, &invite);
        if let Target::Contact(binding) = &invite.target {
            dialog.lead_to(binding);
            dialog.flow = self.dialog_flow(&dialog);
        }
        let stage = Stage::Calling {
            heard: Heard::Nothing,
            give_up_at: now + self.config.limits.unanswered,
        };
        let mut session = Session::new(id, dialog, stage);
        session.local_sdp = invite.offer.clone();
        session.lives_until = self.end_of_life(now);
        session.outgoing = Some(Box::new(Outgoing {
            invite,
            hunt,
            silent_until: None,
            fallback: None,
            verdict: Failure::Unreachable.verdict(),
        }));
        self.insert_session(session);
        self.counters.outgoing_calls += 1;
        if is_over_trunk {
            self.hunt_call(now, id);
        } else if let Some(dispatch) = self.write_invite(id) {
            self.start_client(now, dispatch, Errand::of(id, Purpose::Open));
        }
        Ok(id)
    }

    /// Writes the INVITE of a call that waits for its answer, once more if it was sent before: with
    /// the next CSeq and a new branch.
    pub(super) fn write_invite(&mut self, id: SessionId) -> Option<Dispatch> {
        let branch = self.new_branch();
        let session = self.sessions.get_mut(&id)?;
        let cseq = session.dialog.next_sequence();
        let dialog = session.dialog.clone();
        let over = session.over.clone();
        let invite = session.outgoing.as_ref()?.invite.clone();
        let flow = dialog.flow;
        let via = self.via_value(flow, &branch);
        let contact = self.session_contact(id);
        let mut request = dialog
            .request(Method::Invite, cseq, &via, invite.max_forwards)
            .header(Name::Contact, value(contact.as_bytes()));
        let mut host = self.host_of(flow);
        if let Some(over) = over {
            if let Some(hosts) = self.hosts_over(over.trunk, &over.way, flow) {
                host = hosts.ours;
            }
            for answer in self.preempted(&over, Method::Invite, &dialog.target) {
                request = request.header(answer.name, value(answer.value.as_bytes()));
            }
        }
        let named = naming::headers(&invite, &host);
        for (name, text) in self.invitation_headers(id).into_iter().chain(named) {
            request = request.header(name, value(text.as_bytes()));
        }
        for (name, text) in &invite.headers {
            request = request.extension(name, value(text.as_bytes()));
        }
        Some(Dispatch {
            flow,
            method: Method::Invite,
            cseq,
            branch,
            message: with_sdp(request, &invite.offer),
        })
    }

    /// The dialog of a call to a phone. That of a call over a trunk is pointed at each gateway when
    /// its turn comes.
    fn new_dialog(&mut self, id: SessionId, invite: &Invite) -> Dialog {
        let mut call_id = [0; 16];
        self.random.fill_bytes(&mut call_id);
        let nowhere = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0);
        let (flow, target, reach) = match &invite.target {
            Target::Contact(binding) => (binding.flow, binding.contact_uri.clone(), Reach::Flow),
            Target::Trunk { .. } => {
                let flow = Flow {
                    transport: Transport::Udp,
                    local: nowhere,
                    remote: nowhere,
                    connection: None,
                };
                (flow, String::new(), Reach::Address)
            }
        };
        let ours = self.host_of(flow);
        Dialog {
            call_id: format!("{:032x}", u128::from_be_bytes(call_id)),
            local: format!("{};tag={}", naming::from(invite, &ours), dialog::tag(id)).into_bytes(),
            remote: naming::to(invite, &ours).into_bytes(),
            remote_tag: String::new(),
            local_cseq: 0,
            remote_cseq: None,
            target,
            routes: Vec::new(),
            flow,
            reach,
            peer_name: None,
            phone: None,
        }
    }

    pub(super) fn handle_response(&mut self, now: Duration, received: Received<'_>, slot: Slot) {
        let Some(status) = received.message.status() else {
            return;
        };
        self.follow_peer(slot, received.flow);
        let Some(transaction) = self.transactions.get_mut(slot) else {
            return;
        };
        let actions = match &mut transaction.machine {
            Machine::InviteClient(machine) => machine.handle_response(now, status.code()),
            Machine::NonInviteClient(machine) => {
                let action = machine.handle_response(now, status.code());
                if action.is_some() && self.answer_challenge(now, received, slot) {
                    self.settle(slot);
                    return;
                }
                let asked = self.asked(slot);
                let changes = self.changes(slot);
                if let (Some(_), Some(id)) = (action, changes) {
                    self.change_response(now, received, slot, id);
                }
                self.settle(slot);
                if let (Some(non_invite_client::Action::Deliver), Some(asked)) = (action, asked) {
                    self.request_done(now, &asked, status.code(), Some(received.message));
                    self.request_answered(now, received, slot);
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
                (invite_client::Action::Deliver, Some(id)) if purpose == Purpose::Abandoned => {
                    self.take_late_response(now, received, slot, id);
                }
                (invite_client::Action::Deliver, Some(_))
                    if self.answer_challenge(now, received, slot) => {}
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
                self.call_attempt_failed(now, id, &Failure::of(received.message));
            }
        }
    }

    /// Ends a call of ours that was not answered.
    pub(super) fn call_failed(&mut self, id: SessionId, verdict: Verdict) {
        let is_waiting = self.sessions.get(&id).is_some_and(|session| {
            session.owner == Owner::Attached && matches!(session.stage, Stage::Calling { .. })
        });
        if is_waiting {
            let Verdict {
                status,
                reason,
                contacts,
            } = verdict;
            self.emit(Event::Refused {
                session: id,
                status,
                reason,
                contacts,
            });
        }
        self.close(id, None);
    }

    /// Turns away who takes a call that went elsewhere meanwhile: CANCEL, or ACK and BYE.
    fn take_late_response(
        &mut self,
        now: Duration,
        received: Received<'_>,
        slot: Slot,
        id: SessionId,
    ) {
        let message = received.message;
        let status = message.status().map_or(0, Status::code);
        if status < 200 {
            self.cancel_abandoned(now, slot, id);
        } else if status < 300 && !self.repeat_ack(id, message) {
            self.turn_away_fork(now, received, slot, id);
        }
    }

    /// Acknowledges the 2xx of a callee who is not wanted any more, and says BYE.
    fn turn_away_fork(&mut self, now: Duration, received: Received<'_>, slot: Slot, id: SessionId) {
        let most = self.config.limits.forks;
        let flow = self.transactions.get(slot).map(|found| found.flow);
        let (Some(flow), Some(session)) = (flow, self.sessions.get(&id)) else {
            return;
        };
        if session.acknowledged.len() < most {
            let mut dialog = session
                .dialog
                .answered(received.message, received.flow.local);
            dialog.flow = flow;
            self.send_ack(id, slot, Some(&dialog), &Bytes::new());
            self.say_bye_to(now, id, &mut dialog);
        }
    }
}

pub(super) fn with_sdp(request: RequestBuilder<'_>, sdp: &Bytes) -> Bytes {
    if sdp.is_empty() {
        return request.build();
    }
    request.body(SDP, sdp).build()
}
