//! The end of a call: everything it holds is given back, whoever ended it.

use super::{Call, Stage, Who};
use crate::exchange::{Exchange, Side};
use model::{CallFact, EndReason, EndedBy, Ending, QueueExit};
use sip::ReasonHeader;
use std::time::Duration;

impl Call {
    /// Ends the call by our own decision.
    pub(crate) fn end_by_system(
        &mut self,
        now: Duration,
        reason: EndReason,
        exchange: &mut Exchange,
    ) {
        let ending = Ending {
            by: EndedBy::System,
            stage: self.end_stage(),
            reason,
            sip_code: None,
            q850: None,
        };
        self.end(now, ending, None, exchange);
    }

    /// Ends the call. `gone` is the side whose dialog is over already.
    pub(crate) fn end(
        &mut self,
        now: Duration,
        ending: Ending,
        gone: Option<Side>,
        exchange: &mut Exchange,
    ) {
        if self.is_over() {
            return;
        }
        self.abandon_offer(now, exchange);
        if let Some(queue) = self.waiting_queue() {
            let exit = match ending.by {
                EndedBy::Customer => QueueExit::Abandoned,
                EndedBy::Agent | EndedBy::System | EndedBy::Network => QueueExit::Ended,
            };
            self.note(now, CallFact::Dequeued { queue, exit }, exchange);
        }
        exchange.router.leave(now, self.origin.id);
        if let (Stage::Talking, Some(Who::Agent(agent))) = (
            &self.stage,
            self.party.as_ref().map(|party| party.who.clone()),
        ) {
            exchange.router.finished(now, (agent, self.origin.id), self.queue);
        }
        if gone != Some(Side::Party) {
            self.hang_up_party(now, exchange);
        }
        if gone != Some(Side::Customer) {
            let reason = ReasonHeader {
                protocol: "Q.850".to_owned(),
                cause: q850_of(&ending),
                text: None,
            };
            // The customer's BYE may have crossed ours.
            let _ = exchange
                .endpoint
                .hang_up(now, self.customer.session, Some(reason));
        }
        self.stop_taping(now, exchange);
        self.drop_party(now, exchange);
        self.customer.close(now, exchange);
        self.walk = None;
        self.note(now, CallFact::Ended(ending), exchange);
        self.stage = Stage::Ended;
    }
}

/// The Q.850 cause that tells the peer why we hang up.
fn q850_of(ending: &Ending) -> u16 {
    match ending.reason {
        EndReason::Busy => 17,
        EndReason::NoAnswer => 19,
        EndReason::UnknownNumber => 1,
        EndReason::Overloaded => 42,
        EndReason::NotAcceptable => 88,
        EndReason::InternalError | EndReason::ServerFailure | EndReason::Shutdown => 41,
        EndReason::SignallingTimeout | EndReason::MediaTimeout => 102,
        EndReason::HungUp
        | EndReason::Cancelled
        | EndReason::FlowEnded
        | EndReason::NoAgent
        | EndReason::QueueTimeout
        | EndReason::QueueFull
        | EndReason::Refused
        | EndReason::Operator => 16,
    }
}
