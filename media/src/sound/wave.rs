//! The chunks of a WAV file and the samples in it.

use super::{Level, Raw, SoundError};
use crate::Law;

/// The format tag of µ-law.
pub(super) const MULAW: u16 = 7;
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const ALAW: u16 = 6;
/// The tag stands further behind.
const EXTENSIBLE: u16 = 0xfffe;
/// A length from here on was not known when the header was written: to the end of the file.
const UNKNOWN: u32 = 0x7fff_0000;
/// Samples taken at a time; of either number of channels whole ones.
const CHUNK: usize = 4_096;

/// How one sample lies in the file.
#[derive(Clone, Copy)]
enum Sample {
    /// From 0 to 255.
    Unsigned8,
    Signed16,
    Signed24,
    Signed32,
    Float32,
    Float64,
    Companded(Law),
}

struct Format {
    sample: Sample,
    channels: u16,
    rate: u32,
}

/// Whether this is a WAV file.
pub(super) fn is_one(file: &[u8]) -> bool {
    file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WAVE")
}

/// The samples of a WAV file.
pub(super) fn read(file: &[u8]) -> Result<Vec<i16>, SoundError> {
    let (format, data) = find(file)?;
    read_data(&format, data)
}

/// The samples of bytes without a header, mono.
pub(super) fn read_raw(raw: Raw, rate: u32, data: &[u8]) -> Result<Vec<i16>, SoundError> {
    let sample = match raw {
        Raw::Alaw => Sample::Companded(Law::A),
        Raw::Mulaw => Sample::Companded(Law::Mu),
        Raw::Pcm => Sample::Signed16,
    };
    let channels = 1;
    read_data(
        &Format {
            sample,
            channels,
            rate,
        },
        data,
    )
}

fn read_data(format: &Format, data: &[u8]) -> Result<Vec<i16>, SoundError> {
    let mut level = Level::new(format.rate, format.channels)?;
    let width = format.sample.width();
    for bytes in data.chunks(CHUNK * width) {
        let samples = bytes.chunks_exact(width).map(|it| format.sample.of(it));
        level.take(&samples.collect::<Vec<_>>())?;
    }
    if data.len() < width * usize::from(format.channels) {
        return Err(SoundError::Empty);
    }
    level.finish()
}

/// The format and the bytes of the samples.
fn find(file: &[u8]) -> Result<(Format, &[u8]), SoundError> {
    let cut = SoundError::Damaged("it ends inside its header");
    let mut format = None;
    let mut rest = file.get(12..).ok_or(cut)?;
    loop {
        let (name, after) = rest.split_first_chunk::<4>().ok_or(cut)?;
        let (size, after) = after.split_first_chunk::<4>().ok_or(cut)?;
        let size = u32::from_le_bytes(*size);
        if name == b"data" {
            let format = format.ok_or(SoundError::Damaged("its format is missing"))?;
            if size >= UNKNOWN {
                return Ok((format, after));
            }
            let data = after.get(..size as usize);
            let short = SoundError::Damaged("it ends before its audio does");
            return Ok((format, data.ok_or(short)?));
        }
        let body = after.get(..size as usize).ok_or(cut)?;
        if name == b"fmt " {
            format = Some(Format::read(body)?);
        }
        // Chunks begin at even places.
        rest = after
            .get(size as usize + (size as usize & 1)..)
            .ok_or(cut)?;
    }
}

impl Format {
    fn read(body: &[u8]) -> Result<Self, SoundError> {
        let cut = SoundError::Damaged("its format is cut short");
        let number = |at: usize| -> Result<u16, SoundError> {
            let bytes = body.get(at..at + 2).and_then(|it| it.try_into().ok());
            Ok(u16::from_le_bytes(bytes.ok_or(cut)?))
        };
        let rate = u32::from(number(4)?) | u32::from(number(6)?) << 16;
        let (channels, bits) = (number(2)?, number(14)?);
        let tag = match number(0)? {
            EXTENSIBLE => number(24)?,
            tag => tag,
        };
        let sample = match (tag, bits) {
            (PCM, 8) => Sample::Unsigned8,
            (PCM, 16) => Sample::Signed16,
            (PCM, 24) => Sample::Signed24,
            (PCM, 32) => Sample::Signed32,
            (FLOAT, 32) => Sample::Float32,
            (FLOAT, 64) => Sample::Float64,
            (ALAW, 8) => Sample::Companded(Law::A),
            (MULAW, 8) => Sample::Companded(Law::Mu),
            _ => return Err(SoundError::OtherAudio { tag, bits }),
        };
        Ok(Self {
            sample,
            channels,
            rate,
        })
    }
}

impl Sample {
    const fn width(self) -> usize {
        match self {
            Self::Unsigned8 | Self::Companded(_) => 1,
            Self::Signed16 => 2,
            Self::Signed24 => 3,
            Self::Signed32 | Self::Float32 => 4,
            Self::Float64 => 8,
        }
    }

    /// The sample in as many bytes as [`Self::width`] says, full scale being one.
    fn of(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::Unsigned8, &[byte]) => (f32::from(byte) - 128.0) / 128.0,
            (Self::Companded(law), &[byte]) => f32::from(law.decode(byte)) / 32_768.0,
            (Self::Signed16, &[a, b]) => f32::from(i16::from_le_bytes([a, b])) / 32_768.0,
            (Self::Signed24, &[a, b, c]) => whole([0, a, b, c]),
            (Self::Signed32, &[a, b, c, d]) => whole([a, b, c, d]),
            (Self::Float32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
            (Self::Float64, bytes) => bytes
                .try_into()
                .map_or(0.0, |it| f64::from_le_bytes(it) as f32),
            _ => 0.0,
        }
    }
}

fn whole(bytes: [u8; 4]) -> f32 {
    i32::from_le_bytes(bytes) as f32 / 2_147_483_648.0
}
