//! The one writer.

use crate::{
    Entry, Error, Reader, Recovered,
    record::{self, Body},
    recovery, segment,
    sync::Syncer,
};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::Write as _,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// The encode buffer is given back to the allocator above this size, so one burst is not kept.
const BUFFER_BYTES_KEPT: usize = 4 << 20;
/// States of a snapshot that are written at once where nobody waits.
const STATES_A_WRITE: usize = 1_024;

/// How a journal behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// A segment that has reached this length asks for a rotation. Default 64 MiB.
    pub segment_bytes: u64,
    /// The least time between two `fdatasync`s. Default 10 ms.
    pub sync_interval: Duration,
    /// Sequences up to this one are never given: the position that SQL has reached, which after a
    /// power loss can be ahead of what the disk kept of the journal. Default 0.
    pub given_elsewhere: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            sync_interval: Duration::from_millis(10),
            given_elsewhere: 0,
        }
    }
}

/// A snapshot of which the states so far are written.
#[derive(Debug, Default)]
struct Snapshot {
    entries: u64,
}

/// The journal as its one writer holds it.
#[derive(Debug)]
pub struct Journal {
    dir: PathBuf,
    options: Options,
    live: Arc<File>,
    live_bytes: u64,
    /// First sequences of all segments, ascending; the live one is last.
    firsts: Vec<u64>,
    /// The newest segment with a whole snapshot, and the sequence at which that snapshot ends.
    base: (u64, u64),
    total_bytes: u64,
    last_seq: u64,
    /// The snapshot that is being written into the live segment.
    snapshot: Option<Snapshot>,
    /// How much of the live segment is its snapshot.
    snapshot_bytes: u64,
    buffer: Vec<u8>,
    broken: bool,
    syncer: Syncer,
}

impl Journal {
    /// Opens the journal in `dir`, making it when there is none, and tells what it holds.
    ///
    /// # Errors
    /// A file that cannot be read, written or made; a segment of a newer release. Damaged bytes
    /// are no error: they are cut and counted.
    pub fn open(dir: &Path, options: Options) -> Result<(Self, Recovered), Error> {
        // The states of calls hold what callers typed: a folder that is made here is nobody else's.
        let mut private = DirBuilder::new();
        let made = private.recursive(true).mode(0o700).create(dir);
        made.map_err(Error::file("create", dir))?;
        let (recovered, segments) = recovery::recover(dir)?;
        let last_seq = recovered.last_seq.max(options.given_elsewhere);
        let goes_on = segments
            .firsts
            .last()
            .copied()
            .filter(|_| last_seq == recovered.last_seq);
        let (live, live_bytes) = if let Some(first) = goes_on {
            let path = segment::path(dir, first);
            let live = OpenOptions::new().append(true).open(&path);
            (
                live.map_err(Error::file("open", &path))?,
                segments.last_bytes,
            )
        } else {
            // Any open file will do until the rotation below replaces it.
            (File::open(dir).map_err(Error::file("open", dir))?, 0)
        };
        let live = Arc::new(live);
        let left = open_all(dir, &segments.firsts)?;
        let syncer = Syncer::start(Arc::clone(&live), left, last_seq, options.sync_interval)
            .map_err(Error::file("start the sync thread of", dir))?;
        let mut journal = Self {
            dir: dir.to_owned(),
            options,
            live,
            live_bytes,
            firsts: segments.firsts,
            base: (segments.base, recovered.last_seq),
            total_bytes: segments.total_bytes,
            last_seq,
            snapshot: None,
            snapshot_bytes: 0,
            buffer: Vec::new(),
            broken: false,
            syncer,
        };
        if goes_on.is_none() {
            journal.rotate(recovered.last_at)?;
            let mut saved = recovered.saved.iter();
            while saved.len() > 0 {
                journal.snapshot(recovered.last_at, saved.by_ref().take(STATES_A_WRITE))?;
            }
            journal.end_snapshot(recovered.last_at)?;
        }
        Ok((journal, recovered))
    }

