//! The buffer against simulated networks, on a virtual clock.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;

struct Outcome {
    frames: u32,
    concealed: u32,
    delay_ms: i64,
}

/// Runs `seconds` of a stream whose packet n is delayed by `delay_ms(n)`, or lost if nothing.
fn run(seconds: u64, drift_ppm: i64, mut delay_ms: impl FnMut(u64) -> Option<u64>) -> Outcome {
    let mut arrivals: Vec<(u64, u64)> = (0..seconds * 50)
        .filter_map(|n| {
            let sent = (n * 20_000) as i64 * (1_000_000 + drift_ppm) / 1_000_000;
            Some((sent as u64 + delay_ms(n)? * 1_000 + 10_000_000, n))
        })
        .collect();
    arrivals.sort_unstable();
    let mut buffer = JitterBuffer::new(Rate::Narrow);
    let mut outcome = Outcome {
        frames: 0,
        concealed: 0,
        delay_ms: 0,
    };
    let mut arrivals = arrivals.into_iter().peekable();
    let mut frame = [0; FRAME_SAMPLES];
    for tick in 0..seconds * 50 {
        let now = 10_000_000 + tick * 20_000;
        while let Some((at, n)) = arrivals.next_if(|arrival| arrival.0 <= now) {
            let header = Header {
                payload_type: 0,
                marker: n == 0,
                sequence: n as u16,
                timestamp: (n as u32 * 160).wrapping_sub(1_000),
                ssrc: 1,
            };
            buffer.push(
                Micros(at),
                &header,
                (Load::Audio(Codec::Pcmu), 8_000),
                &[0x90; 160],
            );
        }
        match buffer.pull(Micros(now), &mut frame) {
            Playout::Frame => outcome.frames += 1,
            Playout::Conceal => outcome.concealed += 1,
            Playout::Silence => {}
        }
    }
    outcome.delay_ms = buffer.delay_ms(Micros(10_000_000 + seconds * 1_000_000));
    outcome
}

#[test]
fn a_clean_network_is_heard_whole_at_a_short_delay() {
    let outcome = run(60, 0, |_| Some(30));
    assert!(outcome.concealed <= 1, "{}", outcome.concealed);
    assert!(outcome.frames >= 2_990, "{}", outcome.frames);
    assert!(outcome.delay_ms <= 40, "{} ms", outcome.delay_ms);
}

#[test]
fn the_delay_grows_with_the_jitter_and_hardly_a_frame_is_late() {
    let mut random = ChaCha12Rng::from_seed([5; 32]);
    let outcome = run(120, 0, |_| Some(20 + u64::from(random.next_u32() % 60)));
    assert!(outcome.delay_ms >= 50, "{} ms", outcome.delay_ms);
    assert!(outcome.concealed < 6_000 / 50, "{}", outcome.concealed);
}

#[test]
fn a_step_of_the_delay_costs_a_few_frames_once() {
    let outcome = run(60, 0, |n| Some(if n < 1_500 { 20 } else { 100 }));
    assert!(outcome.concealed <= 12, "{}", outcome.concealed);
}

#[test]
fn the_delay_comes_down_again_after_a_burst() {
    let mut random = ChaCha12Rng::from_seed([6; 32]);
    let outcome = run(60, 0, |n| {
        let bad = (500..800).contains(&n);
        Some(
            20 + if bad {
                u64::from(random.next_u32() % 100)
            } else {
                0
            },
        )
    });
    assert!(outcome.delay_ms <= 60, "{} ms", outcome.delay_ms);
}

#[test]
fn loss_is_concealed_frame_by_frame() {
    let mut random = ChaCha12Rng::from_seed([7; 32]);
    let outcome = run(60, 0, |_| (random.next_u32() % 100 >= 10).then_some(30));
    let share = f64::from(outcome.concealed) / 3_000.0;
    assert!((0.07..0.14).contains(&share), "{share}");
}

#[test]
fn a_drifting_clock_is_held_for_two_hours() {
    for drift in [-200, 200] {
        let outcome = run(7_200, drift, |_| Some(30));
        assert!(
            outcome.delay_ms <= 60,
            "{drift} ppm: {} ms",
            outcome.delay_ms
        );
        let concealed = outcome.concealed;
        assert!(concealed < 160, "{drift} ppm: {concealed} concealed");
    }
}

/// Frames that came too late, in percent, and the delay in the end.
fn judged(seconds: u64, mut delay_ms: impl FnMut(u64) -> Option<u64>) -> (f64, i64) {
    let mut lost = 0;
    let outcome = run(seconds, 0, |n| {
        let delay = delay_ms(n);
        lost += u32::from(delay.is_none());
        delay
    });
    let late = outcome.concealed.saturating_sub(lost);
    (f64::from(late) * 2.0 / seconds as f64, outcome.delay_ms)
}

#[test]
fn a_radio_network_with_spikes_costs_few_frames_at_a_short_delay() {
    let mut random = ChaCha12Rng::from_seed([8; 32]);
    let mut spike = 0_u64;
    let (late, delay_ms) = judged(300, |_| {
        if random.next_u32() % 500 == 0 {
            spike = 60 + u64::from(random.next_u32() % 80);
        }
        // Packets behind a held one come all at once.
        spike = spike.saturating_sub(20);
        let jitter = u64::from(random.next_u32() % 8);
        (random.next_u32() % 100 >= 2).then_some(20 + jitter + spike)
    });
    assert!(late < 1.2 && delay_ms <= 80, "{late} % at {delay_ms} ms");
}

#[test]
fn a_mobile_network_costs_few_frames() {
    let mut random = ChaCha12Rng::from_seed([9; 32]);
    let (late, delay_ms) = judged(300, |_| {
        // The sum of a few exponential delays, as queues on the way add up.
        let exponential = |random: &mut ChaCha12Rng| {
            let uniform = f64::from(random.next_u32() | 1) / f64::from(u32::MAX);
            (-uniform.ln() * 6.0) as u64
        };
        let sum: u64 = (0..3).map(|_| exponential(&mut random)).sum();
        Some(20 + sum)
    });
    assert!(late < 1.5 && delay_ms <= 90, "{late} % at {delay_ms} ms");
}
