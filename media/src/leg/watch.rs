//! Notices that a party cannot be heard.

use std::time::Duration;

use crate::clock::Micros;

const STEPS: [Micros; 3] = [
    Micros::from_ms(2_000),
    Micros::from_ms(10_000),
    Micros::from_ms(30_000),
];

/// How long nothing has been heard of a party, reported at each step once.
#[derive(Debug)]
pub(crate) struct Watch {
    heard_at: Micros,
    reported: u8,
}

impl Watch {
    pub(crate) fn new(now: Micros) -> Self {
        Self {
            heard_at: now,
            reported: 0,
        }
    }

    pub(crate) fn heard_at(&self) -> Micros {
        self.heard_at
    }

    /// Counts silence from here on: what was agreed has changed.
    pub(crate) fn restart(&mut self, now: Micros) {
        self.heard_at = now;
    }

    /// Notes a packet; whether silence had been reported before it.
    #[inline]
    pub(crate) fn hear(&mut self, now: Micros) -> bool {
        self.heard_at = now;
        std::mem::take(&mut self.reported) > 0
    }

    /// The silence to be reported at `at`.
    #[inline]
    pub(crate) fn silence_due(&mut self, at: Micros) -> Option<Duration> {
        let step = *STEPS.get(usize::from(self.reported))?;
        if at.since(self.heard_at) < step {
            return None;
        }
        self.reported += 1;
        Some(step.into())
    }
}
