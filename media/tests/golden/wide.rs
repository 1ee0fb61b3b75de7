//! Recordings of parties who both speak wide-band.

use std::time::Duration;

use media::codec::Codec;
use media::wav::FileCodec;
use media::{LegId, Order, RecordingKey};

use crate::world::{START, World, noise, share, tone};

const KEY: RecordingKey = RecordingKey(79);
/// Samples a channel in a millisecond.
const MS: usize = 16;

/// A customer and an agent, and the wide recording of what they say.
fn recorded(world: &mut World, [customer, agent]: [LegId; 2]) {
    world.order(Order::Bridge {
        a: customer,
        b: agent,
    });
    world.order(Order::Record {
        recording: KEY,
        customer,
        agent: Some(agent),
        started_at: world.now,
        resume: false,
        codec: FileCodec::Pcm16,
    });
}

/// A channel of the file, 0 the left one.
fn channel(world: &World, which: usize) -> Vec<i16> {
    let bytes = &world.files[&KEY].raw;
    let samples = bytes.chunks_exact(2).skip(which).step_by(2);
    samples
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

/// The share of a tone of 16 kHz.
fn wide_share(samples: &[i16], hertz: f64) -> f64 {
    share(samples, hertz / 2.0)
}

fn at(world: &World) -> usize {
    let since: Duration = world.now.saturating_sub(START);
    since.as_millis() as usize * MS
}

#[test]
fn what_only_wide_band_carries_is_in_the_file_through_a_pause_and_a_transfer() {
    let mut world = World::new(11);
    // A tone of 3 kHz at 8 kHz is one of 6 kHz at 16 kHz.
    let customer = world.join(Codec::G722, tone(3_000.0));
    let agent = world.join(Codec::Opus, tone(2_500.0));
    let other = world.join(Codec::Pcmu, tone(1_000.0));
    world.parties[0].wide = true;
    world.parties[1].wide = true;
    recorded(&mut world, [customer, agent]);
    world.run_ms(3_000);
    let paused = at(&world);
    world.order(Order::PauseRecording {
        recording: KEY,
        at: world.now,
    });
    world.run_ms(1_000);
    let resumed = at(&world);
    world.order(Order::ResumeRecording {
        recording: KEY,
        at: world.now,
    });
    world.run_ms(1_000);
    world.order(Order::Unbridge {
        a: customer,
        b: agent,
    });
    world.order(Order::Bridge {
        a: customer,
        b: other,
    });
    world.order(Order::RecordAgents {
        recording: KEY,
        agents: [other].into_iter().collect(),
    });
    let handed = at(&world);
    world.run_ms(2_000);
    world.order(Order::StopRecording { recording: KEY });

    let (left, right) = (channel(&world, 0), channel(&world, 1));
    assert_eq!((left.len(), right.len()), (at(&world), at(&world)));
    let begun = 500 * MS..paused - 100 * MS;
    let again = resumed + 100 * MS..handed;
    for span in [begun, again] {
        assert!(wide_share(&left[span.clone()], 6_000.0) > 0.95);
        assert!(wide_share(&right[span.clone()], 5_000.0) > 0.9);
        assert!(wide_share(&left[span], 5_000.0) < 0.001);
    }
    for channel in [&left, &right] {
        assert!(channel[paused..resumed].iter().all(|&sample| sample == 0));
    }
    let after = handed + 500 * MS..right.len() - 500 * MS;
    assert!(wide_share(&right[after.clone()], 1_000.0) > 0.95);
    assert!(wide_share(&left[after], 6_000.0) > 0.95);
}

#[test]
fn parties_of_either_band_are_in_step_in_a_wide_file() {
    let mut world = World::new(12);
    let customer = world.join(Codec::G722, noise);
    let agent = world.join(Codec::Pcmu, |n| noise(n + 1_000_000));
    for party in &mut world.parties {
        party.path.jitter_ms = 30;
    }
    recorded(&mut world, [customer, agent]);
    world.run_ms(5_000);
    world.order(Order::StopRecording { recording: KEY });

    let lag = |which: usize, first: u64| -> i64 {
        let narrow: Vec<i16> = channel(&world, which).into_iter().step_by(2).collect();
        let product = |lag: i64| -> f64 {
            let window = 16_000..24_000_i64;
            window
                .map(|at| {
                    let said = noise(first + (at - lag) as u64);
                    f64::from(narrow[at as usize]) * f64::from(said)
                })
                .sum()
        };
        (-1_000..1_000)
            .step_by(4)
            .max_by(|&x, &y| product(x).total_cmp(&product(y)))
            .unwrap()
    };
    let (left, right) = (lag(0, 0), lag(1, 1_000_000));
    assert!((left - right).abs() <= 8 * 25, "{left} and {right}");
}
