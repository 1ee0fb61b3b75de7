//! Tones, and what is heard: G.711 and WAV read by code that is not the server's.

use std::f64::consts::TAU;
use std::path::Path;

/// Samples a second.
pub const RATE: usize = 8_000;
/// The loudness of test tones.
const LOUDNESS: f64 = 8_000.0;
/// Quieter than this is silence.
const SILENCE: f64 = 100.0;

/// `samples` of a tone, beginning at sample `from`, so that pieces join without a click.
pub fn tone(hz: f64, from: usize, samples: usize) -> Vec<i16> {
    (from..from + samples)
        .map(|n| {
            let phase = TAU * hz * (n % RATE) as f64 / RATE as f64;
            (LOUDNESS * phase.sin()) as i16
        })
        .collect()
}

/// Encodes to mu-law (G.711).
pub fn to_mulaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let magnitude = (i32::from(sample).abs() + 132).min(32_767);
    let exponent = (31 - magnitude.leading_zeros()).saturating_sub(7);
    let mantissa = (magnitude >> (exponent + 3)) & 0x0F;
    !(sign | ((exponent as u8) << 4) | mantissa as u8)
}

/// Decodes mu-law (G.711).
pub fn from_mulaw(code: u8) -> i16 {
    let code = !code;
    let exponent = (code >> 4) & 7;
    let magnitude = ((i32::from(code & 0x0F) << 3) + 132) << exponent;
    let sample = magnitude - 132;
    (if code & 0x80 == 0 { sample } else { -sample }) as i16
}

/// Encodes to A-law (G.711).
pub fn to_alaw(sample: i16) -> u8 {
    let sign = if sample < 0 { 0 } else { 0x80 };
    let magnitude = i32::from(sample).abs().min(32_767);
    let exponent = (31 - (magnitude | 1).leading_zeros()).saturating_sub(7);
    let mantissa = (magnitude >> (exponent.max(1) + 3)) & 0x0F;
    (sign | ((exponent as u8) << 4) | mantissa as u8) ^ 0x55
}

/// Decodes A-law (G.711).
pub fn from_alaw(code: u8) -> i16 {
    let code = code ^ 0x55;
    let exponent = (code >> 4) & 7;
    let mantissa = i32::from(code & 0x0F) << 4;
    let magnitude = match exponent {
        0 => mantissa + 8,
        _ => (mantissa + 0x108) << (exponent - 1),
    };
    (if code & 0x80 == 0 {
        -magnitude
    } else {
        magnitude
    }) as i16
}

/// The loudness of samples: their root mean square.
pub fn loudness(samples: &[i16]) -> f64 {
    let sum: f64 = samples.iter().map(|it| f64::from(*it).powi(2)).sum();
    (sum / samples.len().max(1) as f64).sqrt()
}

/// Which part of the sound is a tone of `hz`, from 0 to 1 (Goertzel's algorithm).
pub fn share(samples: &[i16], hz: f64) -> f64 {
    let energy: f64 = samples.iter().map(|it| f64::from(*it).powi(2)).sum();
    if energy < 1.0 {
        return 0.0;
    }
    let turn = TAU * hz / RATE as f64;
    let (mut last, mut before) = (0.0, 0.0);
    for sample in samples {
        let next = f64::from(*sample) + 2.0 * turn.cos() * last - before;
        (before, last) = (last, next);
    }
    let power = last * last + before * before - 2.0 * turn.cos() * last * before;
    2.0 * power / (samples.len() as f64 * energy)
}

/// Whether the sound is a tone of `hz`, loud enough to be meant. Tenths of a second are judged one
/// by one, so that a lost packet does not spoil the whole; nine of ten must be the tone.
pub fn is_tone(samples: &[i16], hz: f64) -> bool {
    let pieces: Vec<&[i16]> = samples.chunks_exact(RATE / 10).collect();
    let good = pieces
        .iter()
        .filter(|piece| loudness(piece) > SILENCE && share(piece, hz) > 0.8)
        .count();
    !pieces.is_empty() && good * 10 >= pieces.len() * 9
}

