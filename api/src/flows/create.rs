//! `POST /api/v1/flows`

use super::show::shown;
use super::{Detail, Request};
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use ivr::limits::NAME_CHARS;

/// Makes a flow that is drawn and not yet published; for administrators.
#[utoipa::path(
    post,
    path = "/api/v1/flows",
    operation_id = "create_flow",
    tag = "flows",
    request_body = Request,
    responses(
        (status = 201, body = Detail, headers(("etag" = String, description = "the draft's version"))),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Body(request): Body<Request>,
) -> Result<impl IntoResponse, ApiError> {
    caller.require_admin()?;
    let name = request.document.get("name").and_then(|name| name.as_str());
    let name = name
        .filter(|name| (1..=NAME_CHARS).contains(&name.chars().count()))
        .ok_or_else(|| {
            let detail = format!("a flow has a name of 1 to {NAME_CHARS} characters");
            ApiError::invalid("/document/name", detail)
        })?;
    let text = request.text();
    let id = store::flow_drafts::create(&state.db, caller.author(), name, &text).await?;
    let made = shown(&state, &caller, id).await?;
    Ok((StatusCode::CREATED, made))
}
