//! System calls as safe functions. Every `unsafe` block of the product is below this module.

pub(crate) mod address;
pub(crate) mod datagram;
pub(crate) mod option;
pub(crate) mod poll;
pub(crate) mod process;
pub(crate) mod space;
pub(crate) mod stream;
pub(crate) mod sync;
pub(crate) mod time;
pub(crate) mod wake;

use std::io;

/// Turns the `-1` of a system call into the error that it left.
fn check(outcome: libc::c_int) -> io::Result<libc::c_int> {
    if outcome < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(outcome)
}

/// Turns the `-1` of a system call that counts bytes into the error that it left.
fn check_size(outcome: libc::ssize_t) -> io::Result<usize> {
    usize::try_from(outcome).map_err(|_| io::Error::last_os_error())
}

/// The length of `T` as the kernel wants it.
fn length_of<T>() -> libc::socklen_t {
    const { assert!(size_of::<T>() <= 4096) };
    libc::socklen_t::try_from(size_of::<T>()).unwrap_or(libc::socklen_t::MAX)
}
