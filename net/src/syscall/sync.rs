//! Making what was written durable.
#![expect(unsafe_code, reason = "the standard library has no syncfs")]

use super::check;
use std::{fs::File, io, os::fd::AsRawFd as _};

/// Makes everything durable that was written to the file system on which `file` lies (syncfs(2)).
///
/// # Errors
/// Something of it could not be written since `file` was opened.
pub(crate) fn whole_disk(file: &File) -> io::Result<()> {
    // SAFETY: the descriptor is open as long as `file` lives; no memory of ours is touched.
    let outcome = unsafe { libc::syncfs(file.as_raw_fd()) };
    check(outcome).map(drop)
}
