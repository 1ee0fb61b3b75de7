//! Sound for the simulated phones: G.711, sines, and how strongly a tone is heard.
//!
//! The codec is written from ITU-T G.711 and shares no line with the server's.

use std::f64::consts::TAU;

/// Samples of a second.
pub const RATE: f64 = 8_000.0;

/// A sample of a sine of full voice.
pub fn sine(hz: f64, at: u64) -> i16 {
    ((at as f64 * TAU * hz / RATE).sin() * 8_000.0) as i16
}

/// How much of the sound's energy lies at `hz`, from 0 to 1 (Goertzel). Silence has none.
pub fn share(samples: &[i16], hz: f64) -> f64 {
    let energy: f64 = samples.iter().map(|s| f64::from(*s).powi(2)).sum();
    if energy < 100.0 * samples.len() as f64 {
        return 0.0;
    }
    let turn = 2.0 * (TAU * hz / RATE).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in samples {
        let next = f64::from(*sample) + turn * last - before;
        (before, last) = (last, next);
    }
    let power = last * last + before * before - turn * last * before;
    2.0 * power / (energy * samples.len() as f64)
}

/// Mean absolute value.
pub fn loudness(samples: &[i16]) -> f64 {
    let sum: f64 = samples.iter().map(|s| f64::from(*s).abs()).sum();
    sum / samples.len().max(1) as f64
}

/// A G.711 law as a phone names it in RTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// PCMU, payload type 0.
    Mu,
    /// PCMA, payload type 8.
    A,
}

impl Law {
    /// The static payload type.
    pub fn payload_type(self) -> u8 {
        match self {
            Self::Mu => 0,
            Self::A => 8,
        }
    }

    /// One sample's byte: the one whose value lies nearest.
    pub fn encode(self, sample: i16) -> u8 {
        let negative = sample < 0;
        let level = i32::from(sample).abs();
        match self {
            Self::Mu => encode_mu(level, negative),
            Self::A => encode_a(level, negative),
        }
    }

    /// One byte's sample.
    pub fn decode(self, byte: u8) -> i16 {
        match self {
            Self::Mu => decode_mu(byte),
            Self::A => decode_a(byte),
        }
    }
}

fn encode_mu(level: i32, negative: bool) -> u8 {
    let biased = level.min(32_635) + 132;
    let segment = (24 - biased.leading_zeros() as i32).max(0);
    let step = (biased >> (segment + 3)) & 0x0F;
    let sign = if negative { 0x80 } else { 0 };
    !(sign | (segment << 4) as u8 | step as u8)
}

fn decode_mu(byte: u8) -> i16 {
    let byte = !byte;
    let segment = i32::from((byte >> 4) & 7);
    let step = i32::from(byte & 0x0F);
    let level = (((step << 3) + 132) << segment) - 132;
    (if byte & 0x80 == 0 { level } else { -level }) as i16
}

fn encode_a(level: i32, negative: bool) -> u8 {
    let level = (level - i32::from(negative)).clamp(0, 32_767) >> 4;
    let segment = (28 - level.leading_zeros() as i32).max(0);
    let step = level >> (segment - 1).max(0);
    let sign = if negative { 0 } else { 0x80 };
    (sign | (segment << 4) as u8 | (step & 0x0F) as u8) ^ 0x55
}

fn decode_a(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let segment = i32::from((byte >> 4) & 7);
    let step = i32::from(byte & 0x0F);
    let level = match segment {
        0 => (step << 4) + 8,
        _ => ((step << 4) + 0x108) << (segment - 1),
    };
    (if byte & 0x80 == 0 { -level } else { level }) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_survives_both_laws_and_is_told_from_its_neighbour() {
        for law in [Law::Mu, Law::A] {
            let heard: Vec<i16> = (0..1_600)
                .map(|at| law.decode(law.encode(sine(500.0, at))))
                .collect();

            assert!(share(&heard, 500.0) > 0.95, "{law:?}");
            assert!(share(&heard, 600.0) < 0.05, "{law:?}");
        }
    }

    #[test]
    fn every_byte_is_the_code_of_its_own_sample() {
        for byte in 0..=u8::MAX {
            assert_eq!(Law::A.encode(Law::A.decode(byte)), byte);
            let mu = Law::Mu.decode(byte);
            assert_eq!(Law::Mu.decode(Law::Mu.encode(mu)), mu);
        }
    }
}
