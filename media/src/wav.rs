//! The layout of our recordings: stereo G.711, or linear samples of 16 kHz where both parties speak
//! wide-band, in RIFF WAVE that opens even if never closed.
//!
//! Sizes are `0xFFFFFFFF` until the file is closed, which players read as "to the end of the
//! file": a recording cut by `kill -9` plays up to its last byte.

use crate::Law;
use serde::{Deserialize, Serialize};

/// Bytes before the first sample.
pub const HEADER_SIZE: usize = 58;
/// Units of time that lengths of recordings are counted in, a second.
const UNITS: u32 = 8_000;
const CHANNELS: u16 = 2;
const UNKNOWN: u32 = u32::MAX;
const RIFF_SIZE_AT: u64 = 4;
const FACT_AT: u64 = 46;
const DATA_SIZE_AT: u64 = 54;

/// How the samples of a recording lie in its file. Saved with calls: the order stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FileCodec {
    /// G.711 µ-law, 8 kHz.
    Pcmu,
    /// G.711 A-law, 8 kHz.
    Pcma,
    /// Linear samples of 16 bits, 16 kHz.
    Pcm16,
}

impl FileCodec {
    /// Bytes of both channels in 1/8000 s.
    pub const fn unit_bytes(self) -> usize {
        match self {
            Self::Pcmu | Self::Pcma => 2,
            Self::Pcm16 => 8,
        }
    }

    /// The byte that silence is made of.
    pub const fn silence(self) -> u8 {
        match self.law() {
            Some(law) => law.silence(),
            None => 0,
        }
    }

    /// The law, if this is G.711.
    pub const fn law(self) -> Option<Law> {
        match self {
            Self::Pcmu => Some(Law::Mu),
            Self::Pcma => Some(Law::A),
            Self::Pcm16 => None,
        }
    }

    /// Samples a second.
    pub const fn sample_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma => UNITS,
            Self::Pcm16 => 2 * UNITS,
        }
    }

    const fn tag(self) -> u16 {
        match self {
            Self::Pcm16 => 1,
            Self::Pcma => 6,
            Self::Pcmu => 7,
        }
    }

    const fn of_tag(tag: u16, bits: u16) -> Option<Self> {
        match (tag, bits) {
            (1, 16) => Some(Self::Pcm16),
            (6, 8) => Some(Self::Pcma),
            (7, 8) => Some(Self::Pcmu),
            _ => None,
        }
    }

    const fn sample_bits(self) -> u16 {
        match self {
            Self::Pcmu | Self::Pcma => 8,
            Self::Pcm16 => 16,
        }
    }

    /// Bytes of one sample of both channels.
    const fn frame_bytes(self) -> u16 {
        self.sample_bits() / 8 * CHANNELS
    }
}

impl From<Law> for FileCodec {
    fn from(law: Law) -> Self {
        match law {
            Law::Mu => Self::Pcmu,
            Law::A => Self::Pcma,
        }
    }
}

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Codec of both channels.
    pub codec: FileCodec,
    /// One or two.
    pub channels: u16,
    /// Samples a second.
    pub sample_rate: u32,
    /// Where the samples begin.
    pub data_offset: u64,
    /// Bytes of samples, or nothing while the file is still being written.
    pub data_bytes: Option<u64>,
}

/// Why a file is not one that we write or play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WavError {
    /// Not RIFF WAVE.
    #[error("not a WAVE file")]
    NotWave,
    /// Ends inside its header.
    #[error("the header is cut short")]
    Truncated,
    /// A chunk is missing.
    #[error("the {0} chunk is missing")]
    Missing(&'static str),
    /// Audio that is neither G.711 nor linear samples of 16 bits.
    #[error("format tag {0} with its sample size is not one of ours")]
    OtherCodec(u16),
    /// A layout that is not that of our recordings.
    #[error("not laid out as a recording")]
    NotARecording,
}