/// Seconds of the sound in which a tone of `hz` is heard.
pub fn seconds_of(samples: &[i16], hz: f64) -> f64 {
    let good = samples
        .chunks_exact(RATE / 10)
        .filter(|piece| loudness(piece) > SILENCE && share(piece, hz) > 0.8)
        .count();
    good as f64 / 10.0
}

/// Seconds of the sound that are not silence.
pub fn seconds_of_sound(samples: &[i16]) -> f64 {
    let loud = samples
        .chunks_exact(RATE / 10)
        .filter(|piece| loudness(piece) > SILENCE)
        .count();
    loud as f64 / 10.0
}

/// Writes 16-bit mono.
pub fn write_wav(path: &Path, samples: &[i16]) {
    std::fs::write(path, wav(samples)).unwrap();
}

/// A file of 16-bit mono.
pub fn wav(samples: &[i16]) -> Vec<u8> {
    let data = samples.len() as u32 * 2;
    let mut file = Vec::with_capacity(samples.len() * 2 + 44);
    file.extend(b"RIFF");
    file.extend((36 + data).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    file.extend([1, 0, 1, 0]);
    file.extend((RATE as u32).to_le_bytes());
    file.extend((RATE as u32 * 2).to_le_bytes());
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend(data.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

/// A WAV file, decoded.
#[derive(Debug)]
pub struct Wav {
    /// The samples of each channel.
    pub channels: Vec<Vec<i16>>,
}

impl Wav {
    /// Reads PCM (16 bit), A-law or mu-law at 8 kHz. A data chunk that is said to be longer than
    /// the file ends with the file, as players see it.
    pub fn read(file: &[u8]) -> Self {
        assert_eq!((&file[..4], &file[8..12]), (&b"RIFF"[..], &b"WAVE"[..]));
        let mut rest = &file[12..];
        let mut format = (0, 0);
        while rest.len() >= 8 {
            let length = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
            let body = &rest[8..];
            let body = &body[..length.min(body.len())];
            match &rest[..4] {
                b"fmt " => {
                    assert_eq!(body[4..8], (RATE as u32).to_le_bytes(), "8 kHz");
                    format = (body[0], usize::from(body[2]));
                }
                b"data" => return Self::decode(body, format),
                _ => (),
            }
            rest = rest.get(8 + length + length % 2..).unwrap_or_default();
        }
        panic!("no data chunk");
    }

    fn decode(body: &[u8], (code, channels): (u8, usize)) -> Self {
        let samples: Vec<i16> = match code {
            1 => body
                .chunks_exact(2)
                .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
                .collect(),
            6 => body.iter().copied().map(from_alaw).collect(),
            7 => body.iter().copied().map(from_mulaw).collect(),
            other => panic!("format {other}"),
        };
        let channel = |n: usize| samples.iter().skip(n).step_by(channels).copied().collect();
        Self {
            channels: (0..channels).map(channel).collect(),
        }
    }

    /// Its length in seconds.
    pub fn seconds(&self) -> f64 {
        self.channels[0].len() as f64 / RATE as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_laws_there_and_back_stay_close() {
        for sample in [0, 5, -5, 100, -100, 300, 8_000, -8_000, 32_000, -32_000] {
            for back in [from_mulaw(to_mulaw(sample)), from_alaw(to_alaw(sample))] {
                let off = (i32::from(back) - i32::from(sample)).abs();
                assert!(off <= i32::from(sample).abs() / 16 + 8, "{sample}: {back}");
            }
        }
    }

    #[test]
    fn a_tone_is_told_from_another_and_from_silence() {
        let heard: Vec<i16> = tone(440.0, 0, RATE)
            .into_iter()
            .map(|sample| from_mulaw(to_mulaw(sample)))
            .collect();

        assert!(is_tone(&heard, 440.0));
        assert!(!is_tone(&heard, 1_000.0));
        assert!(!is_tone(&[0; RATE], 440.0));
    }
}
