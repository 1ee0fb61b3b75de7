//! What clocks drift apart in an hour at 100 ppm, in a quarter of it, through hold, transfer and
//! conference.
//!
//! `TRUNKLINE_SIM_SECONDS` sets how long the call is: 3600 is an hour at 100 ppm.

use std::time::Duration;

use media::{Codec, Law, Order, RecordingKey};

use crate::world::{FRAME, START, World};

const KEY: RecordingKey = RecordingKey(78);
/// 100 ppm of 20 ms.
const DRIFT_OF_AN_HOUR: Duration = Duration::from_micros(2);
/// An hour, and a quarter of it.
const HOUR: u64 = 3_600;
const USUAL: u64 = 900;
/// Parts that the call has.
const PARTS: u64 = 60;
/// 20 ms, in samples.
const TOLERANCE: i64 = 160;
/// Samples that are compared: half a second.
const WINDOW: usize = 4_000;

/// White noise whose levels last 1 ms, so that no wrong lag looks right.
fn noise(n: u64) -> i16 {
    let mixed = (n / 8 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed >> 48) as i16) / 4
}

/// By how many samples the recording lags, at `at`, behind what a party says whose samples begin at
/// `first` of its signal and which joined as the `nth`.
fn lag(channel: &[u8], at: usize, (nth, frame, first): (u64, Duration, u64)) -> i64 {
    let joined = (7 * nth % 20) as f64 / 1_000.0;
    let sample = frame.as_secs_f64() / 160.0;
    let said = |position: i64| {
        let at = (position as f64 / 8_000.0 - joined) / sample;
        f64::from(noise(first + at as u64))
    };
    let product = |lag: i64| -> f64 {
        (at..at + WINDOW)
            .map(|at| f64::from(Law::Mu.decode(channel[at])) * said(at as i64 - lag))
            .sum()
    };
    (-400..400)
        .step_by(4)
        .max_by(|&a, &b| product(a).total_cmp(&product(b)))
        .expect("lags")
}

#[test]
fn the_drift_of_an_hour_leaves_both_channels_in_step() {
    let seconds = std::env::var("TRUNKLINE_SIM_SECONDS").ok();
    let seconds = seconds
        .and_then(|it| it.parse().ok())
        .unwrap_or(0)
        .max(USUAL);
    let drift = DRIFT_OF_AN_HOUR.mul_f64(HOUR as f64 / seconds as f64);
    let part_ms = seconds * 1_000 / PARTS;
    let mut world = World::new(9);
    let customer = world.join(Codec::Pcmu, noise);
    let agent = world.join(Codec::Pcmu, |n| noise(n + 500_000_000));
    let other = world.join(Codec::Pcmu, |n| noise(n + 900_000_000));
    let (slow, fast) = (FRAME + drift, FRAME.saturating_sub(drift));
    world.parties[0].frame = slow;
    world.parties[1].frame = fast;
    world.parties[2].frame = fast;
    let bridge = |a, b| Order::Bridge { a, b };
    let unbridge = |a, b| Order::Unbridge { a, b };
    let record = |agent| Order::RecordAgents {
        recording: KEY,
        agents: [agent].into_iter().collect(),
    };
    world.order(bridge(customer, agent));
    world.order(Order::Record {
        recording: KEY,
        customer,
        agent: Some(agent),
        started_at: START,
        resume: false,
        codec: Law::Mu.into(),
    });
    world.run_ms(20 * part_ms);
    // Hold: the agent sends nothing for a while.
    world.order(unbridge(customer, agent));
    world.parties[1].speaking = false;
    world.run_ms(5 * part_ms);
    world.parties[1].speaking = true;
    world.order(bridge(customer, agent));
    world.run_ms(10 * part_ms);
    // Transfer to the other agent.
    world.order(unbridge(customer, agent));
    world.order(bridge(customer, other));
    world.order(record(other));
    world.run_ms(15 * part_ms);
    // Conference of the three.
    world.order(bridge(customer, agent));
    world.order(bridge(agent, other));
    world.run_ms(10 * part_ms);
    world.order(Order::StopRecording { recording: KEY });

    let file = &world.files[&KEY];
    let length = part_ms * PARTS * 8;
    assert_eq!(file.left.len() as u64, length);
    let after = |parts: u64| (length / PARTS * parts) as usize - 2 * WINDOW;
    let mut worst = [0, 0];
    let mut in_step = |side: usize, channel: &[u8], at: u64, party: (u64, Duration, u64)| {
        let lag = lag(channel, after(at), party);
        assert!(lag.abs() <= TOLERANCE, "channel {side} at {at}: {lag}");
        worst[side] = lag.abs().max(worst[side]);
    };
    for at in (1..=PARTS).step_by(4).chain([20, 25, 35, 50, PARTS]) {
        in_step(0, &file.left, at, (0, slow, 0));
    }
    for at in [1, 5, 10, 15, 20, 28, 31, 35] {
        in_step(1, &file.right, at, (1, fast, 500_000_000));
    }
    for at in [40, 45, 50, 55, PARTS] {
        in_step(1, &file.right, at, (2, fast, 900_000_000));
    }
    let [left, right] = worst.map(|samples| samples as f64 / 8.0);
    eprintln!(
        "{seconds} s, clocks {drift:?} off in 20 ms: left {left} ms, right {right} ms at worst"
    );
}
