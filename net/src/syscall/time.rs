//! The boot clock, the one that neither jumps nor stops, and the clock of the kernel's timestamps.
#![expect(unsafe_code, reason = "clock_gettime has no safe form in std")]

use std::time::Duration;

/// The time since the machine started, suspended time included.
pub(crate) fn since_boot() -> Duration {
    read(libc::CLOCK_BOOTTIME)
}

/// The wall clock, which may jump; the kernel's timestamps go by it.
pub(crate) fn wall() -> Duration {
    read(libc::CLOCK_REALTIME)
}

fn read(clock: libc::clockid_t) -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a valid timespec that outlives the call; the call writes nothing else.
    let outcome = unsafe { libc::clock_gettime(clock, &raw mut time) };
    // The call fails only for an unknown clock or a bad pointer, and it is given neither.
    debug_assert_eq!(outcome, 0);
    span(time)
}

/// A time of the kernel as a span.
pub(crate) fn span(time: libc::timespec) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}
