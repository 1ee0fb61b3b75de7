//! The server is killed at every step of a story; the story ends as if nothing had been.

use model::{CallRecord, EndReason, EndedBy, Ending};
use std::net::IpAddr;
use std::time::Duration;
use tests::center::Kill;
use tests::demo::MUSIC_HZ;
use tests::phone::{Habit, Offer, Stage, Way};
use tests::story::{records, seconds, settle};
use tests::tone::{Law, share};
use tests::world::World;

/// A story tells what happens; the world may be killed at any step of it.
type Story = fn(&mut World);

/// Tells a story once undisturbed, and then once for each of its journal writes with a kill there.
fn survives_a_kill_at_every_step(agents: usize, story: Story) {
    survives_in(|| World::new(1, agents), story);
}

fn survives_in(build: impl Fn() -> World, story: Story) {
    let mut world = build();
    let first = world.center.journal.writes + 1;
    story(&mut world);
    let last = world.center.journal.writes;
    settle(&mut world);
    let expected: Vec<Told> = records(&world).iter().map(Told::of).collect();
    assert!(last > first, "the story writes nothing");
    for write in first..=last {
        for after_sending in [false, true] {
            let kill = Kill {
                write,
                after_sending,
            };
            let mut world = build();
            world.kill_at(kill);
            story(&mut world);
            settle(&mut world);
            assert_eq!(world.center.killed, 1, "{kill:?}");
            let told: Vec<Told> = records(&world).iter().map(Told::of).collect();
            assert_eq!(
                told, expected,
                "{kill:?} of {first}..={last}\n{}",
                world.ladder
            );
        }
    }
}

/// What must be the same whatever happened to the server.
#[derive(Debug, PartialEq)]
struct Told {
    ending: Option<(EndedBy, EndReason)>,
    offers: u32,
    bridged: bool,
    recorded: bool,
    /// To the second: a kill costs time.
    talk_seconds: i64,
}

impl Told {
    fn of(record: &CallRecord) -> Self {
        Self {
            ending: record
                .ending
                .as_ref()
                .map(|Ending { by, reason, .. }| (*by, *reason)),
            offers: record.offers,
            bridged: record.bridged_at.is_some(),
            recorded: record.recording.is_some(),
            talk_seconds: (record.talk_ms + 300) / 1_000,
        }
    }
}

fn wait_for_the_conversation(world: &mut World, with: &str) {
    world.run_until(seconds(30), |world| {
        let talks = &world.phone(with).talks;
        talks.iter().any(|talk| talk.stage == Stage::Up)
    });
}

/// Both hear each other during the last second.
fn hear_each_other(world: &World, name: &str, hz: f64) {
    let since = world.now - seconds(1);
    let by_caller = world.talk("caller").voice.heard(since, world.now);
    let by_party = world.talk(name).voice.heard(since, world.now);
    assert!(share(&by_caller, hz) > 0.9, "{}", world.ladder);
    assert!(share(&by_party, 500.0) > 0.9, "{}", world.ladder);
}

#[test]
fn a_conversation_goes_on_and_the_caller_ends_it() {
    survives_a_kill_at_every_step(1, |world| {
        world.habit("1001", Habit::Answer { after: seconds(1) });
        world.ring("caller", "4008110511");
        wait_for_the_conversation(world, "1001");
        world.run_for(seconds(3));
        hear_each_other(world, "1001", 1_000.0);
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
        assert!(!world.phone("1001").is_busy(), "{}", world.ladder);
    });
}

