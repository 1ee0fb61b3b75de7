//! What goes on right now, as the console shows it.

use model::{
    AgentId, AnswerMode, CallId, EndStage, EnterpriseId, LoginStatus, PhoneNumber, QueueId,
    SupervisionMode, Timestamp, TrunkId, WorkState,
};
use sip::Transport;
use std::net::{IpAddr, SocketAddr};

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
    /// Supervisors who hear it, or whose phones ring for that.
    pub supervisors: Vec<LiveSupervisor>,
    /// The third person in it.
    pub guest: Option<LiveGuest>,
    /// Whether it is being recorded.
    pub recording: bool,
    /// Whether silence is recorded in the place of what is said.
    pub recording_paused: bool,
}

/// A supervisor in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveSupervisor {
    /// The supervisor, by their phone.
    pub agent: AgentId,
    /// How they take part.
    pub mode: SupervisionMode,
    /// Whether they hear the call; until then their phone rings.
    pub hears: bool,
}

/// The third person in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveGuest {
    /// An agent.
    Agent(AgentId),
    /// An outside number.
    Outside(PhoneNumber),
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
    /// The devices they have registered; the one rung is in front.
    pub devices: Vec<LiveDevice>,
}

/// Everything that goes on, at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiveView {
    /// Calls in progress, oldest first.
    pub calls: Vec<LiveCall>,
    /// All agents.
    pub agents: Vec<LiveAgent>,
    /// All trunks that are enabled.
    pub trunks: Vec<LiveTrunk>,
    /// Who called lately and belongs to no trunk, the latest in front.
    pub strangers: Vec<LiveStranger>,
    /// When this was so.
    pub at: Timestamp,
}

/// A source of calls that belongs to no trunk and has proved nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveStranger {
    /// Where the calls come from.
    pub source: IpAddr,
    /// How many came since it is listed.
    pub calls: u64,
    /// When the last one came.
    pub last_at: Timestamp,
    /// Whom the last one was for.
    pub dialled: String,
}

/// A device that an agent has registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveDevice {
    /// How it is connected.
    pub transport: Transport,
    /// The address it is seen at.
    pub remote: SocketAddr,
    /// What it calls itself.
    pub user_agent: Option<String>,
    /// Since when it is registered without a gap.
    pub since: Timestamp,
}

/// How a trunk is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveTrunk {
    /// The trunk.
    pub id: TrunkId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// Calls in progress over it.
    pub calls: usize,
    /// How its registration is, if it registers.
    pub registration: Option<LiveRegistration>,
    /// How its gateways are.
    pub gateways: Vec<LiveGateway>,
}

/// How a trunk's registration is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveRegistration {
    /// Nothing has been answered yet.
    Trying,
    /// The other side knows us.
    Registered {
        /// Since when.
        since: Timestamp,
        /// When it ends unless it is renewed.
        until: Timestamp,
    },
    /// The other side refused, or did not answer.
    Failed {
        /// What it said, none for silence.
        status: Option<u16>,
        /// When it is asked again.
        retry_at: Timestamp,
    },
}

/// How a gateway is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveGateway {
    /// Its name or address as configured.
    pub name: String,
    /// The address it was last reached at.
    pub address: Option<SocketAddr>,
    /// Whether calls are sent to it.
    pub alive: bool,
    /// What it last answered to OPTIONS or to a call.
    pub last_status: Option<u16>,
    /// Since when it is alive or not.
    pub since: Timestamp,
}
