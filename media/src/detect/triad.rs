//! The three rising tones before an announcement that a call cannot be put through (special
//! information tone, ITU-T E.180 §7, about 950, 1400 and 1800 Hz). In North America their pitches
//! and lengths say why (ANSI T1.401, Telcordia SR-2275).

use super::Finding;
use super::runs::{Change, Run};
use crate::detect::Outcome;

const BANDS: [std::ops::RangeInclusive<f32>; 3] =
    [880.0..=1_020.0, 1_330.0..=1_480.0, 1_740.0..=1_860.0];
/// A third of a second, or a little more than a quarter of one.
const FRAMES: std::ops::RangeInclusive<u16> = 10..=24;
/// Frames between two of the tones, at most.
const GAP_MAX: u16 = 6;
/// The pitches that say why, low and high, of the first tone and of the second.
const PITCHES: [(f32, f32); 2] = [(913.8, 985.2), (1_370.6, 1_428.5)];
/// How near a pitch has to be to say something.
const PITCH_TOLERANCE: f32 = 10.0;

/// Follows the three.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Triad {
    heard: [f32; 2],
    count: usize,
    gap: u16,
}

impl Triad {
    pub(super) fn push(&mut self, change: Change) -> Option<Finding> {
        match change {
            Change::Ended(run) => return self.end(run),
            Change::Sounds(_) => self.gap = 0,
            Change::Nothing => {
                self.gap = self.gap.saturating_add(1);
                if self.gap > GAP_MAX {
                    self.count = 0;
                }
            }
        }
        None
    }

    fn end(&mut self, run: Run) -> Option<Finding> {
        self.gap = 0;
        let expected = |at: usize| BANDS[at].contains(&run.hertz) && FRAMES.contains(&run.frames);
        if !expected(self.count) {
            self.count = usize::from(expected(0));
            self.heard[0] = run.hertz;
            return None;
        }
        if let Some(heard) = self.heard.get_mut(self.count) {
            *heard = run.hertz;
            self.count += 1;
            return None;
        }
        self.count = 0;
        Some(self.meaning())
    }

    fn meaning(&self) -> Finding {
        let near = |one: f32, other: f32| (one - other).abs() <= PITCH_TOLERANCE;
        let high = |at: usize| {
            let (low, high) = PITCHES[at];
            near(self.heard[at], high)
                .then_some(true)
                .or_else(|| near(self.heard[at], low).then_some(false))
        };
        match (high(0), high(1)) {
            (Some(true), Some(false)) => Finding::Unreached(Outcome::EmptyNumber),
            (Some(_), Some(true)) => Finding::Unreached(Outcome::Congestion),
            _ => Finding::SpecialInformation,
        }
    }
}
