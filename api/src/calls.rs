//! Calls in progress.

pub(crate) mod hangup;
pub(crate) mod list;
pub(crate) mod recording;
pub(crate) mod show;
pub(crate) mod sip;

use crate::auth::Caller;
use crate::names::{Named, Names};
use crate::time::At;
use crate::vocabulary::EndStage;
use crate::{ApiError, State};
use call::LiveCall;
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
    /// Whether it is being recorded.
    recording: bool,
    /// Whether silence is recorded in the place of what is said.
    recording_paused: bool,
}

impl View {
    fn new(call: &LiveCall, names: &Names) -> Self {
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
