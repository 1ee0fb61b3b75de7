//! A leg goes to the engine of another thread and is the same stream there.

use std::sync::Arc;

use media::{Event, Law, Order, Prompt, RecordingKey, Segment};
use rand_chacha::rand_core::Rng;

use crate::continuity::assert_continuous;
use crate::world::{START, World, share, tone};

const KEY: RecordingKey = RecordingKey(77);

#[test]
fn a_leg_that_moves_is_heard_without_a_break_by_whom_it_is_bridged_with_there() {
    let mut world = World::new(1);
    let a = world.join(Law::Mu, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    let c = world.join(Law::A, tone(1_500.0));
    world.order(Order::Bridge { a, b });
    world.run_ms(1_000);

    for leg in [a, c] {
        world.order(Order::Move { leg, to: 1 });
    }
    world.order_elsewhere(Order::Bridge { a, b: c });
    world.run_ms(1_000);

    for party in &world.parties {
        assert_continuous(&party.heard, 1);
    }
    let last_half = |n: usize| {
        let heard = world.parties[n].audio();
        heard[heard.len() - 4_000..].to_vec()
    };
    assert!(share(&last_half(0), 1_500.0) > 0.9);
    assert!(share(&last_half(2), 400.0) > 0.9);
    assert!(last_half(1).iter().all(|sample| sample.abs() < 10));
    assert_eq!(world.astray, []);
}

#[test]
fn a_recording_goes_with_its_customer_and_keeps_its_length() {
    let mut world = World::new(2);
    let a = world.join(Law::Mu, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    let c = world.join(Law::Mu, tone(1_500.0));
    world.order(Order::Bridge { a, b });
    world.order(Order::Record {
        recording: KEY,
        customer: a,
        agent: Some(b),
        started_at: world.now,
        resume: false,
        codec: Law::Mu.into(),
    });
    world.run_ms(1_010);

    world.order(Order::Move { leg: a, to: 1 });
    world.order(Order::Move { leg: c, to: 1 });
    world.order_elsewhere(Order::Bridge { a, b: c });
    world.order_elsewhere(Order::RecordAgents {
        recording: KEY,
        agents: [c].into_iter().collect(),
    });
    world.run_ms(1_010);
    world.order_elsewhere(Order::StopRecording { recording: KEY });

    let whole = (world.now.saturating_sub(START)).as_millis() as u64 * 8;
    let stopped = Event::RecordingStopped {
        recording: KEY,
        samples: whole,
    };
    assert!(world.events.contains(&stopped), "{:?}", world.events);
    let file = &world.files[&KEY];
    let decoded =
        |bytes: &[u8]| -> Vec<i16> { bytes.iter().map(|it| Law::Mu.decode(*it)).collect() };
    assert_eq!(file.left.len() as u64, whole);
    assert!(share(&decoded(&file.left[1_600..]), 400.0) > 0.9);
    assert!(share(&decoded(&file.right[1_600..7_200]), 1_000.0) > 0.9);
    assert!(share(&decoded(&file.right[9_600..15_000]), 1_500.0) > 0.9);
}

#[test]
fn what_plays_goes_on_where_the_leg_has_gone_and_ends_there() {
    let mut world = World::new(3);
    let a = world.join(Law::Mu, tone(400.0));
    let prompt = Arc::new(Prompt::from_pcm(&vec![2_000; 12_000]));
    world.order(Order::Play {
        leg: a,
        play: 9,
        segments: vec![Segment::Audio(prompt)],
        repeat: false,
    });
    world.run_ms(700);
    world.order(Order::Move { leg: a, to: 1 });
    world.run_ms(1_000);

    assert_continuous(&world.parties[0].heard, 3);
    let ended = Event::PlayEnded { leg: a, play: 9 };
    assert!(world.events.contains(&ended), "{:?}", world.events);
    let loud = world.parties[0].audio();
    let loud = loud.iter().filter(|sample| sample.abs() > 1_000).count();
    assert_eq!(loud, 12_000);
}

#[test]
fn legs_that_come_and_go_among_bridges_and_mixes_keep_one_numbering() {
    for seed in 0..8 {
        let mut world = World::new(seed);
        let legs = [400.0, 900.0, 1_500.0].map(|hertz| world.join(Law::Mu, tone(hertz)));
        for _ in 0..150 {
            let mut draw = |bound: u32| (world.random.next_u32() % bound) as usize;
            let (choice, one, other, to) = (draw(6), draw(3), draw(3), draw(2));
            let (a, b) = (legs[one], legs[other]);
            let order = match choice {
                0 | 1 => Order::Move { leg: a, to },
                2 | 3 => Order::Bridge { a, b },
                4 => Order::Unbridge { a, b },
                _ => Order::SendDigits {
                    leg: a,
                    digits: "5".into(),
                },
            };
            // An order for a leg that is not there changes nothing.
            if draw(2) == 0 {
                world.order(order);
            } else {
                world.order_elsewhere(order);
            }
            world.run_ms(40);
        }
        for party in &world.parties {
            assert_continuous(&party.heard, seed);
        }
    }
}

#[test]
fn a_leg_that_is_not_open_leaves_as_a_name_alone() {
    let mut world = World::new(4);
    let a = world.join(Law::Mu, tone(400.0));
    world.order(Order::Close { leg: a });
    world.order(Order::Move { leg: a, to: 1 });
    assert_eq!(world.engine.counters().unknown, 1);
    assert_eq!(world.engine.open_legs(), 0);
    world.run_ms(100);
}
