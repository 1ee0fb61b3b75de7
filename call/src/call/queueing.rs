//! Waiting in a line, and the offers that the router makes for the call.

use super::{Call, Party, Stage, Who};
use crate::exchange::{Exchange, Side};
use crate::identity::ANONYMOUS;
use crate::leg::{Farewell, Leg, Manners, Outfit};
use crate::limits::DEVICES;
use ivr::{Happening, TransferOutcome};
use media::tone::Tone;
use model::{AgentId, AnswerMode, CallFact, OfferOutcome, QueueExit, QueueId};
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
        self.play_tone(Tone::Ringback, exchange);
        None
    }

    pub(super) fn wait_in(
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
        if !self.invite_agent(now, agent, exchange) {
            let failure = (OfferOutcome::Unreachable, TransferOutcome::Unavailable);
            self.offer_failed(now, agent, failure, exchange);
        }
    }

    /// Rings all devices of the agent; false when there is none to ring.
    fn invite_agent(&mut self, now: Duration, agent: AgentId, exchange: &mut Exchange) -> bool {
        let directory = Arc::clone(&exchange.directory);
        let Some(entry) = directory.agent(agent) else {
            return false;
        };
        let devices = exchange.endpoint.contacts(now, &entry.extension);
        for device in devices.into_iter().take(DEVICES) {
            if let Some(leg) =
                self.invite_device(now, (&entry.extension, device), Vec::new(), exchange)
            {
                exchange.know_leg(leg.names(), self.name(), Side::Party);
                let who = Who::Agent(agent);
                self.rung.push(Party { leg, who });
            }
        }
        !self.rung.is_empty()
    }

    /// Rings one device, with header lines that not every device gets.
    pub(super) fn invite_device(
        &self,
        now: Duration,
        (extension, device): (&str, sip::Binding),
        mut headers: Vec<(String, String)>,
        exchange: &mut Exchange,
    ) -> Option<Leg> {
        let flow = device.flow;
        let outfit = Outfit {
            address: exchange.media_address(flow.local.ip()),
            signalling: flow.remote.ip(),
            worker: exchange.worker_of(self.customer.media)?,
            trunk: None,
            manners: Manners::phone(self.customer.codec(), exchange.encryption_of(&flow)),
        };
        let mut leg = Leg::new(now, outfit, exchange)?;
        let caller = if self.origin.private {
            ANONYMOUS
        } else {
            self.origin.caller.as_str()
        };
        let target = Target::Contact(device);
        headers.push(("X-Trunkline-Call".to_owned(), self.origin.id.to_string()));
        let invite = Invite {
            headers,
            max_forwards: self.origin.max_forwards.saturating_sub(1),
            ..Invite::new(target, caller, extension, leg.offer())
        };
        if let Ok(session) = exchange.endpoint.invite(now, invite) {
            leg.session = session;
            return Some(leg);
        }
        leg.close(now, exchange);
        None
    }

    /// An offer that could not be made or was declined: the call goes back to its place.
    pub(crate) fn offer_failed(
        &mut self,
        now: Duration,
        agent: AgentId,
        (outcome, transfer): (OfferOutcome, TransferOutcome),
        exchange: &mut Exchange,
    ) {
        self.note(now, CallFact::OfferEnded { agent, outcome }, exchange);
        exchange.router.declined(now, self.origin.id, outcome);
        if exchange.router.ticket(self.origin.id).is_none() {
            self.transfer_failed(now, transfer, exchange);
        }
    }

    /// The agent let it ring until the deadline.
    pub(crate) fn offer_expired(&mut self, now: Duration, agent: AgentId, exchange: &mut Exchange) {
        let outcome = OfferOutcome::NoAnswer;
        self.cancel_rung(now, &Farewell::because(480, 19, None), exchange);
        self.note(now, CallFact::OfferEnded { agent, outcome }, exchange);
        if self.waiting_queue().is_none() {
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
            | Stage::Placing
            | Stage::Talking
            | Stage::Transferring(_)
            | Stage::Message { .. }
            | Stage::Ended
            | Stage::Parting { .. } => None,
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

/// What a final status of an agent's device says of the offer, and of the way there.
pub(crate) fn failure_of(status: u16) -> (OfferOutcome, TransferOutcome) {
    match status {
        404 | 410 | 430 | 480 | 500..=599 => {
            (OfferOutcome::Unreachable, TransferOutcome::Unavailable)
        }
        408 => (OfferOutcome::NoAnswer, TransferOutcome::NoAnswer),
        486 | 600 => (OfferOutcome::Rejected, TransferOutcome::Busy),
        _ => (OfferOutcome::Rejected, TransferOutcome::Refused),
    }
}
