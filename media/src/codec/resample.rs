//! From one sampling rate to another: a windowed sinc in phases, with exact timing.
//!
//! Rates stand to each other as small whole numbers, so the position is counted and never drifts.

use std::f64::consts::PI;

/// Taps a phase at the lower rate: 3 ms of delay at 8 kHz, 65 dB of suppression.
const TAPS: usize = 24;
/// Share of the lower rate's band that is passed on.
const PASSED: f64 = 0.92;
/// Shape of the Kaiser window.
const BETA: f64 = 6.5;
/// Samples taken at a time.
const CHUNK: usize = 480;
/// Most taps of a phase: six times down.
const TAPS_MAX: usize = TAPS * 6;
const LANES: usize = 8;

/// Turns a stream of samples of one rate into one of another.
#[derive(Debug)]
pub struct Resampler {
    up: usize,
    down: usize,
    taps: usize,
    /// The taps of each phase, oldest sample's tap first.
    coefficients: Box<[f32]>,
    /// The newest `taps - 1` samples.
    history: [f32; TAPS_MAX],
    /// Where the next sample to give lies behind the next one to take, in steps of 1/`up`.
    next: usize,
}

impl Resampler {
    /// A resampler between two rates, at most six times apart.
    ///
    /// # Panics
    /// If a rate is zero or they are further apart, which no caller asks for.
    pub fn new(from_hertz: u32, to_hertz: u32) -> Self {
        let common = greatest_common_divisor(from_hertz, to_hertz);
        let (up, down) = ((to_hertz / common) as usize, (from_hertz / common) as usize);
        assert!(
            up <= down * 6 && down <= up * 6 && up * down > 0,
            "rates of {from_hertz} and {to_hertz} are too far apart"
        );
        let taps = (TAPS * down.div_ceil(up)).next_multiple_of(LANES);
        Self {
            up,
            down,
            taps,
            coefficients: coefficients(up, down, taps),
            history: [0.0; TAPS_MAX],
            next: 0,
        }
    }

    /// Takes samples and gives those that are due; how many were given. `output` must have room
    /// for all of them, what goes beyond is left out.
    ///
    /// Between equal rates samples go through as they are: a filter would only take from them.
    pub fn process(&mut self, input: &[i16], output: &mut [i16]) -> usize {
        if self.up == self.down {
            let given = input.len().min(output.len());
            output[..given].copy_from_slice(&input[..given]);
            return given;
        }
        let mut given = 0;
        for chunk in input.chunks(CHUNK) {
            given += self.process_chunk(chunk, &mut output[given..]);
        }
        given
    }

    fn process_chunk(&mut self, input: &[i16], output: &mut [i16]) -> usize {
        let kept = self.taps - 1;
        let mut line = [0.0_f32; TAPS_MAX + CHUNK];
        line[..kept].copy_from_slice(&self.history[..kept]);
        for (place, &sample) in line[kept..].iter_mut().zip(input) {
            *place = sample.into();
        }
        let end = input.len() * self.up;
        let mut given = 0;
        while self.next < end {
            let (newest, phase) = (self.next / self.up, self.next % self.up);
            if let Some(sample) = output.get_mut(given) {
                let taps = &self.coefficients[phase * self.taps..][..self.taps];
                *sample = dot(taps, &line[newest..newest + self.taps]).round() as i16;
                given += 1;
            }
            self.next += self.down;
        }
        self.next -= end;
        self.history[..kept].copy_from_slice(&line[input.len()..input.len() + kept]);
        given
    }
}

fn dot(taps: &[f32], samples: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    for (taps, samples) in taps.chunks_exact(LANES).zip(samples.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] += taps[lane] * samples[lane];
        }
    }
    sums.iter().sum()
}

fn coefficients(up: usize, down: usize, taps: usize) -> Box<[f32]> {
    let mut all = vec![0.0_f32; up * taps];
    let length = (up * taps) as f64;
    let cutoff = PASSED / up.max(down) as f64;
    for phase in 0..up {
        let prototype = |tap: usize| {
            let place = (phase + up * (taps - 1 - tap)) as f64 - (length - 1.0) / 2.0;
            let angle = PI * cutoff * place;
            let sinc = if angle == 0.0 {
                1.0
            } else {
                angle.sin() / angle
            };
            let edge = 2.0 * place / length;
            sinc * bessel(BETA * (1.0 - edge * edge).max(0.0).sqrt())
        };
        let sum: f64 = (0..taps).map(prototype).sum();
        for tap in 0..taps {
            all[phase * taps + tap] = (prototype(tap) / sum) as f32;
        }
    }
    all.into_boxed_slice()
}

/// The modified Bessel function of order zero.
fn bessel(x: f64) -> f64 {
    let quarter = x * x / 4.0;
    let mut term = 1.0;
    (1..24).fold(1.0, |sum, n| {
        term *= quarter / f64::from(n * n);
        sum + term
    })
}

const fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests;
