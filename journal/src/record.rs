//! The framing of one record:
//! `[length u32][crc32 u32][sequence u64][at u64 µs][kind u8][payload]`, little-endian.
//!
//! The length and the checksum cover everything that follows the checksum.

use crate::Error;
use model::Fact;
use std::time::Duration;

/// The longest key of a saved state, in bytes.
pub const KEY_BYTES_MAX: usize = 64;
/// The longest fact or saved state, in bytes.
pub const PAYLOAD_BYTES_MAX: usize = 1 << 20;

const FRAME_BYTES: usize = 8;
const BODY_HEAD_BYTES: usize = 17;
/// Key length byte, key and state.
const BODY_BYTES_MAX: usize = BODY_HEAD_BYTES + 1 + KEY_BYTES_MAX + PAYLOAD_BYTES_MAX;

/// What is appended.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// Something happened.
    Fact(&'a Fact),
    /// The state of something live, replacing what was saved under the same key.
    Save {
        /// Which thing: 1 to [`KEY_BYTES_MAX`] bytes.
        key: &'a [u8],
        /// Its state, opaque to the journal.
        state: &'a [u8],
    },
    /// The thing is gone: a restart does not bring it back.
    Forget {
        /// Which thing.
        key: &'a [u8],
    },
    /// Nothing happened, but the engine was alive: bounds the error of a time of death.
    Heartbeat,
}

/// One record as it lies in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    pub(crate) sequence: u64,
    pub(crate) at: Duration,
    pub(crate) body: Body<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body<'a> {
    Fact { json: &'a [u8] },
    Save { key: &'a [u8], state: &'a [u8] },
    Forget { key: &'a [u8] },
    Heartbeat,
    SnapshotEntry { key: &'a [u8], state: &'a [u8] },
    SnapshotEnd { entries: u64 },
}

impl Body<'_> {
    fn kind(&self) -> u8 {
        match self {
            Self::Fact { .. } => 1,
            Self::Save { .. } => 2,
            Self::Forget { .. } => 3,
            Self::Heartbeat => 4,
            Self::SnapshotEntry { .. } => 5,
            Self::SnapshotEnd { .. } => 6,
        }
    }
}

/// Appends the record of `entry` to `buffer`.
pub(crate) fn encode_entry(
    buffer: &mut Vec<u8>,
    sequence: u64,
    at: Duration,
    entry: &Entry<'_>,
) -> Result<(), Error> {
    match *entry {
        Entry::Fact(fact) => framed(buffer, sequence, at, 1, |buffer| {
            let start = buffer.len();
            serde_json::to_writer(&mut *buffer, fact).map_err(Error::Fact)?;
            check_payload(buffer.len() - start)
        }),
        Entry::Save { key, state } => encode(buffer, sequence, at, Body::Save { key, state }),
        Entry::Forget { key } => encode(buffer, sequence, at, Body::Forget { key }),
        Entry::Heartbeat => encode(buffer, sequence, at, Body::Heartbeat),
    }
}

/// Appends the record of `body` to `buffer`.
pub(crate) fn encode(
    buffer: &mut Vec<u8>,
    sequence: u64,
    at: Duration,
    body: Body<'_>,
) -> Result<(), Error> {
    framed(buffer, sequence, at, body.kind(), |buffer| {
        match body {
            Body::Fact { json } => {
                check_payload(json.len())?;
                buffer.extend_from_slice(json);
            }
            Body::Save { key, state } | Body::SnapshotEntry { key, state } => {
                check_payload(state.len())?;
                buffer.push(key_length(key)?);
                buffer.extend_from_slice(key);
                buffer.extend_from_slice(state);
            }
            Body::Forget { key } => {
                buffer.push(key_length(key)?);
                buffer.extend_from_slice(key);
            }
            Body::Heartbeat => {}
            Body::SnapshotEnd { entries } => buffer.extend_from_slice(&entries.to_le_bytes()),
        }
        Ok(())
    })
}

fn check_payload(bytes: usize) -> Result<(), Error> {
    if bytes > PAYLOAD_BYTES_MAX {
        return Err(Error::PayloadLength(bytes));
    }
    Ok(())
}

fn key_length(key: &[u8]) -> Result<u8, Error> {
    match u8::try_from(key.len()) {
        Ok(length) if (1..=KEY_BYTES_MAX).contains(&key.len()) => Ok(length),
        _ => Err(Error::KeyLength(key.len())),
    }
}

