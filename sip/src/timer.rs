//! The timer values of RFC 3261 table 4 and the doubling waits built from them.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::transport::Transport;

/// The three base values from which every timer is derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timers {
    /// Estimate of the round trip; 500 ms unless configured.
    pub t1: Duration,
    /// The longest wait between retransmissions; 4 s unless configured.
    pub t2: Duration,
    /// How long a message stays in the network; 5 s unless configured.
    pub t4: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
        }
    }
}

impl Timers {
    /// 64·T1: timers B, F, H, J, L and M.
    pub fn timeout(self) -> Duration {
        self.t1 * 64
    }

    pub(crate) fn over(self, transport: Transport) -> Pace {
        Pace {
            timers: self,
            reliable: transport.is_reliable(),
        }
    }
}

/// The timers as one transport uses them: reliable ones switch retransmission and lingering off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pace {
    pub(crate) timers: Timers,
    pub(crate) reliable: bool,
}

impl Pace {
    /// How long a finished transaction absorbs copies: `wait` on UDP, not at all on streams.
    pub(crate) fn linger(self, wait: Duration) -> Duration {
        if self.reliable { Duration::ZERO } else { wait }
    }

    /// The retransmission schedule, none on reliable transports.
    pub(crate) fn resend(self, now: Duration, longest: Duration) -> Option<Backoff> {
        (!self.reliable).then(|| Backoff::new(now, self.timers.t1, longest))
    }
}

/// A wait that doubles each time it is over, up to a longest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Backoff {
    at: Duration,
    wait: Duration,
    longest: Duration,
}

impl Backoff {
    pub(crate) fn new(now: Duration, wait: Duration, longest: Duration) -> Self {
        Self {
            at: now + wait,
            wait,
            longest,
        }
    }

    pub(crate) fn at(&self) -> Duration {
        self.at
    }

    /// Whether the wait is over at `now`; the next one begins if it is.
    pub(crate) fn fire(&mut self, now: Duration) -> bool {
        if self.at > now {
            return false;
        }
        self.wait = (self.wait * 2).min(self.longest);
        self.at = now + self.wait;
        true
    }

    /// Waits the longest time from `now` on (timer E in Proceeding).
    pub(crate) fn slow_down(&mut self, now: Duration) {
        self.wait = self.longest;
        self.at = now + self.wait;
    }
}

/// The next deadlines of all transactions and sessions, ordered.
#[derive(Debug)]
pub(crate) struct Deadlines<K> {
    ordered: BTreeSet<(Duration, K)>,
}

impl<K: Ord + Copy> Deadlines<K> {
    pub(crate) fn new() -> Self {
        Self {
            ordered: BTreeSet::new(),
        }
    }

    /// Moves the deadline of `key` from `old` to `new`.
    pub(crate) fn reschedule(&mut self, key: K, old: Option<Duration>, new: Option<Duration>) {
        if old == new {
            return;
        }
        if let Some(old) = old {
            self.ordered.remove(&(old, key));
        }
        if let Some(new) = new {
            self.ordered.insert((new, key));
        }
    }

    /// The earliest deadline.
    pub(crate) fn first(&self) -> Option<Duration> {
        self.ordered.first().map(|(at, _)| *at)
    }

    /// Takes one deadline that is due at `now`.
    pub(crate) fn pop_due(&mut self, now: Duration) -> Option<(Duration, K)> {
        if self.first()? > now {
            return None;
        }
        self.ordered.pop_first()
    }

    pub(crate) fn len(&self) -> usize {
        self.ordered.len()
    }
}
