//! Notices that nothing comes from a party.

use crate::clock::Micros;

/// Silence that is told of.
const QUIET: Micros = Micros::from_ms(2_000);

/// What became of a party.
#[derive(Debug)]
pub(crate) enum Change {
    /// Nothing has come for so long.
    Silent(Micros),
    /// Something comes again.
    Heard,
}

/// How long nothing has come from a party, told once for each silence.
#[derive(Debug)]
pub(crate) struct Watch {
    /// When the last media came.
    heard_at: Micros,
    /// When the last sign of life came: media, or a report of a peer that has nothing to say.
    alive_at: Micros,
    told: bool,
}

impl Watch {
    pub(crate) fn new(now: Micros) -> Self {
        Self {
            heard_at: now,
            alive_at: now,
            told: false,
        }
    }

    pub(crate) fn heard_at(&self) -> Micros {
        self.heard_at
    }

    /// Counts silence from here on: what was agreed has changed.
    pub(crate) fn restart(&mut self, now: Micros) {
        *self = Self::new(now);
    }

    /// Notes a packet; whether silence had been told before it.
    #[inline]
    pub(crate) fn hear(&mut self, now: Micros) -> bool {
        self.heard_at = now;
        self.alive_at = now;
        std::mem::take(&mut self.told)
    }

    /// Notes a sign of life that is no media.
    pub(crate) fn live(&mut self, now: Micros) {
        self.alive_at = now;
    }

    /// What is to be told at `at`.
    #[inline]
    pub(crate) fn due(&mut self, at: Micros) -> Option<Change> {
        let for_ = at.since(self.alive_at);
        let silent = for_ >= QUIET;
        if silent == self.told {
            return None;
        }
        self.told = silent;
        Some(if silent {
            Change::Silent(for_)
        } else {
            Change::Heard
        })
    }
}
