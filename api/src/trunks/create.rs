//! `POST /api/v1/trunks`

use super::View;
use super::settings::Settings;
use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use axum::response::IntoResponse;

/// Makes a trunk and puts it in force; for administrators.
#[utoipa::path(
    post,
    path = "/api/v1/trunks",
    operation_id = "create_trunk",
    tag = "trunks",
    request_body = Settings,
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
    Body(settings): Body<Settings>,
) -> Result<impl IntoResponse, ApiError> {
    caller.require_admin()?;
    let author = caller.author();
    let id = store::trunks::fresh_id(author.at)?;
    let trunk = settings.into_trunk((id, caller.enterprise()), None)?;
    let stored = store::trunks::create(&state.db, &state.vault, author, &trunk).await?;
    state.configuration.apply().await?;
    let live = state.engine.view();
    let view = View::new(&stored, &live);
    Ok((StatusCode::CREATED, view.tagged()))
}
