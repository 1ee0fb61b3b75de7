//! The tones that tell a caller how far a call is, in the country of the enterprise.

use model::{EndReason, EndedBy, Region};
use std::time::Duration;
use tests::phone::{Ender, Habit, Stage};
use tests::story::{record, seconds, settle};
use tests::tone::{loudness, share};
use tests::world::World;

fn heard(world: &World, last: Duration) -> Vec<i16> {
    let voice = &world.talk("caller").voice;
    voice.heard(world.now - last, world.now)
}

/// Of what sounds in full, what is China's busy tone.
fn busy_share(sound: &[i16]) -> f64 {
    let full: Vec<&[i16]> = sound
        .chunks(400)
        .filter(|frame| loudness(frame) > 1_850.0)
        .collect();
    assert!(
        full.len() * 5 >= sound.len() / 400,
        "it sounds half of the time"
    );
    let busy = full.iter().filter(|frame| share(frame, 450.0) > 0.9);
    busy.count() as f64 / full.len() as f64
}

#[test]
fn a_caller_in_britain_hears_a_british_telephone_ring() {
    let mut world = World::with(500, 0, |demo| demo.region = Region::parse("GB").unwrap());
    world.habit("outside", Habit::Ring);

    world.ring("caller", "4008110516");
    world.run_for(seconds(10));

    let ringing = heard(&world, seconds(6));
    let frames: Vec<&[i16]> = ringing.chunks(800).collect();
    let sounding = frames.iter().filter(|frame| loudness(frame) > 300.0);
    assert!(
        (14..=18).contains(&sounding.clone().count()),
        "0.8 s of 3 s"
    );
    for frame in sounding.filter(|frame| loudness(frame) > 1_600.0) {
        let both = share(frame, 400.0) + share(frame, 450.0);
        assert!(both > 0.9, "{both}");
    }
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);
}

#[test]
fn a_caller_for_whom_nobody_is_there_hears_the_busy_tone_before_the_call_ends() {
    let mut world = World::new(501, 1);
    world.sign_out("1001").unwrap();

    world.ring("caller", "4008110511");
    world.run_for(seconds(4));

    assert_eq!(world.talk("caller").stage, Stage::Up);
    assert!(busy_share(&heard(&world, seconds(2))) > 0.99);

    world.run_for(seconds(4));
    assert_eq!(world.talk("caller").ender, Some(Ender::Them));
    settle(&mut world);
    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(
        (ending.by, ending.reason),
        (EndedBy::System, EndReason::NoAgent)
    );
}

#[test]
fn who_hangs_up_at_the_busy_tone_did_not_end_the_call() {
    let mut world = World::new(502, 1);
    world.sign_out("1001").unwrap();

    world.ring("caller", "4008110511");
    world.run_for(seconds(3));
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    let ending = record(&world, 0).ending.unwrap();
    assert_eq!(
        (ending.by, ending.reason),
        (EndedBy::System, EndReason::NoAgent)
    );
}

#[test]
fn a_new_process_goes_on_with_the_busy_tone_and_ends_it() {
    let mut world = World::new(503, 1);
    world.sign_out("1001").unwrap();

    world.ring("caller", "4008110511");
    world.run_for(seconds(3));
    world.kill();
    world.run_for(seconds(2));
    assert!(busy_share(&heard(&world, seconds(1))) > 0.99);

    world.run_for(seconds(4));
    assert_eq!(world.talk("caller").ender, Some(Ender::Them));
    settle(&mut world);
}
