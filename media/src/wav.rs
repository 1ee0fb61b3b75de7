//! The layout of our recordings: stereo G.711 in RIFF WAVE that opens even if never closed.
//!
//! Sizes are `0xFFFFFFFF` until the file is closed, which players read as "to the end of the
//! file": a recording cut by `kill -9` plays up to its last byte.

use crate::Law;

/// Bytes before the first sample.
pub const HEADER_SIZE: usize = 58;
const SAMPLE_RATE: u32 = 8_000;
const CHANNELS: u16 = 2;
const UNKNOWN: u32 = u32::MAX;
const RIFF_SIZE_AT: u64 = 4;
const FACT_AT: u64 = 46;
const DATA_SIZE_AT: u64 = 54;

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Codec of both channels.
    pub law: Law,
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
    /// Audio that is not G.711.
    #[error("format tag {0} is not G.711")]
    NotG711(u16),
    /// G.711 in a layout that is not that of our recordings.
    #[error("not laid out as a recording")]
    NotARecording,
}

/// The header of a recording whose length is not known yet.
pub fn header(law: Law) -> [u8; HEADER_SIZE] {
    let mut bytes = [0; HEADER_SIZE];
    let tag: u16 = match law {
        Law::A => 6,
        Law::Mu => 7,
    };
    bytes[0..4].copy_from_slice(b"RIFF");
    bytes[4..8].copy_from_slice(&UNKNOWN.to_le_bytes());
    bytes[8..16].copy_from_slice(b"WAVEfmt ");
    bytes[16..20].copy_from_slice(&18_u32.to_le_bytes());
    bytes[20..22].copy_from_slice(&tag.to_le_bytes());
    bytes[22..24].copy_from_slice(&CHANNELS.to_le_bytes());
    bytes[24..28].copy_from_slice(&SAMPLE_RATE.to_le_bytes());
    bytes[28..32].copy_from_slice(&(SAMPLE_RATE * u32::from(CHANNELS)).to_le_bytes());
    bytes[32..34].copy_from_slice(&CHANNELS.to_le_bytes());
    bytes[34..36].copy_from_slice(&8_u16.to_le_bytes());
    bytes[38..42].copy_from_slice(b"fact");
    bytes[42..46].copy_from_slice(&4_u32.to_le_bytes());
    bytes[46..50].copy_from_slice(&UNKNOWN.to_le_bytes());
    bytes[50..54].copy_from_slice(b"data");
    bytes[54..58].copy_from_slice(&UNKNOWN.to_le_bytes());
    bytes
}

/// What to write where when a recording of `data_bytes` bytes of samples is closed.
pub fn patches(data_bytes: u64) -> Vec<(u64, [u8; 4])> {
    let data = clamp(data_bytes);
    let riff = clamp(data_bytes + HEADER_SIZE as u64 - 8);
    let fact = clamp(data_bytes / u64::from(CHANNELS));
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
    Ok(patches(audio - audio % u64::from(CHANNELS)))
}

/// Reads the head of a G.711 WAVE file: ours, or a prompt's.
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
                let (law, channels, sample_rate) = format.ok_or(WavError::Missing("fmt"))?;
                return Ok(Layout {
                    law,
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

fn parse_format(head: &[u8], body: usize) -> Result<(Law, u16, u32), WavError> {
    let (Some([t0, t1, c0, c1]), Some(rate)) = (field(head, body), field(head, body + 4)) else {
        return Err(WavError::Truncated);
    };
    let law = match u16::from_le_bytes([t0, t1]) {
        6 => Law::A,
        7 => Law::Mu,
        tag => return Err(WavError::NotG711(tag)),
    };
    Ok((law, u16::from_le_bytes([c0, c1]), u32::from_le_bytes(rate)))
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
        for law in [Law::Mu, Law::A] {
            let layout = parse(&header(law)).unwrap();
            let expected = Layout {
                law,
                channels: 2,
                sample_rate: 8_000,
                data_offset: 58,
                data_bytes: None,
            };
            assert_eq!(layout, expected);
        }
    }

    #[test]
    fn a_closed_recording_bears_its_sizes() {
        let mut bytes = header(Law::A).to_vec();
        for (at, patch) in patches(3_200) {
            bytes[at as usize..at as usize + 4].copy_from_slice(&patch);
        }
        assert_eq!(parse(&bytes).unwrap().data_bytes, Some(3_200));
        let size = |at| u32::from_le_bytes(field(&bytes, at).unwrap());
        assert_eq!((size(4), size(46), size(54)), (3_250, 1_600, 3_200));
    }

    #[test]
    fn repair_trusts_the_length_of_the_file_to_the_last_whole_sample() {
        let head = header(Law::Mu);
        assert_eq!(repair(&head, 58 + 321).unwrap(), patches(320));
        assert_eq!(repair(&head, 20).unwrap(), patches(0));
        assert_eq!(repair(&head[..40], 58), Err(WavError::Truncated));
    }

    #[test]
    fn unknown_chunks_are_stepped_over() {
        let ours = header(Law::Mu);
        let mut bytes = ours[..38].to_vec();
        bytes[22] = 1;
        bytes.extend_from_slice(b"LIST\x03\0\0\0abc\0data\x05\0\0\0");
        let layout = parse(&bytes).unwrap();
        assert_eq!((layout.channels, layout.data_offset), (1, 58));
        assert_eq!(layout.data_bytes, Some(5));
    }

    #[test]
    fn what_is_not_g711_is_refused_by_name() {
        let mut bytes = header(Law::Mu);
        bytes[20] = 1;
        assert_eq!(parse(&bytes), Err(WavError::NotG711(1)));
        assert_eq!(parse(b"RIFF"), Err(WavError::NotWave));
    }
}
