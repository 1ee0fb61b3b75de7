//! Waiting in a line, and the offers that the router makes for the call.

use super::{Call, Party, Stage, Who};
use crate::exchange::{Exchange, Side};
use crate::leg::Leg;
use ivr::{Happening, TransferOutcome};
use model::{AgentId, AnswerMode, CallFact, EndReason, OfferOutcome, QueueExit, QueueId};
use queue::EnqueueError;
use sip::{Invite, Target};
use std::sync::Arc;
use std::time::Duration;

impl Call {
    /// Enters a queue straight from the trunk.
    pub(crate) fn enter_queue(
        &mut self,
        now: Duration,
        queue: QueueId,
        priority: u8,
        exchange: &mut Exchange,
    ) {
        if let Err(outcome) = self.wait_in(now, queue, priority, exchange) {
            self.transfer_failed(now, outcome, exchange);
        }
    }

    /// The flow sends the call into a queue.
    pub(crate) fn flow_to_queue(
        &mut self,
        now: Duration,
        name: &str,
        priority: u8,
        exchange: &mut Exchange,
    ) -> Option<Happening> {
        let queue = exchange
            .directory
            .queue_named(self.origin.enterprise, name)
            .map(|queue| queue.id);
        let Some(queue) = queue else {
            return Some(Happening::TransferEnded(TransferOutcome::Unavailable));
        };
        self.wait_in(now, queue, priority, exchange)
            .err()
            .map(Happening::TransferEnded)
    }

    /// The flow sends the call to one agent.
    pub(crate) fn flow_to_agent(
        &mut self,
        now: Duration,
        extension: &str,
        exchange: &mut Exchange,
    ) -> Option<Happening> {
        let agent = exchange
            .directory
            .agent_with_extension(extension)
            .filter(|agent| agent.enterprise == self.origin.enterprise)
            .map(|agent| agent.id);
        let claimed =
            agent.is_some_and(|agent| exchange.router.claim(now, self.origin.id, agent).is_ok());
        if !claimed {
            return Some(Happening::TransferEnded(TransferOutcome::Unavailable));
        }
        self.stage = Stage::Waiting { queue: None };
        self.play(crate::Library::ringback(), true, exchange);
        None
    }

    fn wait_in(
        &mut self,
        now: Duration,
        queue: QueueId,
        priority: u8,
        exchange: &mut Exchange,
    ) -> Result<(), TransferOutcome> {
        self.queue = Some(queue);
        self.note(now, CallFact::Queued { queue }, exchange);
        let entered = exchange
            .router
            .enqueue(now, self.origin.id, queue, priority);
        if let Err(error) = entered {
            let (exit, outcome) = refusal(error);
            self.note(now, CallFact::Dequeued { queue, exit }, exchange);
            return Err(outcome);
        }
        self.stage = Stage::Waiting { queue: Some(queue) };
        let music = exchange.library.music();
        self.play(music, true, exchange);
        Ok(())
    }

    /// The router chose an agent: ring their device.
    pub(crate) fn ring_agent(
        &mut self,
        now: Duration,
        agent: AgentId,
        answer_mode: AnswerMode,
        exchange: &mut Exchange,
    ) {
        let queue = self.waiting_queue();
        let fact = CallFact::Offered {
            agent,
            queue,
            answer_mode,
        };
        self.note(now, fact, exchange);
        if self.invite_agent(now, agent, exchange).is_none() {
            self.offer_failed(now, agent, OfferOutcome::Unreachable, exchange);
        }
    }

    fn invite_agent(
        &mut self,
        now: Duration,
        agent: AgentId,
        exchange: &mut Exchange,
    ) -> Option<()> {
        let directory = Arc::clone(&exchange.directory);
        let extension = &directory.agent(agent)?.extension;
        let binding = exchange
            .endpoint
            .contacts(now, extension)
            .into_iter()
            .next()?;
        let flow = binding.flow;
        let addresses = (exchange.media_address(flow.local.ip()), flow.remote.ip());
        let worker = exchange.ports.worker_of(self.customer.media)?;
        let laws = self.laws();
        let leg = Leg::new(now, addresses, worker, laws, exchange)?;
        let target = Target::Contact(binding);
        let invite = Invite {
            headers: vec![("X-Trunkline-Call".to_owned(), self.origin.id.to_string())],
            max_forwards: self.origin.max_forwards.saturating_sub(1),
            ..Invite::new(target, self.origin.caller.as_str(), extension, leg.offer())
        };
        self.send_invite(now, invite, (leg, Who::Agent(agent)), exchange)
    }

