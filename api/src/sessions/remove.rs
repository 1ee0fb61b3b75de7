//! `DELETE /api/v1/sessions/current`

use crate::auth::{COOKIE, Caller};
use crate::error::Problem;
use crate::{ApiError, State};
use axum::extract;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

/// Signs out: the session's token is good for nothing afterwards.
#[utoipa::path(
    delete,
    path = "/api/v1/sessions/current",
    operation_id = "sign_out",
    tag = "sessions",
    responses(
        (status = 204, description = "signed out"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<impl IntoResponse, ApiError> {
    store::sessions::close(&state.db, &caller.token, super::now()).await?;
    let forget = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, forget)]))
}
