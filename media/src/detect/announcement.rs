//! Recognises announcements by how they sound, whatever their words and language.
//!
//! Every 20 ms sixteen bits say how the balance of seventeen bands of the voice, two neighbours at a
//! time, has changed against 80 ms before, in a mean over 160 ms (after J. Haitsma and T. Kalker, "A
//! Highly Robust Audio Fingerprinting System", ISMIR 2002). Level, law, noise and a lost packet
//! change few of them, and of two different recordings half of them differ. An announcement is found where the
//! last seconds that were heard agree with it for most of its length.

mod bands;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Outcome;
use super::spectrum::Spectrum;
use crate::clock::FRAME_SAMPLES;
use bands::Bands;

/// Bits of a frame.
const BITS: u32 = 16;
/// Frames that are remembered of what was heard: 12 s.
const MEMORY: usize = 600;
/// Frames between two looks through the library: 300 ms.
const LOOK: usize = 15;
/// Frames of speech that have to agree at least: 1.5 s.
const AGREEING_MIN: u32 = 75;
/// And so much of the announcement's speech, in percent, though never more than 5 s.
const COVERED_PERCENT: u32 = 60;
const COVERED_MAX: u32 = 250;
/// Bits that may differ, in percent: in what agrees, and in its last second.
const DIFFERING_MAX: u32 = 30;
const RECENT: u32 = 50;
const RECENT_DIFFERING_MAX: u32 = 34;
/// Frames after which a comparison that goes badly is given up, and how badly.
const GLANCE: u32 = 25;
const GLANCE_DIFFERING_MAX: u32 = 40;
/// A frame this much softer than the loudest is no speech: 26 dB.
const SPEECH: f32 = 0.0025;
/// Announcements of a library, at most.
const ANNOUNCEMENTS_MAX: usize = 256;
/// The longest recording that is taken whole: 20 s. What follows is left out.
const FRAMES_MAX: usize = 1_000;

/// Why no fingerprint can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FingerprintError {
    /// It holds too little speech.
    #[error("the recording holds less than 1.5 s of speech")]
    TooShort,
    /// The library has no room.
    #[error("a library holds {ANNOUNCEMENTS_MAX} announcements at most")]
    TooMany,
}

/// How a recording sounds, 20 ms a print.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    prints: Vec<Print>,
}

/// Twenty milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Print {
    /// How the balance of the bands changed.
    pub bits: u16,
    /// Whether somebody speaks: only then do the bits mean something.
    pub speech: bool,
}

impl Fingerprint {
    /// Listens to a recording at 8 kHz.
    ///
    /// # Errors
    /// [`FingerprintError::TooShort`].
    pub fn of(samples: &[i16]) -> Result<Self, FingerprintError> {
        let (mut spectrum, mut bands) = (Spectrum::default(), Bands::default());
        let mut heard = Vec::new();
        for frame in samples.as_chunks::<FRAME_SAMPLES>().0 {
            let sight = spectrum.push(frame);
            heard.push((bands.push(&sight), sight.power));
        }
        let loudest = heard.iter().map(|it| it.1).fold(0.0, f32::max);
        let prints = heard.iter().map(|&(bits, power)| Print {
            bits,
            speech: power > loudest * SPEECH,
        });
        Self::from_prints(prints.collect())
    }

    /// Takes prints that were made before.
    ///
    /// # Errors
    /// [`FingerprintError::TooShort`].
    pub fn from_prints(mut prints: Vec<Print>) -> Result<Self, FingerprintError> {
        while prints.last().is_some_and(|print| !print.speech) {
            prints.pop();
        }
        let begin = prints.iter().position(|print| print.speech);
        prints.drain(..begin.unwrap_or(prints.len()));
        prints.truncate(FRAMES_MAX);
        let print = Self { prints };
        if print.speech() < AGREEING_MIN {
            return Err(FingerprintError::TooShort);
        }
        Ok(print)
    }

