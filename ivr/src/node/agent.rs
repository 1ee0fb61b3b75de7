//! `agent`: connects the caller with one agent.

use super::{Signal, Turn, Walk};
use crate::{Action, Exit, Template, TransferOutcome, check::Inspection};
use serde::{Deserialize, Serialize};

/// Rings one agent; an exit is taken when that agent did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// The agent's extension, variables filled in.
    pub extension: Template,
}

impl Agent {
    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::NoAgent, Exit::Busy, Exit::NoAnswer, Exit::Error]
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.template("extension", &self.extension);
        if self.extension.as_str().trim().is_empty() {
            inspection.blame("no_extension", "extension", "an agent has an extension");
        }
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        let extension = walk.fill(&self.extension).trim().to_owned();
        if extension.is_empty() {
            walk.note_unreadable(&self.extension, "the extension is empty");
            return Turn::Leave(Exit::Error);
        }
        walk.transfer(Action::ToAgent { extension })
    }

    pub(super) fn handle(signal: Signal) -> Turn {
        let Signal::TransferEnded(outcome) = signal else {
            return Turn::Stay;
        };
        Turn::Leave(match outcome {
            TransferOutcome::NoAgent => Exit::NoAgent,
            TransferOutcome::Busy => Exit::Busy,
            TransferOutcome::NoAnswer | TransferOutcome::Refused | TransferOutcome::TimedOut => {
                Exit::NoAnswer
            }
            TransferOutcome::Completed => return Turn::HangUp,
            TransferOutcome::Talked => Exit::Talked,
            TransferOutcome::Full | TransferOutcome::Unavailable => Exit::Error,
        })
    }
}
