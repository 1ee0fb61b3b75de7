//! `menu`: waits for one key and leaves by it.

use super::key_question::{self, KeyQuestion};
use super::{Signal, Turn, Walk};
use crate::{Exit, Item, check::Inspection};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Says its items and takes one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Menu {
    /// What is said.
    pub items: Vec<Item>,
    /// The keys it knows; each is an exit.
    pub keys: BTreeSet<char>,
    /// The wait for a key after the items, in milliseconds.
    #[serde(default = "key_question::default_timeout_ms")]
    pub timeout_ms: u32,
    /// How often it asks again after a wrong key or none.
    #[serde(default = "key_question::default_retries")]
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
        self.question().check(inspection);
        inspection.keys("keys", self.keys.iter().copied());
        if self.keys.is_empty() {
            inspection.blame("no_keys", "keys", "a menu has at least one key");
        }
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        self.question().enter(walk, |_, key| self.exit_of(key))
    }

    pub(super) fn handle(&self, walk: &mut Walk<'_>, signal: Signal) -> Turn {
        let question = self.question();
        question.handle(walk, signal, |_, key| self.exit_of(key))
    }

    fn exit_of(&self, key: char) -> Option<Exit> {
        self.keys.contains(&key).then_some(Exit::Key(key))
    }

    fn question(&self) -> KeyQuestion<'_> {
        KeyQuestion {
            items: &self.items,
            invalid_items: &self.invalid_items,
            timeout_items: &self.timeout_items,
            timeout_ms: self.timeout_ms,
            retries: self.retries,
            interruptible: self.interruptible,
        }
    }
}
