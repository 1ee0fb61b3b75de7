//! Key presses survive the network.

use std::time::Duration;

use media::{Event, Law, Order};

use crate::continuity::assert_continuous;
use crate::world::{EVENT_TYPE, Path, World, leg, tone};

const KEYS: &str = "1234567890*#ABCD11223355";

fn lossy() -> Path {
    Path {
        loss_percent: 20,
        duplicate_percent: 5,
        delay_ms: 10,
        jitter_ms: 30,
    }
}

#[test]
fn a_digit_sequence_survives_a_fifth_of_the_packets_lost() {
    for seed in 0..20 {
        let mut world = World::new(seed);
        let a = world.join(Law::Mu, tone(400.0));
        world.run_ms(200);
        world.parties[0].path = lossy();
        for key in KEYS.chars() {
            world.press(0, key);
            world.run_ms(300);
        }
        world.run_ms(500);
        assert_eq!(world.digits(a), KEYS, "seed {seed}");
    }
}

#[test]
fn digits_are_sent_with_one_time_a_marker_and_three_ends() {
    let mut world = World::new(1);
    let leg = world.join(Law::Mu, |_| 0);
    world.run_ms(200);
    world.order(Order::SendDigits {
        leg,
        digits: "42".into(),
    });
    world.run_ms(1_000);
    let heard = &world.parties[0].heard;
    assert_continuous(heard, 1);
    let events: Vec<_> = heard
        .iter()
        .filter(|h| h.header.payload_type == EVENT_TYPE)
        .collect();
    assert_eq!(events.len(), 14);
    for press in events.chunks(7) {
        assert!(
            press
                .iter()
                .all(|h| h.header.timestamp == press[0].header.timestamp)
        );
        let markers: Vec<bool> = press.iter().map(|h| h.header.marker).collect();
        assert_eq!(markers, [true, false, false, false, false, false, false]);
        let ends = press.iter().filter(|h| h.payload[1] & 0x80 != 0).count();
        assert_eq!(ends, 3);
    }
    let rest = events[7].at.saturating_sub(events[4].at);
    assert!(rest >= Duration::from_millis(70), "{rest:?}");
}

/// A leg of one engine calls a leg of another: what one sends the other understands.
#[test]
fn relayed_keys_reach_the_other_leg_over_a_lossy_path() {
    for seed in 0..10 {
        let mut world = World::new(seed);
        let a = world.join(Law::Mu, tone(400.0));
        let b = world.join(Law::A, tone(1_000.0));
        world.order(Order::Bridge { a, b });
        world.run_ms(200);
        world.parties[0].path = lossy();
        for key in KEYS.chars() {
            world.press(0, key);
            world.run_ms(300);
        }
        world.run_ms(500);
        let relayed = std::mem::take(&mut world.parties[1].heard);
        let mut far = World::new(seed);
        let c = far.join(Law::A, tone(400.0));
        far.parties[0].speaking = false;
        for heard in relayed {
            let bytes = [heard.header.to_bytes().as_slice(), &heard.payload].concat();
            let from = far.parties[0].address;
            let wait = heard.at.saturating_sub(far.now);
            far.run(wait);
            far.send(leg(0), from, &bytes, Path::default());
        }
        far.run_ms(500);
        assert_eq!(far.digits(c), KEYS, "seed {seed}");
    }
}

#[test]
fn a_press_is_reported_with_its_whole_length() {
    let mut world = World::new(3);
    let a = world.join(Law::Mu, tone(400.0));
    world.run_ms(100);
    world.press(0, '9');
    world.run_ms(500);
    let press = Event::Digit {
        leg: a,
        digit: '9',
        duration: Duration::from_millis(100),
    };
    assert!(world.events.contains(&press), "{:?}", world.events);
}
