//! Offers: who is matched with whom, and how an offer ends.

use super::{Decision, Router};
use crate::policy::choose;
use crate::{Claim, Place, Work};
use model::{AgentId, AnswerMode, CallId, OfferOutcome};
use std::time::Duration;

impl Router {
    pub(super) fn seat_timeout(&mut self, now: Duration, agent: AgentId) {
        let Some(seat) = self.seats.get_mut(&agent) else {
            return;
        };
        match seat.work() {
            Work::Ringing(claim) => {
                self.decisions.push_back(Decision::Withdraw {
                    call: claim.call,
                    agent,
                });
                self.end_offer(now, claim.call, OfferOutcome::NoAnswer);
            }
            Work::WrapUp { .. } => {
                let facts = seat.end_wrap_up(now).unwrap_or_default();
                self.tell_all(agent, facts);
            }
            Work::Idle => seat.end_pause(now),
            Work::Offline | Work::Busy | Work::Talking(_) => (),
        }
    }

    pub(super) fn expire_tickets(&mut self, now: Duration) {
        let mut due: Vec<(Duration, CallId)> = self
            .tickets
            .values()
            .filter(|ticket| ticket.place == Place::Waiting && ticket.leaves_at <= now)
            .map(|ticket| (ticket.leaves_at, ticket.call))
            .collect();
        due.sort_unstable();
        for (_, call) in due {
            if let Some(ticket) = self.leave(now, call) {
                self.decisions.push_back(Decision::TimedOut {
                    call,
                    queue: ticket.queue,
                });
            }
        }
    }

    /// Gives the oldest waiting calls to free agents until no pair is left.
    pub(super) fn dispatch(&mut self, now: Duration) {
        while let Some((call, agent, ring)) = self.next_pair(now) {
            self.offer(now, call, agent, now + ring);
        }
    }

    pub(super) fn next_pair(&self, now: Duration) -> Option<(CallId, AgentId, Duration)> {
        self.waiting
            .iter()
            .filter_map(|(queue, waiting)| {
                let (order, call) = waiting.first_key_value()?;
                let line = self.lines.get(queue)?;
                let free = line
                    .members
                    .iter()
                    .filter_map(|agent| self.seats.get(agent))
                    .filter(|seat| seat.is_free(now));
                let agent = choose(line.queue.strategy, free)?;
                Some((*order, *call, agent, line.queue.ring_timeout))
            })
            .min_by_key(|(order, ..)| *order)
            .map(|(_, call, agent, ring)| (call, agent, ring))
    }

    pub(super) fn offer(
        &mut self,
        now: Duration,
        call: CallId,
        agent: AgentId,
        deadline: Duration,
    ) {
        let (Some(ticket), Some(seat)) = (self.tickets.get_mut(&call), self.seats.get_mut(&agent))
        else {
            return;
        };
        if let Some(line) = ticket.queue.and_then(|queue| self.waiting.get_mut(&queue)) {
            line.remove(&ticket.order());
        }
        ticket.place = Place::Offered(agent);
        let queue = ticket.queue;
        let answer_mode = seat.answer_mode().unwrap_or(AnswerMode::Sip);
        let fact = seat.ring(now, Claim { call, deadline });
        self.tell_all(agent, fact);
        self.decisions.push_back(Decision::Offer {
            call,
            queue,
            agent,
            answer_mode,
        });
    }

    /// Ends the offer of a call, if there is one, and puts the call back into its line.
    pub(super) fn end_offer(&mut self, now: Duration, call: CallId, outcome: OfferOutcome) {
        let Some(ticket) = self.tickets.get_mut(&call) else {
            return;
        };
        let Place::Offered(agent) = ticket.place else {
            return;
        };
        ticket.place = Place::Waiting;
        let ticket = ticket.clone();
        let lock_after = ticket
            .queue
            .and_then(|queue| self.lines.get(&queue))
            .map_or(0, |line| line.queue.lock_after_misses);
        let Some(seat) = self.seats.get_mut(&agent) else {
            return;
        };
        let facts = match outcome {
            OfferOutcome::NoAnswer | OfferOutcome::Rejected => seat.miss(now, lock_after),
            OfferOutcome::Unreachable => seat.miss(now, 0),
            OfferOutcome::CallerGaveUp | OfferOutcome::PickedUp | OfferOutcome::Answered => {
                seat.release(now).into_iter().collect()
            }
        };
        self.tell_all(agent, facts);
        match ticket.queue {
            Some(_) => self.place(ticket),
            None => drop(self.tickets.remove(&call)),
        }
    }
}
