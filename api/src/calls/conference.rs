//! `POST /api/v1/calls/{id}/conference`

use super::visible;
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use call::Command;
use model::CallId;

/// Makes a conversation of three of two calls of an agent: the customer's, and the one with whom the
/// agent consults meanwhile. Either call may be named. For the agent of both.
#[utoipa::path(
    post,
    path = "/api/v1/calls/{id}/conference",
    operation_id = "confer_in_call",
    tag = "calls",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 204, description = "the three hear each other"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn conference(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<StatusCode, ApiError> {
    let call = visible(&state, &caller, id)?.id;
    let agent = caller.require_agent()?;
    state.engine.order(Command::Confer { call, agent }).await?;
    Ok(StatusCode::NO_CONTENT)
}
