//! `queue_state`: looks at a queue without entering it.

use super::{Signal, Turn, Walk};
use crate::{Exit, check::Inspection};
use serde::{Deserialize, Serialize};

/// Takes how a queue is at this moment into variables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueState {
    /// The queue's name.
    pub queue: String,
}

/// How a queue is at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueNow {
    /// Callers who wait.
    #[serde(default)]
    pub waiting: u32,
    /// How long the one at the head has waited, in whole seconds.
    #[serde(default)]
    pub longest_wait: u32,
    /// Agents who are signed in.
    #[serde(default)]
    pub agents: u32,
    /// Those among them who would take a call now.
    #[serde(default)]
    pub free: u32,
}

impl QueueState {
    /// The variables it sets.
    pub(crate) const VARIABLES: [&str; 4] = [
        "queue.waiting",
        "queue.longest_wait",
        "queue.agents",
        "queue.free",
    ];

    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::Ok, Exit::Error]
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.queue("queue", &self.queue);
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        walk.look_at_queue(&self.queue)
    }

    pub(super) fn handle(walk: &mut Walk<'_>, signal: Signal) -> Turn {
        let seen = match signal {
            Signal::QueueSeen(seen) => seen,
            Signal::TimedOut => None,
            Signal::Digit(_)
            | Signal::MessageEnded
            | Signal::SpeechEnded
            | Signal::StreamEnded(_)
            | Signal::TransferEnded(_) => return Turn::Stay,
        };
        let Some(now) = seen else {
            return Turn::Leave(Exit::Error);
        };
        let values = [now.waiting, now.longest_wait, now.agents, now.free];
        for (name, value) in Self::VARIABLES.into_iter().zip(values) {
            walk.assign_told(name, value.to_string(), false);
        }
        Turn::Leave(Exit::Ok)
    }
}
