//! Who answered: a human says a word or two and waits, a machine talks on (answering-machine
//! detection by timing, as telephone systems have done it for decades), and plays a tone before it
//! records.
//!
//! A call on which nobody says anything is left undecided.

use super::Finding;
use super::runs::{Change, Run};
use crate::codec::activity::Activity;

/// Who says nothing for so long after the answer: 2.5 s.
const INITIAL_SILENCE: u16 = 125;
/// A greeting as long as this is a machine's: 1.5 s of speech.
const GREETING: u16 = 75;
/// A human waits for so long after the greeting: 0.8 s.
const AFTER_GREETING: u16 = 40;
/// What is shorter than 100 ms is no word.
const WORD_MIN: u16 = 5;
/// What is between two words: 60 ms.
const BETWEEN_WORDS: u16 = 3;
/// So many words are a machine's.
const WORDS_MAX: u16 = 4;
/// A single word as long as this is music or a tone: 1.4 s.
const WORD_MAX: u16 = 70;
/// When it is given up: 5 s.
const UNDECIDED: u16 = 250;

/// The tone before the recording: 160 ms and more of one pitch.
const BEEP_HERTZ: std::ops::RangeInclusive<f32> = 600.0..=1_500.0;
const BEEP_FRAMES: std::ops::RangeInclusive<u16> = 8..=60;
/// A tone that begins within speech is a vowel: so many quiet or pure frames lie before a beep.
const BEEP_POWER_MIN: f32 = 90_000.0;

/// Listens to whoever answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Answerer {
    activity: Activity,
    decided: bool,
    frames: u16,
    speech: u16,
    silence: u16,
    word: u16,
    words: u16,
}

impl Answerer {
    /// Takes the next frame; what it decides is said once.
    pub(super) fn push(&mut self, frame: &[i16]) -> Option<Finding> {
        if self.decided {
            return None;
        }
        self.frames += 1;
        let finding = if self.activity.is_loud(frame) {
            self.hear_speech()
        } else {
            self.hear_silence()
        };
        let finding = finding.or((self.frames >= UNDECIDED).then_some(Finding::Undecided));
        self.decided = finding.is_some();
        finding
    }

    fn hear_speech(&mut self) -> Option<Finding> {
        self.silence = 0;
        self.word += 1;
        self.speech += 1;
        if self.word == WORD_MIN {
            self.words += 1;
        }
        let machine = self.words >= WORDS_MAX || self.word >= WORD_MAX || self.speech >= GREETING;
        machine.then_some(Finding::Machine)
    }

    fn hear_silence(&mut self) -> Option<Finding> {
        self.silence = self.silence.saturating_add(1);
        if self.silence >= BETWEEN_WORDS {
            self.word = 0;
        }
        if self.words == 0 {
            return (self.silence >= INITIAL_SILENCE).then_some(Finding::Undecided);
        }
        (self.silence >= AFTER_GREETING).then_some(Finding::Human)
    }
}

/// Hears the tone before a machine's recording.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Beep {
    loudest: f32,
}

impl Beep {
    /// Takes what became of the strongest tone, and the power of the frame.
    pub(super) fn push(&mut self, change: Change, power: f32) -> Option<Finding> {
        match change {
            Change::Sounds(_) => {
                self.loudest = self.loudest.max(power);
                None
            }
            Change::Nothing => {
                self.loudest = 0.0;
                None
            }
            Change::Ended(run) => {
                let loudest = std::mem::take(&mut self.loudest);
                let beeped = is_beep(run) && loudest >= BEEP_POWER_MIN && power * 4.0 < loudest;
                beeped.then_some(Finding::Beep)
            }
        }
    }
}

fn is_beep(run: Run) -> bool {
    BEEP_HERTZ.contains(&run.hertz) && BEEP_FRAMES.contains(&run.frames)
}
