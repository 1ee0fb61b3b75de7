//! `POST /api/v1/calls/{id}/recording/pause` and `POST /api/v1/calls/{id}/recording/resume`

use super::visible;
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use call::Command;
use model::CallId;

/// Keeps what is said out of a call's recording: silence lies in its place, and the length stays
/// that of the call. An agent may pause their own.
#[utoipa::path(
    post,
    path = "/api/v1/calls/{id}/recording/pause",
    operation_id = "pause_call_recording",
    tag = "calls",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 204, description = "nothing that is said is kept"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn pause(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<StatusCode, ApiError> {
    let call = visible(&state, &caller, id)?.id;
    let by = caller.user.id;
    state
        .engine
        .order(Command::PauseRecording { call, by })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Records again what is said. While the caller types what a flow calls sensitive, the pause stays.
#[utoipa::path(
    post,
    path = "/api/v1/calls/{id}/recording/resume",
    operation_id = "resume_call_recording",
    tag = "calls",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 204, description = "what is said is kept again"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn resume(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<StatusCode, ApiError> {
    let call = visible(&state, &caller, id)?.id;
    let by = caller.user.id;
    state
        .engine
        .order(Command::ResumeRecording { call, by })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
