//! Supervisors listen, whisper, barge in and take over.

use call::{Command, CommandError};
use model::{CallFact, CallId, SupervisionEnd, SupervisionMode, UserId, WorkState};
use std::time::Duration;
use tests::center::Kill;
use tests::demo::{MUSIC_HZ, agent_id};
use tests::phone::{Habit, Stage, Way};
use tests::story::{record, seconds, settle};
use tests::tone::share;
use tests::world::World;

const CUSTOMER: f64 = 500.0;
const AGENT: f64 = 1_000.0;
const COLLEAGUE: f64 = 1_100.0;
const SUPERVISOR: f64 = 1_200.0;
const OTHER: f64 = 1_300.0;
const VOICES: [f64; 5] = [CUSTOMER, AGENT, COLLEAGUE, SUPERVISOR, OTHER];

/// A customer talks with agent 1001; 1003 and 1004 may supervise.
fn conversation(seed: u64) -> World {
    ready_to_listen(office(seed))
}

fn office(seed: u64) -> World {
    World::with(seed, 4, |demo| {
        demo.sales_agents = vec!["1001".to_owned(), "1002".to_owned()];
    })
}

fn ready_to_listen(mut world: World) -> World {
    for name in ["1001", "1003", "1004"] {
        world.habit(name, Habit::Answer { after: seconds(1) });
    }
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));
    assert_eq!(world.talk("1001").stage, Stage::Up, "{}", world.ladder);
    world
}

fn call_of(world: &World) -> CallId {
    world.center.live(world.now).calls[0].id
}

fn supervise(world: &mut World, name: &str, mode: SupervisionMode) -> Result<(), CommandError> {
    let call = call_of(world);
    world.ask(Command::Supervise {
        call,
        supervisor: agent_id(name),
        mode,
        by: UserId::from_bytes([7; 16]),
    })
}

/// Asks for a mode and lets a while pass.
fn enter(world: &mut World, name: &str, mode: SupervisionMode) {
    supervise(world, name, mode).unwrap();
    world.run_for(seconds(3));
}

/// During the last second a phone hears these voices and no other.
#[track_caller]
fn hears(world: &World, name: &str, voices: &[f64]) {
    let heard = &world.talk(name).voice;
    let heard = heard.heard(world.now - seconds(1), world.now);
    for hz in VOICES {
        let share = share(&heard, hz);
        let least = 0.5 / voices.len().max(1) as f64;
        if voices.contains(&hz) {
            assert!(
                share > least,
                "{name} does not hear {hz}: {share}\n{}",
                world.ladder
            );
        } else {
            assert!(share < 0.02, "{name} hears {hz}: {share}\n{}", world.ladder);
        }
    }
}

fn ends(world: &World) -> Vec<SupervisionEnd> {
    let calls = world.center.journal.calls();
    let facts = calls.values().flatten();
    facts
        .filter_map(|(_, fact)| match fact {
            CallFact::SupervisionEnded { end, .. } => Some(*end),
            _ => None,
        })
        .collect()
}

#[test]
fn each_mode_is_heard_by_whom_it_is_meant_for() {
    let mut world = conversation(300);

    enter(&mut world, "1003", SupervisionMode::Monitor);
    hears(&world, "caller", &[AGENT]);
    hears(&world, "1001", &[CUSTOMER]);
    hears(&world, "1003", &[CUSTOMER, AGENT]);
    let live = world.center.live(world.now);
    assert!(live.calls[0].supervisors[0].hears);

    enter(&mut world, "1003", SupervisionMode::Whisper);
    hears(&world, "caller", &[AGENT]);
    hears(&world, "1001", &[CUSTOMER, SUPERVISOR]);
    hears(&world, "1003", &[CUSTOMER, AGENT]);

    enter(&mut world, "1003", SupervisionMode::Barge);
    hears(&world, "caller", &[AGENT, SUPERVISOR]);
    hears(&world, "1001", &[CUSTOMER, SUPERVISOR]);

    enter(&mut world, "1003", SupervisionMode::Monitor);
    // The mix is left in a pause, and tones have none; who is heard changes at once.
    hears(&world, "caller", &[AGENT]);
    hears(&world, "1001", &[CUSTOMER]);

    world.at("1003", |phone, now| phone.hang_up(now));
    world.run_for(seconds(2));
    hears(&world, "caller", &[AGENT]);
    hears(&world, "1001", &[CUSTOMER]);
    assert_eq!(world.work("1003"), WorkState::Idle);
    settle(&mut world);
    assert_eq!(ends(&world), [SupervisionEnd::HungUp]);
}

