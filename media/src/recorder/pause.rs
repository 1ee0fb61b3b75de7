//! A span of a recording that stays silent whatever is said in it.

use std::ops::Range;

/// The span that was begun last. An earlier one lies behind what late packets can reach, or is one
/// with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Pause {
    silent: Range<u64>,
}

impl Pause {
    /// Keeps out what comes from `at` on; `emitted` is how far nothing can change any more. False
    /// where that is so already.
    pub(super) fn begin(&mut self, at: u64, emitted: u64) -> bool {
        if self.is_open() {
            return false;
        }
        // Late packets of the span before it could still come.
        let joined = !self.silent.is_empty() && self.silent.end > emitted;
        let from = if joined { self.silent.start } else { at };
        self.silent = from..u64::MAX;
        true
    }

    /// Lets in what comes from `at` on.
    pub(super) fn end(&mut self, at: u64) {
        if self.is_open() {
            self.silent.end = at.max(self.silent.start);
        }
    }

    /// Whether nothing is kept at this position.
    #[inline]
    pub(super) fn covers(&self, position: u64) -> bool {
        self.silent.contains(&position)
    }

    fn is_open(&self) -> bool {
        self.silent.end == u64::MAX
    }
}
