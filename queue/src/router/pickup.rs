//! A call that rings at one agent and is taken by another.

use super::Router;
use crate::{Claim, Place, Seat, SeatError, Work};
use model::{AgentId, CallId};
use std::time::Duration;

impl Router {
    /// The agent at whom the call rings, if `by` may take it: who is signed in and on no other call.
    ///
    /// # Errors
    /// [`SeatError::Unknown`], [`SeatError::NotSignedIn`], [`SeatError::OnCall`];
    /// [`SeatError::NotFree`] if the call rings nowhere.
    pub fn pickable(&self, call: CallId, by: AgentId) -> Result<AgentId, SeatError> {
        let place = self.tickets.get(&call).map(|ticket| ticket.place);
        let Some(Place::Offered(ringing)) = place else {
            return Err(SeatError::NotFree);
        };
        let seat = self.seats.get(&by).ok_or(SeatError::Unknown)?;
        if !seat.is_signed_in() {
            return Err(SeatError::NotSignedIn);
        }
        match seat.work() {
            Work::Ringing(claim) if claim.call != call => Err(SeatError::OnCall),
            Work::Talking(_) => Err(SeatError::OnCall),
            Work::Offline | Work::Idle | Work::Busy | Work::Ringing(_) | Work::WrapUp { .. } => {
                Ok(ringing)
            }
        }
    }

    /// Passes the offer of a call, with its deadline, to a colleague of the agent at whom it rings,
    /// who loses no rank and is free for another call.
    ///
    /// # Errors
    /// Those of [`pickable`](Self::pickable).
    pub fn pick_up(&mut self, now: Duration, call: CallId, by: AgentId) -> Result<(), SeatError> {
        let ringing = self.pickable(call, by)?;
        if ringing == by {
            return Ok(());
        }
        let Some(Work::Ringing(Claim { deadline, .. })) = self.seats.get(&ringing).map(Seat::work)
        else {
            return Err(SeatError::NotFree);
        };
        if let Some(ticket) = self.tickets.get_mut(&call) {
            ticket.place = Place::Offered(by);
        }
        let freed = self
            .seats
            .get_mut(&ringing)
            .and_then(|seat| seat.release(now));
        self.tell_all(ringing, freed);
        let claim = Claim { call, deadline };
        let claimed = self
            .seats
            .get_mut(&by)
            .and_then(|seat| seat.ring(now, claim));
        self.tell_all(by, claimed);
        self.dispatch(now);
        Ok(())
    }
}
