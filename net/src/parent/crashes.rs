//! How long to wait before the next worker, from how the last ones ended.

use std::{collections::VecDeque, time::Duration};

const WINDOW: Duration = Duration::from_secs(10);
/// So many crashes within the window are answered at once.
const AT_ONCE: usize = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The crashes of the last ten seconds.
#[derive(Debug, Default)]
pub(super) struct Crashes {
    at: VecDeque<Duration>,
    pause: Duration,
}

impl Crashes {
    /// Takes note of a crash; the pause before the next worker starts.
    pub(super) fn record(&mut self, now: Duration) -> Duration {
        self.forget_before(now.saturating_sub(WINDOW));
        self.at.push_back(now);
        self.pause = if self.at.len() <= AT_ONCE {
            Duration::ZERO
        } else {
            (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE)
        };
        self.pause
    }

    /// How many there were in the last ten seconds.
    pub(super) fn recent(&mut self, now: Duration) -> usize {
        self.forget_before(now.saturating_sub(WINDOW));
        self.at.len()
    }

    fn forget_before(&mut self, start: Duration) {
        while self.at.front().is_some_and(|&at| at < start) {
            self.at.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_crash_in_ten_seconds_waits_and_a_quiet_time_forgives() {
        let mut crashes = Crashes::default();
        let mut pauses = (100..108).map(|second| crashes.record(Duration::from_secs(second)));
        assert!(pauses.by_ref().take(4).all(|pause| pause.is_zero()));
        let millis: Vec<_> = pauses.map(|pause| pause.as_millis()).collect();
        assert_eq!(millis, [100, 200, 400, 800]);
        assert_eq!(crashes.recent(Duration::from_secs(108)), 8);
        assert_eq!(crashes.recent(Duration::from_secs(140)), 0);
        assert!(crashes.record(Duration::from_secs(140)).is_zero());
    }

    #[test]
    fn the_pause_has_a_bound() {
        let mut crashes = Crashes::default();
        let pauses = (0..40).map(|step| crashes.record(Duration::from_millis(100 * step)));
        assert_eq!(pauses.max(), Some(LONGEST_PAUSE));
    }
}