#[test]
fn a_conversation_goes_on_and_the_agent_ends_it() {
    survives_a_kill_at_every_step(1, |world| {
        world.habit("1001", Habit::Answer { after: seconds(1) });
        world.ring("caller", "4008110511");
        wait_for_the_conversation(world, "1001");
        world.run_for(seconds(3));
        world.at("1001", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
        assert!(!world.phone("caller").is_busy(), "{}", world.ladder);
    });
}

#[test]
fn a_caller_in_the_flow_is_read_their_digits_and_hung_up_on() {
    survives_a_kill_at_every_step(0, |world| {
        world.ring("caller", "4008110512");
        world.run_for(seconds(1));
        world.phone_mut("caller").press("20#");
        world.run_for(seconds(12));
        assert!(!world.phone("caller").is_busy(), "{}", world.ladder);
    });
}

#[test]
fn a_caller_who_gives_up_while_it_rings_leaves_no_phone_ringing() {
    survives_a_kill_at_every_step(1, |world| {
        world.ring("caller", "4008110511");
        world.run_until(seconds(20), |world| world.phone("1001").is_busy());
        world.run_for(seconds(2));
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
        assert!(!world.phone("1001").is_busy(), "{}", world.ladder);
    });
}

#[test]
fn a_caller_keeps_the_place_in_the_line_and_the_music() {
    survives_a_kill_at_every_step(1, |world| {
        world.habit("1001", Habit::Answer { after: seconds(1) });
        world.phone_mut("1001").hang_up_after = Some(seconds(3));
        world.ring("first", "4008110511");
        world.run_for(seconds(1));
        world.ring("caller", "4008110511");
        world.run_for(seconds(2));
        let voice = &world.talk("caller").voice;
        let heard = voice.heard(world.now - seconds(1), world.now);
        assert!(share(&heard, MUSIC_HZ) > 0.9, "{}", world.ladder);
        world.run_for(seconds(14));
        let over_at = |name| world.talk(name).over_at;
        assert!(over_at("first").is_some() && over_at("first") < over_at("caller"));
    });
}

#[test]
fn an_agent_who_does_not_answer_loses_the_call_to_the_next() {
    survives_a_kill_at_every_step(2, |world| {
        world.habit("1002", Habit::Answer { after: seconds(1) });
        world.ring("caller", "4008110511");
        wait_for_the_conversation(world, "1002");
        world.run_for(seconds(2));
        hear_each_other(world, "1002", 1_100.0);
        assert!(!world.phone("1001").is_busy(), "{}", world.ladder);
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
    });
}

#[test]
fn an_outside_number_answers_a_recorded_call() {
    survives_a_kill_at_every_step(0, |world| {
        world.phone_mut("outside").hz = 1_300.0;
        world.habit("outside", Habit::Answer { after: seconds(1) });
        world.ring("caller", "4008110517");
        wait_for_the_conversation(world, "outside");
        world.run_for(seconds(3));
        hear_each_other(world, "outside", 1_300.0);
        world.at("outside", |phone, now| phone.hang_up(now));
        world.run_for(seconds(2));
    });
}

#[test]
fn a_busy_outside_number_leads_back_into_the_flow() {
    survives_a_kill_at_every_step(0, |world| {
        let after = seconds(1);
        world.habit("outside", Habit::Decline { after, status: 486 });
        world.ring("caller", "4008110516");
        world.run_for(seconds(8));
        assert!(!world.phone("caller").is_busy(), "{}", world.ladder);
    });
}

#[test]
fn a_message_is_taken_to_its_end() {
    survives_a_kill_at_every_step(0, |world| {
        world.ring("caller", "4008110514");
        world.run_for(seconds(5));
        world.phone_mut("caller").press("#");
        world.run_for(seconds(5));
        assert!(!world.phone("caller").is_busy(), "{}", world.ladder);
    });
}

#[test]
fn a_held_customer_gets_the_agent_back() {
    survives_a_kill_at_every_step(1, |world| {
        world.habit("1001", Habit::Answer { after: seconds(1) });
        world.ring("caller", "4008110511");
        wait_for_the_conversation(world, "1001");
        world.run_for(seconds(1));
        world.at("1001", |phone, now| phone.turn(now, Way::SendOnly));
        world.run_for(seconds(3));
        let voice = &world.talk("caller").voice;
        let heard = voice.heard(world.now - seconds(1), world.now);
        assert!(share(&heard, MUSIC_HZ) > 0.9, "{}", world.ladder);
        world.at("1001", |phone, now| phone.turn(now, Way::SendRecv));
        world.run_for(seconds(3));
        hear_each_other(world, "1001", 1_000.0);
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
    });
}

#[test]
fn a_customer_is_handed_on_to_a_number() {
    survives_a_kill_at_every_step(1, |world| {
        world.phone_mut("outside").hz = 1_300.0;
        world.habit("1001", Habit::Answer { after: seconds(1) });
        world.habit("outside", Habit::Answer { after: seconds(2) });
        world.ring("caller", "4008110511");
        wait_for_the_conversation(world, "1001");
        world.run_for(seconds(1));
        world.at("1001", |phone, now| phone.refer(now, "13912345678"));
        wait_for_the_conversation(world, "outside");
        world.run_for(seconds(3));
        hear_each_other(world, "outside", 1_300.0);
        assert!(!world.phone("1001").is_busy(), "{}", world.ladder);
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
    });
}

#[test]
fn a_customer_is_handed_on_to_a_colleague() {
    survives_a_kill_at_every_step(2, |world| {
        world.habit("1001", Habit::Answer { after: seconds(1) });
        world.ring("caller", "4008110511");
        wait_for_the_conversation(world, "1001");
        world.run_for(seconds(1));
        world.habit("1002", Habit::Answer { after: seconds(2) });
        world.at("1001", |phone, now| phone.refer(now, "1002"));
        wait_for_the_conversation(world, "1002");
        world.run_for(seconds(3));
        hear_each_other(world, "1002", 1_100.0);
        assert!(!world.phone("1001").is_busy(), "{}", world.ladder);
        world.at("1002", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
    });
}

#[test]
fn a_customer_comes_back_from_a_number_that_is_busy() {
    survives_a_kill_at_every_step(1, |world| {
        let after = seconds(1);
        world.habit("outside", Habit::Decline { after, status: 486 });
        world.habit("1001", Habit::Answer { after: seconds(1) });
        world.ring("caller", "4008110511");
        wait_for_the_conversation(world, "1001");
        world.run_for(seconds(1));
        world.at("1001", |phone, now| phone.refer(now, "13912345678"));
        // A kill makes the number busy half a second later; rounded, the talk is as long.
        world.run_for(Duration::from_millis(5_400));
        hear_each_other(world, "1001", 1_000.0);
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
    });
}

#[test]
fn two_calls_of_an_agent_are_joined() {
    survives_a_kill_at_every_step(1, |world| {
        world.phone_mut("outside").hz = 1_300.0;
        world.habit("1001", Habit::Answer { after: seconds(1) });
        world.habit("outside", Habit::Answer { after: seconds(1) });
        world.ring("caller", "4008110511");
        wait_for_the_conversation(world, "1001");
        world.run_for(seconds(1));
        world.at("1001", |phone, now| phone.turn(now, Way::SendOnly));
        world.run_for(seconds(2));
        world.at("1001", |phone, now| {
            phone.dial(now, "13912345678", Offer::Early);
        });
        wait_for_the_conversation(world, "outside");
        world.run_for(seconds(2));
        world.at("1001", |phone, now| phone.join(now));
        world.run_for(seconds(4));
        hear_each_other(world, "outside", 1_300.0);
        assert!(!world.phone("1001").is_busy(), "{}", world.ladder);
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
        assert!(!world.phone("outside").is_busy(), "{}", world.ladder);
    });
}

#[test]
fn an_agents_own_call_goes_on() {
    survives_a_kill_at_every_step(1, |world| {
        world.habit("outside", Habit::Early { after: seconds(2) });
        world.at("1001", |phone, now| {
            phone.dial(now, "13912345678", Offer::Early);
        });
        wait_for_the_conversation(world, "1001");
        world.run_for(seconds(3));
        let voice = &world.talk("outside").voice;
        let heard = voice.heard(world.now - seconds(1), world.now);
        assert!(share(&heard, 1_000.0) > 0.9, "{}", world.ladder);
        world.at("1001", |phone, now| phone.hang_up(now));
        world.run_for(seconds(4));
        assert!(!world.phone("outside").is_busy(), "{}", world.ladder);
    });
}

#[test]
fn a_trunk_that_fails_makes_way_for_the_next() {
    let second = IpAddr::from([127, 0, 3, 2]);
    let build = move || {
        let mut world = World::with(1, 0, |demo| {
            let peer = (second, 5060).into();
            demo.trunks
                .push(tests::demo::trunk("second", 3, Some(peer)));
        });
        world.add_gateway("second", second);
        world
    };
    survives_in(build, |world| {
        world.phone_mut("second").hz = 1_400.0;
        let after = Duration::from_millis(500);
        world.habit("outside", Habit::Decline { after, status: 503 });
        world.habit("second", Habit::Answer { after: seconds(1) });
        world.ring("caller", "4008110516");
        wait_for_the_conversation(world, "second");
        world.run_for(seconds(3));
        hear_each_other(world, "second", 1_400.0);
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(4));
    });
}

#[test]
fn a_change_of_codec_reaches_the_other_side() {
    survives_a_kill_at_every_step(1, |world| {
        world.habit("1001", Habit::Answer { after: seconds(1) });
        world.ring("caller", "4008110511");
        wait_for_the_conversation(world, "1001");
        world.run_for(seconds(1));
        world.at("caller", |phone, now| phone.speak(now, Law::Mu));
        world.run_for(seconds(4));
        hear_each_other(world, "1001", 1_000.0);
        assert_eq!(world.talk("1001").voice.law(), Law::Mu, "{}", world.ladder);
        world.at("caller", |phone, now| phone.hang_up(now));
        world.run_for(seconds(8));
    });
}

#[test]
fn the_gap_of_a_crash_is_shorter_than_a_third_of_a_second() {
    let mut world = World::new(70, 1);
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110511");
    world.run_for(seconds(4));

    let killed_at = world.now;
    world.kill();
    world.run_for(seconds(3));

    for (name, hz) in [("caller", 1_000.0), ("1001", 500.0)] {
        let since = killed_at + Duration::from_millis(300);
        let heard = world.talk(name).voice.heard(since, world.now);
        assert!(heard.len() > 20_000, "{name} hears {}", heard.len());
        for chunk in heard.chunks_exact(1_600) {
            assert!(share(chunk, hz) > 0.9, "{name}");
        }
    }
    settle(&mut world);
    let file = world.center.disk.files.values().next().unwrap();
    assert!(share(&file.channel(0)[file.samples() - 16_000..], 500.0) > 0.9);
}

#[test]
fn ten_crashes_in_ten_seconds_lose_no_call() {
    let mut world = World::new(71, 2);
    for agent in ["1001", "1002"] {
        world.habit(agent, Habit::Answer { after: seconds(1) });
    }
    world.ring("caller", "4008110511");
    world.run_for(seconds(1));
    world.ring("second", "4008110511");
    world.run_for(seconds(1));
    world.ring("third", "4008110513");

    for _ in 0..10 {
        world.kill();
        world.run_for(seconds(1));
    }

    assert_eq!(world.center.killed, 10);
    for name in ["caller", "second", "third"] {
        assert_eq!(world.talk(name).stage, Stage::Up, "{}", world.ladder);
    }
    hear_each_other(&world, "1001", 1_000.0);
    settle(&mut world);
}
