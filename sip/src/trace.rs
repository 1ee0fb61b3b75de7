//! What was said last, in a ring: the ladder of a call for whoever looks for what went wrong.
//!
//! Every message is copied into a buffer of fixed size, so that a message that is kept keeps no
//! larger buffer alive, and a full ring costs one copy a message and no allocation. Messages of
//! sources that have proved nothing lie in a ring of their own: a flood of them overwrites no call.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use crate::transport::{Flow, Transport};

mod masking;

/// What part of the ring's bounds strangers have.
const STRANGERS_SHARE: usize = 8;

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceConfig {
    /// Most bytes of messages.
    pub bytes: usize,
    /// Most messages.
    pub entries: usize,
    /// Whether a ladder shows what people wrote: bodies of MESSAGE. Keys, bodies of INFO, are never
    /// shown.
    pub shows_bodies: bool,
}

impl Default for TraceConfig {
    fn default() -> Self {
        Self {
            bytes: 32 << 20,
            entries: 40_000,
            shows_bodies: false,
        }
    }
}

/// One message of a ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceEntry {
    /// When it was received or sent, on the engine's clock.
    pub at: Duration,
    /// Which way it went.
    pub direction: Direction,
    /// What carried it.
    pub transport: Transport,
    /// Our address.
    pub local: SocketAddr,
    /// The peer's address.
    pub remote: SocketAddr,
    /// The message; secrets are overwritten with asterisks, so that its length is the same.
    pub data: Bytes,
}

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// To us.
    In,
    /// From us.
    Out,
}

/// Whether the peer of a message has proved who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Known,
    Stranger,
}

/// All that is kept.
#[derive(Debug)]
pub(crate) struct Trace {
    config: TraceConfig,
    /// The time of what is going on.
    clock: Duration,
    /// Orders the entries of both rings.
    serial: u64,
    known: Ring,
    strangers: Ring,
}

#[derive(Debug)]
struct Ring {
    capacity: usize,
    entries_max: usize,
    /// Grows up to the capacity, then is written over from its beginning.
    bytes: Vec<u8>,
    written: u64,
    entries: VecDeque<Entry>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    serial: u64,
    at: Duration,
    direction: Direction,
    transport: Transport,
    local: SocketAddr,
    remote: SocketAddr,
    call: u64,
    start: u64,
    length: usize,
}

impl Trace {
    pub(crate) fn new(config: TraceConfig) -> Self {
        Self {
            config,
            clock: Duration::ZERO,
            serial: 0,
            known: Ring::new(config.bytes, config.entries),
            strangers: Ring::new(
                config.bytes / STRANGERS_SHARE,
                config.entries / STRANGERS_SHARE,
            ),
        }
    }

    /// Takes the time for what is recorded from here on.
    pub(crate) fn note_time(&mut self, now: Duration) {
        self.clock = self.clock.max(now);
    }

    pub(crate) fn record(
        &mut self,
        standing: Standing,
        direction: Direction,
        flow: Flow,
        data: &[u8],
    ) {
        let Some(call_id) = call_id(data) else {
            return;
        };
        self.serial += 1;
        let entry = Entry {
            serial: self.serial,
            at: self.clock,
            direction,
            transport: flow.transport,
            local: flow.local,
            remote: flow.remote,
            call: hash(call_id),
            start: 0,
            length: 0,
        };
        match standing {
            Standing::Known => self.known.push(entry, data),
            Standing::Stranger => self.strangers.push(entry, data),
        }
    }

    /// What is left of the messages with these Call-IDs, in the order in which they went.
    pub(crate) fn ladder(&self, call_ids: &[&str]) -> Vec<TraceEntry> {
        let calls: Vec<u64> = call_ids.iter().map(|id| hash(id.as_bytes())).collect();
        let mut found: Vec<(u64, TraceEntry)> = [&self.known, &self.strangers]
            .into_iter()
            .flat_map(|ring| ring.entries.iter().map(move |entry| (ring, entry)))
            .filter(|(_, entry)| calls.contains(&entry.call))
            .filter_map(|(ring, entry)| {
                let mut data = ring.read(entry);
                let own = call_id(&data)?;
                if !call_ids.iter().any(|id| id.as_bytes() == own) {
                    return None;
                }
                masking::mask(&mut data, self.config.shows_bodies);
                Some((entry.serial, entry.shown(data)))
            })
            .collect();
        found.sort_by_key(|(serial, _)| *serial);
        found.into_iter().map(|(_, entry)| entry).collect()
    }
}

impl Ring {
    fn new(bytes: usize, entries: usize) -> Self {
        Self {
            capacity: bytes,
            entries_max: entries,
            bytes: Vec::new(),
            written: 0,
            entries: VecDeque::new(),
        }
    }

    fn push(&mut self, entry: Entry, data: &[u8]) {
        if data.len() > self.capacity || self.entries_max == 0 {
            return;
        }
        let start = self.written;
        self.written += data.len() as u64;
        let oldest_kept = self.written.saturating_sub(self.capacity as u64);
        while self
            .entries
            .front()
            .is_some_and(|oldest| oldest.start < oldest_kept)
            || self.entries.len() >= self.entries_max
        {
            self.entries.pop_front();
        }
        let at = self.place(start);
        let (front, wrapped) = data.split_at(data.len().min(self.capacity - at));
        self.write(at, front);
        self.write(0, wrapped);
        let length = data.len();
        self.entries.push_back(Entry {
            start,
            length,
            ..entry
        });
    }

    fn write(&mut self, at: usize, data: &[u8]) {
        let over = data.len().min(self.bytes.len() - at.min(self.bytes.len()));
        self.bytes[at..at + over].copy_from_slice(&data[..over]);
        self.bytes.extend_from_slice(&data[over..]);
    }

    fn read(&self, entry: &Entry) -> Vec<u8> {
        let at = self.place(entry.start);
        let front = entry.length.min(self.bytes.len() - at);
        let mut data = Vec::with_capacity(entry.length);
        data.extend_from_slice(&self.bytes[at..at + front]);
        data.extend_from_slice(&self.bytes[..entry.length - front]);
        data
    }

    fn place(&self, position: u64) -> usize {
        usize::try_from(position % self.capacity as u64).unwrap_or(0)
    }
}

impl Entry {
    fn shown(&self, data: Vec<u8>) -> TraceEntry {
        TraceEntry {
            at: self.at,
            direction: self.direction,
            transport: self.transport,
            local: self.local,
            remote: self.remote,
            data: data.into(),
        }
    }
}

/// The Call-ID of a message, found without reading the whole.
fn call_id(data: &[u8]) -> Option<&[u8]> {
    let mut rest = data;
    while let Some(newline) = memchr::memchr(b'\n', rest) {
        rest = &rest[newline + 1..];
        if !matches!(rest.first()?, b'C' | b'c' | b'I' | b'i' | b'\r' | b'\n') {
            continue;
        }
        let line = &rest[..line_end(rest)];
        if line.is_empty() {
            return None;
        }
        if let Some((name, value)) = split(line)
            && (name.eq_ignore_ascii_case(b"Call-ID") || name.eq_ignore_ascii_case(b"i"))
        {
            return Some(value);
        }
    }
    None
}

/// A header line's name and value.
fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    let (name, value) = line.split_at(colon);
    Some((name.trim_ascii(), value[1..].trim_ascii()))
}

/// Where a line ends, its line end not counted.
fn line_end(text: &[u8]) -> usize {
    let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    end - usize::from(end > 0 && text[end - 1] == b'\r')
}

fn hash(call_id: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    call_id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
