//! The end of a call: everything it holds is given back, whoever ended it.

use super::{Call, Part, Stage};
use crate::exchange::Exchange;
use crate::leg::Farewell;
use model::{CallFact, EndReason, EndedBy, Ending, QueueExit};
use sip::ReasonHeader;
use std::time::Duration;

/// How a call ends, and what those who are left are told.
#[derive(Debug)]
pub(crate) struct Departure {
    pub(crate) ending: Ending,
    /// The leg whose dialog is over already.
    pub(crate) gone: Option<Part>,
    /// What the one who left gave as reason; the others are told the same.
    pub(crate) reason: Option<ReasonHeader>,
}

impl Departure {
    /// An end that nobody's leaving causes.
    pub(crate) const fn of(ending: Ending) -> Self {
        Self {
            ending,
            gone: None,
            reason: None,
        }
    }
}

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
        self.end(now, Departure::of(ending), exchange);
    }

    /// Ends the call.
    pub(crate) fn end(&mut self, now: Duration, departure: Departure, exchange: &mut Exchange) {
        if self.is_over() {
            return;
        }
        let Departure {
            ending,
            gone,
            reason,
        } = departure;
        self.abandon_offer(now, exchange);
        if let Some(queue) = self.waiting_queue() {
            let exit = match ending.by {
                EndedBy::Customer => QueueExit::Abandoned,
                EndedBy::Agent | EndedBy::System | EndedBy::Network => QueueExit::Ended,
            };
            self.note(now, CallFact::Dequeued { queue, exit }, exchange);
        }
        exchange.router.leave(now, self.origin.id);
        self.stop_transfer(now, exchange);
        self.dismiss_supervisors(now, exchange);
        let agents: Vec<_> = self.agents().collect();
        for agent in agents {
            self.release_agent(now, agent, exchange);
        }
        let farewell = farewell_of(&ending, reason);
        self.cancel_rung(now, &farewell, exchange);
        if gone != Some(Part::Party)
            && let Some(party) = &mut self.party
        {
            party.leg.hang_up(now, &farewell, exchange);
        }
        if let Some(mut guest) = self.guest.take() {
            guest.leg.hang_up(now, &farewell, exchange);
            guest.leg.close(now, exchange);
        }
        if gone != Some(Part::Customer) {
            self.customer.hang_up(now, &farewell, exchange);
        }
        self.stop_stream(exchange);
        self.stop_taping(now, exchange);
        self.drop_party(now, exchange);
        self.customer.close(now, exchange);
        self.walk = None;
        self.note(now, CallFact::Ended(ending), exchange);
        self.stage = Stage::Ended;
    }

    /// Forgets the party and frees its port. The dialog has ended or was hung up before.
    pub(super) fn drop_party(&mut self, now: Duration, exchange: &mut Exchange) {
        if let Some(party) = self.party.take() {
            party.leg.close(now, exchange);
        }
    }
}

/// What those who are left are told: what the one who left said, or what we know.
fn farewell_of(ending: &Ending, reason: Option<ReasonHeader>) -> Farewell {
    let status = status_of(ending);
    if reason.is_some() {
        return Farewell { status, reason };
    }
    let cause = ending.q850.map_or_else(|| q850_of(ending), u16::from);
    Farewell::because(status, cause, None)
}

/// The final status for a caller who was not answered. 503 would make the peer avoid us as a whole
/// (RFC 3261 §16.7), and it is about one number.
fn status_of(ending: &Ending) -> u16 {
    match (ending.sip_code, ending.reason) {
        (Some(503), _) => 500,
        (Some(status @ 400..=699), _) => status,
        (_, EndReason::Busy) => 486,
        (_, EndReason::UnknownNumber) => 404,
        (_, EndReason::Overloaded) => 503,
        (_, EndReason::NotAcceptable) => 488,
        (_, EndReason::InternalError | EndReason::ServerFailure) => 500,
        (_, EndReason::Forbidden) => 403,
        (_, EndReason::Refused) => 603,
        (_, _) => 480,
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
        EndReason::PoweredOff | EndReason::Unreachable => 20,
        EndReason::OutOfService => 27,
        EndReason::Congestion => 42,
        EndReason::SignallingTimeout | EndReason::MediaTimeout | EndReason::Expired => 102,
        EndReason::HungUp
        | EndReason::Cancelled
        | EndReason::FlowEnded
        | EndReason::NoAgent
        | EndReason::QueueTimeout
        | EndReason::QueueFull
        | EndReason::Refused
        | EndReason::Forbidden
        | EndReason::Operator
        | EndReason::Transferred => 16,
    }
}
