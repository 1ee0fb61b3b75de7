//! Which packets of a stream have been seen, and which index a sequence number stands for
//! (RFC 3711 §3.3.1, §3.3.2).

use serde::{Deserialize, Serialize};

use super::PACKETS_MAX;

/// How far behind the newest packet another is still told from a repeated one.
const WINDOW: u64 = 128;

/// The newest index of a stream, and which of the 128 up to it were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Window {
    newest: u64,
    taken: u128,
}

impl Window {
    /// A window before the first packet of a stream whose rollover counter is `rollover`.
    pub(super) fn beginning(rollover: u32, sequence: u16) -> Self {
        Self {
            newest: (u64::from(rollover) << 16) | u64::from(sequence),
            taken: 0,
        }
    }

    /// A window that refuses everything up to `index`.
    pub(super) fn passed(index: u64) -> Self {
        Self {
            newest: index,
            taken: u128::MAX,
        }
    }

    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    /// The index that a sequence number most likely stands for.
    #[inline]
    pub(super) fn guess(&self, sequence: u16) -> u64 {
        let step = i64::from(sequence.wrapping_sub(self.newest as u16) as i16);
        match self.newest.checked_add_signed(step) {
            Some(index) => index,
            // Before the first packet there is no earlier round to belong to.
            None => u64::from(sequence),
        }
    }

    /// Whether a packet of this index may still be taken.
    #[inline]
    pub(super) fn admits(&self, index: u64) -> bool {
        if index >= PACKETS_MAX {
            return false;
        }
        match self.newest.checked_sub(index) {
            None => true,
            Some(behind) => behind < WINDOW && self.taken >> behind & 1 == 0,
        }
    }

    /// Notes that a packet of this index was taken.
    #[inline]
    pub(super) fn take(&mut self, index: u64) {
        if let Some(ahead) = index.checked_sub(self.newest) {
            self.taken = if ahead < WINDOW {
                self.taken << ahead
            } else {
                0
            };
            self.taken |= 1;
            self.newest = index;
        } else if let Ok(behind) = u32::try_from(self.newest - index)
            && u64::from(behind) < WINDOW
        {
            self.taken |= 1 << behind;
        }
    }
}
