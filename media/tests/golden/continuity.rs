//! One numbering for the whole life of a leg.

use media::rtp::Header;
use media::{Law, LegId, Order, Prompt, Segment, Terms};
use rand_chacha::rand_core::Rng;

use crate::world::{EVENT_TYPE, Heard, World, phone, tone};

/// Asserts that a leg's packets, in the order they left, are one continuous stream.
pub(crate) fn assert_continuous(heard: &[Heard], seed: u8) {
    let mut since = heard[0].at;
    for pair in heard.windows(2) {
        let (one, two) = (&pair[0].header, &pair[1].header);
        assert_eq!(one.ssrc, two.ssrc, "seed {seed}");
        assert_eq!(
            two.sequence,
            one.sequence.wrapping_add(1),
            "seed {seed}: {one:?} {two:?}"
        );
        let step = two.timestamp.wrapping_sub(one.timestamp) as i32;
        // The packets of an event all bear the time of its beginning.
        let elapsed = pair[1].at.saturating_sub(since).as_millis() as i32;
        assert!(
            step >= 0,
            "seed {seed}: time went back by {step}: {one:?} {two:?}"
        );
        assert!(
            step <= (elapsed + 120) * 8,
            "seed {seed}: time leapt by {step} in {elapsed} ms"
        );
        assert!(
            step > 0 || same_event(one, two),
            "seed {seed}: {one:?} {two:?}"
        );
        if step > 0 {
            since = pair[1].at;
        }
    }
}

fn same_event(one: &Header, two: &Header) -> bool {
    one.payload_type == EVENT_TYPE || two.payload_type == EVENT_TYPE
}

fn retarget(world: &mut World, leg: LegId, n: u32, sending: bool) {
    world.order(Order::Retarget {
        leg,
        terms: Terms {
            sending,
            ..crate::world::terms(phone(n), Law::Mu)
        },
    });
}

#[test]
fn a_storm_of_re_invites_holds_prompts_and_keys_keeps_one_numbering() {
    for seed in 0..8 {
        let mut world = World::new(seed);
        let a = world.join(Law::Mu, tone(400.0));
        let b = world.join(Law::Mu, tone(1_000.0));
        let c = world.join(Law::A, tone(1_500.0));
        let prompt = std::sync::Arc::new(Prompt::from_pcm(&[1_000; 3_333]));
        for play in 0..200 {
            match world.random.next_u32() % 11 {
                0 | 1 => world.order(Order::Bridge { a, b }),
                2 => world.order(Order::Unbridge { a, b }),
                3 => world.order(Order::Bridge { a, b: c }),
                4 => world.order(Order::Unbridge { a, b: c }),
                5 => retarget(&mut world, a, 0, false),
                6 => retarget(&mut world, a, 0, true),
                7 => world.order(Order::Play {
                    leg: a,
                    play,
                    segments: vec![Segment::Audio(std::sync::Arc::clone(&prompt))],
                    repeat: false,
                }),
                8 => world.order(Order::SendDigits {
                    leg: a,
                    digits: "12".into(),
                }),
                9 => world.press(1, '7'),
                _ => world.parties[1].speaking ^= true,
            }
            let span = u64::from(world.random.next_u32() % 400);
            world.run_ms(span);
        }
        assert!(world.parties[0].heard.len() > 500);
        assert_continuous(&world.parties[0].heard, seed);
    }
}

#[test]
fn a_relayed_stream_keeps_loss_and_order_as_they_are() {
    let mut world = World::new(9);
    let a = world.join(Law::Mu, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    world.order(Order::Bridge { a, b });
    world.parties[0].path.loss_percent = 10;
    world.parties[0].path.jitter_ms = 45;
    world.parties[0].path.duplicate_percent = 10;
    world.run_ms(20_000);
    let heard = &world.parties[1].heard;
    let mut numbers: Vec<u16> = heard.iter().map(|h| h.header.sequence).collect();
    numbers.sort_unstable_by_key(|n| n.wrapping_sub(60_000));
    numbers.dedup();
    assert_eq!(numbers.len(), heard.len(), "a number was used twice");
    let origin = heard[0].header;
    for h in heard.iter().filter(|h| h.at > heard[60].at) {
        let packets = h.header.sequence.wrapping_sub(origin.sequence) as i16;
        let samples = h.header.timestamp.wrapping_sub(origin.timestamp) as i32;
        let elapsed = h.at.saturating_sub(heard[0].at).as_millis() as i32 * 8;
        assert!(
            (elapsed - samples).abs() < 8 * 150,
            "time is off by {}",
            elapsed - samples
        );
        assert!(
            (samples / 160 - i32::from(packets)).abs() < 60,
            "{packets} {samples}"
        );
    }
}
