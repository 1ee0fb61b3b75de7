//! Random days: whatever callers, agents, the network and kills do, the invariants hold.
//!
//! `TRUNKLINE_SIM_SECONDS` sets how long days are tried, `TRUNKLINE_SIM_SEED` replays one.

use std::time::{Duration, Instant};
use tests::day::{self, Sum};

/// Days that are always tried.
const DAYS: u64 = 8;

#[test]
fn every_day_keeps_every_invariant() {
    if let Some(seed) = number("TRUNKLINE_SIM_SEED") {
        day::live_through(seed);
        return;
    }
    let span = Duration::from_secs(number("TRUNKLINE_SIM_SECONDS").unwrap_or(0));
    let began = Instant::now();
    let mut seed = number("TRUNKLINE_SIM_FIRST").unwrap_or(1);
    let last = seed + DAYS;
    let mut sum = Sum::default();
    while seed < last || began.elapsed() < span {
        sum = sum.and(day::live_through(seed));
        seed += 1;
    }
    println!("{sum:?}");
    let figures = [
        sum.calls,
        sum.bridges,
        sum.recordings,
        sum.messages,
        sum.holds,
        sum.kills,
        sum.resumed,
    ];
    assert!(figures.iter().all(|it| *it > 0), "idle days: {sum:?}");
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}
