//! An agent holds the customer and takes the conversation up again (RFC 3264 §8.4).

use model::{CallFact, EndReason};
use std::time::Duration;
use tests::demo::MUSIC_HZ;
use tests::phone::{Habit, Phone, Stage, Way};
use tests::story::{record, seconds, settle};
use tests::tone::{Law, share};
use tests::world::World;

fn conversation(seed: u64) -> World {
    let mut world = World::new(seed, 1);
    world.habit("1001", Habit::Answer { after: seconds(1) });
    world.ring("caller", "4008110511");
    world.run_for(seconds(3));
    assert_eq!(world.talk("1001").stage, Stage::Up);
    world
}

fn caller_hears(world: &World, hz: f64) -> f64 {
    let voice = &world.talk("caller").voice;
    share(&voice.heard(world.now - seconds(1), world.now), hz)
}

#[test]
fn a_held_customer_hears_music_and_then_the_agent_again() {
    for way in [Way::SendOnly, Way::Inactive] {
        let mut world = conversation(60);

        world.at("1001", |phone, now| phone.turn(now, way));
        world.run_for(seconds(3));
        assert!(caller_hears(&world, MUSIC_HZ) > 0.9, "{way:?}");
        let heard = &world.talk("1001").voice;
        let heard = heard.heard(world.now - seconds(2), world.now);
        assert!(heard.is_empty(), "the agent hears {} samples", heard.len());

        world.at("1001", |phone, now| phone.turn(now, Way::SendRecv));
        world.run_for(seconds(3));
        assert!(caller_hears(&world, 1_000.0) > 0.9, "{way:?}");
        world.at("caller", |phone, now| phone.hang_up(now));
        settle(&mut world);

        let calls = world.center.journal.calls();
        let holds: Vec<bool> = calls
            .values()
            .flatten()
            .filter_map(|(_, fact)| match fact {
                CallFact::HoldChanged { held, .. } => Some(*held),
                _ => None,
            })
            .collect();
        assert_eq!(holds, [true, false]);
    }
}

#[test]
fn an_agent_hears_music_while_a_customer_is_silent_for_both() {
    let mut world = conversation(65);

    world.at("caller", |phone, now| phone.turn(now, Way::Inactive));
    world.run_for(seconds(3));
    let voice = &world.talk("1001").voice;
    let heard = voice.heard(world.now - seconds(1), world.now);
    assert!(share(&heard, MUSIC_HZ) > 0.9, "{}", world.ladder);
    world.at("caller", |phone, now| phone.turn(now, Way::SendRecv));
    world.run_for(seconds(2));
    assert!(caller_hears(&world, 1_000.0) > 0.9);
    settle(&mut world);
}

