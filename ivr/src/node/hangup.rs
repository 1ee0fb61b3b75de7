//! `hangup`: ends the call.

use super::{Signal, Turn, Walk};
use crate::{Item, check::Inspection};
use serde::{Deserialize, Serialize};

/// Says goodbye, if it has items, and hangs up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hangup {
    /// What is said before.
    #[serde(default)]
    pub items: Vec<Item>,
}

impl Hangup {
    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.items("items", &self.items);
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        walk.say_or([&self.items], Turn::HangUp)
    }

    pub(super) fn handle(signal: Signal) -> Turn {
        match signal {
            Signal::SpeechEnded => Turn::HangUp,
            Signal::Digit(_)
            | Signal::TimedOut
            | Signal::TransferEnded(_)
            | Signal::StreamEnded(_)
            | Signal::MessageEnded
            | Signal::QueueSeen(_) => Turn::Stay,
        }
    }
}
