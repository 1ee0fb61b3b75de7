//! A caller leaves a message (留言).

use model::{CallFact, EndReason, EndStage};
use tests::story::{record, seconds, settle};
use tests::tone::share;
use tests::world::World;

#[test]
fn a_message_is_kept_up_to_the_key_that_ends_it() {
    let mut world = World::new(40, 0);

    world.ring("caller", "4008110514");
    world.run_for(seconds(5));
    world.phone_mut("caller").press("#");
    settle(&mut world);

    let file = world.center.disk.files.values().next().unwrap();
    let seconds = file.samples() as f64 / 8_000.0;
    assert!((4.0..5.0).contains(&seconds), "{seconds}");
    assert!(share(&file.channel(0)[1_600..], 500.0) > 0.9);
    let record = record(&world, 0);
    assert!(record.recording.is_some());
    assert_eq!(record.ending.unwrap().reason, EndReason::FlowEnded);
}

#[test]
fn a_caller_who_hangs_up_has_left_a_message_too() {
    let mut world = World::new(41, 0);

    world.ring("caller", "4008110514");
    world.run_for(seconds(4));
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    let record = record(&world, 0);
    assert_eq!(record.ending.unwrap().stage, EndStage::Voicemail);
    assert!(world.center.disk.files.values().next().unwrap().complete);
}

#[test]
fn a_message_ends_at_its_longest() {
    let mut world = World::new(42, 0);

    world.ring("caller", "4008110514");
    world.run_for(seconds(190));
    settle(&mut world);

    let facts = &world.center.journal.calls();
    let facts = facts.values().next().unwrap();
    let length = facts.iter().find_map(|(_, fact)| match fact {
        CallFact::RecordingEnded { duration_ms, .. } => Some(*duration_ms),
        _ => None,
    });
    assert!((179_980..=180_020).contains(&length.unwrap()), "{length:?}");
}

#[test]
fn a_call_that_is_recorded_from_the_answer_is_as_long_as_the_call() {
    let mut world = World::new(43, 0);

    world.ring("caller", "4008110515");
    world.run_for(seconds(12));
    world.at("caller", |phone, now| phone.hang_up(now));
    settle(&mut world);

    let file = world.center.disk.files.values().next().unwrap();
    assert!((file.samples() as i64 - 96_000).abs() < 400);
    let prompt = world.audio.hz("ten_seconds");
    assert!(share(&file.channel(1)[4_000..72_000], prompt) > 0.9);
    assert!(share(&file.channel(0)[4_000..88_000], 500.0) > 0.9);
}
