//! `queue`: puts the caller into a queue.

use super::{Signal, Turn, Walk};
use crate::{Action, Exit, TransferOutcome, check::Inspection};
use serde::{Deserialize, Serialize};

/// Hands the caller to a queue; an exit is taken when nobody could answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// The queue's name.
    pub queue: String,
    /// 0 to 9; callers of a higher priority are served earlier.
    #[serde(default)]
    pub priority: u8,
}

impl Queue {
    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::NoAgent, Exit::Timeout, Exit::Full, Exit::Error]
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.queue("queue", &self.queue);
        if self.priority > 9 {
            inspection.blame("bad_priority", "priority", "a priority is 0 to 9");
        }
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        walk.transfer(Action::ToQueue {
            queue: self.queue.clone(),
            priority: self.priority,
        })
    }

    pub(super) fn handle(signal: Signal) -> Turn {
        let Signal::TransferEnded(outcome) = signal else {
            return Turn::Stay;
        };
        Turn::Leave(match outcome {
            TransferOutcome::NoAgent => Exit::NoAgent,
            TransferOutcome::TimedOut | TransferOutcome::NoAnswer => Exit::Timeout,
            TransferOutcome::Full => Exit::Full,
            TransferOutcome::Completed => return Turn::HangUp,
            TransferOutcome::Talked => Exit::Talked,
            TransferOutcome::Busy | TransferOutcome::Refused | TransferOutcome::Unavailable => {
                Exit::Error
            }
        })
    }
}
