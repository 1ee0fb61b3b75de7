//! `POST /api/v1/agents/{id}/sign-out`, and the same for `me`.

use super::supervised;
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use call::Command;
use model::{AgentId, StatusActor};

/// Signs the caller out: no more calls are offered.
#[utoipa::path(
    post,
    path = "/api/v1/agents/me/sign-out",
    operation_id = "sign_out_myself",
    tag = "agents",
    responses(
        (status = 204, description = "signed out"),
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
    sign_out(&state, agent, StatusActor::Agent).await
}

/// Signs an agent out; for supervisors.
#[utoipa::path(
    post,
    path = "/api/v1/agents/{id}/sign-out",
    operation_id = "sign_out_agent",
    tag = "agents",
    params(("id" = String, Path, format = "uuid", description = "the agent")),
    responses(
        (status = 204, description = "signed out"),
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
    sign_out(&state, agent, StatusActor::Supervisor).await
}

async fn sign_out(
    state: &State,
    agent: AgentId,
    actor: StatusActor,
) -> Result<StatusCode, ApiError> {
    state
        .engine
        .order(Command::SignOut { agent, actor })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
