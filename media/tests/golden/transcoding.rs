//! Parties that speak different codecs hear each other, and those that need not be transcoded are
//! passed on.

use std::sync::Arc;
use std::time::Duration;

use media::codec::{Codec, PACKET_SAMPLES_MAX, Rate, Resampler};
use media::{Gain, Order, Prompt, Segment};

use crate::world::{Path, World, share, tone};

const CODECS: [Codec; 4] = [Codec::Pcmu, Codec::Pcma, Codec::G722, Codec::Opus];

fn tail(samples: &[i16]) -> &[i16] {
    &samples[samples.len() - 8_000..]
}

#[test]
fn every_pair_of_codecs_is_heard_both_ways() {
    for a_codec in CODECS {
        for b_codec in CODECS {
            let mut world = World::new(1);
            let a = world.join(a_codec, tone(400.0));
            let b = world.join(b_codec, tone(1_000.0));
            world.order(Order::Bridge { a, b });
            world.run_ms(2_500);
            let (by_a, by_b) = (world.parties[0].audio(), world.parties[1].audio());
            let pair = format!("{a_codec:?} {b_codec:?}");
            assert!(
                share(tail(&by_a), 1_000.0) > 0.9,
                "{pair}: {}",
                share(tail(&by_a), 1_000.0)
            );
            assert!(
                share(tail(&by_b), 400.0) > 0.9,
                "{pair}: {}",
                share(tail(&by_b), 400.0)
            );
        }
    }
}

#[test]
fn the_same_codec_on_both_sides_is_passed_on_byte_by_byte() {
    for codec in [Codec::G722, Codec::Opus, Codec::G729] {
        let mut world = World::new(2);
        let a = world.join(codec, tone(400.0));
        let b = world.join(codec, tone(1_000.0));
        world.order(Order::Bridge { a, b });
        world.run_ms(1_000);
        world.parties[1].said.clear();
        world.parties[0].heard.clear();
        world.run_ms(1_000);
        let heard = &world.parties[0].heard;
        assert!(heard.len() >= 49, "{codec:?}: {}", heard.len());
        let said = &world.parties[1].said;
        let passed = heard.iter().filter(|heard| said.contains(&heard.payload));
        assert!(passed.count() >= heard.len() - 1, "{codec:?}");
        let step = codec.clock() / 50;
        for pair in heard.windows(2) {
            let ahead = pair[1]
                .header
                .timestamp
                .wrapping_sub(pair[0].header.timestamp);
            assert_eq!(ahead, step, "{codec:?}");
        }
    }
}

#[test]
fn a_peer_that_changes_to_another_agreed_codec_is_followed() {
    let mut world = World::new(3);
    let a = world.join(Codec::Pcmu, tone(400.0));
    let b = world.join(Codec::Pcmu, tone(1_000.0));
    world.order(Order::Bridge { a, b });
    world.run_ms(1_000);
    world.parties[1].speak_from_now_on(Codec::G722);
    world.run_ms(1_500);
    assert!(share(tail(&world.parties[0].audio()), 1_000.0) > 0.9);
    world.parties[1].speak_from_now_on(Codec::Pcma);
    world.run_ms(3_500);
    assert!(share(tail(&world.parties[0].audio()), 1_000.0) > 0.9);
}

#[test]
fn a_prompt_is_heard_in_every_codec_and_made_once() {
    let mut speak = tone(700.0);
    let samples: Vec<i16> = (0..16_000).map(&mut speak).collect();
    let prompt = Arc::new(Prompt::from_pcm(&samples));
    for codec in CODECS {
        let mut world = World::new(4);
        let legs = [world.join(codec, |_| 0), world.join(codec, |_| 0)];
        for (n, leg) in legs.into_iter().enumerate() {
            world.order(Order::Play {
                leg,
                play: n as u64,
                segments: vec![
                    Segment::Audio(Arc::clone(&prompt)),
                    Segment::Silence(Duration::from_millis(60)),
                ],
                repeat: false,
            });
        }
        world.run_ms(2_300);
        for party in &world.parties {
            let audio = party.audio();
            assert!(share(&audio[2_000..14_000], 700.0) > 0.9, "{codec:?}");
        }
        let made = &world.parties[0].heard;
        let known = |payload: &Vec<u8>| made.iter().any(|heard| heard.payload == *payload);
        let strange = world.parties[1].heard.iter().filter(|h| !known(&h.payload));
        assert_eq!(strange.count(), 0, "{codec:?}");
        assert_eq!(world.events.len(), 4, "{:?}", world.events);
    }
}

#[test]
fn three_codecs_confer() {
    let mut world = World::new(5);
    let hertz = [400.0, 1_000.0, 1_700.0];
    let legs = [
        world.join(Codec::Pcma, tone(hertz[0])),
        world.join(Codec::G722, tone(hertz[1])),
        world.join(Codec::Opus, tone(hertz[2])),
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
                assert!(share < 0.02, "{n} hears itself: {share}");
            } else {
                assert!((0.3..0.65).contains(&share), "{n} hears {m}: {share}");
            }
        }
    }
}

