//! The end of the service, once the server is told to stop.
//!
//! ```text
//! serving ──told──▶ calls go on ──all over, or sip.drain_seconds──▶ what is left is ended
//!                                       ──▶ registrations at carriers are taken back ──▶ the end
//! ```

use super::Running;
use call::Admission;
use std::time::Duration;

/// What the last calls may take to end once they are told to.
const LAST_WORDS: Duration = Duration::from_secs(10);
/// What carriers may take to answer that a registration is taken back.
const FAREWELL: Duration = Duration::from_secs(2);

/// How far the end has come.
#[derive(Debug, Default)]
pub(super) struct Ending {
    /// When calls that still go on are ended.
    stop_at: Option<Duration>,
    /// When carriers are not waited for any more.
    gone_at: Option<Duration>,
}

impl Running {
    /// Once told to stop: takes no new calls, waits for those in progress, ends what is left, and
    /// leaves the carriers; false when nothing is left to do.
    pub(super) fn look_at_the_end(&mut self, now: Duration) -> bool {
        if !*self.engine.doors.stop.borrow() {
            return true;
        }
        let stop_at = *self.ending.stop_at.get_or_insert(now + self.engine.drain);
        let switchboard = &mut self.engine.switchboard;
        switchboard.admit(Admission::Closed);
        self.engine.windows.pulse.leave();
        if now >= stop_at {
            switchboard.end_all(now);
        }
        let gauges = switchboard.gauges();
        let patience_is_over = now >= stop_at + LAST_WORDS;
        let at_rest = gauges.calls == 0 && gauges.recordings == 0 && gauges.legs == 0;
        if !at_rest && !patience_is_over {
            return true;
        }
        let gone_at = *self.ending.gone_at.get_or_insert_with(|| {
            switchboard.leave_carriers(now);
            now + FAREWELL
        });
        switchboard.gauges().farewells > 0 && now < gone_at
    }
}
