//! Sound files of people (语音文件): WAV and MP3 read into what the engine plays, 8 kHz µ-law.
//!
//! A file is looked at by what it holds, never by its name. Samples of both channels are joined,
//! brought to 8 kHz, and made quieter where their peaks would be cut.

mod level;
mod mp3;
mod wave;

use crate::Law;
use level::Level;
use std::time::Duration;

/// The longest sound.
pub const LONGEST: Duration = Duration::from_mins(10);
/// The longest file.
pub const LONGEST_FILE: usize = 10 * 1024 * 1024;
/// Samples a second of what is played.
const RATE: u32 = 8_000;
/// Bytes of the header in front of the samples.
const HEADER_BYTES: u32 = 58;

/// Why a file is no sound that can be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SoundError {
    /// Not one sample.
    #[error("there is no audio in the file")]
    Empty,
    /// Neither of the formats.
    #[error("this is neither a WAV nor an MP3 file")]
    UnknownFormat,
    /// Audio of a WAV file that is not read.
    #[error(
        "the WAV file has format {tag} with {bits} bits; read are PCM with 8, 16, 24 or 32 bits (format 1), float with 32 or 64 (3), A-law (6) and µ-law (7)"
    )]
    OtherAudio {
        /// The format tag.
        tag: u16,
        /// Bits of a sample.
        bits: u16,
    },
    /// Neither mono nor stereo.
    #[error("the file has {0} channels; allowed are one and two")]
    Channels(u16),
    /// A sampling rate that no recording has.
    #[error("the file has {0} samples a second; allowed are 4000 to 192000")]
    Rate(u32),
    /// Something in the file cannot be.
    #[error("the file is damaged: {0}")]
    Damaged(&'static str),
    /// Longer than a sound may be.
    #[error("the sound is longer than {} minutes", LONGEST.as_secs() / 60)]
    TooLong,
    /// Samples far beyond full scale.
    #[error("the samples go 12 dB and more beyond full scale; they belong between -1 and 1")]
    TooLoud,
    /// Nothing to hear.
    #[error("the sound is silent all through")]
    Silent,
}

/// Reads a WAV or MP3 file into µ-law at 8 kHz.
///
/// # Errors
/// What keeps the file from being played.
pub fn read(file: &[u8]) -> Result<Vec<u8>, SoundError> {
    if file.is_empty() {
        return Err(SoundError::Empty);
    }
    let samples = if wave::is_one(file) {
        wave::read(file)?
    } else {
        mp3::read(file)?
    };
    Ok(samples.iter().map(|&it| Law::Mu.encode(it)).collect())
}

/// Samples without a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raw {
    /// A-law.
    Alaw,
    /// µ-law.
    Mulaw,
    /// 16 bits, the lower byte ahead.
    Pcm,
}

/// Reads mono samples without a header, of a rate, into µ-law at 8 kHz.
///
/// # Errors
/// What keeps them from being played.
pub fn read_raw(raw: Raw, rate: u32, data: &[u8]) -> Result<Vec<u8>, SoundError> {
    let samples = wave::read_raw(raw, rate, data)?;
    Ok(samples.iter().map(|&it| Law::Mu.encode(it)).collect())
}

/// A WAV file with these µ-law samples of 8 kHz.
pub fn wave(mulaw: &[u8]) -> Vec<u8> {
    let length = u32::try_from(mulaw.len()).unwrap_or(u32::MAX - HEADER_BYTES);
    let mut file = Vec::with_capacity(mulaw.len() + HEADER_BYTES as usize + 1);
    let padding = length & 1;
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(HEADER_BYTES - 8 + length + padding).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&18_u32.to_le_bytes());
    file.extend_from_slice(&[wave::MULAW as u8, 0, 1, 0]);
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&[1, 0, 8, 0, 0, 0]);
    file.extend_from_slice(b"fact");
    file.extend_from_slice(&4_u32.to_le_bytes());
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&length.to_le_bytes());
    file.extend_from_slice(&mulaw[..length as usize]);
    file.extend(std::iter::repeat_n(0, padding as usize));
    file
}

/// How long a sound of so many samples is.
pub fn length(samples: usize) -> Duration {
    Duration::from_millis(samples as u64 * 1_000 / u64::from(RATE))
}

#[cfg(test)]
mod tests;
