//! What is listened for in a trunk's calls.

use serde::{Deserialize, Serialize};

/// Which detectors run: each costs some of a processor while it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrunkDetection {
    /// What is done with tones and announcements before the answer.
    pub early_media: EarlyMedia,
    /// Whether it is told if a human or a machine answered a call that went out.
    pub answering_machine: bool,
    /// Whether faxes are recognised in the first minute of a call.
    pub fax: bool,
}

impl TrunkDetection {
    /// Whether nothing is listened for from the answer on, and nothing was before.
    pub fn is_idle(self) -> bool {
        self.early_media == EarlyMedia::Ignore && !self.answering_machine && !self.fax
    }
}

/// What is done with the tones and announcements by which a network says that a number is not
/// reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EarlyMedia {
    /// The call is given up at once, with that reason.
    End,
    /// Nobody listens.
    Ignore,
    /// They are noted with the call.
    #[default]
    Record,
}
