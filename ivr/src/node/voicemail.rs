//! `voicemail`: records a message.

use super::{Signal, Turn, Walk};
use crate::{Exit, Item, check::Inspection, limits};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Says its items and records what the caller says until a key, silence on the line or the longest time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voicemail {
    /// What is said before.
    #[serde(default)]
    pub items: Vec<Item>,
    /// The longest message in seconds.
    #[serde(default = "default_max_seconds")]
    pub max_seconds: u16,
    /// The keys that end the message.
    #[serde(default = "default_end_keys")]
    pub end_keys: String,
}

impl Voicemail {
    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::Ok]
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.items("items", &self.items);
        inspection.keys("end_keys", self.end_keys.chars());
        let longest = limits::MESSAGE.as_secs();
        if self.max_seconds == 0 || u64::from(self.max_seconds) > longest {
            inspection.blame(
                "bad_length",
                "max_seconds",
                format_args!("a message has 1 to {longest} seconds"),
            );
        }
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        let said = walk.say_or([&self.items], Turn::Stay);
        if said == Turn::Stay {
            return self.record(walk);
        }
        said
    }

    pub(super) fn handle(&self, walk: &mut Walk<'_>, signal: Signal) -> Turn {
        match signal {
            Signal::Digit(_) => {
                walk.stop_saying();
                self.record(walk)
            }
            Signal::SpeechEnded => self.record(walk),
            Signal::MessageEnded => Turn::Leave(Exit::Ok),
            Signal::QueueSeen(_)
            | Signal::TimedOut
            | Signal::TransferEnded(_)
            | Signal::StreamEnded(_) => Turn::Stay,
        }
    }

    /// Keys typed before the message belong to nothing that follows it.
    fn record(&self, walk: &mut Walk<'_>) -> Turn {
        walk.forget_typed_ahead();
        walk.record(
            Duration::from_secs(self.max_seconds.into()),
            self.end_keys.clone(),
        )
    }
}

fn default_max_seconds() -> u16 {
    120
}

fn default_end_keys() -> String {
    "#".to_owned()
}
