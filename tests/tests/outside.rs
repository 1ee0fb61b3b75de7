//! A call is transferred to an outside number over the outbound trunk.

use model::{CallFact, EndReason, EndedBy};
use std::time::Duration;
use tests::phone::{Ender, Habit, Stage};
use tests::story::{record, seconds, settle};
use tests::tone::share;
use tests::world::World;

fn dial_failure(world: &World) -> Option<(EndReason, Option<u16>)> {
    let calls = world.center.journal.calls();
    let facts = calls.values().next().unwrap();
    facts.iter().find_map(|(_, fact)| match fact {
        CallFact::DialFailed {
            reason, sip_code, ..
        } => Some((*reason, *sip_code)),
        _ => None,
    })
}

#[test]
fn an_outside_number_answers_and_both_hear_each_other() {
    let mut world = World::new(50, 0);
    world.phone_mut("outside").hz = 1_300.0;
    world.habit("outside", Habit::Answer { after: seconds(2) });

    world.ring("caller", "4008110516");
    world.run_for(Duration::from_millis(1_500));
    let ringing = world.talk("caller").voice.heard(
        world.now - Duration::from_millis(1_200),
        world.now - Duration::from_millis(700),
    );
    assert!(share(&ringing, 450.0) > 0.9);
    world.run_for(seconds(4));
    let since = world.now - seconds(1);
    let by_caller = world.talk("caller").voice.heard(since, world.now);
    let by_outside = world.talk("outside").voice.heard(since, world.now);
    world.at("outside", |phone, now| phone.hang_up(now));
    settle(&mut world);

    assert!(share(&by_caller, 1_300.0) > 0.9);
    assert!(share(&by_outside, 500.0) > 0.9);
    assert_eq!(world.talk("caller").ender, Some(Ender::Them));
    let record = record(&world, 0);
    assert_eq!((record.agent, record.recording), (None, None));
    assert_eq!(record.ending.unwrap().by, EndedBy::Agent);
}

#[test]
fn a_recorded_transfer_has_the_outside_party_on_the_right() {
    let mut world = World::new(51, 0);
    world.phone_mut("outside").hz = 1_300.0;
    world.habit("outside", Habit::Answer { after: seconds(1) });

    world.ring("caller", "4008110517");
    world.run_for(seconds(6));
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    assert_eq!(world.talk("outside").ender, Some(Ender::Them));
    let file = world.center.disk.files.values().next().unwrap();
    assert!(share(&file.channel(1)[24_000..40_000], 1_300.0) > 0.9);
}

#[test]
fn a_busy_number_is_told_from_one_that_does_not_answer() {
    let mut world = World::new(52, 0);
    let after = seconds(1);
    world.habit("outside", Habit::Decline { after, status: 486 });

    world.ring("caller", "4008110516");
    world.run_for(seconds(4));
    settle(&mut world);

    assert_eq!(dial_failure(&world), Some((EndReason::Busy, Some(486))));
    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(ending.reason, EndReason::FlowEnded);
}

#[test]
fn a_number_that_does_not_answer_is_given_up_after_a_minute() {
    let mut world = World::new(53, 0);

    world.ring("caller", "4008110516");
    world.run_for(seconds(64));

    assert_eq!(world.talk("outside").stage, Stage::Over);
    settle(&mut world);
    assert_eq!(dial_failure(&world), Some((EndReason::NoAnswer, None)));
}

#[test]
fn a_trunk_that_says_nothing_is_given_up_by_the_signalling() {
    let mut world = World::new(54, 0);
    world.habit("outside", Habit::Silent);

    world.ring("caller", "4008110516");
    world.run_for(seconds(40));
    settle(&mut world);

    assert!(matches!(
        dial_failure(&world),
        Some((EndReason::NoAnswer, Some(408)))
    ));
}

#[test]
fn a_caller_who_gives_up_stops_the_outside_phone_from_ringing() {
    let mut world = World::new(55, 0);

    world.ring("caller", "4008110516");
    world.run_for(seconds(3));
    world.at("caller", |phone, now| phone.hang_up(now));
    world.run_for(seconds(1));

    assert_eq!(world.talk("outside").stage, Stage::Over);
    settle(&mut world);
}

#[test]
fn a_redirection_that_is_not_followed_is_told_with_its_goal() {
    let mut world = World::new(55, 0);
    let after = seconds(1);
    world.habit("outside", Habit::Decline { after, status: 302 });

    world.ring("caller", "4008110516");
    world.run_for(seconds(4));
    settle(&mut world);

    let calls = world.center.journal.calls();
    let facts = calls.values().next().unwrap();
    let goal = facts.iter().find_map(|(_, fact)| match fact {
        CallFact::DialFailed {
            sip_code: Some(302),
            redirected_to,
            ..
        } => redirected_to.clone(),
        _ => None,
    });
    assert!(goal.is_some_and(|goal| goal.starts_with("sip:")));
}
