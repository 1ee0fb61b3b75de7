//! How long to hold audio back: transit times in, an aim out.
//!
//! A histogram with a memory of some 8 s, whose 97.5 % quantile is the aim. Packets that come too
//! late one after another raise the aim at once, for a step of the network's delay is no outlier.

use crate::clock::{FRAME_SAMPLES, Micros};

const BINS: usize = 64;
/// 5 ms.
const BIN_UNITS: i64 = 40;
/// Packets after which older observations weigh half.
const HALF_LIFE: u32 = 400;
const DELAY_MIN: i64 = 160;
const DELAY_MAX: i64 = 1_920;
const DELAY_AT_START: i64 = 320;
const HALF_FRAME: i64 = FRAME_SAMPLES as i64 / 2;
/// Late packets in a row that are a step of the delay.
const STEP_PACKETS: u8 = 2;
/// How long a step counts before the histogram has learnt it.
const STEP_LASTS: Micros = Micros::from_ms(2_000);

/// The aim of one stream, in units of 1/8000 s above the shortest transit.
#[derive(Debug)]
pub(super) struct Delay {
    histogram: [u32; BINS],
    observed: u32,
    quantile: i64,
    late: u8,
    step: i64,
    step_until: Micros,
}

impl Delay {
    pub(super) fn new() -> Self {
        Self {
            histogram: [0; BINS],
            observed: 0,
            quantile: DELAY_AT_START,
            late: 0,
            step: 0,
            step_until: Micros(0),
        }
    }

    /// Accounts a packet that took `excess` longer than the shortest transit.
    pub(super) fn observe(&mut self, now: Micros, excess: i64) {
        let bin = (excess / BIN_UNITS).clamp(0, BINS as i64 - 1) as usize;
        // A weight of 16 leaves something of single observations after some halvings.
        self.histogram[bin] += 16;
        self.observed += 1;
        if self.observed.is_multiple_of(16) {
            self.aim();
        }
        if self.observed.is_multiple_of(HALF_LIFE) {
            for count in &mut self.histogram {
                *count /= 2;
            }
        }
        if excess <= self.units(now) {
            self.late = 0;
            return;
        }
        self.late = self.late.saturating_add(1);
        if self.late >= STEP_PACKETS {
            self.step = (excess + BIN_UNITS + HALF_FRAME).min(DELAY_MAX);
            self.step_until = now.plus(STEP_LASTS);
        }
    }

    /// The aim.
    pub(super) fn units(&self, now: Micros) -> i64 {
        if now < self.step_until {
            self.quantile.max(self.step)
        } else {
            self.quantile
        }
    }

    fn aim(&mut self) {
        let total: u32 = self.histogram.iter().sum();
        let mut rest = total / 40;
        let mut bin = BINS - 1;
        while bin > 0 && self.histogram[bin] <= rest {
            rest -= self.histogram[bin];
            bin -= 1;
        }
        let quantile = (bin as i64 + 1) * BIN_UNITS;
        // A frame can be played only when its last sample has come, which transit leaves out
        // because it is measured at the frame's first sample by all frames alike.
        self.quantile = (quantile + HALF_FRAME).clamp(DELAY_MIN, DELAY_MAX);
    }
}
