//! An agent brings whom they consult into the conversation with the customer.

use call::{Command, CommandError};
use model::{CallFact, CallId, ConferenceSide, EndReason, SupervisionMode, UserId, WorkState};
use tests::center::Kill;
use tests::demo::{MUSIC_HZ, agent_id};
use tests::phone::{Habit, Offer, Stage, Way};
use tests::story::{records, seconds, settle};
use tests::tone::share;
use tests::world::World;

const CUSTOMER: f64 = 500.0;
const AGENT: f64 = 1_000.0;
const COLLEAGUE: f64 = 1_100.0;
const SUPERVISOR: f64 = 1_200.0;
const OUTSIDE: f64 = 1_300.0;
const VOICES: [f64; 5] = [CUSTOMER, AGENT, COLLEAGUE, SUPERVISOR, OUTSIDE];

/// A customer waits for agent 1001, who talks with whom they rang under `number`.
fn enquiry(seed: u64, number: &str) -> World {
    let mut world = World::with(seed, 3, |demo| {
        demo.sales_agents = vec!["1001".to_owned()];
    });
    world.phone_mut("outside").hz = OUTSIDE;
    for name in ["1001", "1002", "1003", "outside"] {
        world.habit(name, Habit::Answer { after: seconds(1) });
    }
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));
    world.at("1001", |phone, now| phone.turn(now, Way::SendOnly));
    world.run_for(seconds(1));
    let number = number.to_owned();
    world.at("1001", |phone, now| phone.dial(now, &number, Offer::Early));
    world.run_for(seconds(3));
    let heard = &world.talk("caller").voice;
    let heard = heard.heard(world.now - seconds(1), world.now);
    assert!(share(&heard, MUSIC_HZ) > 0.9, "{}", world.ladder);
    world
}

fn calls(world: &World) -> Vec<CallId> {
    let live = world.center.live(world.now);
    live.calls.iter().map(|call| call.id).collect()
}

fn confer(world: &mut World) -> Result<(), CommandError> {
    let call = calls(world)[0];
    let done = world.ask(Command::Confer {
        call,
        agent: agent_id("1001"),
    });
    world.run_for(seconds(3));
    done
}

/// During the last second the phone's present or last call hears these voices and no other.
#[track_caller]
fn hears(world: &World, name: &str, voices: &[f64]) {
    let heard = &world.talk(name).voice;
    let heard = heard.heard(world.now - seconds(1), world.now);
    for hz in VOICES {
        let share = share(&heard, hz);
        let least = 0.5 / voices.len().max(1) as f64;
        let fits = if voices.contains(&hz) {
            share > least
        } else {
            share < 0.02
        };
        assert!(fits, "{name} and {hz}: {share}\n{}", world.ladder);
    }
}

fn left(world: &World) -> Vec<ConferenceSide> {
    let calls = world.center.journal.calls();
    let facts = calls.values().flatten();
    facts
        .filter_map(|(_, fact)| match fact {
            CallFact::ConferenceLeft { side } => Some(*side),
            _ => None,
        })
        .collect()
}

#[test]
fn three_hear_each_other_and_the_third_may_leave() {
    for (number, name, hz) in [
        ("13912345678", "outside", OUTSIDE),
        ("1002", "1002", COLLEAGUE),
    ] {
        let mut world = enquiry(400, number);
        confer(&mut world).unwrap();

        hears(&world, "caller", &[AGENT, hz]);
        hears(&world, "1001", &[CUSTOMER, hz]);
        hears(&world, name, &[CUSTOMER, AGENT]);
        assert_eq!(calls(&world).len(), 1);
        assert!(matches!(world.work("1001"), WorkState::Talking { .. }));
        world.at(name, |phone, now| phone.hang_up(now));
        world.run_for(seconds(3));
        hears(&world, "caller", &[AGENT]);
        hears(&world, "1001", &[CUSTOMER]);
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(1));
        assert!(!world.phone("1001").is_busy());
        settle(&mut world);
        assert_eq!(left(&world), [ConferenceSide::Guest]);
    }
}

#[test]
fn an_agent_who_leaves_hands_the_customer_on() {
    for (number, name, hz) in [
        ("13912345678", "outside", OUTSIDE),
        ("1002", "1002", COLLEAGUE),
    ] {
        let mut world = enquiry(401, number);
        confer(&mut world).unwrap();
        world.at("1001", |phone, now| phone.hang_up(now));
        world.run_for(seconds(3));

        hears(&world, "caller", &[hz]);
        hears(&world, name, &[CUSTOMER]);
        assert!(!world.phone("1001").is_busy());
        assert!(matches!(world.work("1001"), WorkState::WrapUp { .. }));
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(1));
        assert!(!world.phone(name).is_busy());
        settle(&mut world);
        assert_eq!(left(&world), [ConferenceSide::Agent]);
        let told = records(&world);
        let counts = told
            .iter()
            .map(|it| (it.consults, it.conferences, it.transfers));
        assert_eq!(counts.collect::<Vec<_>>(), [(1, 1, 1), (0, 0, 0)]);
        let reasons: Vec<_> = told.iter().flat_map(|it| &it.ending).collect();
        assert!(reasons.iter().any(|it| it.reason == EndReason::Transferred));
    }
}