/// The header of a recording whose length is not known yet.
pub fn header(codec: FileCodec) -> [u8; HEADER_SIZE] {
    let mut bytes = [0; HEADER_SIZE];
    let (rate, frame) = (codec.sample_rate(), codec.frame_bytes());
    bytes[0..4].copy_from_slice(b"RIFF");
    bytes[4..8].copy_from_slice(&UNKNOWN.to_le_bytes());
    bytes[8..16].copy_from_slice(b"WAVEfmt ");
    bytes[16..20].copy_from_slice(&18_u32.to_le_bytes());
    bytes[20..22].copy_from_slice(&codec.tag().to_le_bytes());
    bytes[22..24].copy_from_slice(&CHANNELS.to_le_bytes());
    bytes[24..28].copy_from_slice(&rate.to_le_bytes());
    bytes[28..32].copy_from_slice(&(rate * u32::from(frame)).to_le_bytes());
    bytes[32..34].copy_from_slice(&frame.to_le_bytes());
    bytes[34..36].copy_from_slice(&codec.sample_bits().to_le_bytes());
    bytes[38..42].copy_from_slice(b"fact");
    bytes[42..46].copy_from_slice(&4_u32.to_le_bytes());
    bytes[46..50].copy_from_slice(&UNKNOWN.to_le_bytes());
    bytes[50..54].copy_from_slice(b"data");
    bytes[54..58].copy_from_slice(&UNKNOWN.to_le_bytes());
    bytes
}

/// What to write where when a recording of `data_bytes` bytes of samples is closed.
pub fn patches(codec: FileCodec, data_bytes: u64) -> Vec<(u64, [u8; 4])> {
    let data = clamp(data_bytes);
    let riff = clamp(data_bytes + HEADER_SIZE as u64 - 8);
    let fact = clamp(data_bytes / u64::from(codec.frame_bytes()));
    vec![
        (RIFF_SIZE_AT, riff.to_le_bytes()),
        (FACT_AT, fact.to_le_bytes()),
        (DATA_SIZE_AT, data.to_le_bytes()),
    ]
}

/// What to write where in a recording that was left open, from its length on disk.
///
/// # Errors
/// The file is not a recording of ours.
pub fn repair(header: &[u8], file_bytes: u64) -> Result<Vec<(u64, [u8; 4])>, WavError> {
    let layout = parse(header)?;
    if layout.data_offset != HEADER_SIZE as u64 || layout.channels != CHANNELS {
        return Err(WavError::NotARecording);
    }
    let audio = file_bytes.saturating_sub(HEADER_SIZE as u64);
    let frame = u64::from(layout.codec.frame_bytes());
    Ok(patches(layout.codec, audio - audio % frame))
}

/// Reads the head of a WAVE file: ours, or a prompt's.
///
/// # Errors
/// The bytes are not the head of such a file.
pub fn parse(head: &[u8]) -> Result<Layout, WavError> {
    if head.len() < 12 || &head[0..4] != b"RIFF" || &head[8..12] != b"WAVE" {
        return Err(WavError::NotWave);
    }
    let mut at = 12;
    let mut format = None;
    loop {
        let (Some(name), Some(size)) = (field(head, at), field(head, at + 4)) else {
            return Err(WavError::Truncated);
        };
        let size = u32::from_le_bytes(size);
        let body = at + 8;
        match &name {
            b"fmt " => format = Some(parse_format(head, body)?),
            b"data" => {
                let (codec, channels, sample_rate) = format.ok_or(WavError::Missing("fmt"))?;
                return Ok(Layout {
                    codec,
                    channels,
                    sample_rate,
                    data_offset: body as u64,
                    data_bytes: (size != UNKNOWN).then_some(u64::from(size)),
                });
            }
            _ => {}
        }
        at = body
            .checked_add(size as usize + (size as usize & 1))
            .ok_or(WavError::Truncated)?;
    }
}

