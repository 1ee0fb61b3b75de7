//! How long a single tone lasts, for the signals that are one: fax, beeps, the three of special
//! information.

use super::spectrum::Sight;

/// Mean square below which nothing counts as a tone: about -40 dBm0.
pub(super) const POWER_MIN: f32 = 22_000.0;
/// The share of the power that a single tone has.
const PURITY: f32 = 0.8;
/// A tone moves no further than this from frame to frame, in hertz.
const STEADY: f32 = 20.0;
/// Frames that may be missing within a tone, because a packet was lost or a phase turned.
const GAP_MAX: u16 = 2;

/// A tone that has sounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    /// Its mean frequency.
    pub(super) hertz: f32,
    /// How many frames it lasted.
    pub(super) frames: u16,
}

/// What changed with a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Change {
    /// The tone sounds on, for so long by now.
    Sounds(Run),
    /// The tone ended.
    Ended(Run),
    /// No tone sounds.
    Nothing,
}

/// Follows the strongest tone.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Runs {
    sum: f32,
    frames: u16,
    gap: u16,
}

impl Runs {
    pub(super) fn push(&mut self, sight: &Sight) -> Change {
        let hertz = sight.first.hertz;
        let pure = sight.power >= POWER_MIN && sight.first.share >= PURITY;
        let steady = self.frames == 0 || (hertz - self.mean()).abs() <= STEADY;
        if pure && steady {
            self.sum += hertz;
            self.frames = self.frames.saturating_add(1);
            self.gap = 0;
            return Change::Sounds(self.run());
        }
        if self.frames == 0 {
            return Change::Nothing;
        }
        self.gap += 1;
        if self.gap <= GAP_MAX && !pure {
            return Change::Sounds(self.run());
        }
        let ended = self.run();
        *self = Self::default();
        if pure {
            self.sum = hertz;
            self.frames = 1;
        }
        Change::Ended(ended)
    }

    fn mean(self) -> f32 {
        self.sum / f32::from(self.frames.max(1))
    }

    fn run(self) -> Run {
        Run {
            hertz: self.mean(),
            frames: self.frames,
        }
    }
}