#[test]
fn a_whisper_is_heard_by_one_alone_and_without_any_other_sound() {
    let mut world = World::new(6);
    let customer = world.join(Codec::Pcma, tone(400.0));
    let agent = world.join(Codec::Pcmu, tone(1_000.0));
    let supervisor = world.join(Codec::Opus, tone(1_700.0));
    world.order(Order::Bridge {
        a: customer,
        b: agent,
    });
    world.order(Order::Hear {
        leg: supervisor,
        source: customer,
        gain: Gain::UNITY,
    });
    world.order(Order::Hear {
        leg: supervisor,
        source: agent,
        gain: Gain::UNITY,
    });
    world.order(Order::Hear {
        leg: agent,
        source: supervisor,
        gain: Gain::from_decibels(-6.0),
    });
    world.parties[0].speaking = false;
    world.run_ms(2_000);
    assert!(
        share(tail(&world.parties[1].audio()), 1_700.0) > 0.9,
        "the agent hears the whisper"
    );
    assert!(
        share(tail(&world.parties[0].audio()), 1_700.0) < 0.01,
        "the customer does not"
    );
    assert!(share(tail(&world.parties[0].audio()), 1_000.0) > 0.9);
    assert!(
        share(tail(&world.parties[2].audio()), 1_000.0) > 0.9,
        "the supervisor hears the agent"
    );
    world.parties[0].speaking = true;
    world.run_ms(2_000);
    let by_agent = world.parties[1].audio();
    assert!(
        (0.6..0.9).contains(&share(tail(&by_agent), 400.0)),
        "{}",
        share(tail(&by_agent), 400.0)
    );
    world.order(Order::Unhear {
        leg: agent,
        source: supervisor,
    });
    world.run_ms(4_000);
    assert!(share(tail(&world.parties[1].audio()), 400.0) > 0.95);
}

#[test]
fn a_listener_who_joins_and_leaves_clicks_nowhere() {
    let mut world = World::new(7);
    let a = world.join(Codec::Pcmu, tone(300.0));
    let b = world.join(Codec::Pcmu, tone(300.0));
    let third = world.join(Codec::Pcmu, |_| 0);
    world.order(Order::Bridge { a, b });
    world.run_ms(1_000);
    world.order(Order::Hear {
        leg: a,
        source: third,
        gain: Gain::UNITY,
    });
    world.run_ms(1_000);
    world.order(Order::Unhear {
        leg: a,
        source: third,
    });
    world.run_ms(4_000);
    let steepest = |samples: &[i16]| {
        let steps = samples.windows(2).map(|pair| pair[0].abs_diff(pair[1]));
        steps.max().expect("samples")
    };
    let clean: Vec<i16> = (0..800).map(tone(300.0)).collect();
    let audio = world.parties[0].audio();
    let (heard, natural) = (steepest(&audio[1_600..15_000]), steepest(&clean));
    assert!(heard <= natural * 3 / 2, "{heard} after {natural}");
}

/// Segmental signal-to-noise ratio of what is heard, at its best delay.
fn quality(heard: &[i16], clean: &[i16]) -> f64 {
    let ratio = |delay: usize| {
        let mut ratios = Vec::new();
        for start in (0..clean.len() - 2_000).step_by(160) {
            let Some(heard) = heard.get(start + delay..start + delay + 160) else {
                break;
            };
            let clean = &clean[start..start + 160];
            let power: f64 = clean.iter().map(|&s| f64::from(s).powi(2)).sum();
            let noise = |(&a, &b): (&i16, &i16)| (f64::from(a) - f64::from(b)).powi(2);
            let noise: f64 = clean.iter().zip(heard).map(noise).sum();
            ratios.push((10.0 * (power / (noise + 1.0)).log10()).clamp(-10.0, 35.0));
        }
        ratios.iter().sum::<f64>() / ratios.len() as f64
    };
    (0..1_200).map(ratio).fold(f64::NEG_INFINITY, f64::max)
}

#[test]
fn a_tone_through_loss_and_jitter_stays_a_tone() {
    let mut world = World::new(8);
    let a = world.join(Codec::Pcmu, |_| 0);
    let b = world.join(Codec::G722, tone(500.0));
    world.parties[1].path = Path {
        loss_percent: 5,
        duplicate_percent: 1,
        delay_ms: 20,
        jitter_ms: 40,
    };
    world.order(Order::Bridge { a, b });
    world.run_ms(10_000);
    let audio = world.parties[0].audio();
    assert!(
        share(&audio[8_000..72_000], 500.0) > 0.9,
        "{}",
        share(&audio[8_000..72_000], 500.0)
    );
}

#[test]
fn transcoding_on_a_clean_network_keeps_the_sound() {
    let mut world = World::new(9);
    let a = world.join(Codec::Pcmu, |_| 0);
    let b = world.join(Codec::G722, tone(200.0));
    world.order(Order::Bridge { a, b });
    world.run_ms(3_000);
    let audio = world.parties[0].audio();
    let clean: Vec<i16> = (0..12_000).map(tone(200.0)).collect();
    let ratio = quality(&audio[4_000..], &clean);
    assert!(ratio > 20.0, "{ratio} dB");
    let mut pcm = [0; PACKET_SAMPLES_MAX];
    assert_eq!(
        Resampler::new(8_000, 16_000).process(&[0; 160], &mut pcm),
        Rate::Wide.frame()
    );
}
