//! The engine's clock: wall time at the start of the parent, and monotone from there.

use crate::syscall::time;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Gives `now` as a span since the Unix epoch that never jumps and that goes on across a restart
/// of the worker and a suspended machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The Unix time at which the machine's boot clock stood at zero.
    anchor: Duration,
}

impl Clock {
    /// A clock that agrees with the wall clock at this moment. One process takes it, once.
    pub fn anchored_here() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            anchor: wall.unwrap_or_default().saturating_sub(time::since_boot()),
        }
    }

    /// A clock with an anchor that another process took.
    pub const fn with_anchor(anchor: Duration) -> Self {
        Self { anchor }
    }

    /// The Unix time at which the machine's boot clock stood at zero.
    pub const fn anchor(self) -> Duration {
        self.anchor
    }

    /// The span since the Unix epoch.
    pub fn now(self) -> Duration {
        self.anchor + time::since_boot()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_clocks_with_one_anchor_agree_and_only_rise() {
        let first = Clock::anchored_here();
        let second = Clock::with_anchor(first.anchor());
        let before = first.now();
        let between = second.now();
        let after = first.now();
        assert!(before <= between && between <= after);
    }

    #[test]
    fn the_clock_starts_at_the_wall_clocks_time() {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let ours = Clock::anchored_here().now();
        assert!(ours.abs_diff(wall) < Duration::from_secs(2));
    }
}
