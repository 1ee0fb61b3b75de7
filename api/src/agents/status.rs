//! `POST /api/v1/agents/{id}/status`, and the same for `me`.

use super::{WantedStatus, supervised};
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use call::Command;
use model::{AgentId, StatusActor};
use serde::Deserialize;
use utoipa::ToSchema;

/// Changes what the caller has declared.
#[utoipa::path(
    post,
    path = "/api/v1/agents/me/status",
    operation_id = "set_my_status",
    tag = "agents",
    request_body = Request,
    responses(
        (status = 204, description = "changed"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn myself(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Body(request): Body<Request>,
) -> Result<StatusCode, ApiError> {
    let agent = caller.require_agent()?;
    set(&state, agent, &request, StatusActor::Agent).await
}

/// Changes what an agent has declared; for supervisors.
#[utoipa::path(
    post,
    path = "/api/v1/agents/{id}/status",
    operation_id = "set_agent_status",
    tag = "agents",
    params(("id" = String, Path, format = "uuid", description = "the agent")),
    request_body = Request,
    responses(
        (status = 204, description = "changed"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn other(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<AgentId>,
    Body(request): Body<Request>,
) -> Result<StatusCode, ApiError> {
    let agent = supervised(&state, &caller, id).await?;
    set(&state, agent, &request, StatusActor::Supervisor).await
}

async fn set(
    state: &State,
    agent: AgentId,
    request: &Request,
    actor: StatusActor,
) -> Result<StatusCode, ApiError> {
    let command = Command::SetStatus {
        agent,
        status: request.status.with_break(request.break_kind)?,
        actor,
    };
    state.engine.order(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What to declare.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AgentStatusChange)]
pub(crate) struct Request {
    /// The status.
    status: WantedStatus,
    /// Which break, 11 to 18, if the status is a break.
    #[serde(rename = "break")]
    #[schema(minimum = 11, maximum = 18)]
    break_kind: Option<u8>,
}
