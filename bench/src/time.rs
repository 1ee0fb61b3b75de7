//! Processor time of this thread: what others do on the machine does not count.

use nix::time::{ClockId, clock_gettime};
use std::io;
use std::time::Duration;

/// What a frame of audio lasts.
pub(crate) const FRAME: Duration = Duration::from_millis(20);

fn spent() -> io::Result<Duration> {
    let now = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)?;
    Ok(Duration::from(now))
}

/// The processor time that `work` takes.
///
/// # Errors
/// A clock that cannot be read.
pub(crate) fn time<T>(work: impl FnOnce() -> T) -> io::Result<(T, Duration)> {
    let before = spent()?;
    let done = work();
    Ok((done, spent()?.saturating_sub(before)))
}
