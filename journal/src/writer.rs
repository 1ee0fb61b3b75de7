//! The one writer.

use crate::{
    Entry, Error, Reader, Recovered,
    record::{self, Body},
    recovery, segment,
    sync::Syncer,
};
use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// The encode buffer is given back to the allocator above this size, so one burst is not kept.
const BUFFER_BYTES_KEPT: usize = 4 << 20;

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
        fs::create_dir_all(dir).map_err(Error::file("create", dir))?;
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
            buffer: Vec::new(),
            broken: false,
            syncer,
        };
        if goes_on.is_none() {
            let saved = recovered.saved.iter();
            let saved = saved.map(|(key, state)| (key.clone(), state.clone()));
            journal.rotate(recovered.last_at, saved)?;
        }
        Ok((journal, recovered))
    }

    /// Writes `entries` with one `write()` and returns the sequence of the last of them.
    ///
    /// # Errors
    /// An entry over its limits or a refused write; none of `entries` is kept.
    pub fn append(&mut self, now: Duration, entries: &[Entry<'_>]) -> Result<u64, Error> {
        if self.broken {
            return Err(Error::Broken);
        }
        self.buffer.clear();
        let mut sequence = self.last_seq;
        for entry in entries {
            sequence += 1;
            record::encode_entry(&mut self.buffer, sequence, now, entry)?;
        }
        if self.buffer.is_empty() {
            return Ok(self.last_seq);
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
        Ok(sequence)
    }

    /// Whether the live segment is full: the owner answers with [`Journal::rotate`].
    pub fn needs_snapshot(&self) -> bool {
        self.broken || self.live_bytes >= self.options.segment_bytes
    }

    /// Begins a new segment with a snapshot: `saves` is every live state by its key.
    ///
    /// # Errors
    /// An entry over its limits, or a file that cannot be made; the live segment stays in use.
    pub fn rotate(
        &mut self,
        now: Duration,
        saves: impl Iterator<Item = (Vec<u8>, Vec<u8>)>,
    ) -> Result<(), Error> {
        let first = self.last_seq + 1;
        let path = segment::path(&self.dir, first);
        let draft = segment::draft(&path);
        let (file, bytes, last_seq) = self.write_snapshot(&draft, now, saves)?;
        // A segment appears under its name only with a whole snapshot in it.
        fs::rename(&draft, &path).map_err(Error::file("rename", &draft))?;
        let directory = File::open(&self.dir).map_err(Error::file("open", &self.dir))?;
        self.live = Arc::new(file);
        self.live_bytes = bytes;
        self.total_bytes += bytes;
        // A live segment that had lost all its records was replaced by its name.
        self.firsts.retain(|&other| other != first);
        self.firsts.push(first);
        self.base = (first, last_seq);
        self.last_seq = last_seq;
        self.broken = false;
        self.syncer
            .switch(Arc::clone(&self.live), Arc::new(directory), last_seq);
        self.shed_buffer();
        Ok(())
    }

    fn write_snapshot(
        &mut self,
        draft: &Path,
        now: Duration,
        saves: impl Iterator<Item = (Vec<u8>, Vec<u8>)>,
    ) -> Result<(File, u64, u64), Error> {
        const CHUNK_BYTES: usize = 1 << 20;
        let mut sequence = self.last_seq;
        let _ = fs::remove_file(draft);
        let file = OpenOptions::new().create(true).append(true).open(draft);
        let mut file = file.map_err(Error::file("create", draft))?;
        let mut written = 0;
        let mut entries = 0;
        self.buffer.clear();
        self.buffer
            .extend_from_slice(&segment::header(sequence + 1));
        for (key, state) in saves {
            sequence += 1;
            entries += 1;
            let body = Body::SnapshotEntry {
                key: &key,
                state: &state,
            };
            record::encode(&mut self.buffer, sequence, now, body)?;
            if self.buffer.len() >= CHUNK_BYTES {
                file.write_all(&self.buffer)
                    .map_err(Error::file("write", draft))?;
                written += self.buffer.len() as u64;
                self.buffer.clear();
            }
        }
        sequence += 1;
        let end = Body::SnapshotEnd { entries };
        record::encode(&mut self.buffer, sequence, now, end)?;
        file.write_all(&self.buffer)
            .map_err(Error::file("write", draft))?;
        Ok((file, written + self.buffer.len() as u64, sequence))
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
