//! Something like speech: a voiced sound whose pitch and loudness move, with a little noise.
//! Codecs with a model of speech work harder for it than for a tone or for silence.

use std::f64::consts::TAU;

const HARMONICS: u32 = 12;
const LOUDEST: f64 = 9_000.0;

/// Samples at a rate in hertz.
pub(crate) fn samples(hertz: u32, count: usize) -> Vec<i16> {
    let mut phase = 0.0;
    let mut noise = 0x2545_f491_u32;
    (0..count)
        .map(|n| {
            let second = n as f64 / f64::from(hertz);
            let pitch = 140.0 + 35.0 * (TAU * 0.7 * second).sin();
            phase += pitch / f64::from(hertz);
            let voiced: f64 = (1..=HARMONICS)
                .map(f64::from)
                .filter(|it| it * pitch < f64::from(hertz) / 2.2)
                .map(|it| (TAU * phase * it).sin() / it)
                .sum();
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = f64::from(noise >> 16) / 65_536.0 - 0.5;
            let syllable = (TAU * 2.0 * second).sin().max(0.0);
            ((voiced * syllable + hiss * 0.05) * LOUDEST / 2.0) as i16
        })
        .collect()
}
