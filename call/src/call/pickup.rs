//! A call that rings at an agent is picked up at another phone: a colleague's, or one more of the
//! agent's own. The INVITE names the early dialog whose place it takes (Replaces, RFC 3891 §3).

use super::arrival::{Rejection, refuse};
use super::{Call, Move, Party, Who};
use crate::exchange::{Exchange, Side};
use crate::leg::Farewell;
use model::{AgentId, AnswerMode, CallFact, EndReason, OfferOutcome};
use queue::SeatError;
use std::time::Duration;

impl Call {
    /// Puts the new phone in the place of all that ring. Where that cannot be they ring on, as if
    /// nobody had asked.
    pub(super) fn picked_up(&mut self, now: Duration, moving: &Move, exchange: &mut Exchange) {
        let taken = self
            .picked_up_from(moving.agent, exchange)
            .and_then(|ringing| Ok((ringing, self.phone_leg(now, moving, exchange)?)));
        let (ringing, leg) = match taken {
            Ok(taken) => taken,
            Err(rejection) => {
                refuse(now, moving.session, rejection, exchange);
                return;
            }
        };
        exchange.know_leg(leg.names(), self.name(), Side::Party);
        exchange.touched.insert(self.origin.id);
        if ringing != moving.agent {
            self.pass_offer(now, (ringing, moving.agent), exchange);
        }
        self.take_offer(now, exchange);
        self.cancel_rung(now, &Farewell::elsewhere(), exchange);
        let who = Who::Agent(moving.agent);
        self.connect(now, Party { leg, who }, exchange);
    }

    /// At whom the call rings, if an agent may take it from there: one of the same enterprise who is
    /// at work and on no other call.
    fn picked_up_from(&self, by: AgentId, exchange: &Exchange) -> Result<AgentId, Rejection> {
        let colleague = exchange.directory.agent(by);
        if colleague.is_none_or(|it| it.enterprise != self.origin.enterprise) {
            return Err(Rejection::not_theirs());
        }
        let ringing = exchange.router.pickable(self.origin.id, by);
        ringing.map_err(|error| match error {
            SeatError::OnCall => {
                Rejection::new(486, EndReason::Busy, 17, "another call is yours already")
            }
            SeatError::Unknown
            | SeatError::NotSignedIn
            | SeatError::NotInWrapUp
            | SeatError::Status
            | SeatError::NotFree => Rejection::not_theirs(),
        })
    }

    fn pass_offer(&self, now: Duration, (from, to): (AgentId, AgentId), exchange: &mut Exchange) {
        let ended = CallFact::OfferEnded {
            agent: from,
            outcome: OfferOutcome::PickedUp,
        };
        self.note(now, ended, exchange);
        let seat = exchange.router.seat(to);
        let answer_mode = seat.and_then(queue::Seat::answer_mode);
        let offered = CallFact::Offered {
            agent: to,
            queue: self.waiting_queue(),
            answer_mode: answer_mode.unwrap_or(AnswerMode::Sip),
        };
        self.note(now, offered, exchange);
        // Whether they may was asked before.
        let _ = exchange.router.pick_up(now, self.origin.id, to);
    }
}
