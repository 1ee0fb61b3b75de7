//! Which uses of a nonce have been seen, so that no request is accepted twice.

use std::collections::BTreeMap;

use crate::limits;

/// Orders nonces by their issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NonceId {
    pub(super) issued_ms: u64,
    pub(super) serial: u32,
}

/// The use counts of the youngest nonces in use.
#[derive(Debug, Default)]
pub(super) struct NonceCounts {
    seen: BTreeMap<NonceId, Window>,
    /// The youngest nonce that was forgotten; it and all older ones are not accepted any more.
    horizon: Option<NonceId>,
}

#[derive(Debug, Default)]
struct Window {
    highest: u32,
    /// Bit n is the count `highest - n`.
    recent: u64,
}

impl NonceCounts {
    /// Records a use; false if this count was used before or may have been.
    pub(super) fn record(&mut self, nonce: NonceId, count: u32) -> bool {
        if self.horizon.is_some_and(|horizon| nonce <= horizon) {
            return false;
        }
        let is_fresh = self.seen.entry(nonce).or_default().record(count);
        while self.seen.len() > limits::NONCES {
            self.horizon = self.seen.pop_first().map(|(oldest, _)| oldest);
        }
        is_fresh
    }

    /// Forgets the nonces that were issued up to a time, for they have expired.
    pub(super) fn expire(&mut self, issued_ms: u64) {
        let expired = NonceId {
            issued_ms,
            serial: u32::MAX,
        };
        if self
            .seen
            .first_key_value()
            .is_some_and(|(oldest, _)| *oldest <= expired)
        {
            self.seen.retain(|nonce, _| *nonce > expired);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }
}

impl Window {
    fn record(&mut self, count: u32) -> bool {
        if count > self.highest {
            let step = count - self.highest;
            self.recent = self.recent.checked_shl(step).unwrap_or(0) | 1;
            self.highest = count;
            return true;
        }
        let behind = self.highest - count;
        if count == 0 || behind >= limits::NONCE_COUNT_WINDOW {
            return false;
        }
        let bit = 1u64 << behind;
        let is_fresh = self.recent & bit == 0;
        self.recent |= bit;
        is_fresh
    }
}
