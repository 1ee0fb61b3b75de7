//! An agent calls from their own phone: an outside number, or a colleague.

use model::{CallFact, CallType, Direction, EndReason, EndedBy, WorkState};
use std::time::Duration;
use tests::demo::{MUSIC_HZ, agent_id};
use tests::phone::{Ender, Habit, Offer, Stage, Way};
use tests::story::{record, seconds, settle};
use tests::tone::share;
use tests::world::World;

fn dial(world: &mut World, name: &str, number: &str) {
    world.at(name, |phone, now| phone.dial(now, number, Offer::Early));
}

fn hears(world: &World, name: &str, hz: f64) -> f64 {
    let voice = &world.talk(name).voice;
    share(&voice.heard(world.now - seconds(1), world.now), hz)
}

fn hear_each_other(world: &World, (one, hz): (&str, f64), (other, other_hz): (&str, f64)) {
    assert!(hears(world, one, other_hz) > 0.9, "{}", world.ladder);
    assert!(hears(world, other, hz) > 0.9, "{}", world.ladder);
}

#[test]
fn an_agent_dials_a_number_and_talks_until_the_customer_hangs_up() {
    let mut world = World::new(101, 1);
    world.phone_mut("outside").hz = 1_300.0;
    world.habit("outside", Habit::Answer { after: seconds(2) });

    dial(&mut world, "1001", "13912345678");
    world.run_for(seconds(1));
    assert_eq!(world.talk("1001").stage, Stage::Calling);
    assert!(matches!(world.work("1001"), WorkState::Talking { .. }));
    world.run_for(seconds(3));
    hear_each_other(&world, ("1001", 1_000.0), ("outside", 1_300.0));
    world.at("outside", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    assert_eq!(world.talk("1001").ender, Some(Ender::Them));
    assert_eq!(world.work("1001"), WorkState::Idle);
    settle(&mut world);

    let record = record(&world, 0);
    assert_eq!(record.direction, Direction::Outbound);
    assert_eq!(record.call_type, CallType::Outbound);
    assert_eq!(record.called.as_str(), "13912345678");
    assert_eq!(record.caller.as_str(), "4008110510");
    assert_eq!(record.agent, Some(agent_id("1001")));
    assert!((1_900..=2_200).contains(&record.talk_ms), "{record:?}");
    assert_eq!(record.ending.unwrap().by, EndedBy::Customer);
    let invite = world.talk("outside").invite.as_ref().unwrap();
    assert!(invite.from.contains("4008110510"), "{}", invite.from);
}

#[test]
fn what_the_number_plays_before_it_answers_is_heard_by_the_agent() {
    let mut world = World::new(102, 1);
    world.phone_mut("outside").hz = 1_300.0;
    world.habit("outside", Habit::Early { after: seconds(4) });

    dial(&mut world, "1001", "13912345678");
    world.run_for(seconds(3));
    assert_eq!(world.talk("1001").stage, Stage::Calling);
    assert!(hears(&world, "1001", 1_300.0) > 0.9, "{}", world.ladder);
    world.run_for(seconds(3));
    hear_each_other(&world, ("1001", 1_000.0), ("outside", 1_300.0));
    world.at("1001", |phone, now| phone.hang_up(now));
    settle(&mut world);

    let record = record(&world, 0);
    assert!((1_900..=2_200).contains(&record.talk_ms), "{record:?}");
    assert_eq!(record.ending.unwrap().by, EndedBy::Agent);
}

#[test]
fn a_busy_number_is_busy_for_the_agent_too() {
    let mut world = World::new(103, 1);
    let after = seconds(1);
    world.habit("outside", Habit::Decline { after, status: 486 });

    dial(&mut world, "1001", "13912345678");
    world.run_for(seconds(3));

    assert_eq!(world.talk("1001").refused, Some(486));
    assert_eq!(world.work("1001"), WorkState::Idle);
    settle(&mut world);
    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(
        (ending.reason, ending.sip_code),
        (EndReason::Busy, Some(486))
    );
}

#[test]
fn a_trunk_that_fails_is_not_held_against_the_server_by_the_phone() {
    let mut world = World::new(111, 1);
    let after = seconds(1);
    world.habit("outside", Habit::Decline { after, status: 503 });

    dial(&mut world, "1001", "13912345678");
    world.run_for(seconds(3));

    assert_eq!(world.talk("1001").refused, Some(500));
    settle(&mut world);
    assert_eq!(record(&world, 0).ending.unwrap().sip_code, Some(503));
}

#[test]
fn an_agent_who_gives_up_stops_the_number_from_ringing() {
    let mut world = World::new(104, 1);

    dial(&mut world, "1001", "13912345678");
    world.run_for(seconds(2));
    world.at("1001", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));

    assert_eq!(world.talk("outside").stage, Stage::Over);
    assert_eq!(world.work("1001"), WorkState::Idle);
    settle(&mut world);
    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(ending.reason, EndReason::Cancelled);
    assert_eq!(ending.by, EndedBy::Agent);
}

