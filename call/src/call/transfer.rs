//! An agent hands the customer on from their phone (REFER, RFC 3515): to a colleague, to a number
//! of ours, to an outside number, or to whom they consulted meanwhile.
//!
//! Once the REFER is accepted the agent no longer talks with the customer; where nobody is reached
//! the two are put together again.

use super::{Call, Dial, Part, Stage, Who};
use crate::authorize::{Principal, Wish, authorize_dial};
use crate::exchange::Exchange;
use crate::leg::Farewell;
use media::Order;
use media::tone::Tone;
use model::{AgentId, CallFact, Destination, EndReason, PhoneNumber, QueueId};
use serde::{Deserialize, Serialize};
use sip::{ReferTo, TransferId};
use std::sync::Arc;
use std::time::Duration;

/// A transfer whose target rings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Transfer {
    /// The REFER, while the agent's phone waits for its outcome.
    id: TransferId,
    agent: AgentId,
    /// Whom the agent named.
    to: String,
}

impl Transfer {
    /// That of an agent who hands the customer on to somebody who rings for them already.
    pub(super) fn new(join: &Join) -> Self {
        Self {
            id: join.transfer,
            agent: join.agent,
            to: join.to.clone(),
        }
    }
}

/// Two calls of an agent that are to become one (RFC 5589 §7): the switchboard has both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Join {
    /// The call whose customer is handed on.
    pub(crate) call: model::CallId,
    /// The call to whose other side they are handed.
    pub(crate) other: model::CallId,
    /// The agent's dialog in the other call.
    pub(crate) session: sip::SessionId,
    pub(crate) transfer: TransferId,
    pub(crate) agent: AgentId,
    pub(crate) to: String,
}

/// Where a transfer leads.
enum Goal {
    Colleague(AgentId),
    Ours(Destination),
    Outside(Dial),
}

impl Call {
    /// A phone asks us to call somebody else. Only an agent in a conversation may.
    pub(super) fn referred(
        &mut self,
        now: Duration,
        part: Part,
        (transfer, refer_to): (TransferId, &ReferTo),
        exchange: &mut Exchange,
    ) {
        let Some(agent) = self.referrer(part) else {
            refuse(now, transfer, 603, exchange);
            return;
        };
        exchange.touched.insert(self.origin.id);
        if part == Part::Customer {
            self.change_seats();
        }
        if let Some(replaces) = &refer_to.replaces {
            let session = exchange.endpoint.session_of_replaces(replaces);
            let known = session.and_then(|it| Some((it, exchange.call_of_session(it)?)));
            let Some((session, other)) = known.filter(|(_, other)| *other != self.origin.id) else {
                refuse(now, transfer, 481, exchange);
                return;
            };
            exchange.joins.push_back(Join {
                call: self.origin.id,
                other,
                session,
                transfer,
                agent,
                to: refer_to.user.clone(),
            });
            return;
        }
        match self.goal_of(now, (agent, &refer_to.user), exchange) {
            Ok(goal) => {
                let to = refer_to.user.clone();
                let id = transfer;
                self.begin_transfer(now, Transfer { id, agent, to }, goal, exchange);
            }
            Err(status) => {
                refuse(now, transfer, status, exchange);
                self.note_transfer(now, (agent, &refer_to.user), status, exchange);
            }
        }
    }

    /// The agent who may transfer, if that leg is theirs: never a trunk.
    fn referrer(&self, part: Part) -> Option<AgentId> {
        if !matches!(self.stage, Stage::Talking) || self.guest.is_some() {
            return None;
        }
        match part {
            Part::Customer => self.colleague,
            Part::Party => self.party_agent(),
            Part::Rung(_) | Part::Supervisor(_) | Part::Guest => None,
        }
    }

    /// The two sides of an internal call change places, so that the one who stays is the customer.
    fn change_seats(&mut self) {
        let (Some(caller), Some(party)) = (self.colleague, &mut self.party) else {
            return;
        };
        let Who::Agent(answerer) = party.who else {
            return;
        };
        std::mem::swap(&mut self.customer, &mut party.leg);
        party.who = Who::Agent(caller);
        self.colleague = Some(answerer);
    }

    /// Where a transfer to `user` leads, or the status for the agent's phone.
    fn goal_of(
        &self,
        now: Duration,
        (agent, user): (AgentId, &str),
        exchange: &mut Exchange,
    ) -> Result<Goal, u16> {
        let enterprise = self.origin.enterprise;
        let directory = Arc::clone(&exchange.directory);
        let colleague = directory.agent_with_extension(user);
        if let Some(colleague) = colleague.filter(|it| it.enterprise == enterprise) {
            return Ok(Goal::Colleague(colleague.id));
        }
        if let Some(number) = directory.number_of_ours(enterprise, user) {
            return Ok(Goal::Ours(number.destination));
        }
        let wish = Wish {
            number: user,
            hops: self.origin.max_forwards,
        };
        authorize_dial(Principal::Agent(agent), wish, &directory)
            .map(|destination| Goal::Outside(Dial::new(destination)))
            .map_err(|error| {
                if let Some(fact) = error.fact() {
                    self.note(now, fact, exchange);
                }
                error.status()
            })
    }

