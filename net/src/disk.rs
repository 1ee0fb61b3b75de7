//! The recording writer: two threads that nobody waits for.
//!
//! One writes, one makes durable, because a slow `fdatasync` must not hold up the blocks of the
//! other recordings. A disk that is full or stalls costs recordings, never calls: what does not
//! fit into the bound is refused and counted, and the hole is filled with silence, so that a
//! recording is as long as its call.

mod digest;
mod file;
mod room;
mod settle;
mod writer;

use std::{io, path::PathBuf, time::Duration};

pub use digest::sha256_of;
pub use writer::{Disk, Orders, spawn};

/// The bounds of the recording writer.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of blocks that may wait. Default 64 MiB.
    pub waiting_bytes: usize,
    /// Orders that may wait. Default 65,536; the last quarter is kept for orders without blocks.
    pub waiting_orders: usize,
    /// Files open at a time. Default 8,192.
    pub files: usize,
    /// How long written bytes may stay only in memory. Default 5 s.
    pub sync_interval: Duration,
    /// How long a file rests after a refused write. Default 1 s.
    pub fault_rest: Duration,
    /// Bytes of the disk that recordings leave to the journal and the database, but no more than a
    /// twentieth of it. Default 1 GiB.
    pub reserve_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            waiting_bytes: 64 << 20,
            waiting_orders: 65_536,
            files: 8_192,
            sync_interval: Duration::from_secs(5),
            fault_rest: Duration::from_secs(1),
            reserve_bytes: 1 << 30,
        }
    }
}

/// Names a file between orders and events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileKey(pub u64);

/// What the writer is told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Makes a file, replacing one of the same name, and the directories above it.
    Create {
        /// The file.
        file: FileKey,
        /// Where; the caller gives it a name that shows it to be unfinished.
        path: PathBuf,
        /// Its first bytes.
        head: Vec<u8>,
        /// The byte that fills holes: the codec's silence.
        silence: u8,
    },
    /// Goes on with a file that a worker before this one made.
    Resume {
        /// The file.
        file: FileKey,
        /// Where it is.
        path: PathBuf,
        /// The byte that fills holes.
        silence: u8,
    },
    /// Writes a block; a hole before it is filled with silence.
    Write {
        /// The file.
        file: FileKey,
        /// Where, in bytes from the start of the file.
        at: u64,
        /// The block.
        bytes: Vec<u8>,
    },
    /// Ends a file: patches it, makes it durable and gives it its final name.
    Finish {
        /// The file.
        file: FileKey,
        /// Its whole length; missing bytes at the end are filled with silence.
        length: u64,
        /// Bytes to write over what is there.
        patches: Vec<(u64, [u8; 4])>,
        /// Its final name, on the same file system.
        rename_to: PathBuf,
    },
    /// Tells again of a file that is finished: its length and digest.
    Recount {
        /// The file.
        file: FileKey,
        /// Where it is.
        path: PathBuf,
    },
}

/// What the writer tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A file is finished: durable, under its final name.
    Finished {
        /// The file.
        file: FileKey,
        /// Its length.
        bytes: u64,
        /// Its SHA-256, unless it could not be read again.
        sha256: Option<[u8; 32]>,
    },
    /// Something was refused. Writing goes on when the disk takes bytes again; told once a file
    /// and kind until then.
    Fault {
        /// The file.
        file: FileKey,
        /// What was tried.
        operation: Operation,
        /// The kind of refusal: storage full, not found, …
        kind: io::ErrorKind,
        /// Whether the file is given up: it was not made, or could not be finished.
        lost: bool,
    },
}

/// What was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Making or opening the file.
    Open,
    /// Writing a block.
    Write,
    /// Making written bytes durable.
    Sync,
    /// Giving the final name.
    Rename,
}

/// Why an order was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// Too much waits already.
    #[error("too much waits for the disk")]
    Full(Order),
    /// The writer has ended.
    #[error("the recording writer has ended")]
    Ended(Order),
}