#[test]
fn what_is_no_number_never_reaches_the_trunk() {
    let mut world = World::new(105, 1);
    for number in ["evil", "1;phone-context=x", "1"] {
        dial(&mut world, "1001", number);
        world.run_for(seconds(1));
        let refused = world.talk("1001").refused;
        assert!(matches!(refused, Some(404 | 484)), "{number}: {refused:?}");
    }
    assert!(world.phone("outside").talks.is_empty());
    settle(&mut world);
}

#[test]
fn an_agent_in_a_call_of_their_own_is_offered_nothing_from_the_queue() {
    let mut world = World::new(106, 1);
    world.habit("outside", Habit::Answer { after: seconds(1) });
    world.habit("1001", Habit::Answer { after: seconds(1) });

    dial(&mut world, "1001", "13912345678");
    world.run_for(seconds(2));
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));
    assert_eq!(world.phone("1001").talks.len(), 1);
    assert!(hears(&world, "caller", MUSIC_HZ) > 0.9);
    world.at("1001", |phone, now| phone.hang_up(now));
    world.run_for(seconds(4));
    assert_eq!(world.talk("caller").stage, Stage::Up);
    hear_each_other(&world, ("1001", 1_000.0), ("caller", 500.0));
    settle(&mut world);
}

#[test]
fn two_agents_talk_and_either_may_hold() {
    let mut world = World::new(107, 2);
    world.habit("1002", Habit::Answer { after: seconds(1) });

    dial(&mut world, "1001", "1002");
    world.run_for(seconds(4));
    hear_each_other(&world, ("1001", 1_000.0), ("1002", 1_100.0));
    world.at("1002", |phone, now| phone.turn(now, Way::SendOnly));
    world.run_for(seconds(2));
    assert!(hears(&world, "1001", MUSIC_HZ) > 0.9);
    world.at("1002", |phone, now| phone.turn(now, Way::SendRecv));
    world.run_for(seconds(2));
    hear_each_other(&world, ("1001", 1_000.0), ("1002", 1_100.0));
    world.at("1001", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));
    for agent in ["1001", "1002"] {
        assert_eq!(world.work(agent), WorkState::Idle);
    }
    settle(&mut world);

    let record = record(&world, 0);
    assert_eq!(record.direction, Direction::Internal);
    assert_eq!(record.call_type, CallType::Internal);
    assert_eq!(record.agent, Some(agent_id("1002")));
    assert_eq!(record.ending.unwrap().by, EndedBy::Agent);
}

#[test]
fn a_colleague_who_is_not_free_is_busy() {
    let mut world = World::new(108, 2);
    world.habit("1002", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110511");
    world.run_for(seconds(25));
    let talking = ["1001", "1002"].map(|name| world.phone(name).is_busy());
    assert_eq!(talking, [false, true], "{}", world.ladder);

    dial(&mut world, "1001", "1002");
    world.run_for(seconds(1));

    assert_eq!(world.talk("1001").refused, Some(486));
    settle(&mut world);
    assert_eq!(record(&world, 1).ending.unwrap().reason, EndReason::Busy);
}

#[test]
fn a_colleague_whose_phone_is_busy_is_busy_for_the_caller() {
    let mut world = World::new(111, 2);
    let after = seconds(1);
    world.habit("1002", Habit::Decline { after, status: 486 });

    dial(&mut world, "1001", "1002");
    world.run_for(seconds(3));

    assert_eq!(world.talk("1001").refused, Some(486), "{}", world.ladder);
    settle(&mut world);
    assert_eq!(record(&world, 0).ending.unwrap().reason, EndReason::Busy);
}

#[test]
fn a_colleague_who_declines_is_told_to_the_caller() {
    let mut world = World::new(109, 2);
    let after = seconds(1);
    world.habit("1002", Habit::Decline { after, status: 603 });

    dial(&mut world, "1001", "1002");
    world.run_for(seconds(3));

    assert_eq!(world.talk("1001").refused, Some(603));
    assert_eq!(world.work("1001"), WorkState::Idle);
    settle(&mut world);
}

#[test]
fn a_call_of_an_agent_goes_on_when_the_server_dies() {
    let mut world = World::new(110, 1);
    world.phone_mut("outside").hz = 1_300.0;
    world.habit("outside", Habit::Answer { after: seconds(2) });

    dial(&mut world, "1001", "13912345678");
    world.run_for(seconds(1));
    world.kill();
    world.run_for(seconds(4));
    hear_each_other(&world, ("1001", 1_000.0), ("outside", 1_300.0));
    world.kill();
    world.run_for(seconds(3));
    hear_each_other(&world, ("1001", 1_000.0), ("outside", 1_300.0));
    assert!(matches!(world.work("1001"), WorkState::Talking { .. }));
    world.at("outside", |phone, now| phone.hang_up(now));
    world.run_for(Duration::from_millis(500));
    assert_eq!(world.talk("1001").stage, Stage::Over);
    settle(&mut world);
    let calls = world.center.journal.calls();
    let facts = calls.values().next().unwrap();
    let resumed = facts
        .iter()
        .filter(|(_, fact)| *fact == CallFact::Resumed)
        .count();
    assert_eq!(resumed, 2);
}
