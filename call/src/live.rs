//! What goes on right now, as the console shows it.

use model::{
    AgentId, AnswerMode, CallId, EndStage, EnterpriseId, LoginStatus, PhoneNumber, QueueId,
    Timestamp, WorkState,
};

/// A call in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveCall {
    /// The call.
    pub id: CallId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// The calling number.
    pub caller: PhoneNumber,
    /// The called number.
    pub called: PhoneNumber,
    /// The number of ours.
    pub trunk_number: PhoneNumber,
    /// When it came in.
    pub started_at: Timestamp,
    /// When we answered.
    pub answered_at: Option<Timestamp>,
    /// How far it is.
    pub stage: EndStage,
    /// The queue it waits in or came from.
    pub queue: Option<QueueId>,
    /// The agent who rings or talks.
    pub agent: Option<AgentId>,
    /// Whether it is being recorded.
    pub recording: bool,
}

/// An agent's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveAgent {
    /// The agent.
    pub id: AgentId,
    /// Whose they are.
    pub enterprise: EnterpriseId,
    /// What they declared (登录状态).
    pub status: LoginStatus,
    /// What they are doing (工作状态).
    pub work: WorkState,
    /// Since when they do it.
    pub since: Timestamp,
    /// With what they take calls, while signed in.
    pub answer_mode: Option<AnswerMode>,
    /// Whether a device of theirs is registered.
    pub registered: bool,
}

/// Everything that goes on, at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiveView {
    /// Calls in progress, oldest first.
    pub calls: Vec<LiveCall>,
    /// All agents.
    pub agents: Vec<LiveAgent>,
    /// When this was so.
    pub at: Timestamp,
}
