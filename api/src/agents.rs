//! Agents: who they are, what they have declared and what they are doing.

pub(crate) mod end_wrap_up;
pub(crate) mod list;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
pub(crate) mod status;

use crate::auth::Caller;
use crate::calls::sip::Transport;
use crate::time::At;
use crate::vocabulary::AnswerMode;
use crate::{ApiError, State};
use call::{LiveAgent, LiveDevice};
use model::{AgentId, BreakKind, CallId, LoginStatus, WorkState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An agent with both dimensions of their state.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Agent)]
pub(crate) struct View {
    /// Their id.
    #[schema(format = "uuid")]
    id: String,
    /// How they are shown.
    name: String,
    /// The work number.
    extension: String,
    /// What they have declared.
    status: Status,
    /// Which break it is, 11 to 18.
    #[serde(rename = "break")]
    break_kind: Option<u8>,
    /// What they are doing.
    work: Work,
    /// The call that rings, is talked on or has just ended.
    #[schema(format = "uuid")]
    call: Option<String>,
    /// Since when they do it; none before their first sign-in.
    since: Option<At>,
    /// With what they take calls, while signed in.
    answer_mode: Option<AnswerMode>,
    /// Whether a device of theirs is registered.
    registered: bool,
    /// The devices they have registered; the one rung is in front.
    devices: Vec<Device>,
}

/// A device that an agent has registered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Device)]
pub(crate) struct Device {
    /// How it is connected.
    transport: Transport,
    /// The address it is seen at.
    address: String,
    /// What it calls itself.
    user_agent: Option<String>,
    /// Since when it is registered without a gap.
    since: At,
}

impl From<&LiveDevice> for Device {
    fn from(live: &LiveDevice) -> Self {
        Self {
            transport: live.transport.into(),
            address: live.remote.to_string(),
            user_agent: live.user_agent.clone(),
            since: At(live.since),
        }
    }
}

/// What an agent has declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Offline,
    Online,
    DoNotDisturb,
    Break,
    Locked,
}

/// What an agent is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Work {
    Offline,
    Idle,
    Busy,
    Ringing,
    Talking,
    WrapUp,
}

/// A status that somebody can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WantedStatus {
    Online,
    DoNotDisturb,
    Break,
}

impl WantedStatus {
    /// The status with the kind of break it needs.
    fn with_break(self, code: Option<u8>) -> Result<LoginStatus, ApiError> {
        match (self, code) {
            (Self::Online, None) => Ok(LoginStatus::Online),
            (Self::DoNotDisturb, None) => Ok(LoginStatus::DoNotDisturb),
            (Self::Break, Some(code)) => BreakKind::try_from(code)
                .map(LoginStatus::Break)
                .map_err(|detail| ApiError::invalid("/break", detail)),
            (Self::Break, None) => Err(ApiError::invalid("/break", "a break needs its kind")),
            (Self::Online | Self::DoNotDisturb, Some(_)) => Err(ApiError::invalid(
                "/break",
                "only the status break has a kind",
            )),
        }
    }
}

impl View {
    fn new(agent: store::agents::Agent, live: Option<&LiveAgent>) -> Self {
        let (status, break_kind) = live.map_or((Status::Offline, None), |live| status(live.status));
        let (work, call) = live.map_or((Work::Offline, None), |live| work(live.work));
        Self {
            id: agent.id.to_string(),
            name: agent.name,
            extension: agent.extension,
            status,
            break_kind,
            work,
            call: call.map(|id| id.to_string()),
            since: live.map(|live| At(live.since)),
            answer_mode: live.and_then(|live| live.answer_mode).map(AnswerMode::from),
            devices: live
                .map(|live| live.devices.iter().map(Device::from).collect())
                .unwrap_or_default(),
            registered: live.is_some_and(|live| !live.devices.is_empty()),
        }
    }
}

fn status(status: LoginStatus) -> (Status, Option<u8>) {
    match status {
        LoginStatus::Offline => (Status::Offline, None),
        LoginStatus::Online => (Status::Online, None),
        LoginStatus::DoNotDisturb => (Status::DoNotDisturb, None),
        LoginStatus::Break(kind) => (Status::Break, Some(kind.code())),
        LoginStatus::Locked => (Status::Locked, None),
    }
}

fn work(work: WorkState) -> (Work, Option<CallId>) {
    match work {
        WorkState::Offline => (Work::Offline, None),
        WorkState::Idle => (Work::Idle, None),
        WorkState::Busy => (Work::Busy, None),
        WorkState::Ringing { call } => (Work::Ringing, Some(call)),
        WorkState::Talking { call } => (Work::Talking, Some(call)),
        WorkState::WrapUp { call } => (Work::WrapUp, Some(call)),
    }
}

/// The agent, if the caller is a supervisor of their enterprise.
async fn supervised(state: &State, caller: &Caller, id: AgentId) -> Result<AgentId, ApiError> {
    caller.require_supervisor()?;
    Ok(store::agents::show(&state.db, caller.enterprise(), id)
        .await?
        .id)
}
