//! What can go wrong with a journal.

use crate::record::{KEY_BYTES_MAX, PAYLOAD_BYTES_MAX};
use std::{io, path::PathBuf};

/// Why the journal could not be opened, written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused an operation on a file of the journal.
    #[error("{operation} {}", path.display())]
    File {
        /// What was tried: `open`, `write`, `rename`, …
        operation: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// Why it was refused.
        #[source]
        source: io::Error,
    },
    /// A segment was written by a newer release.
    #[error("{} has journal format {found}, this release reads {known}", path.display())]
    Version {
        /// The segment.
        path: PathBuf,
        /// Its format version.
        found: u32,
        /// The version that this release reads and writes.
        known: u32,
    },
    /// A key is empty or longer than [`KEY_BYTES_MAX`].
    #[error("a key of {0} bytes, 1 to {KEY_BYTES_MAX} are allowed")]
    KeyLength(usize),
    /// A fact or state is longer than [`PAYLOAD_BYTES_MAX`].
    #[error("a payload of {0} bytes, at most {PAYLOAD_BYTES_MAX} are allowed")]
    PayloadLength(usize),
    /// A fact could not be written as JSON.
    #[error("encode a fact")]
    Fact(#[source] serde_json::Error),
    /// An earlier failure left the live segment in an unknown state: only a rotation helps.
    #[error("the live segment could not be cut back after a refused write")]
    Broken,
}

impl Error {
    pub(crate) fn file(
        operation: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File {
            operation,
            path,
            source,
        }
    }
}