    /// Sends the INVITE of the call's other side; the port goes back when that fails.
    pub(crate) fn send_invite(
        &mut self,
        now: Duration,
        invite: Invite,
        (mut leg, who): (Leg, Who),
        exchange: &mut Exchange,
    ) -> Option<()> {
        let Ok(session) = exchange.endpoint.invite(now, invite) else {
            exchange.release_port(now, leg.media);
            return None;
        };
        leg.session = session;
        exchange.know_leg(leg.names(), self.name(), Side::Party);
        self.party = Some(Party { leg, who });
        Some(())
    }

    /// An offer that could not be made or was declined: the call goes back to its place.
    pub(crate) fn offer_failed(
        &mut self,
        now: Duration,
        agent: AgentId,
        outcome: OfferOutcome,
        exchange: &mut Exchange,
    ) {
        self.drop_party(now, exchange);
        self.note(now, CallFact::OfferEnded { agent, outcome }, exchange);
        exchange.router.declined(now, self.origin.id, outcome);
        if exchange.router.ticket(self.origin.id).is_none() {
            self.transfer_failed(now, transfer_outcome(outcome), exchange);
        }
    }

    /// The agent let it ring until the deadline.
    pub(crate) fn offer_expired(&mut self, now: Duration, agent: AgentId, exchange: &mut Exchange) {
        let outcome = OfferOutcome::NoAnswer;
        self.hang_up_party(now, exchange);
        self.drop_party(now, exchange);
        self.note(now, CallFact::OfferEnded { agent, outcome }, exchange);
        if matches!(self.stage, Stage::Waiting { queue: None }) {
            self.transfer_failed(now, TransferOutcome::NoAnswer, exchange);
        }
    }

    /// The longest wait is over.
    pub(crate) fn wait_expired(&mut self, now: Duration, exchange: &mut Exchange) {
        if let Some(queue) = self.waiting_queue() {
            let exit = QueueExit::TimedOut;
            self.note(now, CallFact::Dequeued { queue, exit }, exchange);
        }
        self.transfer_failed(now, TransferOutcome::TimedOut, exchange);
    }

    /// The agent's device answered; false when the offer had ended before.
    pub(crate) fn take_offer(&mut self, now: Duration, exchange: &mut Exchange) -> bool {
        let Some(agent) = exchange.router.answered(now, self.origin.id) else {
            return false;
        };
        let outcome = OfferOutcome::Answered;
        self.note(now, CallFact::OfferEnded { agent, outcome }, exchange);
        if let Some(queue) = self.waiting_queue() {
            let exit = QueueExit::Answered;
            self.note(now, CallFact::Dequeued { queue, exit }, exchange);
        }
        true
    }

    pub(crate) fn waiting_queue(&self) -> Option<QueueId> {
        match self.stage {
            Stage::Waiting { queue } => queue,
            Stage::Arriving { .. }
            | Stage::Flow
            | Stage::Dialing { .. }
            | Stage::Talking
            | Stage::Message { .. }
            | Stage::Ended => None,
        }
    }
}

fn refusal(error: EnqueueError) -> (QueueExit, TransferOutcome) {
    match error {
        EnqueueError::Full => (QueueExit::Full, TransferOutcome::Full),
        EnqueueError::NoAgent => (QueueExit::NoAgent, TransferOutcome::NoAgent),
        EnqueueError::Unknown | EnqueueError::AlreadyWaiting => {
            (QueueExit::Ended, TransferOutcome::Unavailable)
        }
    }
}

fn transfer_outcome(outcome: OfferOutcome) -> TransferOutcome {
    match outcome {
        OfferOutcome::Answered => TransferOutcome::Completed,
        OfferOutcome::NoAnswer | OfferOutcome::CallerGaveUp => TransferOutcome::NoAnswer,
        OfferOutcome::Rejected => TransferOutcome::Refused,
        OfferOutcome::Unreachable => TransferOutcome::Unavailable,
    }
}

/// The outcome that a final status of an agent's device stands for.
pub(crate) fn outcome_of(status: u16) -> OfferOutcome {
    match status {
        404 | 410 | 430 | 480 | 500..=599 => OfferOutcome::Unreachable,
        408 => OfferOutcome::NoAnswer,
        _ => OfferOutcome::Rejected,
    }
}

/// Why an outside number could not be reached, by the status it gave.
pub(crate) fn dial_failure(status: u16) -> (EndReason, TransferOutcome) {
    match status {
        486 | 600 => (EndReason::Busy, TransferOutcome::Busy),
        408 | 480 | 487 => (EndReason::NoAnswer, TransferOutcome::NoAnswer),
        404 | 410 | 484 | 604 => (EndReason::UnknownNumber, TransferOutcome::Unavailable),
        500..=599 => (EndReason::SignallingTimeout, TransferOutcome::Unavailable),
        _ => (EndReason::Refused, TransferOutcome::Refused),
    }
}
