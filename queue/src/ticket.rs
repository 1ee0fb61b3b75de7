//! A call's place in a waiting line.

use model::{AgentId, CallId, QueueId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a waiting call is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// In the line.
    Waiting,
    /// An agent's device rings for it.
    Offered(AgentId),
}

/// One waiting call. Its order in the line is (`priority` descending, `entered_at`, `call`), so a
/// line can be rebuilt from its tickets alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The call.
    pub call: CallId,
    /// The queue; none for a call meant for one agent.
    pub queue: Option<QueueId>,
    /// Larger goes ahead.
    pub priority: u8,
    /// When it entered.
    pub entered_at: Duration,
    /// When the longest wait is over.
    pub leaves_at: Duration,
    /// What it is at.
    pub place: Place,
}

impl Ticket {
    /// The key by which a line is ordered.
    pub(crate) fn order(&self) -> (u8, Duration, CallId) {
        (u8::MAX - self.priority, self.entered_at, self.call)
    }
}