#[test]
fn the_recording_has_who_barges_in_on_the_agents_side_and_no_whisper() {
    let mut world = conversation(301);
    enter(&mut world, "1003", SupervisionMode::Whisper);
    enter(&mut world, "1003", SupervisionMode::Barge);
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    let file = world.center.disk.files.values().next().unwrap();
    let (left, right) = (file.channel(0), file.channel(1));
    let end = file.samples() - 4_000;
    let whispered = end - 32_000..end - 26_000;
    let barged = end - 16_000..end;
    assert!(share(&left[whispered.clone()], CUSTOMER) > 0.9);
    assert!(share(&right[whispered], AGENT) > 0.9);
    assert!(share(&left[barged.clone()], CUSTOMER) > 0.9);
    for hz in [AGENT, SUPERVISOR] {
        assert!(share(&right[barged.clone()], hz) > 0.3, "{hz}");
    }
}

#[test]
fn a_supervisor_takes_the_agents_place() {
    let mut world = conversation(302);
    enter(&mut world, "1003", SupervisionMode::Whisper);
    enter(&mut world, "1003", SupervisionMode::TakeOver);

    hears(&world, "caller", &[SUPERVISOR]);
    hears(&world, "1003", &[CUSTOMER]);
    assert_eq!(world.talk("1001").stage, Stage::Over);
    assert!(matches!(world.work("1001"), WorkState::WrapUp { .. }));
    assert!(matches!(world.work("1003"), WorkState::Talking { .. }));
    world.at("1003", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    assert!(matches!(world.work("1003"), WorkState::WrapUp { .. }));
    assert_eq!(world.talk("caller").stage, Stage::Over);
    settle(&mut world);
    assert_eq!(ends(&world), [SupervisionEnd::TookOver]);
    let record = record(&world, 0);
    assert_eq!(record.agent, Some(agent_id("1003")));
}

#[test]
fn a_take_over_may_be_asked_for_at_once() {
    let mut world = conversation(303);
    enter(&mut world, "1003", SupervisionMode::TakeOver);
    hears(&world, "caller", &[SUPERVISOR]);
    assert_eq!(world.talk("1001").stage, Stage::Over);
    settle(&mut world);
}

#[test]
fn the_end_of_the_call_ends_the_supervision() {
    for name in ["caller", "1001"] {
        let mut world = conversation(304);
        enter(&mut world, "1003", SupervisionMode::Barge);
        world.at(name, |phone, now| phone.hang_up(now));
        world.run_for(seconds(1));
        for name in ["caller", "1001", "1003"] {
            assert_eq!(world.talk(name).stage, Stage::Over, "{name}");
        }
        assert_eq!(world.work("1003"), WorkState::Idle);
        settle(&mut world);
        assert_eq!(ends(&world), [SupervisionEnd::CallEnded]);
    }
}

#[test]
fn a_call_that_ends_while_the_supervisors_phone_rings_stops_the_ringing() {
    let mut world = conversation(305);
    world.habit("1003", Habit::Ring);
    enter(&mut world, "1003", SupervisionMode::Monitor);
    assert_eq!(world.talk("1003").stage, Stage::Ringing);
    world.at("1001", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    assert_eq!(world.talk("1003").stage, Stage::Over);
    settle(&mut world);
    assert_eq!(ends(&world), [SupervisionEnd::CallEnded]);
}

#[test]
fn a_supervisor_whose_phone_refuses_or_rings_in_vain_leaves_the_call_alone() {
    let after = Duration::from_millis(500);
    for (habit, end) in [
        (
            Habit::Decline { after, status: 603 },
            SupervisionEnd::Refused,
        ),
        (Habit::Ring, SupervisionEnd::NoAnswer),
    ] {
        let mut world = conversation(306);
        world.habit("1003", habit);
        supervise(&mut world, "1003", SupervisionMode::Monitor).unwrap();
        world.run_for(seconds(32));
        hears(&world, "caller", &[AGENT]);
        assert_eq!(world.work("1003"), WorkState::Idle);
        assert!(!world.phone("1003").is_busy());
        settle(&mut world);
        assert_eq!(ends(&world), [end]);
    }
}

#[test]
fn two_supervisors_of_one_call_hear_whom_the_agent_hears() {
    let mut world = conversation(307);
    enter(&mut world, "1003", SupervisionMode::Whisper);
    enter(&mut world, "1004", SupervisionMode::Monitor);
    hears(&world, "1004", &[CUSTOMER, AGENT, SUPERVISOR]);
    hears(&world, "1003", &[CUSTOMER, AGENT]);
    hears(&world, "1001", &[CUSTOMER, SUPERVISOR]);
    hears(&world, "caller", &[AGENT]);
    let call = call_of(&world);
    let stop = Command::StopSupervising {
        call,
        supervisor: agent_id("1003"),
    };
    world.ask(stop.clone()).unwrap();
    assert_eq!(world.ask(stop), Err(CommandError::NotSupervising));
    world.run_for(seconds(2));
    hears(&world, "1004", &[CUSTOMER, AGENT]);
    assert_eq!(world.talk("1003").stage, Stage::Over);
    settle(&mut world);
}

#[test]
fn a_supervisor_stays_with_a_customer_who_is_handed_on() {
    let mut world = conversation(308);
    enter(&mut world, "1003", SupervisionMode::Monitor);
    world.habit("1002", Habit::Answer { after: seconds(1) });
    world.at("1001", |phone, now| phone.refer(now, "1002"));
    world.run_for(seconds(4));
    assert_eq!(world.talk("1001").stage, Stage::Over);
    hears(&world, "1003", &[CUSTOMER, COLLEAGUE]);
    enter(&mut world, "1003", SupervisionMode::Whisper);
    hears(&world, "1002", &[CUSTOMER, SUPERVISOR]);
    hears(&world, "caller", &[COLLEAGUE]);
    settle(&mut world);
}

#[test]
fn a_customer_who_goes_back_into_a_queue_is_not_listened_to() {
    let mut world = conversation(309);
    enter(&mut world, "1003", SupervisionMode::Monitor);
    world.at("1001", |phone, now| phone.refer(now, "4008110511"));
    world.run_for(seconds(2));
    assert_eq!(world.talk("1003").stage, Stage::Over);
    assert_eq!(world.work("1003"), WorkState::Idle);
    settle(&mut world);
    assert_eq!(ends(&world), [SupervisionEnd::CallEnded]);
}

#[test]
fn a_mode_that_changes_while_the_agent_holds_is_heard_afterwards() {
    let mut world = conversation(310);
    enter(&mut world, "1003", SupervisionMode::Monitor);
    world.at("1001", |phone, now| phone.turn(now, Way::SendOnly));
    world.run_for(seconds(1));
    enter(&mut world, "1003", SupervisionMode::Barge);
    let heard = &world.talk("caller").voice;
    let heard = heard.heard(world.now - seconds(1), world.now);
    assert!(share(&heard, MUSIC_HZ) > 0.9, "{}", world.ladder);
    world.at("1001", |phone, now| phone.turn(now, Way::SendRecv));
    world.run_for(seconds(3));
    hears(&world, "caller", &[AGENT, SUPERVISOR]);
    hears(&world, "1001", &[CUSTOMER, SUPERVISOR]);
    settle(&mut world);
}

#[test]
fn only_a_conversation_of_an_agent_is_supervised_and_only_by_somebody_else() {
    let mut world = conversation(311);
    let monitor = SupervisionMode::Monitor;
    assert_eq!(
        supervise(&mut world, "1001", monitor),
        Err(CommandError::OwnCall)
    );
    world.at("1004", |phone, now| phone.unregister(now));
    world.run_for(seconds(1));
    assert_eq!(
        supervise(&mut world, "1004", monitor),
        Err(CommandError::NoPhone)
    );
    assert_eq!(
        supervise(&mut world, "1009", monitor),
        Err(CommandError::UnknownAgent)
    );
    world.at("1001", |phone, now| phone.refer(now, "4008110512"));
    world.run_for(seconds(1));
    assert_eq!(
        supervise(&mut world, "1003", monitor),
        Err(CommandError::NotTalking)
    );
    settle(&mut world);
}

#[test]
fn a_whisper_outlives_a_crash() {
    let mut world = conversation(312);
    enter(&mut world, "1003", SupervisionMode::Barge);
    world.kill();
    world.run_for(seconds(4));
    hears(&world, "caller", &[AGENT, SUPERVISOR]);
    hears(&world, "1001", &[CUSTOMER, SUPERVISOR]);
    hears(&world, "1003", &[CUSTOMER, AGENT]);
    enter(&mut world, "1003", SupervisionMode::Whisper);
    hears(&world, "caller", &[AGENT]);
    settle(&mut world);
}

#[test]
fn a_take_over_survives_a_kill_at_every_step() {
    let story = |kill: Option<Kill>| {
        let mut world = conversation(313);
        let first = world.center.journal.writes + 1;
        if let Some(kill) = kill {
            world.kill_at(kill);
        }
        // A server that dies over a command has not heard it, or does it afterwards.
        let mut ask = |mode| {
            let _ = supervise(&mut world, "1003", mode);
            world.run_for(seconds(3));
            if world.center.live(world.now).calls[0].supervisors.is_empty()
                && world.phone("1001").is_busy()
            {
                let _ = supervise(&mut world, "1003", mode);
                world.run_for(seconds(3));
            }
        };
        ask(SupervisionMode::Whisper);
        ask(SupervisionMode::TakeOver);
        if world.phone("1001").is_busy() {
            let _ = supervise(&mut world, "1003", SupervisionMode::TakeOver);
            world.run_for(seconds(3));
        }
        hears(&world, "caller", &[SUPERVISOR]);
        hears(&world, "1003", &[CUSTOMER]);
        assert!(!world.phone("1001").is_busy(), "{}", world.ladder);
        let last = world.center.journal.writes;
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
        assert!(!world.phone("1003").is_busy(), "{}", world.ladder);
        settle(&mut world);
        assert_eq!(record(&world, 0).agent, Some(agent_id("1003")));
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

#[test]
fn the_phone_of_a_supervisor_is_asked_to_answer_by_itself_only_if_so_set() {
    for (seed, asked) in [(240, true), (241, false)] {
        let mut world = office(seed);
        if !asked {
            let now = world.now;
            world.center.leave_answering_to_supervisors(now);
        }
        let mut world = ready_to_listen(world);
        enter(&mut world, "1003", SupervisionMode::Monitor);
        let invite = world.talk("1003").invite.clone().unwrap();
        let told = invite.header("Answer-Mode").is_some()
            && invite
                .header("Call-Info")
                .is_some_and(|it| it.contains("answer-after=0"));
        assert_eq!(told, asked, "{}", world.ladder);
        hears(&world, "1003", &[CUSTOMER, AGENT]);
        settle(&mut world);
    }
}
