//! `collect`: takes digits into a variable.

use super::{Signal, Turn, Walk};
use crate::{Exit, Item, check::Inspection, limits};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Says its items and takes a row of digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collect {
    /// What is said.
    pub items: Vec<Item>,
    /// Where the digits go.
    pub variable: String,
    /// The fewest digits that are right.
    #[serde(default = "default_min_length")]
    pub min_length: u8,
    /// The most digits; reaching it ends the row.
    #[serde(default = "default_max_length")]
    pub max_length: u8,
    /// The key that ends the row and is not part of it; `null` for none.
    #[serde(default = "default_terminator")]
    pub terminator: Option<char>,
    /// The wait for the head of the row after the items, in milliseconds.
    #[serde(default = "default_first_timeout_ms")]
    pub first_timeout_ms: u32,
    /// The wait for each further digit, in milliseconds.
    #[serde(default = "default_inter_digit_timeout_ms")]
    pub inter_digit_timeout_ms: u32,
    /// How often it asks again after a row of the wrong length or none.
    #[serde(default = "default_retries")]
    pub retries: u8,
    /// Whether the digits are kept out of the log.
    #[serde(default)]
    pub sensitive: bool,
    /// What is said after a row of the wrong length before it asks again.
    #[serde(default)]
    pub invalid_items: Vec<Item>,
    /// What is said after no digit before it asks again.
    #[serde(default)]
    pub timeout_items: Vec<Item>,
    /// Whether a key cuts the items short.
    #[serde(default = "super::yes")]
    pub interruptible: bool,
}

impl Collect {
    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::Ok, Exit::Timeout, Exit::Invalid]
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.items("items", &self.items);
        inspection.items("invalid_items", &self.invalid_items);
        inspection.items("timeout_items", &self.timeout_items);
        inspection.assigned("variable", &self.variable);
        inspection.wait("first_timeout_ms", self.first_timeout_ms);
        inspection.wait("inter_digit_timeout_ms", self.inter_digit_timeout_ms);
        inspection.retries("retries", self.retries);
        inspection.keys("terminator", self.terminator);
        if self.max_length == 0 || self.max_length > limits::COLLECTED_DIGITS {
            inspection.blame(
                "bad_length",
                "max_length",
                format_args!("a row has 1 to {} digits", limits::COLLECTED_DIGITS),
            );
        }
        if self.min_length > self.max_length {
            inspection.blame(
                "bad_length",
                "min_length",
                "the fewest digits are more than the most",
            );
        }
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        if self.sensitive {
            walk.hide_keys();
        }
        self.take_typed_ahead(walk, self.interruptible)
            .unwrap_or_else(|| self.ask(walk, &[]))
    }

    pub(super) fn handle(&self, walk: &mut Walk<'_>, signal: Signal) -> Turn {
        match signal {
            Signal::Digit(key) if walk.is_speaking() && !self.interruptible => {
                walk.keep(key);
                Turn::Stay
            }
            Signal::Digit(key) => {
                walk.stop_saying();
                self.press(walk, key)
            }
            Signal::SpeechEnded => self
                .take_typed_ahead(walk, true)
                .unwrap_or_else(|| walk.listen(millis(self.first_timeout_ms))),
            Signal::TimedOut if walk.keys().is_empty() => {
                self.ask_again(walk, &self.timeout_items, Exit::Timeout)
            }
            Signal::TimedOut => self.finish(walk),
            Signal::TransferEnded(_)
            | Signal::StreamEnded(_)
            | Signal::MessageEnded
            | Signal::QueueSeen(_) => Turn::Stay,
        }
    }

    /// Takes keys that wait until the row is complete; `None` when there was none.
    fn take_typed_ahead(&self, walk: &mut Walk<'_>, allowed: bool) -> Option<Turn> {
        let mut turn = None;
        while !matches!(turn, Some(Turn::Leave(_) | Turn::Render { .. } | Turn::Say)) {
            let Some(key) = walk.take_typed_ahead(allowed) else {
                break;
            };
            turn = Some(self.press(walk, key));
        }
        turn
    }

    fn press(&self, walk: &mut Walk<'_>, key: char) -> Turn {
        if self.terminator == Some(key) {
            return self.finish(walk);
        }
        walk.note_key(key);
        if walk.keys().len() >= usize::from(self.max_length) {
            return self.finish(walk);
        }
        walk.listen(millis(self.inter_digit_timeout_ms))
    }

    fn finish(&self, walk: &mut Walk<'_>) -> Turn {
        if walk.keys().len() < usize::from(self.min_length) {
            walk.forget_typed_ahead();
            return self.ask_again(walk, &self.invalid_items, Exit::Invalid);
        }
        let keys = walk.keys().to_owned();
        walk.assign(&self.variable, keys, self.sensitive);
        Turn::Leave(Exit::Ok)
    }

    fn ask_again(&self, walk: &mut Walk<'_>, lead: &[Item], exit: Exit) -> Turn {
        if !walk.may_retry(self.retries) {
            return Turn::Leave(exit);
        }
        walk.forget_keys();
        self.ask(walk, lead)
    }

    fn ask(&self, walk: &mut Walk<'_>, lead: &[Item]) -> Turn {
        let listen = walk.listen(millis(self.first_timeout_ms));
        walk.say_or([lead, &self.items], listen)
    }
}

fn millis(millis: u32) -> Duration {
    Duration::from_millis(millis.into())
}

fn default_min_length() -> u8 {
    1
}

fn default_max_length() -> u8 {
    32
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's own type")]
fn default_terminator() -> Option<char> {
    Some('#')
}

fn default_first_timeout_ms() -> u32 {
    8_000
}

fn default_inter_digit_timeout_ms() -> u32 {
    4_000
}

fn default_retries() -> u8 {
    2
}
