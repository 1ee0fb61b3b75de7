//! Hears busy, congestion and ringback: a tone of the voice's lower half that comes and goes in the
//! rhythm of the country, or, from elsewhere, in one that such tones have anywhere.
//!
//! A frame sounds if two tones at most have nearly all of its power. What is loud and no such tone
//! for longer than two frames is speech or music, and everything begins anew.

use super::Finding;
use super::runs::POWER_MIN;
use super::spectrum::Sight;
use crate::detect::Outcome;
use crate::tone::{Plan, Step, Tone};

/// Where the tones of all countries lie, in hertz.
const BAND: std::ops::RangeInclusive<f32> = 330.0..=680.0;
/// The share of the power that the tone or the pair has.
const PURITY: f32 = 0.85;
/// A second tone with less is none.
const SECOND_MIN: f32 = 0.1;
/// What is softer than the tone by so much is its pause: 10 dB.
const SOUNDING: f32 = 0.1;
const LOUD_MAX: u8 = 2;
/// Frames that a change has to last: the beats of a pair are no pauses.
const CHANGE: u16 = 3;
/// A pause after which a rhythm is over: 7 s.
const PAUSE_MAX: u16 = 350;
/// A tone that lasts so long is no part of a rhythm: 3 s.
const TONE_MAX: u16 = 150;
/// Sounds and pauses that are remembered.
const MEMORY: usize = 8;
/// Sounds and pauses in a row that make a busy tone.
const NEEDED_MIN: usize = 5;
const FRAME_MS: u16 = 20;
/// A length may be off by 8 % and 30 ms: E.180 §5 allows 10 %.
const SLACK_PERCENT: u16 = 8;
const SLACK_MS: u16 = 30;

/// Follows the rhythm.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    plan: &'static Plan,
    sounding: bool,
    frames: u16,
    changed: u16,
    loud: u8,
    /// The tone's power.
    level: f32,
    /// Milliseconds of sounds and pauses that ended, in turn, the last one last.
    lengths: [u16; MEMORY],
    count: usize,
}

impl Progress {
    pub(super) fn new(plan: &'static Plan) -> Self {
        Self {
            plan,
            sounding: false,
            frames: 0,
            changed: 0,
            loud: 0,
            level: 0.0,
            lengths: [0; MEMORY],
            count: 0,
        }
    }

    pub(super) fn push(&mut self, sight: &Sight) -> Option<Finding> {
        let sounds = self.sounds(sight);
        if sounds {
            self.level = self.level.max(sight.power);
            self.loud = 0;
        } else if sight.power > (self.level * SOUNDING).max(POWER_MIN) {
            self.loud += 1;
        } else {
            self.loud = 0;
        }
        if self.loud > LOUD_MAX {
            *self = Self::new(self.plan);
            return None;
        }
        if sounds == self.sounding {
            self.frames += self.changed + 1;
            self.changed = 0;
            self.outlast();
            return None;
        }
        self.changed += 1;
        if self.changed < CHANGE {
            return None;
        }
        let ended = std::mem::replace(&mut self.frames, self.changed);
        self.changed = 0;
        self.sounding = sounds;
        self.note(ended * FRAME_MS)
    }

    fn sounds(&self, sight: &Sight) -> bool {
        let (first, second) = (sight.first, sight.second);
        let inside = BAND.contains(&first.hertz)
            && (second.share < SECOND_MIN || BAND.contains(&second.hertz));
        let pair = if second.share < SECOND_MIN {
            0.0
        } else {
            second.share
        };
        let power = POWER_MIN.max(self.level * SOUNDING);
        inside && first.share + pair >= PURITY && sight.power >= power
    }

    /// What goes on for too long has no rhythm.
    fn outlast(&mut self) {
        let most = if self.sounding { TONE_MAX } else { PAUSE_MAX };
        if self.frames > most {
            let sounding = self.sounding;
            *self = Self::new(self.plan);
            self.sounding = sounding;
        }
    }

    fn note(&mut self, ms: u16) -> Option<Finding> {
        // Before the first sound lies no pause of the rhythm.
        if self.count == 0 && self.sounding {
            return None;
        }
        if self.count == MEMORY {
            self.lengths.copy_within(1.., 0);
            self.count -= 1;
        }
        self.lengths[self.count] = ms;
        self.count += 1;
        let heard = &self.lengths[..self.count];
        // After a pause a new sound begins: only then is a ringing tone whole.
        if self.sounding {
            return is_ringing(heard, self.plan).then_some(Finding::Ringback);
        }
        busy(heard, self.plan).map(Finding::Unreached)
    }
}

/// The lengths end with a sound.
fn busy(heard: &[u16], plan: &Plan) -> Option<Outcome> {
    let [busy, congestion] = [Tone::Busy, Tone::Congestion].map(|tone| plan.cycle(tone));
    let needed = (busy.len().max(congestion.len()) + 1).max(NEEDED_MIN);
    if let Some(last) = heard.len().checked_sub(needed).map(|from| &heard[from..]) {
        if repeats(last, busy) {
            return Some(Outcome::Busy);
        }
        if repeats(last, congestion) {
            return Some(Outcome::Congestion);
        }
    }
    let last = &heard[heard.len().checked_sub(NEEDED_MIN)?..];
    // What may become one of the country's own is waited for.
    let own = repeats(last, busy) || repeats(last, congestion);
    if own { None } else { anywhere(last) }
}

/// The lengths end with a pause.
fn is_ringing(heard: &[u16], plan: &Plan) -> bool {
    let cycle = plan.cycle(Tone::Ringback);
    let last = |count: usize| heard.len().checked_sub(count).map(|from| &heard[from..]);
    if last(cycle.len()).is_some_and(|last| begins(last, cycle)) {
        return true;
    }
    let twice = matches!(
        last(4),
        Some([300..=550, 120..=320, 300..=550, 1_500..=4_500])
    );
    twice || matches!(last(2), Some([700..=2_300, 1_700..=6_500]))
}

/// Whether sounds and pauses follow a cycle, wherever in it they begin.
fn repeats(heard: &[u16], cycle: &[Step]) -> bool {
    let starts = (0..cycle.len()).step_by(2);
    starts.into_iter().any(|start| {
        let expected = cycle.iter().cycle().skip(start);
        heard
            .iter()
            .zip(expected)
            .all(|(&ms, step)| is_near(ms, step.ms))
    })
}

fn begins(heard: &[u16], cycle: &[Step]) -> bool {
    heard
        .iter()
        .zip(cycle)
        .all(|(&ms, step)| is_near(ms, step.ms))
}

fn is_near(ms: u16, expected: u16) -> bool {
    ms.abs_diff(expected) <= SLACK_MS + expected / 100 * SLACK_PERCENT
}

/// Even sounds and pauses of about the same length, as they are in most countries.
fn anywhere(heard: &[u16]) -> Option<Outcome> {
    let &[one, pause, two, other, three] = heard else {
        return None;
    };
    let even = is_near(one, two) && is_near(two, three) && is_near(pause, other);
    let balanced = two <= pause * 8 / 5 && pause <= two * 8 / 5;
    match two {
        _ if !(even && balanced) => None,
        150..=279 => Some(Outcome::Congestion),
        280..=850 => Some(Outcome::Busy),
        _ => None,
    }
}
