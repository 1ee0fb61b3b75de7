//! `POST /api/v1/agents/{id}/end-wrap-up`, and the same for `me`.

use super::supervised;
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use call::Command;
use model::AgentId;

/// Ends the caller's wrap-up before its time.
#[utoipa::path(
    post,
    path = "/api/v1/agents/me/end-wrap-up",
    operation_id = "end_my_wrap_up",
    tag = "agents",
    responses(
        (status = 204, description = "the wrap-up is over"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn myself(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let agent = caller.require_agent()?;
    end(&state, agent).await
}

/// Ends an agent's wrap-up before its time; for supervisors.
#[utoipa::path(
    post,
    path = "/api/v1/agents/{id}/end-wrap-up",
    operation_id = "end_agent_wrap_up",
    tag = "agents",
    params(("id" = String, Path, format = "uuid", description = "the agent")),
    responses(
        (status = 204, description = "the wrap-up is over"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn other(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<AgentId>,
) -> Result<StatusCode, ApiError> {
    let agent = supervised(&state, &caller, id).await?;
    end(&state, agent).await
}

async fn end(state: &State, agent: AgentId) -> Result<StatusCode, ApiError> {
    state.engine.order(Command::EndWrapUp { agent }).await?;
    Ok(StatusCode::NO_CONTENT)
}
