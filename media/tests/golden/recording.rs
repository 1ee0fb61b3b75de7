//! A recording is as long as the call and its channels stay in step.

use std::sync::Arc;
use std::time::Duration;

use media::codec::Codec;
use media::{Event, Law, LegId, Order, Prompt, RecordingKey, Segment};

use crate::world::{Path, START, World, noise, share, tone};

const KEY: RecordingKey = RecordingKey(77);

fn record(world: &mut World, customer: LegId, agent: Option<LegId>) {
    world.order(Order::Record {
        recording: KEY,
        customer,
        agent,
        started_at: world.now,
        resume: false,
        codec: Law::Mu.into(),
    });
}

fn elapsed(world: &World) -> Duration {
    world.now.saturating_sub(START)
}

fn decoded(bytes: &[u8]) -> Vec<i16> {
    bytes.iter().map(|&byte| Law::Mu.decode(byte)).collect()
}

/// By how many samples the recording lags behind what was spoken.
fn lag(recorded: &[i16], spoken: impl Fn(u64) -> i16) -> i64 {
    let product = |lag: i64| -> f64 {
        let window = 16_000..recorded.len().min(24_000);
        let terms = window
            .filter(|&at| recorded[at] != 0)
            .map(|at| f64::from(recorded[at]) * f64::from(spoken((at as i64 - lag) as u64)));
        terms.sum()
    };
    (-1_000..1_000)
        .step_by(4)
        .max_by(|&x, &y| product(x).total_cmp(&product(y)))
        .expect("lags")
}

#[test]
fn one_sided_loss_neither_shortens_nor_shifts_the_recording() {
    for seed in 0..2 {
        let mut world = World::new(seed);
        let a = world.join(Law::Mu, noise);
        let b = world.join(Law::A, |n| noise(n + 1_000_000));
        world.order(Order::Bridge { a, b });
        world.parties[0].path = Path {
            loss_percent: 15,
            duplicate_percent: 2,
            delay_ms: 20,
            jitter_ms: 40,
        };
        record(&mut world, a, Some(b));
        world.run_ms(60_007);
        let length = elapsed(&world).as_micros() as u64 * 8 / 1_000;
        world.order(Order::StopRecording { recording: KEY });
        let stopped = Event::RecordingStopped {
            recording: KEY,
            samples: length,
        };
        assert!(world.events.contains(&stopped), "seed {seed}");
        let file = &world.files[&KEY];
        assert_eq!(
            (file.left.len(), file.right.len()),
            (length as usize, length as usize)
        );
        let left = lag(&decoded(&file.left), noise);
        let right = lag(&decoded(&file.right), |n| noise(n.wrapping_add(1_000_000)));
        assert!(
            (0..=8 * 30).contains(&left),
            "seed {seed}: left is late by {left}"
        );
        assert!(
            (left - right - 8 * 20).abs() < 8 * 20,
            "seed {seed}: {left} {right}"
        );
        let heard = file.left.iter().filter(|&&byte| byte != 0xFF).count();
        let share = heard as f64 / length as f64;
        assert!(
            (0.80..0.90).contains(&share),
            "seed {seed}: {share} of the audio is there"
        );
    }
}

#[test]
fn the_right_channel_holds_the_prompt_and_later_the_agent() {
    let mut world = World::new(4);
    let a = world.join(Law::A, tone(400.0));
    let b = world.join(Law::Mu, tone(1_000.0));
    record(&mut world, a, None);
    let mut speak = tone(1_700.0);
    let samples: Vec<i16> = (0..16_000).map(&mut speak).collect();
    world.order(Order::Play {
        leg: a,
        play: 1,
        segments: vec![Segment::Audio(Arc::new(Prompt::from_pcm(&samples)))],
        repeat: false,
    });
    world.run_ms(2_500);
    world.order(Order::Bridge { a, b });
    world.order(Order::RecordAgents {
        recording: KEY,
        agents: [b].into_iter().collect(),
    });
    world.run_ms(2_500);
    world.order(Order::Close { leg: b });
    world.run_ms(1_000);
    world.order(Order::Close { leg: a });
    world.run_ms(500);
    world.order(Order::StopRecording { recording: KEY });
    let file = &world.files[&KEY];
    assert_eq!(file.left.len(), 8 * 6_500);
    let (left, right) = (decoded(&file.left), decoded(&file.right));
    assert!(share(&left[8_000..40_000], 400.0) > 0.95);
    assert!(share(&right[2_000..14_000], 1_700.0) > 0.95);
    assert!(share(&right[22_000..38_000], 1_000.0) > 0.95);
    assert!(file.right[8 * 5_100..].iter().all(|&byte| byte == 0xFF));
}