#[test]
fn an_agent_hears_what_a_customer_plays_who_holds() {
    let mut world = conversation(66);

    world.at("caller", |phone, now| phone.turn(now, Way::SendOnly));
    world.run_for(seconds(3));
    let voice = &world.talk("1001").voice;
    let heard = voice.heard(world.now - seconds(1), world.now);
    assert!(share(&heard, 500.0) > 0.9, "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn both_may_hold_and_come_back_in_any_order() {
    let mut world = conversation(67);

    for (name, way) in [
        ("1001", Way::SendOnly),
        ("caller", Way::Inactive),
        ("1001", Way::SendRecv),
        ("caller", Way::SendRecv),
    ] {
        world.at(name, |phone, now| phone.turn(now, way));
        world.run_for(seconds(2));
    }

    assert!(caller_hears(&world, 1_000.0) > 0.9, "{}", world.ladder);
    let voice = &world.talk("1001").voice;
    let heard = voice.heard(world.now - seconds(1), world.now);
    assert!(share(&heard, 500.0) > 0.9, "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn a_customer_who_changes_the_codec_takes_the_agent_along() {
    let mut world = conversation(68);
    assert_eq!(world.talk("1001").voice.law(), Law::A);

    world.at("caller", |phone, now| phone.speak(now, Law::Mu));
    world.run_for(seconds(3));

    assert_eq!(world.talk("1001").changes, 1, "{}", world.ladder);
    assert_eq!(world.talk("1001").voice.law(), Law::Mu);
    assert!(caller_hears(&world, 1_000.0) > 0.9, "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn a_phone_that_asks_for_an_offer_gets_one_and_goes_on() {
    for name in ["caller", "1001"] {
        let mut world = conversation(69);

        world.at(name, |phone, now| phone.ask_for_an_offer(now));
        world.run_for(seconds(3));

        assert!(caller_hears(&world, 1_000.0) > 0.9, "{}", world.ladder);
        settle(&mut world);
    }
}

#[test]
fn offers_that_cross_are_both_met_in_the_end() {
    let mut world = conversation(70);

    world.at("caller", |phone, now| phone.speak(now, Law::Mu));
    world.run_for(Duration::from_millis(12));
    world.at("1001", |phone, now| phone.turn(now, Way::SendOnly));
    world.run_for(seconds(6));

    assert!(caller_hears(&world, MUSIC_HZ) > 0.9, "{}", world.ladder);
    settle(&mut world);
}

#[test]
fn a_hold_outlives_a_crash() {
    let mut world = conversation(61);

    world.at("1001", |phone, now| phone.turn(now, Way::SendOnly));
    world.run_for(seconds(2));
    world.kill();
    world.run_for(seconds(3));
    assert!(caller_hears(&world, MUSIC_HZ) > 0.9);
    world.at("1001", |phone, now| phone.turn(now, Way::SendRecv));
    world.run_for(seconds(3));
    assert!(caller_hears(&world, 1_000.0) > 0.9);
    settle(&mut world);
}

#[test]
fn hanging_up_while_held_ends_both() {
    let mut world = conversation(62);

    world.at("1001", |phone, now| phone.turn(now, Way::SendOnly));
    world.run_for(seconds(2));
    world.at("caller", |phone, now| phone.hang_up(now));
    world.run_for(Duration::from_millis(500));

    assert_eq!(world.talk("1001").stage, Stage::Over);
    settle(&mut world);
    assert_eq!(record(&world, 0).ending.unwrap().reason, EndReason::HungUp);
}

#[test]
fn a_long_hold_is_not_taken_for_a_dead_line() {
    let mut world = conversation(63);

    world.at("1001", |phone, now| phone.turn(now, Way::Inactive));
    world.run_for(seconds(90));

    assert_eq!(world.talk("caller").stage, Stage::Up);
    settle(&mut world);
}

#[test]
fn two_silent_phones_are_hung_up_after_half_a_minute() {
    let mut world = conversation(64);

    for name in ["caller", "1001"] {
        let phone = world.phone_mut(name);
        let talk = phone.talks.last_mut().unwrap();
        talk.voice.speaks = false;
    }
    world.run_for(seconds(36));

    assert_eq!(world.talk("caller").stage, Stage::Over);
    settle(&mut world);
    assert_eq!(
        record(&world, 0).ending.unwrap().reason,
        EndReason::MediaTimeout
    );
}

#[test]
fn a_change_to_a_codec_that_nobody_speaks_is_refused_with_a_warning_and_changes_nothing() {
    let mut world = conversation(70);

    world.at("1001", Phone::speak_foreign);
    world.run_for(seconds(3));

    let told: Vec<_> = world.ladder.texts();
    assert!(
        told.contains(&"1001 \u{25c0} 488 INVITE"),
        "{}",
        world.ladder
    );
    let warning = world.talk("1001").warning.as_deref();
    let expected = "305 trunkline \"no codec in common\"";
    assert_eq!(warning, Some(expected));
    assert!(caller_hears(&world, 1_000.0) > 0.9);
    settle(&mut world);
}