fn framed(
    buffer: &mut Vec<u8>,
    sequence: u64,
    at: Duration,
    kind: u8,
    payload: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>,
) -> Result<(), Error> {
    let frame = buffer.len();
    buffer.extend_from_slice(&[0; FRAME_BYTES]);
    let body = buffer.len();
    buffer.extend_from_slice(&sequence.to_le_bytes());
    let micros = u64::try_from(at.as_micros()).unwrap_or(u64::MAX);
    buffer.extend_from_slice(&micros.to_le_bytes());
    buffer.push(kind);
    if let Err(error) = payload(buffer) {
        buffer.truncate(frame);
        return Err(error);
    }
    let bytes = buffer.len() - body;
    let Ok(length) = u32::try_from(bytes) else {
        buffer.truncate(frame);
        return Err(Error::PayloadLength(bytes));
    };
    let checksum = crc32fast::hash(&buffer[body..]);
    buffer[frame..frame + 4].copy_from_slice(&length.to_le_bytes());
    buffer[frame + 4..body].copy_from_slice(&checksum.to_le_bytes());
    Ok(())
}

/// The record at the start of `bytes` and its length; `None` if no whole, sound record is there.
pub(crate) fn decode(bytes: &[u8]) -> Option<(Record<'_>, usize)> {
    let (length, rest) = split_u32(bytes)?;
    let (checksum, rest) = split_u32(rest)?;
    let length = usize::try_from(length).ok()?;
    if !(BODY_HEAD_BYTES..=BODY_BYTES_MAX).contains(&length) {
        return None;
    }
    let body = rest.get(..length)?;
    if crc32fast::hash(body) != checksum {
        return None;
    }
    let (sequence, rest) = split_u64(body)?;
    let (micros, rest) = split_u64(rest)?;
    let (&kind, payload) = rest.split_first()?;
    let record = Record {
        sequence,
        at: Duration::from_micros(micros),
        body: decode_body(kind, payload)?,
    };
    Some((record, FRAME_BYTES + length))
}

fn decode_body(kind: u8, payload: &[u8]) -> Option<Body<'_>> {
    match kind {
        1 => Some(Body::Fact { json: payload }),
        2 => split_key(payload).map(|(key, state)| Body::Save { key, state }),
        3 => split_key(payload).map(|(key, _)| Body::Forget { key }),
        4 => Some(Body::Heartbeat),
        5 => split_key(payload).map(|(key, state)| Body::SnapshotEntry { key, state }),
        6 => split_u64(payload).map(|(entries, _)| Body::SnapshotEnd { entries }),
        _ => None,
    }
}

fn split_key(payload: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&length, rest) = payload.split_first()?;
    let length = usize::from(length);
    if length == 0 || length > KEY_BYTES_MAX {
        return None;
    }
    rest.split_at_checked(length)
}

fn split_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (head, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*head), rest))
}

fn split_u64(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (head, rest) = bytes.split_first_chunk()?;
    Some((u64::from_le_bytes(*head), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_record_reads_back_as_it_was_written(
            sequence: u64,
            micros: u64,
            key in prop::collection::vec(any::<u8>(), 1..=KEY_BYTES_MAX),
            state in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let at = Duration::from_micros(micros);
            for body in [
                Body::Save { key: &key, state: &state },
                Body::SnapshotEntry { key: &key, state: &state },
                Body::Forget { key: &key },
                Body::Fact { json: &state },
                Body::Heartbeat,
                Body::SnapshotEnd { entries: sequence },
            ] {
                let mut buffer = Vec::new();
                encode(&mut buffer, sequence, at, body).unwrap();
                let (record, length) = decode(&buffer).unwrap();
                prop_assert_eq!(record, Record { sequence, at, body });
                prop_assert_eq!(length, buffer.len());
            }
        }

        #[test]
        fn any_bytes_are_a_record_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }

    #[test]
    fn a_refused_record_leaves_the_buffer_as_it_was() {
        let mut buffer = b"before".to_vec();
        let long = [7; KEY_BYTES_MAX + 1];
        let refused = encode(&mut buffer, 1, Duration::ZERO, Body::Forget { key: &long });
        assert!(matches!(refused, Err(Error::KeyLength(65))));
        let huge = vec![0; PAYLOAD_BYTES_MAX + 1];
        let save = Body::Save {
            key: b"k",
            state: &huge,
        };
        let refused = encode(&mut buffer, 1, Duration::ZERO, save);
        assert!(matches!(refused, Err(Error::PayloadLength(_))));
        assert_eq!(buffer, b"before");
    }
}