    /// Its prints.
    pub fn prints(&self) -> &[Print] {
        &self.prints
    }

    fn speech(&self) -> u32 {
        self.prints.iter().filter(|print| print.speech).count() as u32
    }

    /// Frames of speech that have to agree.
    fn needed(&self) -> u32 {
        (self.speech() * COVERED_PERCENT / 100).clamp(AGREEING_MIN, COVERED_MAX)
    }
}

/// The announcements that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Announcements {
    known: Vec<(Outcome, Fingerprint, u32)>,
}

impl Announcements {
    /// Adds one.
    ///
    /// # Errors
    /// [`FingerprintError::TooMany`].
    pub fn add(&mut self, outcome: Outcome, print: Fingerprint) -> Result<(), FingerprintError> {
        if self.known.len() == ANNOUNCEMENTS_MAX {
            return Err(FingerprintError::TooMany);
        }
        let needed = print.needed();
        self.known.push((outcome, print, needed));
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

/// Compares what is heard with a library.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    library: Arc<Announcements>,
    bands: Bands,
    /// The last prints, the newest in front of `next`.
    heard: Box<[u16; MEMORY]>,
    next: usize,
    count: usize,
}

impl Matcher {
    pub(super) fn new(library: Arc<Announcements>) -> Self {
        Self {
            library,
            bands: Bands::default(),
            heard: Box::new([0; MEMORY]),
            next: 0,
            count: 0,
        }
    }

    pub(super) fn push(&mut self, sight: &super::spectrum::Sight) -> Option<Outcome> {
        self.heard[self.next] = self.bands.push(sight);
        self.next = (self.next + 1) % MEMORY;
        self.count += 1;
        if !self.count.is_multiple_of(LOOK) {
            return None;
        }
        self.look()
    }

    /// The outcome of the announcements that agree, if it is the same for all of them: two that
    /// begin with the same words are told apart by what follows.
    fn look(&self) -> Option<Outcome> {
        let mut found = None;
        for (outcome, print, needed) in &self.library.known {
            let agreed = self.agreement(print);
            if agreed == 0 {
                continue;
            }
            if found.is_some_and(|(other, _)| other != *outcome) {
                return None;
            }
            let whole = found.is_some_and(|(_, whole)| whole) || agreed >= *needed;
            found = Some((*outcome, whole));
        }
        found
            .filter(|(_, whole)| *whole)
            .map(|(outcome, _)| outcome)
    }

    /// Frames of speech that agree with what was heard last, at the best place of the announcement.
    fn agreement(&self, print: &Fingerprint) -> u32 {
        let prints = &print.prints;
        let ends = AGREEING_MIN as usize..=prints.len();
        let agreements = ends.map(|end| self.agreement_at(&prints[..end]));
        agreements.max().unwrap_or(0)
    }

    /// The same for the place where the last that was heard is the last of `prints`.
    fn agreement_at(&self, prints: &[Print]) -> u32 {
        let (mut speech, mut differing) = (0, 0);
        let mut recent_differing = 0;
        let heard = self.count.min(MEMORY);
        for (back, print) in prints.iter().rev().take(heard).enumerate() {
            if !print.speech {
                continue;
            }
            let at = (self.next + MEMORY - 1 - back) % MEMORY;
            differing += (self.heard[at] ^ print.bits).count_ones();
            speech += 1;
            if speech == RECENT {
                recent_differing = differing;
            }
            let is_bad = |limit: u32| differing * 100 > speech * BITS * limit;
            if speech == GLANCE && is_bad(GLANCE_DIFFERING_MAX) {
                return 0;
            }
        }
        let agrees = speech >= AGREEING_MIN
            && differing * 100 <= speech * BITS * DIFFERING_MAX
            && recent_differing * 100 <= RECENT * BITS * RECENT_DIFFERING_MAX;
        if agrees { speech } else { 0 }
    }
}
