//! `number`: connects the caller with an outside number.

use super::{Signal, Turn, Walk};
use crate::{Action, Exit, Template, TransferOutcome, check::Inspection};
use model::PhoneNumber;
use serde::{Deserialize, Serialize};

/// Calls an outside number; an exit is taken when it did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// The number, variables filled in.
    pub number: Template,
    /// Whether the talk is recorded.
    #[serde(default)]
    pub recorded: bool,
}

impl Number {
    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::Busy, Exit::NoAnswer, Exit::Refused, Exit::Error]
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.template("number", &self.number);
        if self.number.has_variables() {
            return;
        }
        if let Err(error) = PhoneNumber::parse(self.number.as_str()) {
            inspection.blame("bad_number", "number", error);
        }
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        if let Ok(number) = PhoneNumber::parse(&walk.fill(&self.number)) {
            walk.transfer(Action::ToNumber {
                number: number.as_str().to_owned(),
                recorded: self.recorded,
            })
        } else {
            walk.note_unreadable(&self.number, "the value is not a telephone number");
            Turn::Leave(Exit::Error)
        }
    }

    pub(super) fn handle(signal: Signal) -> Turn {
        let Signal::TransferEnded(outcome) = signal else {
            return Turn::Stay;
        };
        Turn::Leave(match outcome {
            TransferOutcome::Busy => Exit::Busy,
            TransferOutcome::NoAnswer | TransferOutcome::TimedOut => Exit::NoAnswer,
            TransferOutcome::Refused => Exit::Refused,
            TransferOutcome::Completed => return Turn::HangUp,
            TransferOutcome::Talked => Exit::Talked,
            TransferOutcome::Full | TransferOutcome::NoAgent | TransferOutcome::Unavailable => {
                Exit::Error
            }
        })
    }
}
