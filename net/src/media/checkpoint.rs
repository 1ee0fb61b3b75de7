//! What a machine writes each second so that its successor can go on: two halves of a file in
//! turn, so that a kill in the middle of one leaves the other.
//!
//! A half is `[length u32][crc32 u32][serial u64][bytes]`, little-endian; the checksum covers
//! what follows it.

use std::{fs::File, io, os::unix::fs::FileExt as _};

/// The longest checkpoint.
pub const CHECKPOINT_BYTES_MAX: usize = (4 << 20) - HEAD_BYTES;

const HEAD_BYTES: usize = 16;
const HALF_BYTES: u64 = 4 << 20;

/// Writes checkpoints into the two halves in turn.
#[derive(Debug)]
pub(super) struct Writer {
    file: File,
    serial: u64,
    /// Head and bytes, reused.
    pub(super) buffer: Vec<u8>,
    scratch: Vec<u8>,
}

impl Writer {
    pub(super) fn new(file: File) -> Self {
        let serial = newest(&file).map_or(0, |(serial, _)| serial);
        Self {
            file,
            serial,
            buffer: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Writes what is in `buffer` and empties it.
    pub(super) fn write(&mut self) -> io::Result<()> {
        let length = u32::try_from(self.buffer.len()).unwrap_or(u32::MAX);
        if self.buffer.len() > CHECKPOINT_BYTES_MAX {
            self.buffer.clear();
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.serial += 1;
        self.scratch.clear();
        self.scratch.extend_from_slice(&length.to_le_bytes());
        self.scratch.extend_from_slice(&[0; 4]);
        self.scratch.extend_from_slice(&self.serial.to_le_bytes());
        self.scratch.extend_from_slice(&self.buffer);
        let checksum = crc32fast::hash(&self.scratch[8..]);
        self.scratch[4..8].copy_from_slice(&checksum.to_le_bytes());
        self.buffer.clear();
        self.file
            .write_all_at(&self.scratch, (self.serial % 2) * HALF_BYTES)
    }
}

/// The newest sound checkpoint in a file.
pub fn read(file: &File) -> Option<Vec<u8>> {
    newest(file).map(|(_, bytes)| bytes)
}

fn newest(file: &File) -> Option<(u64, Vec<u8>)> {
    let halves = [0, HALF_BYTES]
        .into_iter()
        .filter_map(|offset| half(file, offset));
    halves.max_by_key(|(serial, _)| *serial)
}

fn half(file: &File, offset: u64) -> Option<(u64, Vec<u8>)> {
    let mut head = [0; 8];
    file.read_exact_at(&mut head, offset).ok()?;
    let (length, checksum) = head.split_first_chunk()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    if length > CHECKPOINT_BYTES_MAX {
        return None;
    }
    let mut body = vec![0; 8 + length];
    file.read_exact_at(&mut body, offset + 8).ok()?;
    if crc32fast::hash(&body).to_le_bytes() != *checksum {
        return None;
    }
    let serial = u64::from_le_bytes(*body.first_chunk()?);
    body.drain(..8);
    Some((serial, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(writer: &mut Writer, text: &[u8]) {
        writer.buffer.extend_from_slice(text);
        writer.write().unwrap();
    }

    #[test]
    fn a_checkpoint_torn_at_any_byte_leaves_the_one_before() {
        let file = tempfile::tempfile().unwrap();
        assert_eq!(read(&file), None);
        let mut writer = Writer::new(file.try_clone().unwrap());
        write(&mut writer, b"the first");
        write(&mut writer, b"the one before");
        write(&mut writer, b"newest");
        assert_eq!(read(&file).unwrap(), b"newest");
        for position in HALF_BYTES..HALF_BYTES + (HEAD_BYTES + b"newest".len()) as u64 {
            let mut byte = [0];
            file.read_exact_at(&mut byte, position).unwrap();
            file.write_all_at(&[byte[0] ^ 0x55], position).unwrap();
            assert_eq!(read(&file).unwrap(), b"the one before", "byte {position}");
            file.write_all_at(&byte, position).unwrap();
        }
    }

    #[test]
    fn a_successor_goes_on_in_the_older_half() {
        let file = tempfile::tempfile().unwrap();
        write(
            &mut Writer::new(file.try_clone().unwrap()),
            b"of the first worker",
        );
        let mut successor = Writer::new(file.try_clone().unwrap());
        write(&mut successor, b"of the second");
        assert_eq!(read(&file).unwrap(), b"of the second");
        write(&mut successor, b"");
        assert_eq!(read(&file).unwrap(), b"");
    }

    #[test]
    fn a_checkpoint_over_the_limit_is_refused() {
        let mut writer = Writer::new(tempfile::tempfile().unwrap());
        writer.buffer.resize(CHECKPOINT_BYTES_MAX + 1, 0);
        assert!(writer.write().is_err());
    }
}
