//! `survey`: asks the caller to rate by a key what was (满意度评价).

use super::key_question::{self, KeyQuestion};
use super::{Signal, Turn, Walk};
use crate::{Exit, Item, check::Inspection};
use model::{Rating, RatingScale};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Says its items and takes one key, which stands for a score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survey {
    /// What is said.
    pub items: Vec<Item>,
    /// By what is rated.
    #[serde(default)]
    pub scale: RatingScale,
    /// The keys it knows, each with the score that it stands for.
    pub scores: BTreeMap<char, u8>,
    /// The variable that takes the score.
    #[serde(default = "default_variable")]
    pub variable: String,
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

impl Survey {
    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::Ok, Exit::Timeout, Exit::Invalid]
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        self.question().check(inspection);
        inspection.assigned("variable", &self.variable);
        inspection.keys("scores", self.scores.keys().copied());
        if self.scores.is_empty() {
            inspection.blame("no_keys", "scores", "a survey has at least one key");
        }
        let allowed = self.scale.scores();
        for (key, score) in &self.scores {
            if !allowed.contains(score) {
                let (low, high) = (allowed.start(), allowed.end());
                inspection.blame(
                    "bad_score",
                    &format!("scores.{key}"),
                    format_args!("a score of this scale is {low} to {high}, not {score}"),
                );
            }
        }
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        self.question()
            .enter(walk, |walk, key| self.take(walk, key))
    }

    pub(super) fn handle(&self, walk: &mut Walk<'_>, signal: Signal) -> Turn {
        let question = self.question();
        question.handle(walk, signal, |walk, key| self.take(walk, key))
    }

    fn take(&self, walk: &mut Walk<'_>, key: char) -> Option<Exit> {
        let score = *self.scores.get(&key)?;
        walk.assign(&self.variable, score.to_string(), false);
        walk.note_rating(Rating {
            score,
            scale: self.scale,
        });
        Some(Exit::Ok)
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

fn default_variable() -> String {
    "rating".to_owned()
}
