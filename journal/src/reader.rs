//! Tails the facts of a journal for whoever projects them.

use crate::{
    Error,
    record::{self, Body},
    segment::{self, HEADER_BYTES, Header},
};
use model::Fact;
use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const READ_BYTES: usize = 256 << 10;

/// Reads facts in the order in which they were appended.
#[derive(Debug)]
pub struct Reader {
    dir: PathBuf,
    /// Records up to this one have been handed out or passed over.
    after: u64,
    /// The writer's last record; without it, whatever sound bytes lie in the files.
    written: Option<Arc<AtomicU64>>,
    open: Option<Open>,
    unreadable: u64,
}

#[derive(Debug)]
struct Open {
    first: u64,
    file: File,
    /// File offset of the first byte that is not yet consumed; `buffer` holds what lies there.
    offset: u64,
    next: u64,
    buffer: Vec<u8>,
    consumed: usize,
}

impl Reader {
    /// A reader of the facts after sequence `after` in `dir`, whose writer may be another process
    /// or gone. Beside a live writer use [`crate::Journal::reader`].
    ///
    /// # Errors
    /// A directory that cannot be listed.
    pub fn open(dir: &Path, after: u64) -> Result<Self, Error> {
        segment::list(dir)?;
        Ok(Self {
            dir: dir.to_owned(),
            after,
            written: None,
            open: None,
            unreadable: 0,
        })
    }

    pub(crate) fn following(
        dir: &Path,
        after: u64,
        written: Arc<AtomicU64>,
    ) -> Result<Self, Error> {
        let mut reader = Self::open(dir, after)?;
        reader.written = Some(written);
        Ok(reader)
    }

    /// The next facts with their sequences, at most `max`; empty when the end is reached for now.
    ///
    /// # Errors
    /// A file that cannot be read; a segment of a newer release.
    pub fn next_batch(&mut self, max: usize) -> Result<Vec<(u64, Fact)>, Error> {
        let limit = self.limit();
        let mut facts = Vec::new();
        while facts.len() < max && self.after < limit {
            if self.open.is_none() && !self.open_segment()? {
                break;
            }
            if self.take(max, limit, &mut facts)? {
                continue;
            }
            // The writer finishes a segment before it begins the following one, so what is
            // sound in this one was read above if a following one is there by now.
            let Some(open) = &self.open else { break };
            let first = open.first;
            let following = segment::list(&self.dir)?
                .into_iter()
                .find(|&next| next > first);
            let Some(following) = following else { break };
            if self.take(max, limit, &mut facts)? {
                continue;
            }
            self.after = self.after.max(following - 1);
            self.open = None;
        }
        Ok(facts)
    }

    /// The last sequence that was handed out or passed over: the position to keep beside what
    /// was made from the facts, and the argument of [`crate::Journal::retire`].
    pub fn position(&self) -> u64 {
        self.after
    }

    /// Facts that were left out because this release cannot read them.
    pub fn unreadable(&self) -> u64 {
        self.unreadable
    }

    fn limit(&self) -> u64 {
        let written = self.written.as_ref();
        written.map_or(u64::MAX, |written| written.load(Ordering::Acquire))
    }

    /// Opens the segment that holds the record after the position; `false` when there is none.
    fn open_segment(&mut self) -> Result<bool, Error> {
        let firsts = segment::list(&self.dir)?;
        let wanted = self.after.saturating_add(1);
        let holding = firsts.iter().rev().find(|&&first| first <= wanted);
        let Some(&first) = holding.or(firsts.first()) else {
            return Ok(false);
        };
        let path = segment::path(&self.dir, first);
        let file = File::open(&path).map_err(Error::file("open", &path))?;
        let mut header = [0; HEADER_BYTES];
        match file.read_exact_at(&mut header, 0) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            outcome => outcome.map_err(Error::file("read", &path))?,
        }
        let header = segment::check_header(&header, first);
        segment::refuse_newer(&header, &path)?;
        if header != Header::Sound {
            return Ok(false);
        }
        self.open = Some(Open {
            first,
            file,
            offset: HEADER_BYTES as u64,
            next: first,
            buffer: Vec::new(),
            consumed: 0,
        });
        Ok(true)
    }

    /// Takes facts from the open segment; `false` when it gave no record.
    fn take(
        &mut self,
        max: usize,
        limit: u64,
        facts: &mut Vec<(u64, Fact)>,
    ) -> Result<bool, Error> {
        let Some(open) = &mut self.open else {
            return Ok(false);
        };
        let path = segment::path(&self.dir, open.first);
        let mut progressed = false;
        loop {
            while let Some((record, length)) = record::decode(&open.buffer[open.consumed..]) {
                if facts.len() == max {
                    return Ok(progressed);
                }
                if record.sequence != open.next || record.sequence > limit {
                    open.forget_unconsumed();
                    return Ok(progressed);
                }
                if record.sequence > self.after {
                    if let Body::Fact { json } = record.body {
                        match serde_json::from_slice(json) {
                            Ok(fact) => facts.push((record.sequence, fact)),
                            Err(error) => {
                                self.unreadable += 1;
                                tracing::error!(sequence = record.sequence, %error, "fact left out");
                            }
                        }
                    }
                    self.after = record.sequence;
                }
                open.next += 1;
                open.consumed += length;
                progressed = true;
            }
            if !open.fill().map_err(Error::file("read", &path))? {
                open.forget_unconsumed();
                return Ok(progressed);
            }
        }
    }
}

impl Open {
    /// Bytes past the writer's last record can be cut away and written anew.
    fn forget_unconsumed(&mut self) {
        self.buffer.truncate(self.consumed);
    }

    /// Reads more bytes; `false` at the end of the file, or when a broken length asks for more
    /// than any record has.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.consumed);
        self.offset += self.consumed as u64;
        self.consumed = 0;
        let held = self.buffer.len();
        if held > 2 * record::PAYLOAD_BYTES_MAX {
            return Ok(false);
        }
        self.buffer.resize(held + READ_BYTES, 0);
        let read = self
            .file
            .read_at(&mut self.buffer[held..], self.offset + held as u64)?;
        self.buffer.truncate(held + read);
        Ok(read > 0)
    }
}
