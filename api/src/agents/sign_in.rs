//! `POST /api/v1/agents/{id}/sign-in`, and the same for `me`.

use super::{WantedStatus, supervised};
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::parameters::Id;
use crate::vocabulary::AnswerMode;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use call::Command;
use model::{AgentId, StatusActor};
use serde::Deserialize;
use utoipa::ToSchema;

/// Signs the caller in to take calls.
#[utoipa::path(
    post,
    path = "/api/v1/agents/me/sign-in",
    operation_id = "sign_in_myself",
    tag = "agents",
    request_body = Request,
    responses(
        (status = 204, description = "signed in"),
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
    sign_in(&state, agent, &request, StatusActor::Agent).await
}

/// Signs an agent in; for supervisors.
#[utoipa::path(
    post,
    path = "/api/v1/agents/{id}/sign-in",
    operation_id = "sign_in_agent",
    tag = "agents",
    params(("id" = String, Path, format = "uuid", description = "the agent")),
    request_body = Request,
    responses(
        (status = 204, description = "signed in"),
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
    sign_in(&state, agent, &request, StatusActor::Supervisor).await
}

async fn sign_in(
    state: &State,
    agent: AgentId,
    request: &Request,
    actor: StatusActor,
) -> Result<StatusCode, ApiError> {
    let command = Command::SignIn {
        agent,
        answer_mode: request.answer_mode.into(),
        status: request
            .status
            .unwrap_or(WantedStatus::Online)
            .with_break(request.break_kind)?,
        actor,
    };
    state.engine.order(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How to sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AgentSignIn)]
pub(crate) struct Request {
    /// With what the agent takes calls.
    answer_mode: AnswerMode,
    /// The status to begin with; online when not given.
    status: Option<WantedStatus>,
    /// Which break, 11 to 18, if the status is a break.
    #[serde(rename = "break")]
    #[schema(minimum = 11, maximum = 18)]
    break_kind: Option<u8>,
}
