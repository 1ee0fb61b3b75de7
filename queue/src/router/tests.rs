//! Stories of the router, and a property over random days.

use super::*;
use crate::Claim;
use model::{Strategy, Timestamp};
use proptest::prelude::*;

const RING: Duration = Duration::from_secs(20);
const WRAP_UP: Duration = Duration::from_secs(5);
const MAX_WAIT: Duration = Duration::from_mins(5);

#[test]
fn the_agent_who_has_been_idle_longest_rings() {
    let mut floor = Floor::with_agents(2);
    floor.online(0);
    floor.at(1);
    floor.online(1);

    floor.at(2);
    floor.enqueue(1);

    assert_eq!(floor.log, ["2 offer call 1 to 0"]);
}

#[test]
fn an_agent_who_lets_it_ring_is_passed_over_for_the_next() {
    let mut floor = Floor::with_agents(2);
    floor.online(0);
    floor.online(1);
    floor.enqueue(1);

    floor.at(20);

    assert_eq!(
        floor.log,
        [
            "0 offer call 1 to 0",
            "20 withdraw call 1 from 0",
            "20 offer call 1 to 1"
        ]
    );
}

#[test]
fn three_misses_in_a_row_lock_the_agent() {
    let mut floor = Floor::with_agents(1);
    floor.online(0);
    floor.enqueue(1);

    floor.run_to(120);

    assert_eq!(floor.seat(0).status(), LoginStatus::Locked);
    assert_eq!(floor.seat(0).work(), Work::Busy);
}

#[test]
fn an_agent_without_a_registered_phone_is_not_offered_a_call() {
    let mut floor = Floor::with_agents(1);
    floor.online(0);
    floor.router.set_reachable(floor.now, agent(0), false);

    floor.enqueue(1);
    assert!(floor.log.is_empty());

    floor.router.set_reachable(floor.now, agent(0), true);
    floor.note();
    assert_eq!(floor.log, ["0 offer call 1 to 0"]);
}

#[test]
fn wrap_up_ends_by_itself_and_the_next_caller_is_offered() {
    let mut floor = Floor::with_agents(1);
    floor.online(0);
    floor.enqueue(1);
    floor.router.answered(floor.now, call(1));
    floor.at(10);
    floor.enqueue(2);
    floor.finish(0, 1, Some(queue_id()));
    floor.note();
    assert!(matches!(floor.seat(0).work(), Work::WrapUp { .. }));

    floor.at(15);

    assert_eq!(floor.log, ["0 offer call 1 to 0", "15 offer call 2 to 0"]);
}

#[test]
fn the_status_changes_at_once_while_talking_and_the_work_after_the_wrap_up() {
    let mut floor = Floor::with_agents(1);
    floor.online(0);
    floor.enqueue(1);
    floor.router.answered(floor.now, call(1));

    floor
        .router
        .set_status(
            floor.now,
            agent(0),
            LoginStatus::DoNotDisturb,
            StatusActor::Agent,
        )
        .unwrap();
    assert_eq!(floor.seat(0).work(), Work::Talking(call(1)));

    floor.finish(0, 1, None);
    assert_eq!(floor.seat(0).work(), Work::Busy);
}

#[test]
fn an_agent_in_a_call_of_their_own_is_offered_nothing_until_it_is_over() {
    let mut floor = Floor::with_agents(1);
    floor.online(0);
    floor.router.occupy(floor.now, agent(0), call(9)).unwrap();

    floor.enqueue(1);
    floor.finish(0, 7, None);
    assert_eq!(floor.seat(0).work(), Work::Talking(call(9)));
    floor
        .router
        .change_call(floor.now, agent(0), (call(9), call(8)));
    floor.finish(0, 8, None);
    floor.note();

    assert_eq!(floor.log, ["0 offer call 1 to 0"]);
    let rings = floor.router.occupy(floor.now, agent(0), call(9));
    assert_eq!(rings, Err(SeatError::OnCall));
}

#[test]
fn a_caller_who_gives_up_frees_the_agent_without_a_miss_or_a_loss_of_rank() {
    let mut floor = Floor::with_agents(2);
    floor.online(0);
    floor.at(1);
    floor.online(1);
    floor.enqueue(1);

    floor.router.leave(floor.now, call(1));
    floor.enqueue(2);

    assert_eq!(floor.log.last().unwrap(), "1 offer call 2 to 0");
}

#[test]
fn a_colleague_who_picks_a_call_up_has_it_and_who_let_it_ring_loses_nothing() {
    let mut floor = Floor::with_agents(3);
    floor.online(0);
    floor.at(1);
    floor.online(1);
    floor.enqueue(1);
    floor.enqueue(2);

    floor
        .router
        .pick_up(floor.now, call(1), agent(2))
        .unwrap_err();
    floor.at(2);
    let break_ = (AnswerMode::Sip, LoginStatus::DoNotDisturb);
    let actor = StatusActor::Agent;
    floor
        .router
        .sign_in(floor.now, agent(2), break_, actor)
        .unwrap();
    floor.router.pick_up(floor.now, call(1), agent(2)).unwrap();
    assert_eq!(floor.router.answered(floor.now, call(1)), Some(agent(2)));
    floor.enqueue(3);

    assert_eq!(floor.seat(2).work(), Work::Talking(call(1)));
    assert_eq!(
        floor.log,
        [
            "1 offer call 1 to 0",
            "1 offer call 2 to 1",
            "2 offer call 3 to 0"
        ]
    );
    floor.check();
}

