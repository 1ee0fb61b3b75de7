//! What a crash left: the saved states and the end of the sequence, torn tails cut.

use crate::{
    Error,
    record::Body,
    segment::{self, Header, Records},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::Duration,
};

/// What a worker goes on from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovered {
    /// The live states by key.
    pub saved: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The sequence of the last sound record, 0 in an empty journal.
    pub last_seq: u64,
    /// When the last sound record of any kind was written: what lived then was alive.
    pub last_at: Duration,
    /// Bytes that were no sound record and were left out.
    pub torn_bytes: u64,
}

/// The segments as they are after recovery.
#[derive(Debug, Default)]
pub(crate) struct Segments {
    /// First sequences, ascending.
    pub(crate) firsts: Vec<u64>,
    /// The newest segment that begins with a whole snapshot; older ones are not needed to recover.
    pub(crate) base: u64,
    /// Length of the last one in bytes.
    pub(crate) last_bytes: u64,
    /// Length of all of them in bytes.
    pub(crate) total_bytes: u64,
}

/// Reads every segment in `dir`, cuts torn tails and removes segments without a sound header.
pub(crate) fn recover(dir: &Path) -> Result<(Recovered, Segments), Error> {
    let mut recovered = Recovered::default();
    let mut segments = Segments::default();
    segment::remove_drafts(dir)?;
    for first in segment::list(dir)? {
        let path = segment::path(dir, first);
        let bytes = fs::read(&path).map_err(Error::file("read", &path))?;
        let header = segment::check_header(&bytes, first);
        segment::refuse_newer(&header, &path)?;
        if header != Header::Sound {
            fs::remove_file(&path).map_err(Error::file("remove", &path))?;
            recovered.torn_bytes += length(&bytes);
            continue;
        }
        let sound = replay(&bytes, first, &mut recovered);
        if sound.whole_snapshot {
            segments.base = first;
        }
        if sound.bytes < bytes.len() {
            recovered.torn_bytes += length(&bytes[sound.bytes..]);
            let cut = fs::OpenOptions::new().write(true).open(&path);
            cut.and_then(|file| file.set_len(length(&bytes[..sound.bytes])))
                .map_err(Error::file("cut", &path))?;
        }
        segments.last_bytes = length(&bytes[..sound.bytes]);
        segments.total_bytes += segments.last_bytes;
        segments.firsts.push(first);
    }
    Ok((recovered, segments))
}

fn length(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

struct Sound {
    bytes: usize,
    whole_snapshot: bool,
}

/// Applies the sound records of one segment to what is recovered so far.
fn replay(bytes: &[u8], first: u64, recovered: &mut Recovered) -> Sound {
    let mut records = Records::new(bytes, first);
    let mut snapshot = Snapshot::default();
    let mut whole_snapshot = false;
    // A segment may begin past the end of a torn one; its numbers must not be given again.
    recovered.last_seq = recovered.last_seq.max(first.saturating_sub(1));
    for record in records.by_ref() {
        recovered.last_seq = record.sequence;
        recovered.last_at = recovered.last_at.max(record.at);
        match record.body {
            Body::Save { key, state } => {
                snapshot.keys.insert(key.to_vec());
                recovered.saved.insert(key.to_vec(), state.to_vec());
            }
            Body::SnapshotEntry { key, state } => {
                snapshot.entries += 1;
                snapshot.keys.insert(key.to_vec());
                recovered.saved.insert(key.to_vec(), state.to_vec());
            }
            Body::Forget { key } => {
                recovered.saved.remove(key);
            }
            Body::SnapshotEnd { entries } if entries == snapshot.entries => {
                whole_snapshot = true;
                // What lived when the segment began is all in it: the rest comes of an older
                // segment that did not tell of its end.
                recovered.saved.retain(|key, _| snapshot.keys.contains(key));
            }
            Body::SnapshotEnd { .. } | Body::Fact { .. } | Body::Heartbeat => {}
        }
    }
    Sound {
        bytes: records.offset(),
        whole_snapshot,
    }
}

/// What a segment has told of states so far.
#[derive(Default)]
struct Snapshot {
    /// The keys that it has saved.
    keys: BTreeSet<Vec<u8>>,
    /// Those of them that belong to its snapshot, each as often as it was saved.
    entries: u64,
}
