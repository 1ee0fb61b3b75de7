//! What all detectors look at: the spectrum of the last 32 ms, every 20 ms.

use std::f32::consts::TAU;
use std::sync::LazyLock;

use crate::clock::FRAME_SAMPLES;

/// Samples that are looked at together.
const WINDOW: usize = 256;
const HALF: usize = WINDOW / 2;
const BITS: u32 = WINDOW.trailing_zeros();
/// The width of a bin.
const HERTZ: f32 = 8_000.0 / WINDOW as f32;
/// Bins on each side of a peak over which a Hann window spreads a pure tone.
const SPREAD: usize = 2;
/// The lowest bin that counts: hum and offset lie below.
const LOWEST: usize = 4;
/// Mean power gain of the window.
const WINDOW_GAIN: f32 = 0.375;

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);

struct Tables {
    hann: [f32; WINDOW],
    turns: [(f32, f32); HALF],
}

impl Tables {
    fn new() -> Self {
        let angle = |n: usize| n as f32 * TAU / WINDOW as f32;
        Self {
            hann: std::array::from_fn(|n| 0.5 - 0.5 * angle(n).cos()),
            turns: std::array::from_fn(|n| (angle(n).cos(), -angle(n).sin())),
        }
    }
}

/// One of the strongest tones.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Peak {
    pub(super) hertz: f32,
    /// The share of the whole power that it has.
    pub(super) share: f32,
}

/// What is seen in 32 ms.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    /// Mean square of the samples, hum and offset left out.
    pub(super) power: f32,
    /// The strongest tone.
    pub(super) first: Peak,
    /// The strongest beside it.
    pub(super) second: Peak,
    bins: [f32; HALF],
}

impl Sight {
    /// Power of the bins around a range of frequencies.
    pub(super) fn band(&self, from: f32, until: f32) -> f32 {
        let (from, until) = ((from / HERTZ) as usize, (until / HERTZ) as usize);
        self.bins[from.min(HALF)..until.clamp(from, HALF)]
            .iter()
            .sum()
    }
}

/// Turns frames into sights.
#[derive(Clone, Debug)]
pub(super) struct Spectrum {
    samples: [f32; WINDOW],
}

impl Default for Spectrum {
    fn default() -> Self {
        Self {
            samples: [0.0; WINDOW],
        }
    }
}

impl Spectrum {
    pub(super) fn push(&mut self, frame: &[i16; FRAME_SAMPLES]) -> Sight {
        self.samples.copy_within(FRAME_SAMPLES.., 0);
        for (kept, &sample) in self.samples[WINDOW - FRAME_SAMPLES..].iter_mut().zip(frame) {
            *kept = f32::from(sample);
        }
        let mut bins = [0.0; HALF];
        self.transform(&mut bins);
        bins[..LOWEST].fill(0.0);
        let power = bins.iter().sum::<f32>();
        let (first, at) = peak(&bins, power, None);
        let (second, _) = peak(&bins, power, Some(at));
        Sight {
            power,
            first,
            second,
            bins,
        }
    }

    /// A Fourier transform of the window (radix 2), as mean square by bin.
    fn transform(&self, bins: &mut [f32; HALF]) {
        let tables = &*TABLES;
        let mut real = [0.0_f32; WINDOW];
        let mut imaginary = [0.0_f32; WINDOW];
        for (n, (&sample, &weight)) in self.samples.iter().zip(&tables.hann).enumerate() {
            real[n.reverse_bits() >> (usize::BITS - BITS)] = sample * weight;
        }
        for stage in 0..BITS {
            let span = 1 << stage;
            let stride = HALF >> stage;
            for start in (0..WINDOW).step_by(2 * span) {
                for n in 0..span {
                    let (cosine, sine) = tables.turns[n * stride];
                    let (upper, lower) = (start + n, start + n + span);
                    let re = real[lower] * cosine - imaginary[lower] * sine;
                    let im = real[lower] * sine + imaginary[lower] * cosine;
                    (real[lower], imaginary[lower]) = (real[upper] - re, imaginary[upper] - im);
                    real[upper] += re;
                    imaginary[upper] += im;
                }
            }
        }
        let scale = 2.0 / (WINDOW as f32 * WINDOW as f32 * WINDOW_GAIN);
        for (n, bin) in bins.iter_mut().enumerate() {
            *bin = (real[n] * real[n] + imaginary[n] * imaginary[n]) * scale;
        }
    }
}

/// The strongest tone that does not belong to the one at `known`, and its bin.
fn peak(bins: &[f32; HALF], power: f32, known: Option<usize>) -> (Peak, usize) {
    let apart = |n: usize| known.is_none_or(|known| n.abs_diff(known) > SPREAD);
    let strongest = (LOWEST..HALF - 1)
        .filter(|&n| apart(n))
        .max_by(|&one, &other| bins[one].total_cmp(&bins[other]));
    let Some(at) = strongest.filter(|_| power > 0.0) else {
        return (Peak::default(), LOWEST);
    };
    let around = at.saturating_sub(SPREAD)..(at + SPREAD + 1).min(HALF);
    let share = around.filter(|&n| apart(n)).map(|n| bins[n]).sum::<f32>() / power;
    let peak = Peak {
        hertz: (at as f32 + offset(bins, at)) * HERTZ,
        share,
    };
    (peak, at)
}

/// How far beside its bin a tone lies: under a Hann window the amplitudes of two neighbouring bins
/// give it exactly.
fn offset(bins: &[f32; HALF], at: usize) -> f32 {
    let (below, above) = (bins[at - 1], bins[at + 1]);
    let (side, sign) = if above > below {
        (above, 1.0)
    } else {
        (below, -1.0)
    };
    let ratio = (side / bins[at].max(f32::MIN_POSITIVE)).sqrt();
    sign * ((2.0 * ratio - 1.0) / (ratio + 1.0)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hertz: f32, amplitude: f32) -> Sight {
        let mut spectrum = Spectrum::default();
        let wave = |n: usize| (n as f32 * hertz * TAU / 8_000.0).sin() * amplitude;
        let frame = |k: usize| std::array::from_fn(|n| wave(k * FRAME_SAMPLES + n) as i16);
        spectrum.push(&frame(0));
        spectrum.push(&frame(1));
        spectrum.push(&frame(2))
    }

    #[test]
    fn the_frequency_and_level_of_a_tone_are_measured() {
        for hertz in [300.0, 425.0, 450.0, 913.8, 985.2, 1_100.0, 1_776.7, 2_100.0] {
            let sight = sine(hertz, 3_000.0);
            assert!(
                (sight.first.hertz - hertz).abs() < 3.0,
                "{hertz}: {sight:?}"
            );
            assert!(sight.first.share > 0.98, "{hertz}: {sight:?}");
            let power = sight.power / 4_500_000.0;
            assert!((0.9..1.1).contains(&power), "{hertz}: {power}");
        }
    }

    #[test]
    fn silence_has_no_tone() {
        let sight = Spectrum::default().push(&[0; FRAME_SAMPLES]);
        assert_eq!((sight.power, sight.first.share), (0.0, 0.0));
    }
}
