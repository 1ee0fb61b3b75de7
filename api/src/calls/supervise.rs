//! `POST /api/v1/calls/{id}/monitor`, `/whisper`, `/barge`, `/takeover`, and `DELETE …/monitor`
//!
//! Each asks for a way to take part: it rings the caller's own phone, or changes how one takes part
//! whose phone was answered.

use super::visible;
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use call::Command;
use model::{AuditAction, AuditChange, CallId, SupervisionMode};
use store::audit_log::Thing;

/// Lets the caller's phone hear a call; nobody hears the caller. For supervisors, and it leaves a line in
/// the audit log, as the other ways to take part do.
#[utoipa::path(
    post,
    path = "/api/v1/calls/{id}/monitor",
    operation_id = "monitor_call",
    tag = "calls",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 202, description = "the phone rings, or takes part in that way"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn monitor(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<StatusCode, ApiError> {
    supervise(&state, &caller, (id, SupervisionMode::Monitor)).await
}

/// Lets the caller's phone hear a call and be heard by its agent alone. What is whispered is not
/// recorded.
#[utoipa::path(
    post,
    path = "/api/v1/calls/{id}/whisper",
    operation_id = "whisper_in_call",
    tag = "calls",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 202, description = "the phone rings, or takes part in that way"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn whisper(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<StatusCode, ApiError> {
    supervise(&state, &caller, (id, SupervisionMode::Whisper)).await
}

/// Lets the caller's phone hear a call and be heard by everybody in it. What is said is recorded on
/// the agent's side.
#[utoipa::path(
    post,
    path = "/api/v1/calls/{id}/barge",
    operation_id = "barge_into_call",
    tag = "calls",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 202, description = "the phone rings, or takes part in that way"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn barge(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<StatusCode, ApiError> {
    supervise(&state, &caller, (id, SupervisionMode::Barge)).await
}

/// Puts the caller's phone in the agent's place. The agent's part ends as after a transfer.
#[utoipa::path(
    post,
    path = "/api/v1/calls/{id}/takeover",
    operation_id = "take_over_call",
    tag = "calls",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 202, description = "the phone rings, or takes part in that way"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn take_over(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<StatusCode, ApiError> {
    supervise(&state, &caller, (id, SupervisionMode::TakeOver)).await
}

/// Ends the caller's part in a call, however they take part. The call goes on.
#[utoipa::path(
    delete,
    path = "/api/v1/calls/{id}/monitor",
    operation_id = "stop_supervising_call",
    tag = "calls",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 204, description = "the caller's phone is hung up"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn stop(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<StatusCode, ApiError> {
    caller.require_supervisor()?;
    let call = visible(&state, &caller, id)?.id;
    let supervisor = caller.require_agent()?;
    let command = Command::StopSupervising { call, supervisor };
    state.engine.order(command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Writes down who wants to take part in whose conversation in which way, and asks the engine.
///
/// The line in the audit log is the wish. It lies there before the engine obeys, so nobody listens of
/// whom there is none. A refusal leaves a line of its own; whether the phone was answered, the events
/// of the call say. An engine that does not answer in time leaves no other line, because it may still
/// do what it was asked to.
async fn supervise(
    state: &State,
    caller: &Caller,
    (id, mode): (CallId, SupervisionMode),
) -> Result<StatusCode, ApiError> {
    caller.require_supervisor()?;
    let call = visible(state, caller, id)?;
    let supervisor = caller.require_agent()?;
    let mut changes = vec![AuditChange::said("mode", word_of(mode))];
    if let Some(agent) = call.agent {
        let name = store::audit_log::name_of(&state.db, Thing::Agent(agent)).await?;
        changes.push(AuditChange::said("agent", agent).named(name));
    }
    let (author, subject) = (caller.author(), id.to_string());
    let wish = (AuditAction::CallSupervised, subject.as_str());
    store::audit_log::note_changes(&state.db, author, wish, changes.clone()).await?;
    let command = Command::Supervise {
        call: call.id,
        supervisor,
        mode,
        by: caller.user.id,
    };
    let done = state.engine.order(command).await;
    if let Err(refusal @ ApiError::Command(_)) = &done {
        changes.push(AuditChange::said("refusal", refusal.code()));
        let refused = (AuditAction::SupervisionRefused, subject.as_str());
        let author = author.later(caller.author().at);
        let noted = store::audit_log::note_changes(&state.db, author, refused, changes).await;
        if let Err(fault) = noted {
            tracing::error!(call.id = %id, error.cause = %fault, "refusal not in the audit log");
        }
    }
    done.map(|_| StatusCode::ACCEPTED)
}

const fn word_of(mode: SupervisionMode) -> &'static str {
    match mode {
        SupervisionMode::Monitor => "monitor",
        SupervisionMode::Whisper => "whisper",
        SupervisionMode::Barge => "barge",
        SupervisionMode::TakeOver => "take_over",
    }
}
