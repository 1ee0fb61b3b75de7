//! `play`: says something and goes on.

use super::{Signal, Turn, Walk};
use crate::{Exit, Item, check::Inspection};
use serde::{Deserialize, Serialize};

/// Says its items; a key stops them and is kept for the node after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Play {
    /// What is said.
    pub items: Vec<Item>,
    /// Whether a key cuts it short.
    #[serde(default = "super::yes")]
    pub interruptible: bool,
}

impl Play {
    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::Ok]
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.items("items", &self.items);
        if self.items.is_empty() {
            inspection.blame(
                "nothing_to_say",
                "items",
                "a play node says at least one item",
            );
        }
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        if self.interruptible && walk.has_typed_ahead() {
            return Turn::Leave(Exit::Ok);
        }
        walk.say_or([&self.items], Turn::Leave(Exit::Ok))
    }

    pub(super) fn handle(&self, walk: &mut Walk<'_>, signal: Signal) -> Turn {
        match signal {
            Signal::Digit(digit) => {
                walk.keep(digit);
                if !self.interruptible {
                    return Turn::Stay;
                }
                walk.stop_saying();
                Turn::Leave(Exit::Ok)
            }
            Signal::SpeechEnded => Turn::Leave(Exit::Ok),
            Signal::TimedOut
            | Signal::TransferEnded(_)
            | Signal::StreamEnded(_)
            | Signal::MessageEnded
            | Signal::QueueSeen(_) => Turn::Stay,
        }
    }
}
