//! Keys as tones in the audio: callers and gateways that know no telephone events.

use model::CallFact;
use std::time::Duration;
use tests::phone::{Habit, Offer};
use tests::story::{seconds, settle};
use tests::tone::share;
use tests::world::World;

#[test]
fn a_flow_hears_the_tones_of_a_caller_without_events() {
    let mut world = World::new(400, 0);
    world.add_caller("caller", "13800138000");
    world.phone_mut("caller").plays_keys = true;
    world.at("caller", |phone, now| {
        phone.dial(now, "4008110512", Offer::Early);
    });
    world.run_for(seconds(1));

    world.phone_mut("caller").press("20#");
    world.run_for(seconds(14));

    let calls = world.center.journal.calls();
    let keyed = calls
        .values()
        .flatten()
        .any(|(_, fact)| matches!(fact, CallFact::NodeLeft { keys, .. } if keys.starts_with("20")));
    assert!(keyed, "{calls:#?}");
    settle(&mut world);
}

#[test]
fn tones_become_events_and_are_not_heard_as_well() {
    let mut world = World::new(401, 0);
    world.add_caller("caller", "13800138000");
    world.phone_mut("caller").plays_keys = true;
    world.habit("outside", Habit::Answer { after: seconds(1) });
    world.at("caller", |phone, now| {
        phone.dial(now, "4008110516", Offer::Early);
    });
    world.run_for(seconds(3));
    let before = world.now;
    world.phone_mut("caller").press("9");
    world.run_for(seconds(1));

    let voice = &world.talk("outside").voice;
    assert!(voice.events > 0, "{}", world.ladder);
    let passed = voice.heard(before, before + Duration::from_millis(400));
    let loudest = passed
        .chunks(160)
        .map(|frame| share(frame, 852.0))
        .filter(|share| *share > 0.3)
        .count();
    assert!(loudest <= 2, "{loudest} frames of the tone came through");
    settle(&mut world);
}

#[test]
fn events_become_tones_for_a_gateway_without_events() {
    let mut world = World::new(402, 0);
    world.phone_mut("outside").plays_keys = true;
    world.habit("outside", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110516");
    world.run_for(seconds(3));
    let before = world.now;
    world.phone_mut("caller").press("9");
    world.run_for(seconds(1));

    let voice = &world.talk("outside").voice;
    assert_eq!(voice.events, 0, "{}", world.ladder);
    let heard = voice.heard(before, world.now);
    let frames = heard
        .chunks(160)
        .filter(|frame| share(frame, 852.0) > 0.3 && share(frame, 1_477.0) > 0.3)
        .count();
    assert!((3..=6).contains(&frames), "{frames} frames of the key");
    settle(&mut world);
}
