//! What is recognised in the audio of a party.

use crate::EndReason;
use serde::{Deserialize, Serialize};

/// A signal, an announcement, or who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The tone after which an answering machine records.
    Beep,
    /// The number is busy (忙).
    Busy,
    /// The network cannot put the call through.
    Congestion,
    /// Nobody has the number (空号).
    EmptyNumber,
    /// A fax that answers.
    FaxAnswering,
    /// A fax that calls.
    FaxCalling,
    /// A human answered.
    Human,
    /// An answering machine answered.
    Machine,
    /// The network says that nobody answers (无人接听).
    NoAnswer,
    /// The number is barred or suspended (停机).
    OutOfService,
    /// The telephone is switched off (关机).
    PoweredOff,
    /// The telephone rings.
    Ringback,
    /// The network announces that it cannot put the call through, and not why.
    SpecialInformation,
    /// Whether a human or a machine answered could not be told.
    Undecided,
    /// The telephone cannot be reached for the moment (无法接通).
    Unreachable,
}

impl Finding {
    /// Its name as facts and figures have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Beep => "beep",
            Self::Busy => "busy",
            Self::Congestion => "congestion",
            Self::EmptyNumber => "empty_number",
            Self::FaxAnswering => "fax_answering",
            Self::FaxCalling => "fax_calling",
            Self::Human => "human",
            Self::Machine => "machine",
            Self::NoAnswer => "no_answer",
            Self::OutOfService => "out_of_service",
            Self::PoweredOff => "powered_off",
            Self::Ringback => "ringback",
            Self::SpecialInformation => "special_information",
            Self::Undecided => "undecided",
            Self::Unreachable => "unreachable",
        }
    }

    /// Why the number is not reached, if it tells that.
    pub const fn unreached(self) -> Option<EndReason> {
        match self {
            Self::Busy => Some(EndReason::Busy),
            Self::Congestion => Some(EndReason::Congestion),
            Self::EmptyNumber => Some(EndReason::UnknownNumber),
            Self::NoAnswer => Some(EndReason::NoAnswer),
            Self::OutOfService => Some(EndReason::OutOfService),
            Self::PoweredOff => Some(EndReason::PoweredOff),
            Self::Unreachable => Some(EndReason::Unreachable),
            Self::Beep
            | Self::FaxAnswering
            | Self::FaxCalling
            | Self::Human
            | Self::Machine
            | Self::Ringback
            | Self::SpecialInformation
            | Self::Undecided => None,
        }
    }

    /// Whether it tells who answered.
    pub const fn is_answerer(self) -> bool {
        matches!(
            self,
            Self::FaxAnswering | Self::FaxCalling | Self::Human | Self::Machine | Self::Undecided
        )
    }
}
