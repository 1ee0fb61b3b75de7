//! Hears a fax: the tone of one that calls (CNG, 1100 Hz for half a second of every three and a half)
//! and of one that answers (CED, 2100 Hz for three seconds), both of ITU-T T.30.

use super::Finding;
use super::runs::{Change, Run};

const CALLING_HERTZ: f32 = 1_100.0;
/// T.30 allows 38 Hz.
const CALLING_TOLERANCE: f32 = 38.0;
/// Half a second and 15 % less or more, and a frame at each end.
const CALLING_FRAMES: std::ops::RangeInclusive<u16> = 20..=30;
const ANSWERING_HERTZ: f32 = 2_100.0;
/// T.30 allows 15 Hz, and what measures it some more.
const ANSWERING_TOLERANCE: f32 = 20.0;
/// So much of the 2.6 s that it lasts at least.
const ANSWERING_FRAMES: u16 = 40;

/// What a change of the strongest tone tells of a fax.
pub(super) fn judge(change: Change) -> Option<Finding> {
    let near = |run: Run, hertz: f32, tolerance: f32| (run.hertz - hertz).abs() <= tolerance;
    match change {
        Change::Ended(run)
            if near(run, CALLING_HERTZ, CALLING_TOLERANCE)
                && CALLING_FRAMES.contains(&run.frames) =>
        {
            Some(Finding::FaxCalling)
        }
        Change::Sounds(run)
            if near(run, ANSWERING_HERTZ, ANSWERING_TOLERANCE)
                && run.frames >= ANSWERING_FRAMES =>
        {
            Some(Finding::FaxAnswering)
        }
        Change::Ended(_) | Change::Nothing | Change::Sounds(_) => None,
    }
}
