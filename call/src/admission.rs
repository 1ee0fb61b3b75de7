//! When to refuse new calls: by how long they waited to be looked at, as CoDel does for packets.
//!
//! ```text
//! every 100 ms:   half of the new calls, and a crowd, waited longer than 50 ms,
//!                 for the second time in succession ──▶ the refused share grows
//!                 otherwise ──▶ it shrinks, to next to nothing within two seconds and to
//!                 nothing within five
//! while it acts:  the same with 20 ms, and each time
//! ```
//!
//! A queue that comes and goes, such as after a restart, is none of this machine's business: it
//! acts on one that stands. While it acts, a call that has waited too long is refused whatever its
//! luck, for its caller is about to ask again; and the queue is kept shorter than the one that called
//! it up, so that a refusal reaches its caller within 50 ms.

use sip::Shedding;
use std::time::Duration;

/// A new call that waited longer is late.
const LATE: Duration = Duration::from_millis(50);
/// While some are refused, a new call that waited longer is late.
const LATE_WHILE_ACTING: Duration = Duration::from_millis(20);
/// A wait of this length shows that the share has to grow in great steps.
const VERY_LATE: Duration = Duration::from_millis(200);
/// How long is watched before the share changes.
const WINDOW: Duration = Duration::from_millis(100);
/// So many late calls in a window are a crowd; refusing fewer would free nothing for the others.
const CROWD: u32 = 5;
/// While more than this part of the new calls is late, the share does not shrink: an eighth.
const STILL_TOO_MANY: u32 = 8;
/// Windows without a late crowd after which an overload is forgotten: one that comes in waves must
/// not find a patient machine each time.
const FORGOTTEN: u32 = 50;
/// The share with which only the memory of an overload is left: who waits too long is refused,
/// and nobody by luck.
const LEAST: u16 = 1;
/// The steps in which the share grows, of a thousand.
const STEP: u16 = 80;
const GREAT_STEP: u16 = 250;
/// New calls that are let through even in the worst case, of a thousand, to see whether it is over.
const LEAST_ADMITTED: u16 = 20;

/// Watches waits and says which new calls to refuse.
#[derive(Debug, Default)]
pub(crate) struct Regulator {
    window: Window,
    /// Whether most of a crowd was late in the window before.
    stands: bool,
    permille: u16,
    /// Windows until the overload is forgotten.
    remembered: u32,
}

#[derive(Debug, Default)]
struct Window {
    ends: Duration,
    heard: u32,
    late: u32,
    very_late: u32,
}

impl Regulator {
    /// Takes a new call that has waited; what is to become of new calls at this moment, of this one
    /// above all.
    pub(crate) fn hear(&mut self, now: Duration, waited: Duration) -> Shedding {
        self.turn(now);
        self.window.heard += 1;
        let is_late = waited > self.patience();
        self.window.late += u32::from(is_late);
        self.window.very_late += u32::from(waited > VERY_LATE);
        if self.permille > 0 && is_late {
            return Shedding::All;
        }
        self.shedding(now)
    }

    fn patience(&self) -> Duration {
        if self.permille > 0 {
            LATE_WHILE_ACTING
        } else {
            LATE
        }
    }

    /// What is to become of new calls at this moment.
    pub(crate) fn shedding(&mut self, now: Duration) -> Shedding {
        self.turn(now);
        match self.permille {
            0..=LEAST => Shedding::None,
            share => Shedding::Permille(share),
        }
    }

    /// The share of new calls that is refused, of a thousand.
    pub(crate) fn permille(&self) -> u16 {
        self.permille
    }

    /// Ends the window if it is over, and those that went by without a call.
    fn turn(&mut self, now: Duration) {
        if now < self.window.ends {
            return;
        }
        let window = std::mem::take(&mut self.window);
        let is_crowd = window.late >= CROWD;
        let grows = is_crowd && window.late * 2 > window.heard;
        if is_crowd && self.permille > 0 {
            self.remembered = FORGOTTEN;
        }
        if grows {
            self.grow(window.very_late * 2 > window.heard);
        } else if !is_crowd || window.late * STILL_TOO_MANY <= window.heard {
            self.shrink();
        }
        // Otherwise lateness alone keeps the queue short as well. A share that shrank meanwhile
        // would be gone before the overload is, and the queue would grow long anew.
        let quiet = now.saturating_sub(window.ends).as_millis() / WINDOW.as_millis();
        self.stands = quiet == 0 && (grows || self.permille > 0);
        for _ in 0..quiet.min(FORGOTTEN.into()) {
            self.shrink();
        }
        self.window.ends = now + WINDOW;
    }

    fn grow(&mut self, greatly: bool) {
        if !self.stands {
            return;
        }
        let step = if greatly { GREAT_STEP } else { STEP };
        self.permille = (self.permille + step).min(1_000 - LEAST_ADMITTED);
        self.remembered = FORGOTTEN;
    }

    /// By an eighth and a little more, down to the memory of it, and in the end to nothing.
    fn shrink(&mut self) {
        let shrunk = (self.permille - self.permille / 8).saturating_sub(12);
        self.remembered = self.remembered.saturating_sub(1);
        self.permille = if self.remembered == 0 {
            0
        } else {
            shrunk.max(LEAST)
        };
    }
}

#[cfg(test)]
mod tests;
