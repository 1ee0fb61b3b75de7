//! Calls of which nothing comes any more: when they are ended, and when not.

use model::{EndReason, EndedBy, QueueExit, Trunk};
use std::time::Duration;
use tests::demo::Demo;
use tests::phone::{Habit, Stage, Way};
use tests::story::{record, seconds, settle};
use tests::world::World;

fn inbound(demo: &mut Demo) -> &mut Trunk {
    &mut demo.trunks[0]
}

/// A customer of a trunk with this time-out who talks with an agent.
fn conversation(seed: u64, timeout: Option<u32>) -> World {
    let mut world = World::with(seed, 1, |demo| {
        inbound(demo).media.timeout_seconds = timeout;
    });
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));
    assert_eq!(world.talk("1001").stage, Stage::Up);
    world
}

fn fall_silent(world: &mut World, name: &str) {
    let talk = world.phone_mut(name).talks.last_mut().unwrap();
    talk.voice.speaks = false;
}

#[test]
fn a_call_is_ended_when_all_sides_were_silent_for_as_long_as_the_trunk_says() {
    let mut world = conversation(400, Some(10));
    fall_silent(&mut world, "caller");
    world.run_for(seconds(4));
    fall_silent(&mut world, "1001");
    world.run_for(Duration::from_millis(9_500));
    assert_eq!(world.talk("caller").stage, Stage::Up, "{}", world.ladder);
    world.run_for(seconds(1));
    for name in ["caller", "1001"] {
        assert_eq!(world.talk(name).stage, Stage::Over, "{}", world.ladder);
    }
    settle(&mut world);
    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(ending.reason, EndReason::MediaTimeout);
    assert_eq!(ending.by, EndedBy::Network);
}

#[test]
fn a_trunk_without_a_time_out_keeps_silent_calls() {
    let mut world = conversation(401, None);
    for name in ["caller", "1001"] {
        fall_silent(&mut world, name);
    }
    world.run_for(seconds(300));
    assert_eq!(world.talk("caller").stage, Stage::Up, "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn one_side_that_speaks_keeps_a_call_alive_whichever_it_is() {
    for (seed, silent) in [(402, "caller"), (403, "1001")] {
        let mut world = conversation(seed, Some(5));
        fall_silent(&mut world, silent);
        world.run_for(seconds(60));
        assert_eq!(world.talk("caller").stage, Stage::Up, "{}", world.ladder);
        settle(&mut world);
    }
}

#[test]
fn a_side_that_holds_or_only_listens_is_not_missed() {
    for (seed, name, way) in [
        (404, "1001", Way::SendOnly),
        (405, "1001", Way::Inactive),
        (406, "caller", Way::SendOnly),
        (407, "caller", Way::Inactive),
    ] {
        let mut world = conversation(seed, Some(5));
        world.at(name, |phone, now| phone.turn(now, way));
        world.run_for(seconds(1));
        for name in ["caller", "1001"] {
            fall_silent(&mut world, name);
        }
        world.run_for(seconds(60));
        assert_eq!(world.talk("caller").stage, Stage::Up, "{way:?}");
        settle(&mut world);
    }
}

#[test]
fn silence_counts_from_the_end_of_a_hold() {
    let mut world = conversation(408, Some(10));
    for name in ["caller", "1001"] {
        fall_silent(&mut world, name);
    }
    world.run_for(seconds(8));
    world.at("1001", |phone, now| phone.turn(now, Way::SendOnly));
    world.run_for(seconds(30));
    world.at("1001", |phone, now| phone.turn(now, Way::SendRecv));
    world.run_for(seconds(8));
    assert_eq!(world.talk("caller").stage, Stage::Up, "{}", world.ladder);
    world.run_for(seconds(4));
    assert_eq!(world.talk("caller").stage, Stage::Over, "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn a_caller_who_vanishes_from_a_line_does_not_wait_for_an_agent() {
    let mut world = World::with(409, 1, |demo| {
        inbound(demo).media.timeout_seconds = Some(10);
    });
    world.habit("1001", Habit::Ring);
    world.ring("caller", "4008110511");
    world.run_for(seconds(5));
    fall_silent(&mut world, "caller");
    world.run_for(seconds(12));
    assert_eq!(world.talk("caller").stage, Stage::Over, "{}", world.ladder);
    settle(&mut world);
    let record = record(&world, 0);
    assert_eq!(record.ending.unwrap().reason, EndReason::MediaTimeout);
    let calls = world.center.journal.calls();
    let left = calls.values().flatten().find_map(|(_, fact)| match fact {
        model::CallFact::Dequeued { exit, .. } => Some(*exit),
        _ => None,
    });
    assert_eq!(left, Some(QueueExit::Ended));
}

#[test]
fn a_caller_who_only_ever_listened_may_go_on_waiting() {
    let mut world = World::with(410, 1, |demo| {
        inbound(demo).media.timeout_seconds = Some(5);
    });
    world.habit("1001", Habit::Ring);
    world.ring("caller", "4008110511");
    fall_silent(&mut world, "caller");
    world.run_for(seconds(12));
    assert_eq!(world.talk("caller").stage, Stage::Up, "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn of_two_trunks_the_one_with_more_patience_decides() {
    let mut world = World::with(411, 0, |demo| {
        inbound(demo).media.timeout_seconds = Some(5);
        demo.trunks[1].media.timeout_seconds = Some(20);
    });
    world.habit("outside", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110516");
    world.run_for(seconds(4));
    for name in ["caller", "outside"] {
        fall_silent(&mut world, name);
    }
    world.run_for(seconds(15));
    assert_eq!(world.talk("caller").stage, Stage::Up, "{}", world.ladder);
    world.run_for(seconds(8));
    assert_eq!(world.talk("caller").stage, Stage::Over, "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn a_new_process_counts_the_silence_of_dead_calls_anew() {
    let mut world = conversation(412, Some(10));
    for name in ["caller", "1001"] {
        fall_silent(&mut world, name);
    }
    world.run_for(seconds(8));
    world.kill();
    world.run_for(seconds(8));
    assert_eq!(world.talk("caller").stage, Stage::Up, "{}", world.ladder);
    world.run_for(seconds(6));
    assert_eq!(world.talk("caller").stage, Stage::Over, "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn phones_that_were_silent_before_a_crash_and_spoke_after_it_are_not_dead() {
    let mut world = conversation(413, Some(10));
    for name in ["caller", "1001"] {
        fall_silent(&mut world, name);
    }
    world.run_for(seconds(8));
    world.kill();
    for name in ["caller", "1001"] {
        world.phone_mut(name).talks.last_mut().unwrap().voice.speaks = true;
    }
    world.run_for(seconds(3));
    fall_silent(&mut world, "1001");
    world.run_for(seconds(30));
    assert_eq!(world.talk("caller").stage, Stage::Up, "{}", world.ladder);
    settle(&mut world);
}
