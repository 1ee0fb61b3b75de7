//! The lengths in the header of a WAV file whose recording is not finished.
//!
//! A recording being written, or cut off by a crash, says a length of `0xFFFF_FFFF`. Players need
//! the true one, so the copy that is sent says what there is. Layout: RIFF/WAVE, chunks `fmt `,
//! `fact` (samples a channel) and `data`, as Microsoft's multimedia programming reference has it.

use std::ops::Range;

/// The longest header that is looked through, in bytes.
pub(crate) const LONGEST_HEADER: usize = 512;

const UNFINISHED: u32 = u32::MAX;

/// Replaces unfinished lengths in `header`, the first bytes of a file of `file_bytes` bytes.
/// Anything that is not such a header stays as it is.
pub(crate) fn complete(header: &mut [u8], file_bytes: u64) {
    if header.get(..4) != Some(b"RIFF") || header.get(8..12) != Some(b"WAVE") {
        return;
    }
    let Some(chunks) = Chunks::find(header) else {
        return;
    };
    let data_bytes = file_bytes.saturating_sub(chunks.data.end as u64);
    let samples = data_bytes / u64::from(chunks.frame_bytes.max(1));
    put_if_unfinished(header, 4..8, file_bytes.saturating_sub(8));
    put_if_unfinished(header, chunks.data, data_bytes);
    if let Some(fact) = chunks.fact {
        put_if_unfinished(header, fact, samples);
    }
}

/// Where the lengths lie.
struct Chunks {
    frame_bytes: u16,
    fact: Option<Range<usize>>,
    data: Range<usize>,
}

impl Chunks {
    fn find(header: &[u8]) -> Option<Self> {
        let mut frame_bytes = 0;
        let mut fact = None;
        let mut at = 12;
        loop {
            let name = header.get(at..at + 4)?;
            let length = at + 4..at + 8;
            let body = at + 8;
            match name {
                b"data" => {
                    header.get(length.clone())?;
                    return Some(Self {
                        frame_bytes,
                        fact,
                        data: length,
                    });
                }
                b"fmt " => {
                    let align = header.get(body + 12..body + 14)?;
                    frame_bytes = u16::from_le_bytes(align.try_into().ok()?);
                }
                b"fact" => fact = Some(body..body + 4),
                _ => (),
            }
            let size = u32::from_le_bytes(header.get(length)?.try_into().ok()?);
            at = body.checked_add(usize::try_from(size).ok()?.next_multiple_of(2))?;
        }
    }
}

fn put_if_unfinished(header: &mut [u8], place: Range<usize>, value: u64) {
    if let Some(bytes) = header.get_mut(place)
        && bytes == UNFINISHED.to_le_bytes()
    {
        let value = u32::try_from(value).unwrap_or(UNFINISHED);
        bytes.copy_from_slice(&value.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfinished() -> Vec<u8> {
        let mut header = b"RIFF\xff\xff\xff\xffWAVEfmt \x12\0\0\0".to_vec();
        header.extend_from_slice(&[
            7, 0, 2, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 8, 0, 0, 0,
        ]);
        header.extend_from_slice(b"fact\x04\0\0\0\xff\xff\xff\xffdata\xff\xff\xff\xff");
        header
    }

    #[test]
    fn an_unfinished_header_gets_the_lengths_of_the_file() {
        let mut header = unfinished();
        let header_bytes = u32::try_from(header.len()).unwrap();

        complete(&mut header, u64::from(header_bytes) + 16_000);

        assert_eq!(header[4..8], (header_bytes - 8 + 16_000).to_le_bytes());
        assert_eq!(header[46..50], 8_000_u32.to_le_bytes());
        assert_eq!(header[54..58], 16_000_u32.to_le_bytes());
    }

    #[test]
    fn a_finished_header_and_bytes_that_are_no_header_stay() {
        let mut finished = unfinished();
        complete(&mut finished, 1_000);
        let copy = finished.clone();
        complete(&mut finished, 9_000);
        assert_eq!(finished, copy);

        for length in 0..unfinished().len() {
            let mut cut = unfinished()[..length].to_vec();
            complete(&mut cut, 10);
            assert_eq!(cut, unfinished()[..length]);
        }
    }
}
