//! Supervisors in other people's calls, and conversations of three.

use serde::{Deserialize, Serialize};

/// How a supervisor takes part in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupervisionMode {
    /// 监听: hears both sides; nobody hears them.
    Monitor,
    /// 耳语: hears both sides; the agent alone hears them.
    Whisper,
    /// 强插: everybody hears everybody.
    Barge,
    /// 接管: takes the agent's place.
    TakeOver,
}

/// How a supervisor's part in a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SupervisionEnd {
    /// Their phone hung up.
    HungUp,
    /// It was asked for.
    Stopped,
    /// Their phone rang for as long as it may.
    NoAnswer,
    /// Their phone refused.
    Refused,
    /// They took the agent's place.
    TookOver,
    /// The conversation is over, or the customer left the agent for a queue or a flow.
    CallEnded,
}

/// Who left a conversation of three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConferenceSide {
    /// The customer.
    Customer,
    /// The agent who began it.
    Agent,
    /// Whom the agent brought in.
    Guest,
}