#[test]
fn who_is_on_a_call_or_not_signed_in_picks_nothing_up() {
    let mut floor = Floor::with_agents(4);
    for n in 0..3 {
        floor.online(n);
        floor.enqueue(n);
    }
    floor.router.answered(floor.now, call(2));

    let rings = |by| floor.router.pickable(call(0), agent(by));
    assert_eq!(rings(0), Ok(agent(0)));
    assert_eq!(rings(1), Err(SeatError::OnCall));
    assert_eq!(rings(2), Err(SeatError::OnCall));
    assert_eq!(rings(3), Err(SeatError::NotSignedIn));
    assert_eq!(rings(9), Err(SeatError::Unknown));
    let answered = floor.router.pickable(call(2), agent(0));
    assert_eq!(answered, Err(SeatError::NotFree));
}

#[test]
fn a_full_or_empty_queue_refuses() {
    let mut floor = Floor::with_agents(1);
    let refused = floor.router.enqueue(floor.now, call(1), queue_id(), 0);
    assert_eq!(refused, Err(EnqueueError::NoAgent));

    floor.online(0);
    for n in 1..=3 {
        floor.enqueue(n);
    }
    let refused = floor.router.enqueue(floor.now, call(4), queue_id(), 0);
    assert_eq!(refused, Err(EnqueueError::Full));
}

#[test]
fn the_longest_wait_ends_the_waiting() {
    let mut floor = Floor::with_agents(1);
    floor.online(0);
    floor.enqueue(1);
    floor.router.answered(floor.now, call(1));
    floor.enqueue(2);

    floor.run_to(301);

    assert_eq!(floor.log.last().unwrap(), "300 call 2 timed out");
    assert_eq!(floor.router.length(queue_id()), 0);
}

#[test]
fn a_seat_in_any_state_survives_the_compact_form_in_which_it_is_saved() {
    let mut floor = Floor::with_agents(1);
    let pause = LoginStatus::Break(model::BreakKind::new(12).unwrap());
    let round_trip = |seat: &Seat| {
        let bytes = postcard::to_stdvec(seat).unwrap();
        assert_eq!(&postcard::from_bytes::<Seat>(&bytes).unwrap(), seat);
    };

    round_trip(floor.seat(0));
    floor.online(0);
    for status in [pause, LoginStatus::DoNotDisturb, LoginStatus::Online] {
        let now = floor.now;
        floor
            .router
            .set_status(now, agent(0), status, StatusActor::Agent)
            .unwrap();
        round_trip(floor.seat(0));
    }
    floor.enqueue(1);
    round_trip(floor.seat(0));
    floor.router.answered(floor.now, call(1));
    round_trip(floor.seat(0));
    floor.finish(0, 1, Some(queue_id()));
    round_trip(floor.seat(0));
}

#[test]
fn a_router_put_back_from_its_seats_and_tickets_decides_the_same() {
    let mut floor = Floor::with_agents(2);
    floor.online(0);
    floor.enqueue(1);
    floor.enqueue(2);

    let mut restored = Floor::with_agents(2);
    restored.now = floor.now;
    for seat in floor.router.seats() {
        restored.router.restore_seat(seat.clone());
    }
    for n in 1..=2 {
        let ticket = floor.router.ticket(call(n)).unwrap().clone();
        restored.router.restore_ticket(ticket);
    }
    floor.log.clear();

    floor.run_to(60);
    restored.run_to(60);

    assert_eq!(floor.log, restored.log);
}

proptest! {
    /// Whatever happens in whatever order: an agent holds one call at most, a call rings at one
    /// agent at most, and after everybody has left nobody is held.
    #[test]
    fn nobody_is_ever_claimed_twice_or_for_ever(steps in prop::collection::vec((0u8..10, 0u8..4, 0u8..30), 1..120)) {
        let mut floor = Floor::with_agents(4);
        for (what, who, wait) in steps {
            floor.run_to(floor.now.as_secs() + u64::from(wait));
            floor.random_step(what, who);
            floor.check();
        }
        for n in 0..4 {
            floor.hang_up(n);
        }
        floor.run_to(floor.now.as_secs() + 400);
        for seat in floor.router.seats() {
            let at_rest = matches!(seat.work(), Work::Offline | Work::Idle | Work::Busy);
            prop_assert!(at_rest, "{:?} is held", seat.id());
        }
        prop_assert!(floor.router.tickets.is_empty());
    }
}

/// A room of agents in virtual time that writes down what the router decides about calls.
struct Floor {
    router: Router,
    now: Duration,
    log: Vec<String>,
}

