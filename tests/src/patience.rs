//! Waiting for something to become true, never for time to pass.

use std::time::{Duration, Instant};

/// How often is looked.
const INTERVAL: Duration = Duration::from_millis(20);

/// Looks until `look` gives something.
///
/// # Panics
/// It gave nothing within `most`.
pub fn eventually<T>(what: &str, most: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + most;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what}: not within {most:?}");
        std::thread::sleep(INTERVAL);
    }
}

/// Looks until `holds`.
///
/// # Panics
/// It did not hold within `most`.
pub fn until(what: &str, most: Duration, mut holds: impl FnMut() -> bool) {
    eventually(what, most, || holds().then_some(()));
}
