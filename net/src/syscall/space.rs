//! How much a file system still takes.
#![expect(unsafe_code, reason = "fstatvfs has no safe form in std")]

use super::check;
use std::{fs::File, io, mem, os::fd::AsRawFd as _};

/// A file system as an ordinary user sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Space {
    /// Bytes it holds in all.
    pub(crate) all: u64,
    /// Bytes that can still be written.
    pub(crate) free: u64,
}

/// The file system that a file lies on.
pub(crate) fn around(file: &File) -> io::Result<Space> {
    // SAFETY: statvfs is plain integers, for which all zero bytes are a value.
    let mut seen: libc::statvfs = unsafe { mem::zeroed() };
    // SAFETY: the descriptor is open and `seen` is a valid statvfs that outlives the call.
    check(unsafe { libc::fstatvfs(file.as_raw_fd(), &raw mut seen) })?;
    Ok(Space {
        all: seen.f_frsize.saturating_mul(seen.f_blocks),
        free: seen.f_frsize.saturating_mul(seen.f_bavail),
    })
}
