//! `menu`: waits for one key and leaves by it.

use super::{Signal, Turn, Walk};
use crate::{Exit, Item, check::Inspection};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, time::Duration};

/// Says its items and takes one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Menu {
    /// What is said.
    pub items: Vec<Item>,
    /// The keys it knows; each is an exit.
    pub keys: BTreeSet<char>,
    /// The wait for a key after the items, in milliseconds.
    #[serde(default = "default_timeout_ms")]
    pub timeout_ms: u32,
    /// How often it asks again after a wrong key or none.
    #[serde(default = "default_retries")]
    pub retries: u8,
    /// What is said after a wrong key before it asks again.
    #[serde(default)]
    pub invalid_items: Vec<Item>,
    /// What is said after no key before it asks again.
    #[serde(default)]
    pub timeout_items: Vec<Item>,
    /// Whether a key cuts the items short.
    #[serde(default = "super::yes")]
    pub interruptible: bool,
}

impl Menu {
    pub(super) fn exits(&self) -> Vec<Exit> {
        let keys = self.keys.iter().copied().map(Exit::Key);
        keys.chain([Exit::Timeout, Exit::Invalid]).collect()
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.items("items", &self.items);
        inspection.items("invalid_items", &self.invalid_items);
        inspection.items("timeout_items", &self.timeout_items);
        inspection.wait("timeout_ms", self.timeout_ms);
        inspection.retries("retries", self.retries);
        inspection.keys("keys", self.keys.iter().copied());
        if self.keys.is_empty() {
            inspection.blame("no_keys", "keys", "a menu has at least one key");
        }
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        match walk.take_typed_ahead(self.interruptible) {
            Some(key) => self.press(walk, key),
            None => self.ask(walk, &[]),
        }
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
            Signal::SpeechEnded => match walk.take_typed_ahead(true) {
                Some(key) => self.press(walk, key),
                None => self.listen(walk),
            },
            Signal::TimedOut => self.ask_again(walk, &self.timeout_items, Exit::Timeout),
            Signal::TransferEnded(_)
            | Signal::StreamEnded(_)
            | Signal::MessageEnded
            | Signal::QueueSeen(_) => Turn::Stay,
        }
    }

    fn press(&self, walk: &mut Walk<'_>, key: char) -> Turn {
        walk.note_key(key);
        if self.keys.contains(&key) {
            return Turn::Leave(Exit::Key(key));
        }
        walk.forget_typed_ahead();
        self.ask_again(walk, &self.invalid_items, Exit::Invalid)
    }

    fn ask_again(&self, walk: &mut Walk<'_>, lead: &[Item], exit: Exit) -> Turn {
        if walk.may_retry(self.retries) {
            self.ask(walk, lead)
        } else {
            Turn::Leave(exit)
        }
    }

    fn ask(&self, walk: &mut Walk<'_>, lead: &[Item]) -> Turn {
        let listen = self.listen(walk);
        walk.say_or([lead, &self.items], listen)
    }

    fn listen(&self, walk: &Walk<'_>) -> Turn {
        walk.listen(Duration::from_millis(self.timeout_ms.into()))
    }
}

fn default_timeout_ms() -> u32 {
    5_000
}

fn default_retries() -> u8 {
    2
}
