//! `POST /api/v1/trunk-numbers`

use super::{Request, View, applied, naming_part};
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use axum::response::IntoResponse;

/// Makes a number and puts it in force; for administrators.
#[utoipa::path(
    post,
    path = "/api/v1/trunk-numbers",
    operation_id = "create_trunk_number",
    tag = "trunk-numbers",
    request_body = Request,
    responses(
        (status = 201, body = View, headers(("etag" = String, description = "its version"))),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Body(request): Body<Request>,
) -> Result<impl IntoResponse, ApiError> {
    caller.require_admin()?;
    let author = caller.author();
    let id = store::trunk_numbers::fresh_id(author.at)?;
    let number = request.into_number(id, caller.enterprise());
    let stored = store::trunk_numbers::create(&state.db, author, &number).await;
    let made = applied(&state, stored.map_err(naming_part)?).await?;
    Ok((StatusCode::CREATED, made))
}
