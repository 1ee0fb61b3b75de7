//! Queues: where calls wait for agents.

use crate::{EnterpriseId, QueueId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Which agent gets the next call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The agent who has been idle longest.
    LongestIdle,
}

/// A queue with its settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Its identity.
    pub id: QueueId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// Its name, unique in the enterprise.
    pub name: String,
    /// Who gets the next call.
    pub strategy: Strategy,
    /// How long one agent's device rings before the next is tried.
    pub ring_timeout: Duration,
    /// How long a caller may wait.
    pub max_wait: Duration,
    /// How many callers may wait.
    pub max_length: u32,
    /// How long an agent has after a call; zero for none.
    pub wrap_up: Duration,
    /// After how many misses in a row an agent is locked; zero for never.
    pub lock_after_misses: u32,
    /// Whether conversations from this queue are recorded.
    pub recorded: bool,
}
