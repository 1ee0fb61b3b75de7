//! Matches waiting calls to free agents.

mod dispatch;
mod pickup;
#[cfg(test)]
mod tests;

use crate::{EnqueueError, Place, Seat, SeatError, Ticket, Work};
use model::{
    AgentFact, AgentId, AnswerMode, CallId, EnterpriseId, LoginStatus, OfferOutcome, Queue,
    QueueId, StatusActor,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

/// How long a device rings for a call meant for one agent.
const DIRECT_RING: Duration = Duration::from_secs(30);

/// What the router decided; the owner carries it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Ring this agent's device for this call until the deadline.
    Offer {
        /// The call.
        call: CallId,
        /// The queue it waits in, none for a call meant for one agent.
        queue: Option<QueueId>,
        /// The agent.
        agent: AgentId,
        /// The device.
        answer_mode: AnswerMode,
    },
    /// Stop ringing: the deadline passed without an answer.
    Withdraw {
        /// The call.
        call: CallId,
        /// The agent who did not answer.
        agent: AgentId,
    },
    /// The call has waited as long as it may and has left the line.
    TimedOut {
        /// The call.
        call: CallId,
        /// The queue, none for a call meant for one agent.
        queue: Option<QueueId>,
    },
    /// Something happened to an agent.
    Agent {
        /// The agent.
        agent: AgentId,
        /// What.
        fact: AgentFact,
    },
}

/// A queue with its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The queue's settings.
    pub queue: Queue,
    /// Who takes its calls.
    pub members: BTreeSet<AgentId>,
}

/// All agents and all waiting calls.
#[derive(Debug, Default)]
pub struct Router {
    seats: BTreeMap<AgentId, Seat>,
    lines: BTreeMap<QueueId, Line>,
    tickets: HashMap<CallId, Ticket>,
    /// Calls in the line in order; those being offered are not in it.
    waiting: BTreeMap<QueueId, BTreeMap<(u8, Duration, CallId), CallId>>,
    touched: BTreeSet<AgentId>,
    decisions: VecDeque<Decision>,
}

/// How a queue is at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance {
    /// Calls that wait, those being offered included.
    pub waiting: usize,
    /// How long the one that entered first has waited.
    pub longest_wait: Duration,
    /// Members who are signed in.
    pub signed_in: usize,
    /// Those among them to whom a call may be offered.
    pub free: usize,
}

impl Router {
    /// Takes the present queues and agents. Known agents keep their state; an agent who is gone is
    /// dropped once free.
    pub fn configure(
        &mut self,
        now: Duration,
        lines: Vec<Line>,
        agents: &[(AgentId, EnterpriseId)],
    ) {
        self.lines = lines
            .into_iter()
            .map(|line| (line.queue.id, line))
            .collect();
        let known: BTreeSet<AgentId> = agents.iter().map(|(id, _)| *id).collect();
        self.seats.retain(|id, seat| {
            known.contains(id) || matches!(seat.work(), Work::Ringing(_) | Work::Talking(_))
        });
        for (id, enterprise) in agents {
            self.seats
                .entry(*id)
                .or_insert_with(|| Seat::new(*id, *enterprise, now));
        }
        self.dispatch(now);
    }