    fn begin_transfer(
        &mut self,
        now: Duration,
        transfer: Transfer,
        goal: Goal,
        exchange: &mut Exchange,
    ) {
        let (id, agent) = (transfer.id, transfer.agent);
        if exchange.endpoint.accept_transfer(now, id).is_err() {
            return;
        }
        self.disconnect(exchange);
        let fact = CallFact::Unbridged { agent: Some(agent) };
        self.note(now, fact, exchange);
        self.stage = Stage::Transferring(transfer);
        match goal {
            Goal::Colleague(colleague) => {
                let claimed = exchange.router.claim(now, self.origin.id, colleague);
                if claimed.is_err() {
                    self.transfer_refused(now, 486, exchange);
                    return;
                }
            }
            Goal::Outside(dial) => {
                self.dial = Some(dial);
                if !self.dial_on(now, exchange) {
                    self.dial = None;
                    self.transfer_refused(now, 503, exchange);
                    return;
                }
            }
            Goal::Ours(destination) => {
                self.send_to(now, destination, exchange);
                return;
            }
        }
        self.play_tone(Tone::Ringback, exchange);
    }

    /// Into a queue or a flow of ours: the agent is free once the customer is in there.
    fn send_to(&mut self, now: Duration, destination: Destination, exchange: &mut Exchange) {
        match destination {
            Destination::Queue(queue) => self.send_to_queue(now, queue, exchange),
            Destination::Flow(flow) => {
                self.leave_transfer(now, exchange);
                self.enter_flow(now, flow, exchange);
            }
        }
    }

    fn send_to_queue(&mut self, now: Duration, queue: QueueId, exchange: &mut Exchange) {
        let Stage::Transferring(transfer) = &self.stage else {
            return;
        };
        let (transfer, before) = (transfer.clone(), self.queue);
        if self.wait_in(now, queue, 0, exchange).is_err() {
            self.queue = before;
            self.transfer_refused(now, 480, exchange);
            return;
        }
        // The agent wraps up as the queue they took the call from has it.
        let entered = std::mem::replace(&mut self.queue, before);
        self.finish_transfer(now, &transfer, exchange);
        self.queue = entered;
    }

    /// The transfer succeeded, or the agent did not wait for that: they are out of the call.
    pub(super) fn leave_transfer(&mut self, now: Duration, exchange: &mut Exchange) {
        if let Stage::Transferring(transfer) = &self.stage {
            let transfer = transfer.clone();
            self.finish_transfer(now, &transfer, exchange);
        }
    }

    fn finish_transfer(&mut self, now: Duration, transfer: &Transfer, exchange: &mut Exchange) {
        let Some(party) = self.party.take() else {
            return;
        };
        let mut leg = party.leg;
        report(now, transfer.id, 200, exchange);
        leg.hang_up(now, &Farewell::plain(), exchange);
        leg.close(now, exchange);
        self.release_agent(now, transfer.agent, exchange);
        self.note_transfer(now, (transfer.agent, &transfer.to), 200, exchange);
    }

    /// Nobody was reached: the customer goes back to the agent, if that one still is there.
    pub(super) fn transfer_refused(&mut self, now: Duration, status: u16, exchange: &mut Exchange) {
        let Stage::Transferring(transfer) = &self.stage else {
            return;
        };
        let transfer = transfer.clone();
        self.cancel_rung(now, &Farewell::plain(), exchange);
        self.dial = None;
        if self.party.is_none() {
            self.end_with_tone(now, EndReason::NoAnswer, exchange);
            return;
        }
        report(now, transfer.id, status, exchange);
        self.note_transfer(now, (transfer.agent, &transfer.to), status, exchange);
        self.stage = Stage::Talking;
        let agent = Some(transfer.agent);
        self.note(now, CallFact::Bridged { agent }, exchange);
        self.sound_out(exchange);
    }

    /// The call ends while a transfer is under way.
    pub(super) fn stop_transfer(&mut self, now: Duration, exchange: &mut Exchange) {
        if let Stage::Transferring(transfer) = &self.stage {
            report(now, transfer.id, 487, exchange);
        }
    }

    pub(super) fn note_transfer(
        &self,
        now: Duration,
        (agent, to): (AgentId, &str),
        status: u16,
        exchange: &mut Exchange,
    ) {
        let Ok(to) = PhoneNumber::parse(to) else {
            return;
        };
        let fact = CallFact::Transferred { agent, to, status };
        self.note(now, fact, exchange);
    }
}

/// Refuses a REFER. A dialog that is over by now needs no answer.
pub(crate) fn refuse(now: Duration, id: TransferId, status: u16, exchange: &mut Exchange) {
    let _ = exchange.endpoint.refuse_transfer(now, id, status);
}

/// Tells the agent's phone how its transfer ended. A phone that has hung up does not ask for it.
pub(super) fn report(now: Duration, id: TransferId, status: u16, exchange: &mut Exchange) {
    let _ = exchange.endpoint.report_transfer(now, id, status, "");
}

/// Parts two legs, so that others may hear them.
pub(super) fn part(customer: media::LegId, party: media::LegId, exchange: &mut Exchange) {
    exchange.order(Order::Unbridge {
        a: customer,
        b: party,
    });
}