#[test]
fn blocks_leave_every_200_ms() {
    let mut world = World::new(5);
    let a = world.join(Law::Mu, tone(400.0));
    record(&mut world, a, None);
    for _ in 0..20 {
        let before = world.files.get(&KEY).map_or(0, |file| file.left.len());
        world.run_ms(200);
        let after = world.files.get(&KEY).map_or(0, |file| file.left.len());
        assert!(after - before <= 1_600);
        let behind = elapsed(&world).as_millis() as usize * 8 - after;
        assert!(behind <= 8 * 405, "{behind} samples are not written");
    }
}

#[test]
fn a_clock_that_drifts_does_not_shift_the_recording() {
    let mut world = World::new(6);
    let a = world.join(Law::Mu, tone(400.0));
    record(&mut world, a, None);
    world.parties[0].path.delay_ms = 20;
    world.run_ms(20_000);
    world.parties[0].path.delay_ms = 400;
    world.run_ms(20_000);
    world.run(Duration::from_millis(500));
    world.order(Order::StopRecording { recording: KEY });
    let file = &world.files[&KEY];
    assert_eq!(file.left.len(), 8 * 40_500);
    let audio = decoded(&file.left);
    assert!(share(&audio[8 * 30_000..8 * 40_000], 400.0) > 0.95);
}

#[test]
fn parties_of_other_codecs_are_recorded_in_step_with_those_of_g711() {
    let mut world = World::new(7);
    let a = world.join(Codec::Pcmu, noise);
    let b = world.join(Codec::G722, |n| noise(n + 1_000_000));
    let c = world.join(Codec::Opus, tone(400.0));
    world.order(Order::Bridge { a, b });
    for party in &mut world.parties {
        party.path.jitter_ms = 30;
    }
    record(&mut world, a, Some(b));
    world.run_ms(5_000);
    world.order(Order::RecordAgents {
        recording: KEY,
        agents: [c].into_iter().collect(),
    });
    world.run_ms(3_000);
    world.order(Order::StopRecording { recording: KEY });
    let file = &world.files[&KEY];
    let (left, right) = (decoded(&file.left), decoded(&file.right));
    assert_eq!((left.len(), right.len()), (8 * 8_000, 8 * 8_000));
    let left_lag = lag(&left, noise);
    let right_lag = lag(&right, |n| noise(n.wrapping_add(1_000_000)));
    assert!(
        (left_lag - right_lag).abs() <= 8 * 25,
        "{left_lag} and {right_lag}"
    );
    assert!(share(&right[8 * 6_000..8 * 7_500], 400.0) > 0.9);
}

#[test]
fn a_pause_keeps_every_late_packet_out_and_the_next_one_in() {
    for seed in 0..4 {
        let mut world = World::new(seed);
        let a = world.join(Codec::Pcmu, tone(400.0));
        world.parties[0].path = Path {
            loss_percent: 0,
            duplicate_percent: 2,
            delay_ms: 60,
            jitter_ms: 60,
        };
        record(&mut world, a, None);
        world.run_ms(3_000);
        let begin = |world: &World| (elapsed(world).as_micros() * 8 / 1_000) as usize;
        let mut silent = Vec::new();
        for gap_ms in [1_000, 30, 700] {
            let from = begin(&world);
            world.order(Order::PauseRecording {
                recording: KEY,
                at: world.now,
            });
            world.run_ms(1_500);
            silent.push(from..begin(&world));
            world.order(Order::ResumeRecording {
                recording: KEY,
                at: world.now,
            });
            world.run_ms(gap_ms);
        }
        world.order(Order::StopRecording { recording: KEY });
        let file = &world.files[&KEY];
        for span in &silent {
            let heard = file.left[span.clone()].iter().filter(|&&byte| byte != 0xFF);
            assert_eq!(heard.count(), 0, "seed {seed}: {span:?}");
        }
        let between = decoded(&file.left[silent[0].end + 800..silent[1].start - 800]);
        assert!(share(&between, 400.0) > 0.95, "seed {seed}");
        assert_eq!(file.left.len(), begin(&world));
    }
}