    /// All agents.
    pub fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.seats.values()
    }

    /// One agent.
    pub fn seat(&self, agent: AgentId) -> Option<&Seat> {
        self.seats.get(&agent)
    }

    /// The place of a waiting call.
    pub fn ticket(&self, call: CallId) -> Option<&Ticket> {
        self.tickets.get(&call)
    }

    /// How many calls wait in a queue, those being offered included.
    pub fn length(&self, queue: QueueId) -> usize {
        self.tickets
            .values()
            .filter(|ticket| ticket.queue == Some(queue))
            .count()
    }

    /// How a queue is at this moment; nothing where there is none.
    pub fn glance(&self, now: Duration, queue: QueueId) -> Option<Glance> {
        let line = self.lines.get(&queue)?;
        let seats = line
            .members
            .iter()
            .filter_map(|agent| self.seats.get(agent));
        let seats: Vec<_> = seats.filter(|seat| seat.is_signed_in()).collect();
        let tickets = self.tickets.values();
        let waits = tickets
            .filter(|ticket| ticket.queue == Some(queue))
            .map(|ticket| now.saturating_sub(ticket.entered_at));
        let waits: Vec<_> = waits.collect();
        Some(Glance {
            waiting: waits.len(),
            longest_wait: waits.into_iter().max().unwrap_or_default(),
            signed_in: seats.len(),
            free: seats.iter().filter(|seat| seat.is_free(now)).count(),
        })
    }

    /// Signs an agent in.
    ///
    /// # Errors
    /// [`SeatError::Unknown`], [`SeatError::OnCall`], [`SeatError::Status`].
    pub fn sign_in(
        &mut self,
        now: Duration,
        agent: AgentId,
        (answer_mode, status): (AnswerMode, LoginStatus),
        actor: StatusActor,
    ) -> Result<(), SeatError> {
        self.change_seat(now, agent, |seat| {
            seat.sign_in(now, answer_mode, status, actor)
        })
    }

    /// Signs an agent out.
    ///
    /// # Errors
    /// [`SeatError::Unknown`], [`SeatError::NotSignedIn`], [`SeatError::OnCall`].
    pub fn sign_out(
        &mut self,
        now: Duration,
        agent: AgentId,
        actor: StatusActor,
    ) -> Result<(), SeatError> {
        self.change_seat(now, agent, |seat| seat.sign_out(now, actor))
    }

    /// Changes what an agent has declared; on a call the work state stays as it is.
    ///
    /// # Errors
    /// [`SeatError::Unknown`], [`SeatError::NotSignedIn`], [`SeatError::Status`].
    pub fn set_status(
        &mut self,
        now: Duration,
        agent: AgentId,
        status: LoginStatus,
        actor: StatusActor,
    ) -> Result<(), SeatError> {
        self.change_seat(now, agent, |seat| seat.set_status(now, status, actor))
    }

    /// Ends an agent's wrap-up.
    ///
    /// # Errors
    /// [`SeatError::Unknown`], [`SeatError::NotInWrapUp`].
    pub fn end_wrap_up(&mut self, now: Duration, agent: AgentId) -> Result<(), SeatError> {
        self.change_seat(now, agent, |seat| seat.end_wrap_up(now))
    }

    /// Says whether a device of the agent can be rung.
    pub fn set_reachable(&mut self, now: Duration, agent: AgentId, reachable: bool) {
        if let Some(fact) = self
            .seats
            .get_mut(&agent)
            .and_then(|seat| seat.set_reachable(reachable))
        {
            self.tell(agent, fact);
            self.dispatch(now);
        }
    }

    /// Puts a call into a queue.
    ///
    /// # Errors
    /// [`EnqueueError`] says why it cannot wait there.
    pub fn enqueue(
        &mut self,
        now: Duration,
        call: CallId,
        queue: QueueId,
        priority: u8,
    ) -> Result<(), EnqueueError> {
        if self.tickets.contains_key(&call) {
            return Err(EnqueueError::AlreadyWaiting);
        }
        let line = self.lines.get(&queue).ok_or(EnqueueError::Unknown)?;
        let anyone = line
            .members
            .iter()
            .any(|agent| self.seats.get(agent).is_some_and(Seat::is_signed_in));
        if !anyone {
            return Err(EnqueueError::NoAgent);
        }
        if self.length(queue) >= line.queue.max_length as usize {
            return Err(EnqueueError::Full);
        }
        let ticket = Ticket {
            call,
            queue: Some(queue),
            priority,
            entered_at: now,
            leaves_at: now + line.queue.max_wait,
            place: Place::Waiting,
        };
        self.place(ticket);
        self.dispatch(now);
        Ok(())
    }

    /// Claims one agent for a call meant for them.
    ///
    /// # Errors
    /// [`SeatError::Unknown`], [`SeatError::NotFree`].
    pub fn claim(&mut self, now: Duration, call: CallId, agent: AgentId) -> Result<(), SeatError> {
        let seat = self.seats.get(&agent).ok_or(SeatError::Unknown)?;
        if !seat.is_free(now) || self.tickets.contains_key(&call) {
            return Err(SeatError::NotFree);
        }
        let leaves_at = now + DIRECT_RING;
        self.tickets.insert(
            call,
            Ticket {
                call,
                queue: None,
                priority: 0,
                entered_at: now,
                leaves_at,
                place: Place::Waiting,
            },
        );
        self.offer(now, call, agent, leaves_at);
        Ok(())
    }

    /// The agent's device answered: the call leaves the line and the agent talks. Gives the agent,
    /// none when the offer had ended before.
    pub fn answered(&mut self, now: Duration, call: CallId) -> Option<AgentId> {
        let Place::Offered(agent) = self.tickets.get(&call)?.place else {
            return None;
        };
        self.tickets.remove(&call);
        let fact = self.seats.get_mut(&agent)?.answer(now, call);
        self.tell_all(agent, fact);
        Some(agent)
    }

    /// The agent's device declined or could not be reached; the call goes back to its place.
    pub fn declined(&mut self, now: Duration, call: CallId, outcome: OfferOutcome) {
        self.end_offer(now, call, outcome);
        self.dispatch(now);
    }

    /// The call is gone from the line, whatever it was at.
    pub fn leave(&mut self, now: Duration, call: CallId) -> Option<Ticket> {
        self.end_offer(now, call, OfferOutcome::CallerGaveUp);
        let ticket = self.tickets.remove(&call)?;
        if let Some(line) = ticket.queue.and_then(|queue| self.waiting.get_mut(&queue)) {
            line.remove(&ticket.order());
        }
        self.dispatch(now);
        Some(ticket)
    }

    /// The agent's part in a call is over; wrap-up follows where the queue has one. An agent whom
    /// another call holds is left alone.
    pub fn finished(
        &mut self,
        now: Duration,
        (agent, call): (AgentId, CallId),
        queue: Option<QueueId>,
    ) {
        let wrap_up = queue
            .and_then(|queue| self.lines.get(&queue))
            .map_or(Duration::ZERO, |line| line.queue.wrap_up);
        let fact = self
            .seats
            .get_mut(&agent)
            .and_then(|seat| seat.finish(now, call, wrap_up));
        self.tell_all(agent, fact);
        self.dispatch(now);
    }

    /// The agent takes part in a call that no line offered: one that they made themselves. Who is
    /// on a call already, or not signed in, stays as they are.
    ///
    /// # Errors
    /// [`SeatError::Unknown`]; [`SeatError::OnCall`] while the agent's device rings.
    pub fn occupy(&mut self, now: Duration, agent: AgentId, call: CallId) -> Result<(), SeatError> {
        let seat = self.seats.get_mut(&agent).ok_or(SeatError::Unknown)?;
        let fact = seat.occupy(now, call)?;
        self.tell_all(agent, fact);
        Ok(())
    }

    /// The agent goes on in another call: the two were joined, or one of two has ended.
    pub fn change_call(&mut self, now: Duration, agent: AgentId, (from, to): (CallId, CallId)) {
        let fact = self
            .seats
            .get_mut(&agent)
            .and_then(|seat| seat.change_call(now, from, to));
        self.tell_all(agent, fact);
    }

    /// The offer of one agent goes on for another call: the one was an enquiry on the other's behalf.
    pub fn pass_offer(&mut self, now: Duration, (from, to): (CallId, CallId)) {
        let is_direct = |ticket: &&Ticket| ticket.queue.is_none();
        let Some(ticket) = self.tickets.get(&from).filter(is_direct).cloned() else {
            return;
        };
        let Place::Offered(agent) = ticket.place else {
            return;
        };
        self.tickets.remove(&from);
        self.tickets.insert(to, Ticket { call: to, ..ticket });
        let seat = self.seats.get_mut(&agent);
        let fact = seat.and_then(|seat| seat.change_claim(now, from, to));
        self.tell_all(agent, fact);
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Duration) {
        let due: Vec<AgentId> = self
            .seats
            .values()
            .filter(|seat| seat.deadline().is_some_and(|at| at <= now))
            .map(Seat::id)
            .collect();
        for agent in due {
            self.seat_timeout(now, agent);
        }
        self.expire_tickets(now);
        self.dispatch(now);
    }

    /// When [`handle_timeout`](Self::handle_timeout) must be called next.
    pub fn poll_timeout(&self) -> Option<Duration> {
        let seats = self.seats.values().filter_map(Seat::deadline);
        let tickets = self
            .tickets
            .values()
            .filter(|ticket| ticket.place == Place::Waiting)
            .map(|ticket| ticket.leaves_at);
        seats.chain(tickets).min()
    }

    /// Takes the next decision.
    pub fn poll_decision(&mut self) -> Option<Decision> {
        self.decisions.pop_front()
    }

    /// Agents whose state changed since the last call; their seats are to be saved.
    pub fn take_touched(&mut self) -> BTreeSet<AgentId> {
        std::mem::take(&mut self.touched)
    }

    /// Puts back an agent as saved. Devices have to be reported again.
    pub fn restore_seat(&mut self, seat: Seat) {
        self.seats.insert(seat.id(), seat);
    }

    /// Puts back a waiting call as saved.
    pub fn restore_ticket(&mut self, ticket: Ticket) {
        self.place(ticket);
    }

    /// Frees agents who are held by a call that `exists` does not know, so that no agent stays
    /// reserved for a call that was lost.
    pub fn release_orphans(&mut self, now: Duration, exists: impl Fn(CallId) -> bool) {
        let held: Vec<(AgentId, CallId, bool)> = self
            .seats
            .values()
            .filter_map(|seat| match seat.work() {
                Work::Ringing(claim) => Some((seat.id(), claim.call, true)),
                Work::Talking(call) => Some((seat.id(), call, false)),
                Work::Offline | Work::Idle | Work::Busy | Work::WrapUp { .. } => None,
            })
            .filter(|(_, call, _)| !exists(*call))
            .collect();
        for (agent, call, ringing) in held {
            let fact = self.seats.get_mut(&agent).and_then(|seat| {
                if ringing {
                    seat.release(now)
                } else {
                    seat.finish(now, call, Duration::ZERO)
                }
            });
            self.tell_all(agent, fact);
        }
        self.dispatch(now);
    }

    fn change_seat(
        &mut self,
        now: Duration,
        agent: AgentId,
        change: impl FnOnce(&mut Seat) -> Result<Vec<AgentFact>, SeatError>,
    ) -> Result<(), SeatError> {
        let facts = change(self.seats.get_mut(&agent).ok_or(SeatError::Unknown)?)?;
        self.tell_all(agent, facts);
        self.dispatch(now);
        Ok(())
    }

    fn place(&mut self, ticket: Ticket) {
        if let (Some(queue), Place::Waiting) = (ticket.queue, ticket.place) {
            self.waiting
                .entry(queue)
                .or_default()
                .insert(ticket.order(), ticket.call);
        }
        self.tickets.insert(ticket.call, ticket);
    }

    fn tell_all(&mut self, agent: AgentId, facts: impl IntoIterator<Item = AgentFact>) {
        self.touched.insert(agent);
        for fact in facts {
            self.tell(agent, fact);
        }
    }

    fn tell(&mut self, agent: AgentId, fact: AgentFact) {
        self.touched.insert(agent);
        self.decisions.push_back(Decision::Agent { agent, fact });
    }
}
