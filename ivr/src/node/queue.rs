//! `queue`: puts the caller into a queue.

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
