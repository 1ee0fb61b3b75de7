//! What is recognised in a party's audio: how far a call that is not answered yet will get, who
//! answered it, and that it is a fax.
//!
//! A [`Listener`] is given samples at 8 kHz and looks for what it was asked for, and for nothing
//! else. Nothing is allocated after its making.

pub mod announcement;
mod answerer;
mod fax;
mod progress;
mod runs;
mod spectrum;
mod triad;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::{FRAME, FRAME_SAMPLES};
use crate::tone::Plan;
use announcement::{Announcements, Matcher};
use answerer::{Answerer, Beep};
use progress::Progress;
use runs::Runs;
use spectrum::Spectrum;
use triad::Triad;

/// Why a number will not be reached, as its network tells by sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is busy.
    Busy,
    /// The network cannot put the call through.
    Congestion,
    /// Nobody has the number (空号).
    EmptyNumber,
    /// Nobody answers.
    NoAnswer,
    /// The number is barred or suspended (停机).
    OutOfService,
    /// The telephone is switched off (关机).
    PoweredOff,
    /// The telephone cannot be reached for the moment (无法接通).
    Unreachable,
}

/// What was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finding {
    /// An answering machine is about to record.
    Beep,
    /// A fax that answers.
    FaxAnswering,
    /// A fax that calls.
    FaxCalling,
    /// A human answered.
    Human,
    /// A machine answered.
    Machine,
    /// The telephone rings.
    Ringback,
    /// An announcement follows that the call cannot be put through.
    SpecialInformation,
    /// Whether a human or a machine answered could not be told.
    Undecided,
    /// The number will not be reached.
    Unreached(Outcome),
}

/// What to listen for.
#[derive(Clone, Debug, Default)]
pub struct Listening {
    /// Tones of a network, those of a country before all others.
    pub progress: Option<&'static Plan>,
    /// Announcements of a network.
    pub announcements: Option<Arc<Announcements>>,
    /// Whether a human or a machine answered.
    pub answerer: bool,
    /// A fax.
    pub fax: bool,
}

impl Listening {
    /// Whether there is anything to listen for.
    pub fn is_idle(&self) -> bool {
        self.progress.is_none() && self.announcements.is_none() && !self.answerer && !self.fax
    }
}

/// Listens to one party.
#[derive(Debug)]
pub struct Listener {
    spectrum: Spectrum,
    runs: Runs,
    progress: Option<(Progress, Triad)>,
    matcher: Option<Matcher>,
    answerer: Option<(Answerer, Beep)>,
    fax: bool,
    told: Told,
    /// The beginning of a frame that is not whole yet.
    frame: [i16; FRAME_SAMPLES],
    filled: usize,
    /// Frames that were heard.
    heard: u32,
}

/// What was found already: it is not told again.
#[derive(Clone, Copy, Debug, Default)]
struct Told(u32);

impl Told {
    fn is_fresh(&mut self, finding: Finding) -> bool {
        let bit = 1
            << match finding {
                Finding::Beep => 0,
                Finding::FaxAnswering => 1,
                Finding::FaxCalling => 2,
                Finding::Human => 3,
                Finding::Machine => 4,
                Finding::Ringback => 5,
                Finding::SpecialInformation => 6,
                Finding::Undecided => 7,
                Finding::Unreached(outcome) => 8 + outcome as u32,
            };
        let fresh = self.0 & bit == 0;
        self.0 |= bit;
        fresh
    }
}

impl Listener {
    /// For how long it listens at most: longer than a telephone rings.
    pub const LASTS: Duration = Duration::from_secs(90);

    /// One that listens for what is wanted.
    pub fn new(wanted: Listening) -> Self {
        let known = wanted.announcements.filter(|known| !known.is_empty());
        Self {
            spectrum: Spectrum::default(),
            runs: Runs::default(),
            progress: wanted
                .progress
                .map(|plan| (Progress::new(plan), Triad::default())),
            matcher: known.map(Matcher::new),
            answerer: wanted
                .answerer
                .then(|| (Answerer::default(), Beep::default())),
            fax: wanted.fax,
            told: Told::default(),
            frame: [0; FRAME_SAMPLES],
            filled: 0,
            heard: 0,
        }
    }

    /// Takes the next samples at 8 kHz and tells what it has not told before.
    pub fn push(&mut self, samples: &[i16], mut tell: impl FnMut(Finding)) {
        let mut rest = samples;
        while !rest.is_empty() {
            let (taken, after) = rest.split_at(rest.len().min(FRAME_SAMPLES - self.filled));
            self.frame[self.filled..self.filled + taken.len()].copy_from_slice(taken);
            self.filled += taken.len();
            rest = after;
            if self.filled == FRAME_SAMPLES {
                self.filled = 0;
                self.heard = self.heard.saturating_add(1);
                let frame = self.frame;
                self.hear(&frame, &mut tell);
            }
        }
    }

    /// Whether it has listened for as long as it does.
    pub(crate) fn is_done(&self) -> bool {
        u128::from(self.heard) * u128::from(FRAME.0) >= Self::LASTS.as_micros()
    }

    fn hear(&mut self, frame: &[i16; FRAME_SAMPLES], tell: &mut impl FnMut(Finding)) {
        let sight = self.spectrum.push(frame);
        let change = self.runs.push(&sight);
        let mut told = self.told;
        let mut found = |finding: Option<Finding>| {
            if let Some(finding) = finding.filter(|it| told.is_fresh(*it)) {
                tell(finding);
            }
        };
        if let Some((progress, triad)) = &mut self.progress {
            found(progress.push(&sight));
            found(triad.push(change));
        }
        if let Some(matcher) = &mut self.matcher {
            found(matcher.push(&sight).map(Finding::Unreached));
        }
        if let Some((answerer, beep)) = &mut self.answerer {
            found(answerer.push(frame));
            found(beep.push(change, sight.power));
        }
        if self.fax {
            found(fax::judge(change));
        }
        self.told = told;
    }
}
