//! `POST /api/v1/time-schemes`

use super::{Request, View, applied};
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use axum::response::IntoResponse;

/// Makes a time scheme and puts it in force; for administrators.
#[utoipa::path(
    post,
    path = "/api/v1/time-schemes",
    operation_id = "create_time_scheme",
    tag = "time-schemes",
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
    let id = store::time_schemes::fresh_id(author.at)?;
    let scheme = request.into_scheme(id, caller.enterprise())?;
    let stored = store::time_schemes::create(&state.db, author, &scheme).await?;
    let made = applied(&state, stored).await?;
    Ok((StatusCode::CREATED, made))
}
