//! The engine dies and another goes on in its place.

use std::time::Duration;

use media::{Codec, Event, Law, Line, Order, Quality, RecordingKey};

use crate::world::{START, World, leg, new_engine, phone, share, tone};

const KEY: RecordingKey = RecordingKey(5);

#[test]
fn a_resumed_engine_goes_on_in_numbers_and_in_the_recording() {
    let mut world = World::new(1);
    let a = world.join(Law::Mu, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    world.order(Order::Bridge { a, b });
    record(&mut world, false);
    world.run_ms(4_000);
    let checkpoint = checkpoint(&mut world);
    let saved_at = world.now;
    world.run_ms(900);
    let before: Vec<_> = (0..2)
        .map(|n| world.parties[n].heard.last().cloned())
        .collect();

    world.engine = new_engine();
    world.now += Duration::from_millis(300);
    for (n, &(line, figures)) in checkpoint.iter().enumerate() {
        world.order(Order::Resume {
            leg: leg(n as u32),
            terms: crate::world::terms(phone(n as u32), Law::Mu),
            signalling: phone(n as u32).ip(),
            line: line.after_gap(world.now.saturating_sub(saved_at), Codec::Pcmu),
            latched: Some(phone(n as u32)),
            before: figures,
            progress: None,
        });
        world.parties[n].heard.clear();
    }
    world.order(Order::Bridge { a, b });
    record(&mut world, true);
    world.run_ms(3_000);
    world.order(Order::StopRecording { recording: KEY });

    for (party, before) in world.parties.iter().zip(before) {
        let (last, next) = (before.expect("was sent").header, party.heard[0].header);
        assert_eq!(last.ssrc, next.ssrc);
        assert!(next.marker);
        let packets = next.sequence.wrapping_sub(last.sequence) as i16;
        let samples = next.timestamp.wrapping_sub(last.timestamp) as i32;
        assert!((1..200).contains(&packets), "{packets}");
        assert!((1..8 * 3_000).contains(&samples), "{samples}");
    }
    let length = world.now.saturating_sub(START).as_millis() as usize * 8;
    let file = &world.files[&KEY];
    assert_eq!(file.left.len(), length);
    let ending: Vec<i16> = file.left[length - 16_000..length - 800]
        .iter()
        .map(|&byte| Law::Mu.decode(byte))
        .collect();
    assert!(share(&ending, 400.0) > 0.95);

    world.order(Order::Close { leg: a });
    let Some(Event::Closed { quality, .. }) = world.events.last() else {
        panic!("the leg did not close");
    };
    // 4 s until the checkpoint and 3 s after the restart: what came between is not known.
    assert!((345..=370).contains(&quality.received), "{quality:?}");
}

fn record(world: &mut World, resume: bool) {
    world.order(Order::Record {
        recording: KEY,
        customer: leg(0),
        agent: Some(leg(1)),
        started_at: START,
        resume,
        codec: Law::Mu.into(),
    });
}

fn checkpoint(world: &mut World) -> Vec<(Line, Quality)> {
    let mut legs = Vec::new();
    world
        .engine
        .checkpoint(&mut |_, it| legs.push((it.line, it.quality)));
    legs
}
