//! Who hears what.

use std::sync::Arc;
use std::time::Duration;

use media::{Event, Law, Order, Prompt, Segment};

use crate::world::{EVENT_TYPE, World, leg, noise, share, tone};

fn tail(samples: &[i16]) -> &[i16] {
    &samples[samples.len() - 8_000..]
}

#[test]
fn two_legs_hear_each_other_in_every_pair_of_laws() {
    for (a_law, b_law) in [
        (Law::Mu, Law::Mu),
        (Law::A, Law::A),
        (Law::Mu, Law::A),
        (Law::A, Law::Mu),
    ] {
        let mut world = World::new(1);
        let a = world.join(a_law, tone(400.0));
        let b = world.join(b_law, tone(1_000.0));
        world.order(Order::Bridge { a, b });
        world.run_ms(2_000);
        let (heard_by_a, heard_by_b) = (world.parties[0].audio(), world.parties[1].audio());
        assert!(
            share(tail(&heard_by_a), 1_000.0) > 0.95,
            "{a_law:?} {b_law:?}"
        );
        assert!(
            share(tail(&heard_by_b), 400.0) > 0.95,
            "{a_law:?} {b_law:?}"
        );
    }
}

#[test]
fn a_leg_bridged_with_two_hears_both_and_never_itself() {
    let mut world = World::new(2);
    let hertz = [400.0, 1_000.0, 1_700.0];
    let legs = [
        world.join(Law::Mu, tone(hertz[0])),
        world.join(Law::A, tone(hertz[1])),
        world.join(Law::Mu, tone(hertz[2])),
    ];
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        let (a, b) = (legs[a], legs[b]);
        world.order(Order::Bridge { a, b });
    }
    world.run_ms(3_000);
    for (n, party) in world.parties.iter().enumerate() {
        let audio = party.audio();
        for (m, &hertz) in hertz.iter().enumerate() {
            let share = share(tail(&audio), hertz);
            if n == m {
                assert!(share < 0.01, "{n} hears itself: {share}");
            } else {
                assert!((0.4..0.6).contains(&share), "{n} hears {m}: {share}");
            }
        }
    }
    world.order(Order::Close { leg: legs[2] });
    world.run_ms(2_000);
    assert!(share(tail(&world.parties[0].audio()), hertz[1]) > 0.95);
}

#[test]
fn prompt_bytes_go_out_as_they_came_in() {
    for law in [Law::Mu, Law::A] {
        let mut world = World::new(3);
        let leg = world.join(law, |_| 0);
        let clips: Vec<Arc<Prompt>> = [1_000, 37, 160, 2_001]
            .into_iter()
            .map(|length| {
                let samples: Vec<i16> = (0..length).map(|n| noise(n + length)).collect();
                Arc::new(Prompt::from_pcm(&samples))
            })
            .collect();
        let mut segments: Vec<Segment> = clips.iter().cloned().map(Segment::Audio).collect();
        segments.insert(2, Segment::Silence(Duration::from_millis(31)));
        let mut expected: Vec<u8> = Vec::new();
        for segment in &segments {
            match segment {
                Segment::Audio(prompt) => expected.extend(prompt.bytes(law)),
                Segment::Silence(_) => expected.extend([law.silence(); 248]),
            }
        }
        world.run_ms(100);
        world.parties[0].heard.clear();
        world.order(Order::Play {
            leg,
            play: 9,
            segments,
            repeat: false,
        });
        world.run_ms(1_000);
        let heard = &world.parties[0].heard;
        assert!(heard[0].header.marker);
        let bytes: Vec<u8> = heard.iter().flat_map(|h| h.payload.clone()).collect();
        assert_eq!(bytes[..expected.len()], expected);
        assert!(
            bytes[expected.len()..]
                .iter()
                .all(|&byte| byte == law.silence())
        );
        assert!(world.events.contains(&Event::PlayEnded { leg, play: 9 }));
    }
}

