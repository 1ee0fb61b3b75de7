//! Reads what people record: WAVE files of 16-bit samples or G.711 at 8 or 16 kHz. Of several
//! channels the left one is taken, where our own recordings have the customer.

use anyhow::{Context as _, bail};
use media::Law;
use media::codec::Resampler;

const NARROW: u32 = 8_000;
const WIDE: u32 = 16_000;
const PCM: u16 = 1;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;

struct Format {
    tag: u16,
    channels: usize,
    rate: u32,
    bits: u16,
}

/// The samples at 8 kHz.
///
/// # Errors
/// Anything else.
pub(super) fn read(file: &[u8]) -> anyhow::Result<Vec<i16>> {
    if file.get(..4) != Some(b"RIFF".as_slice()) || file.get(8..12) != Some(b"WAVE".as_slice()) {
        bail!("not a WAVE file");
    }
    let (mut format, mut rest) = (None, &file[12..]);
    while let Some((name, size, body)) = chunk(rest) {
        // A file that was not closed names more than there is.
        let (content, after) = body.split_at(size.min(body.len()));
        match name {
            b"fmt " => format = Some(format_of(content).context("its format is cut short")?),
            b"data" => return samples(&format.context("it has no format")?, content),
            _ => (),
        }
        rest = after.get(size % 2..).unwrap_or_default();
    }
    bail!("it holds no audio")
}

fn chunk(bytes: &[u8]) -> Option<(&[u8; 4], usize, &[u8])> {
    let (name, rest) = bytes.split_first_chunk()?;
    let (size, body) = rest.split_first_chunk()?;
    Some((name, usize::try_from(u32::from_le_bytes(*size)).ok()?, body))
}

fn format_of(content: &[u8]) -> Option<Format> {
    let word = |at: usize| {
        Some(u16::from_le_bytes([
            *content.get(at)?,
            *content.get(at + 1)?,
        ]))
    };
    Some(Format {
        tag: word(0)?,
        channels: usize::from(word(2)?),
        rate: u32::from(word(4)?) | u32::from(word(6)?) << 16,
        bits: word(14)?,
    })
}

fn samples(format: &Format, data: &[u8]) -> anyhow::Result<Vec<i16>> {
    let channels = format.channels.max(1);
    let left: Vec<i16> = match (format.tag, format.bits) {
        (PCM, 16) => data
            .chunks_exact(2 * channels)
            .map(|it| i16::from_le_bytes([it[0], it[1]]))
            .collect(),
        (A_LAW, 8) => data
            .iter()
            .step_by(channels)
            .map(|&it| Law::A.decode(it))
            .collect(),
        (MU_LAW, 8) => data
            .iter()
            .step_by(channels)
            .map(|&it| Law::Mu.decode(it))
            .collect(),
        (tag, bits) => bail!("it is of format {tag} with {bits} bits, not 16-bit PCM or G.711"),
    };
    match format.rate {
        NARROW => Ok(left),
        WIDE => {
            let mut narrow = vec![0; left.len() / 2 + 1];
            let count = Resampler::new(WIDE, NARROW).process(&left, &mut narrow);
            narrow.truncate(count);
            Ok(narrow)
        }
        rate => bail!("it has {rate} samples a second, not 8000 or 16000"),
    }
}
