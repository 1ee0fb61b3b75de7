//! Calls in progress.

pub(crate) mod conference;
pub(crate) mod hangup;
pub(crate) mod list;
pub(crate) mod recording;
pub(crate) mod show;
pub(crate) mod sip;
pub(crate) mod supervise;

use crate::auth::Caller;
use crate::names::{Named, Names};
use crate::time::At;
use crate::vocabulary::{EndStage, SupervisionMode};
use crate::{ApiError, State};
use call::{LiveCall, LiveGuest};
use model::CallId;
use serde::Serialize;
use utoipa::ToSchema;

/// A call in progress.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LiveCall)]
pub(crate) struct View {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// The calling number.
    caller: String,
    /// The called number.
    called: String,
    /// The number of ours.
    trunk_number: String,
    /// When it came in.
    started_at: At,
    /// When we answered.
    answered_at: Option<At>,
    /// How far it is.
    stage: EndStage,
    /// The queue it waits in or came from.
    queue: Option<Named>,
    /// The agent who rings or talks.
    agent: Option<Named>,
    /// Supervisors who hear it, or whose phones ring for that. Agents see none.
    supervisors: Vec<Supervisor>,
    /// The third person in it.
    guest: Option<Guest>,
    /// Whether it is being recorded.
    recording: bool,
    /// Whether silence is recorded in the place of what is said.
    recording_paused: bool,
}

/// A supervisor in a call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallSupervisor)]
struct Supervisor {
    /// The supervisor.
    agent: Named,
    /// How they take part.
    mode: SupervisionMode,
    /// Whether they hear the call; until then their phone rings.
    hears: bool,
}

/// The third person in a call: an agent or an outside number.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallGuest)]
struct Guest {
    /// The agent.
    agent: Option<Named>,
    /// The number.
    number: Option<String>,
}

impl Guest {
    fn new(guest: &LiveGuest, names: &Names) -> Self {
        match guest {
            LiveGuest::Agent(agent) => Self {
                agent: Some(names.agent(*agent)),
                number: None,
            },
            LiveGuest::Outside(number) => Self {
                agent: None,
                number: Some(number.to_string()),
            },
        }
    }
}

impl View {
    fn new(call: &LiveCall, names: &Names, caller: &Caller) -> Self {
        let supervisors = call.supervisors.iter().filter(|_| caller.sees_all());
        Self {
            id: call.id.to_string(),
            caller: call.caller.to_string(),
            called: call.called.to_string(),
            trunk_number: call.trunk_number.to_string(),
            started_at: call.started_at.into(),
            answered_at: call.answered_at.map(At),
            stage: call.stage.into(),
            queue: call.queue.map(|id| names.queue(id)),
            agent: call.agent.map(|id| names.agent(id)),
            supervisors: supervisors
                .map(|it| Supervisor {
                    agent: names.agent(it.agent),
                    mode: it.mode.into(),
                    hears: it.hears,
                })
                .collect(),
            guest: call.guest.as_ref().map(|it| Guest::new(it, names)),
            recording: call.recording,
            recording_paused: call.recording_paused,
        }
    }
}

fn is_visible(caller: &Caller, call: &LiveCall) -> bool {
    call.enterprise == caller.enterprise() && caller.may_see(call.agent)
}

/// The call, if it goes on and the caller may see it.
fn visible(state: &State, caller: &Caller, id: CallId) -> Result<LiveCall, ApiError> {
    let view = state.engine.view();
    view.calls
        .iter()
        .find(|call| call.id == id && is_visible(caller, call))
        .cloned()
        .ok_or(ApiError::NotFound("call in progress"))
}