#[test]
fn a_repeated_prompt_goes_on_without_a_gap_until_it_is_stopped() {
    let mut world = World::new(4);
    let leg = world.join(Law::Mu, |_| 0);
    let samples: Vec<i16> = (0..250).map(noise).collect();
    let prompt = Arc::new(Prompt::from_pcm(&samples));
    world.order(Order::Play {
        leg,
        play: 1,
        segments: vec![Segment::Audio(Arc::clone(&prompt))],
        repeat: true,
    });
    world.run_ms(1_000);
    world.order(Order::StopPlay { leg });
    world.run_ms(100);
    let heard = &world.parties[0].heard;
    let bytes: Vec<u8> = heard.iter().flat_map(|h| h.payload.clone()).collect();
    let played = bytes.iter().zip(prompt.bytes(Law::Mu).iter().cycle());
    assert!(played.take(7_800).all(|(sent, meant)| sent == meant));
    assert_eq!(bytes[bytes.len() - 400..], [0xFF; 400]);
    assert!(
        !world
            .events
            .iter()
            .any(|e| matches!(e, Event::PlayEnded { .. }))
    );
}

#[test]
fn packets_leave_every_20_ms_whatever_happens() {
    let mut world = World::new(5);
    let a = world.join(Law::Mu, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    world.run_ms(500);
    world.order(Order::Bridge { a, b });
    world.run_ms(500);
    world.parties[1].speaking = false;
    world.run_ms(1_000);
    world.parties[1].speaking = true;
    world.run_ms(500);
    world.order(Order::Unbridge { a, b });
    world.run_ms(500);
    for pair in world.parties[0].heard.windows(2) {
        let pause = pair[1].at.saturating_sub(pair[0].at);
        assert!(
            pause <= Duration::from_millis(85),
            "{pause:?} at {:?}",
            pair[0].at
        );
    }
}

#[test]
fn silence_of_a_party_is_told_once_and_its_end_too() {
    let mut world = World::new(6);
    let id = world.join(Law::Mu, tone(400.0));
    world.run_ms(1_000);
    world.parties[0].speaking = false;
    world.run_ms(40_000);
    world.parties[0].speaking = true;
    world.run_ms(1_000);
    let told: Vec<Event> = world
        .events
        .into_iter()
        .filter(|event| matches!(event, Event::Silent { .. } | Event::Heard { .. }))
        .collect();
    let [Event::Silent { leg, for_ }, Event::Heard { leg: again }] = told[..] else {
        panic!("{told:?}");
    };
    assert_eq!((leg, again), (id, id));
    assert!((2_000..2_100).contains(&for_.as_millis()), "{for_:?}");
}

#[test]
fn late_ticks_are_made_up_for_to_five_frames() {
    let mut world = World::new(7);
    world.join(Law::Mu, |_| 0);
    world.run_ms(1_000);
    world.now += Duration::from_millis(80);
    world.run_ms(5);
    world.now += Duration::from_secs(10);
    let before = world.parties[0].heard.len();
    world.run_ms(5);
    assert!(world.parties[0].heard.len() - before <= 6);
    assert!(world.engine.counters().skipped_frames >= 490);
    world.run_ms(200);
    let heard = &world.parties[0].heard;
    let last = heard.last().expect("was sent").header;
    let span = last.timestamp.wrapping_sub(heard[0].header.timestamp);
    assert!(
        span.abs_diff(8 * 11_280) <= 8 * 200,
        "time went on by {span}"
    );
}

#[test]
fn key_packets_are_never_taken_for_audio() {
    let mut world = World::new(8);
    let a = world.join(Law::Mu, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    world.order(Order::Bridge { a, b });
    world.run_ms(200);
    world.press(0, '5');
    world.run_ms(500);
    let heard = &world.parties[1].heard;
    assert!(
        heard
            .iter()
            .all(|h| (h.payload.len() == 160) != (h.header.payload_type == EVENT_TYPE))
    );
    assert_eq!(world.digits(leg(0)), "5");
}