    /// Writes `entries` with one `write()` and returns the sequence of the last of them.
    ///
    /// # Errors
    /// An entry over its limits or a refused write; none of `entries` is kept.
    pub fn append(&mut self, now: Duration, entries: &[Entry<'_>]) -> Result<u64, Error> {
        self.write(|buffer, mut sequence| {
            for entry in entries {
                sequence += 1;
                record::encode_entry(buffer, sequence, now, entry)?;
            }
            Ok(sequence)
        })?;
        Ok(self.last_seq)
    }

    /// Writes what `encode` puts into the buffer, which tells the sequence of its last record.
    fn write(
        &mut self,
        encode: impl FnOnce(&mut Vec<u8>, u64) -> Result<u64, Error>,
    ) -> Result<(), Error> {
        if self.broken {
            return Err(Error::Broken);
        }
        self.buffer.clear();
        let sequence = encode(&mut self.buffer, self.last_seq)?;
        if self.buffer.is_empty() {
            return Ok(());
        }
        if let Err(source) = (&*self.live).write_all(&self.buffer) {
            self.broken = self.live.set_len(self.live_bytes).is_err();
            let path = segment::path(&self.dir, self.live_first());
            return Err(Error::file("write", path)(source));
        }
        self.live_bytes += self.buffer.len() as u64;
        self.total_bytes += self.buffer.len() as u64;
        self.last_seq = sequence;
        self.syncer.wrote(sequence);
        self.shed_buffer();
        Ok(())
    }

    /// Whether the live segment is full: the owner answers with [`Journal::rotate`]. A snapshot
    /// that is larger than a segment does not make it full, or there would be nothing but snapshots.
    pub fn needs_snapshot(&self) -> bool {
        let full = self.options.segment_bytes.max(self.snapshot_bytes);
        let grown = self.live_bytes.saturating_sub(self.snapshot_bytes);
        self.broken || (self.snapshot.is_none() && grown >= full)
    }

    /// Begins a new segment. Every state that lives at this moment follows by
    /// [`Journal::snapshot`], in as many parts and between as many appends as its owner likes, and
    /// [`Journal::end_snapshot`] after the last; until then a restart reads the older segments too.
    ///
    /// # Errors
    /// A file that cannot be made; the live segment stays in use.
    pub fn rotate(&mut self, now: Duration) -> Result<(), Error> {
        let first = self.last_seq + 1;
        let path = segment::path(&self.dir, first);
        let draft = segment::draft(&path);
        let (file, bytes, last_seq) = begun(&draft, first, now)?;
        // A segment appears under its name only with a whole header.
        fs::rename(&draft, &path).map_err(Error::file("rename", &draft))?;
        let directory = File::open(&self.dir).map_err(Error::file("open", &self.dir))?;
        self.live = Arc::new(file);
        self.live_bytes = bytes;
        self.total_bytes += bytes;
        // A live segment that had lost all its records was replaced by its name.
        self.firsts.retain(|&other| other != first);
        self.firsts.push(first);
        self.last_seq = last_seq;
        self.snapshot = Some(Snapshot::default());
        self.snapshot_bytes = 0;
        self.broken = false;
        self.syncer
            .switch(Arc::clone(&self.live), Arc::new(directory), last_seq);
        Ok(())
    }

    /// Writes states of the snapshot that [`Journal::rotate`] began, as they are at this moment,
    /// with one `write()`. Without a snapshot they are states like others.
    ///
    /// # Errors
    /// A state over its limits or a refused write; none of them is kept.
    pub fn snapshot<B: AsRef<[u8]>>(
        &mut self,
        now: Duration,
        states: impl Iterator<Item = (B, B)>,
    ) -> Result<(), Error> {
        let before = self.live_bytes;
        let mut entries = 0;
        self.write(|buffer, mut sequence| {
            for (key, state) in states {
                sequence += 1;
                entries += 1;
                let (key, state) = (key.as_ref(), state.as_ref());
                let body = Body::SnapshotEntry { key, state };
                record::encode(buffer, sequence, now, body)?;
            }
            Ok(sequence)
        })?;
        if let Some(snapshot) = &mut self.snapshot {
            snapshot.entries += entries;
            self.snapshot_bytes += self.live_bytes - before;
        }
        Ok(())
    }

    /// Says that the snapshot is whole: older segments are not needed for a restart any more.
    ///
    /// # Errors
    /// A refused write; the snapshot goes on.
    pub fn end_snapshot(&mut self, now: Duration) -> Result<(), Error> {
        let Some(Snapshot { entries }) = self.snapshot else {
            return Ok(());
        };
        self.write(|buffer, sequence| {
            let end = Body::SnapshotEnd { entries };
            record::encode(buffer, sequence + 1, now, end)?;
            Ok(sequence + 1)
        })?;
        self.snapshot = None;
        self.base = (self.live_first(), self.last_seq);
        Ok(())
    }

    /// Deletes the segments that nobody needs: every fact in them is `applied`, and a later
    /// segment holds a snapshot that is on the disk.
    ///
    /// # Errors
    /// A segment that cannot be removed.
    pub fn retire(&mut self, applied: u64) -> Result<(), Error> {
        let (base, snapshot_end) = self.base;
        if self.synced() < snapshot_end {
            return Ok(());
        }
        while let [oldest, next, ..] = self.firsts[..]
            && next <= base
            && next - 1 <= applied
        {
            let path = segment::path(&self.dir, oldest);
            let bytes = fs::metadata(&path).map_or(0, |found| found.len());
            fs::remove_file(&path).map_err(Error::file("remove", &path))?;
            self.total_bytes = self.total_bytes.saturating_sub(bytes);
            self.firsts.remove(0);
        }
        Ok(())
    }

    /// A reader of the facts after sequence `after` that sees what this journal appends.
    ///
    /// # Errors
    /// A directory that cannot be listed.
    pub fn reader(&self, after: u64) -> Result<Reader, Error> {
        Reader::following(&self.dir, after, self.syncer.written())
    }

    /// The sequence of the last record.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// The sequence up to which everything is on the disk.
    pub fn synced(&self) -> u64 {
        self.syncer.synced()
    }

    /// Whether an `fdatasync` was ever refused: nothing written since is known to be durable.
    pub fn sync_failed(&self) -> bool {
        self.syncer.failed()
    }

    /// Waits until everything appended is on the disk; `false` when that failed or took longer
    /// than `patience`.
    pub fn wait_synced(&self, patience: Duration) -> bool {
        self.syncer.wait(self.last_seq, patience)
    }

    /// Length of all segments in bytes: what the disk must hold until the facts are applied.
    pub fn size_bytes(&self) -> u64 {
        self.total_bytes
    }

    fn live_first(&self) -> u64 {
        self.firsts.last().copied().unwrap_or(0)
    }

    fn shed_buffer(&mut self) {
        if self.buffer.capacity() > BUFFER_BYTES_KEPT {
            self.buffer = Vec::new();
        }
    }
}

/// A segment with a header and a sign of life in it, its length and its last sequence.
fn begun(draft: &Path, first: u64, now: Duration) -> Result<(File, u64, u64), Error> {
    let _ = fs::remove_file(draft);
    let file = OpenOptions::new().create(true).append(true).open(draft);
    let mut file = file.map_err(Error::file("create", draft))?;
    let mut bytes = segment::header(first).to_vec();
    record::encode(&mut bytes, first, now, Body::Heartbeat)?;
    file.write_all(&bytes)
        .map_err(Error::file("write", draft))?;
    Ok((file, bytes.len() as u64, first))
}

/// The segments and their directory, to be made durable.
fn open_all(dir: &Path, firsts: &[u64]) -> Result<Vec<Arc<File>>, Error> {
    let paths = firsts.iter().map(|&first| segment::path(dir, first));
    let all = paths.chain([dir.to_owned()]).map(|path| {
        let opened = File::open(&path).map_err(Error::file("open", &path))?;
        Ok(Arc::new(opened))
    });
    all.collect()
}

#[cfg(test)]
mod tests;