impl Floor {
    fn with_agents(count: u8) -> Self {
        let mut router = Router::default();
        let agents: Vec<_> = (0..count).map(|n| (agent(n), enterprise())).collect();
        let line = Line {
            queue: queue(),
            members: agents.iter().map(|(id, _)| *id).collect(),
        };
        router.configure(Duration::ZERO, vec![line], &agents);
        Self {
            router,
            now: Duration::ZERO,
            log: Vec::new(),
        }
    }

    fn online(&mut self, n: u8) {
        let with = (AnswerMode::Sip, LoginStatus::Online);
        self.router.set_reachable(self.now, agent(n), true);
        let _ = self
            .router
            .sign_in(self.now, agent(n), with, StatusActor::Agent);
        self.note();
    }

    fn enqueue(&mut self, n: u8) {
        let _ = self.router.enqueue(self.now, call(n), queue_id(), 0);
        self.note();
    }

    fn finish(&mut self, who: u8, n: u8, queue: Option<QueueId>) {
        self.router.finished(self.now, (agent(who), call(n)), queue);
    }

    fn hang_up(&mut self, n: u8) {
        let talking: Vec<_> = self
            .router
            .seats()
            .filter(|seat| seat.work() == Work::Talking(call(n)))
            .map(Seat::id)
            .collect();
        for agent in talking {
            self.router
                .finished(self.now, (agent, call(n)), Some(queue_id()));
        }
        self.router.leave(self.now, call(n));
        self.note();
    }

    fn random_step(&mut self, what: u8, who: u8) {
        match what {
            0 | 1 => self.online(who),
            2 | 3 if !self.is_talking(who) => self.enqueue(who),
            4 => drop(self.router.answered(self.now, call(who))),
            5 => self.hang_up(who),
            6 => self
                .router
                .declined(self.now, call(who), OfferOutcome::Rejected),
            7 => drop(
                self.router
                    .sign_out(self.now, agent(who), StatusActor::Agent),
            ),
            9 => drop(
                self.router
                    .pick_up(self.now, call(who), agent((who + 1) % 4)),
            ),
            8 => self
                .router
                .set_reachable(self.now, agent(who), who.is_multiple_of(2)),
            _ => (),
        }
        self.note();
    }

    fn is_talking(&self, n: u8) -> bool {
        self.router
            .seats()
            .any(|seat| seat.work() == Work::Talking(call(n)))
    }

    fn check(&self) {
        let mut held = BTreeSet::new();
        for seat in self.router.seats() {
            if let Work::Ringing(Claim { call, .. }) | Work::Talking(call) = seat.work() {
                assert!(held.insert(call), "{call} is held by two agents");
            }
        }
        for ticket in self.router.tickets.values() {
            let ringing = self.router.seats().any(
                |seat| matches!(seat.work(), Work::Ringing(claim) if claim.call == ticket.call),
            );
            assert_eq!(ringing, matches!(ticket.place, Place::Offered(_)));
        }
    }

    fn at(&mut self, seconds: u64) {
        self.now = Duration::from_secs(seconds);
        self.router.handle_timeout(self.now);
        self.note();
    }

    fn run_to(&mut self, seconds: u64) {
        let end = Duration::from_secs(seconds);
        while let Some(due) = self.router.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.router.handle_timeout(self.now);
            self.note();
        }
        self.now = end;
    }

    fn seat(&self, n: u8) -> &Seat {
        self.router.seat(agent(n)).unwrap()
    }

    fn note(&mut self) {
        let at = self.now.as_secs();
        while let Some(decision) = self.router.poll_decision() {
            let line = match decision {
                Decision::Offer { call, agent, .. } => {
                    format!(
                        "{at} offer call {} to {}",
                        last(call.as_bytes()),
                        last(agent.as_bytes())
                    )
                }
                Decision::Withdraw { call, agent } => {
                    format!(
                        "{at} withdraw call {} from {}",
                        last(call.as_bytes()),
                        last(agent.as_bytes())
                    )
                }
                Decision::TimedOut { call, .. } => {
                    format!("{at} call {} timed out", last(call.as_bytes()))
                }
                Decision::Agent { .. } => continue,
            };
            self.log.push(line);
        }
    }
}

fn last(id: &[u8; 16]) -> u8 {
    id[15]
}

fn agent(n: u8) -> AgentId {
    AgentId::new(Timestamp::default(), [0, 0, 0, 0, 0, 0, 0, 0, 0, n])
}

fn call(n: u8) -> CallId {
    CallId::new(Timestamp::default(), [0, 0, 0, 0, 0, 0, 0, 0, 0, n])
}

fn enterprise() -> EnterpriseId {
    EnterpriseId::new(Timestamp::default(), [7; 10])
}

fn queue_id() -> QueueId {
    QueueId::new(Timestamp::default(), [8; 10])
}

fn queue() -> Queue {
    Queue {
        id: queue_id(),
        enterprise: enterprise(),
        name: "sales".to_owned(),
        strategy: Strategy::LongestIdle,
        ring_timeout: RING,
        max_wait: MAX_WAIT,
        max_length: 3,
        wrap_up: WRAP_UP,
        lock_after_misses: 3,
        recorded: false,
    }
}
