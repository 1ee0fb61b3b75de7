//! `POST /api/v1/calls/{id}/hangup`

use super::visible;
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use call::Command;
use model::CallId;

/// Ends a call; an agent may end their own.
#[utoipa::path(
    post,
    path = "/api/v1/calls/{id}/hangup",
    operation_id = "hang_up_call",
    tag = "calls",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 204, description = "the call is ending"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn hangup(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<StatusCode, ApiError> {
    let call = visible(&state, &caller, id)?.id;
    state.engine.order(Command::HangUp { call }).await?;
    Ok(StatusCode::NO_CONTENT)
}