fn parse_format(head: &[u8], body: usize) -> Result<(FileCodec, u16, u32), WavError> {
    let (Some([t0, t1, c0, c1]), Some(rate)) = (field(head, body), field(head, body + 4)) else {
        return Err(WavError::Truncated);
    };
    let Some([_, _, b0, b1]) = field(head, body + 12) else {
        return Err(WavError::Truncated);
    };
    let (tag, bits) = (u16::from_le_bytes([t0, t1]), u16::from_le_bytes([b0, b1]));
    let codec = FileCodec::of_tag(tag, bits).ok_or(WavError::OtherCodec(tag))?;
    Ok((
        codec,
        u16::from_le_bytes([c0, c1]),
        u32::from_le_bytes(rate),
    ))
}

fn field(head: &[u8], at: usize) -> Option<[u8; 4]> {
    head.get(at..at.checked_add(4)?)?.try_into().ok()
}

/// A length as the container holds it: what does not fit is "to the end of the file".
fn clamp(length: u64) -> u32 {
    u32::try_from(length).unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_recording_reads_as_ours_without_a_length() {
        for (codec, sample_rate) in [
            (FileCodec::Pcmu, 8_000),
            (FileCodec::Pcma, 8_000),
            (FileCodec::Pcm16, 16_000),
        ] {
            let layout = parse(&header(codec)).unwrap();
            let expected = Layout {
                codec,
                channels: 2,
                sample_rate,
                data_offset: 58,
                data_bytes: None,
            };
            assert_eq!(layout, expected);
        }
    }

    #[test]
    fn a_closed_recording_bears_its_sizes() {
        let mut bytes = header(FileCodec::Pcma).to_vec();
        for (at, patch) in patches(FileCodec::Pcma, 3_200) {
            bytes[at as usize..at as usize + 4].copy_from_slice(&patch);
        }
        assert_eq!(parse(&bytes).unwrap().data_bytes, Some(3_200));
        let size = |at| u32::from_le_bytes(field(&bytes, at).unwrap());
        assert_eq!((size(4), size(46), size(54)), (3_250, 1_600, 3_200));
        let wide = patches(FileCodec::Pcm16, 3_200);
        assert_eq!(wide[1], (FACT_AT, 800_u32.to_le_bytes()));
    }

    #[test]
    fn repair_trusts_the_length_of_the_file_to_the_last_whole_sample() {
        let head = header(FileCodec::Pcmu);
        let patches_of = |bytes| patches(FileCodec::Pcmu, bytes);
        assert_eq!(repair(&head, 58 + 321).unwrap(), patches_of(320));
        assert_eq!(repair(&head, 20).unwrap(), patches_of(0));
        let wide = repair(&header(FileCodec::Pcm16), 58 + 323).unwrap();
        assert_eq!(wide, patches(FileCodec::Pcm16, 320));
        assert_eq!(repair(&head[..40], 58), Err(WavError::Truncated));
    }

    #[test]
    fn unknown_chunks_are_stepped_over() {
        let ours = header(FileCodec::Pcmu);
        let mut bytes = ours[..38].to_vec();
        bytes[22] = 1;
        bytes.extend_from_slice(b"LIST\x03\0\0\0abc\0data\x05\0\0\0");
        let layout = parse(&bytes).unwrap();
        assert_eq!((layout.channels, layout.data_offset), (1, 58));
        assert_eq!(layout.data_bytes, Some(5));
    }

    #[test]
    fn a_codec_that_is_not_ours_is_refused_by_name() {
        let mut bytes = header(FileCodec::Pcmu);
        bytes[20] = 3;
        assert_eq!(parse(&bytes), Err(WavError::OtherCodec(3)));
        bytes[20] = 1;
        assert_eq!(parse(&bytes), Err(WavError::OtherCodec(1)));
        assert_eq!(parse(b"RIFF"), Err(WavError::NotWave));
    }
}
