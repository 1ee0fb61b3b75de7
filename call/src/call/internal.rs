//! One agent calls another by their work number.
//!
//! The caller's leg stands where the customer's is, and the colleague is offered the call as one
//! meant for them alone.

use super::arrival::Rejection;
use super::placing::Placement;
use super::{Call, Stage};
use crate::exchange::{Exchange, Side};
use model::{CallType, EndReason};
use queue::SeatError;
use std::time::Duration;

impl Placement {
    /// Rings the colleague, or refuses with a record that says why.
    pub(super) fn call_colleague(
        self,
        now: Duration,
        busy: bool,
        exchange: &mut Exchange,
    ) -> Option<Call> {
        self.arrival.note_arrival(now, CallType::Internal, exchange);
        if let Some(rejection) = self.objection(now, busy, exchange) {
            return self.arrival.reject(now, rejection, exchange);
        }
        let called = self.arrival.origin.called.as_str();
        let colleague = exchange.directory.agent_with_extension(called);
        let Some(colleague) = colleague.map(|agent| agent.id) else {
            let rejection = Rejection::new(404, EndReason::UnknownNumber, 1, "no such agent");
            return self.give_up(now, rejection, exchange);
        };
        let (phone, _) = match self.phone(now, exchange) {
            Ok(phone) => phone,
            Err(rejection) => return self.give_up(now, rejection, exchange),
        };
        let claimed = exchange
            .router
            .claim(now, self.arrival.origin.id, colleague);
        if let Err(error) = claimed {
            phone.close(now, exchange);
            return self.give_up(now, not_free(error), exchange);
        }
        exchange.know_leg(phone.names(), self.arrival.name(), Side::Customer);
        let stage = Stage::Waiting { queue: None };
        let mut call = Call::new(self.arrival.origin, stage, phone);
        call.colleague = Some(self.agent.id);
        call.engage(self.agent.id, exchange);
        Some(call)
    }
}

fn not_free(error: SeatError) -> Rejection {
    match error {
        SeatError::Unknown | SeatError::NotSignedIn => {
            Rejection::new(480, EndReason::NoAgent, 20, "the agent is not there")
        }
        SeatError::OnCall | SeatError::NotFree | SeatError::NotInWrapUp | SeatError::Status => {
            Rejection::new(486, EndReason::Busy, 17, "the agent is not free")
        }
    }
}