#[test]
fn a_customer_who_leaves_leaves_the_other_two_to_each_other() {
    for (number, name, hz) in [
        ("13912345678", "outside", OUTSIDE),
        ("1002", "1002", COLLEAGUE),
    ] {
        let mut world = enquiry(402, number);
        confer(&mut world).unwrap();
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(3));

        hears(&world, "1001", &[hz]);
        hears(&world, name, &[AGENT]);
        world.at("1001", |phone, now| phone.hang_up(now));
        world.run_for(seconds(1));
        assert!(!world.phone(name).is_busy());
        settle(&mut world);
        assert_eq!(left(&world), [ConferenceSide::Customer]);
    }
}

#[test]
fn whom_the_agent_asks_meanwhile_counts_once_it_rings_there() {
    let mut world = enquiry(408, "1002");
    world.at("1002", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    let (after, status) = (seconds(1), 486);
    world.habit("outside", Habit::Decline { after, status });
    world.habit("1003", Habit::Decline { after, status });
    let ask = |world: &mut World, number: &'static str| {
        world.at("1001", |phone, now| phone.dial(now, number, Offer::Early));
        world.run_for(seconds(3));
    };
    ask(&mut world, "13912345678");
    ask(&mut world, "0000");
    world.kill();
    ask(&mut world, "1003");
    assert_eq!(world.talk("caller").stage, Stage::Up, "{}", world.ladder);
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);
    ask(&mut world, "1003");
    settle(&mut world);

    let told = records(&world);
    assert_eq!((told[0].consults, told[0].conferences), (3, 0), "{told:#?}");
    assert!(told[1..].iter().all(|it| it.consults == 0), "{told:#?}");
    let facts = world.center.journal.calls();
    let asked = facts[&told[0].id]
        .iter()
        .filter_map(|(_, fact)| match fact {
            CallFact::Consulted { to, call, .. } => Some((to.to_string(), *call)),
            _ => None,
        });
    let expected = [("1002", 1), ("13912345678", 2), ("1003", 4)];
    let expected = expected.map(|(to, nth)| (to.to_owned(), told[nth].id));
    assert_eq!(asked.collect::<Vec<_>>(), expected);
}

#[test]
fn a_conference_is_recorded_whole() {
    let mut world = enquiry(403, "13912345678");
    confer(&mut world).unwrap();
    world.at("caller", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    settle(&mut world);
    let file = world.center.disk.files.values().next().unwrap();
    let tail = file.samples() - 16_000..file.samples() - 4_000;
    assert!(share(&file.channel(0)[tail.clone()], CUSTOMER) > 0.9);
    for hz in [AGENT, OUTSIDE] {
        assert!(share(&file.channel(1)[tail.clone()], hz) > 0.3, "{hz}");
    }
}

#[test]
fn who_holds_in_a_conference_leaves_the_others_their_conversation() {
    let mut world = enquiry(404, "13912345678");
    confer(&mut world).unwrap();
    world.at("1001", |phone, now| phone.turn(now, Way::SendOnly));
    world.run_for(seconds(3));
    hears(&world, "caller", &[OUTSIDE]);
    hears(&world, "outside", &[CUSTOMER]);
    world.at("1001", |phone, now| phone.turn(now, Way::SendRecv));
    world.run_for(seconds(3));
    hears(&world, "caller", &[AGENT, OUTSIDE]);
    hears(&world, "1001", &[CUSTOMER, OUTSIDE]);
    settle(&mut world);
}

#[test]
fn a_conference_can_be_supervised_and_taken_over() {
    let mut world = enquiry(405, "13912345678");
    confer(&mut world).unwrap();
    for (mode, by_customer) in [
        (SupervisionMode::Monitor, vec![AGENT, OUTSIDE]),
        (SupervisionMode::Whisper, vec![AGENT, OUTSIDE]),
        (SupervisionMode::Barge, vec![AGENT, OUTSIDE, SUPERVISOR]),
        (SupervisionMode::TakeOver, vec![OUTSIDE, SUPERVISOR]),
    ] {
        let call = calls(&world)[0];
        world
            .ask(Command::Supervise {
                call,
                supervisor: agent_id("1003"),
                mode,
                by: UserId::from_bytes([7; 16]),
            })
            .unwrap();
        world.run_for(seconds(3));
        hears(&world, "caller", &by_customer);
    }
    hears(&world, "outside", &[CUSTOMER, SUPERVISOR]);
    assert!(!world.phone("1001").is_busy());
    settle(&mut world);
}

#[test]
fn an_agent_with_one_conversation_has_nobody_to_bring_in() {
    let mut world = World::new(406, 1);
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));
    assert_eq!(confer(&mut world), Err(CommandError::NoSecondCall));
    assert_eq!(world.talk("1001").stage, Stage::Up);
    settle(&mut world);
}

#[test]
fn a_conference_survives_a_kill_at_every_step() {
    let story = |kill: Option<Kill>| {
        let mut world = enquiry(407, "13912345678");
        let first = world.center.journal.writes + 1;
        if let Some(kill) = kill {
            world.kill_at(kill);
        }
        let _ = confer(&mut world);
        if calls(&world).len() > 1 {
            confer(&mut world).unwrap();
        }
        hears(&world, "caller", &[AGENT, OUTSIDE]);
        hears(&world, "outside", &[CUSTOMER, AGENT]);
        world.at("1001", |phone, now| phone.hang_up(now));
        world.run_for(seconds(3));
        hears(&world, "caller", &[OUTSIDE]);
        let last = world.center.journal.writes;
        world.at("outside", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
        assert!(!world.phone("caller").is_busy(), "{}", world.ladder);
        settle(&mut world);
        first..=last
    };
    for write in story(None) {
        for after_sending in [false, true] {
            let kill = Kill {
                write,
                after_sending,
            };
            story(Some(kill));
        }
    }
}
