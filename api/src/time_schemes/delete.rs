//! `DELETE /api/v1/time-schemes/{id}`

use super::require_unused;
use crate::auth::Caller;
use crate::error::Problem;
use crate::etag::IfMatch;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use model::TimeSchemeId;

/// Removes a time scheme at which no published flow looks; for administrators.
#[utoipa::path(
    delete,
    path = "/api/v1/time-schemes/{id}",
    operation_id = "delete_time_scheme",
    tag = "time-schemes",
    params(
        ("id" = String, Path, format = "uuid", description = "the time scheme"),
        ("if-match" = String, Header, description = "the version that was seen, such as \"3\""),
    ),
    responses(
        (status = 204, description = "removed"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
        (status = 428, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn delete(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<TimeSchemeId>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, ApiError> {
    caller.require_admin()?;
    let before = store::time_schemes::show(&state.db, caller.enterprise(), id).await?;
    require_unused(&state, caller.enterprise(), &before.scheme.name).await?;
    let gone = (id, version);
    store::time_schemes::delete(&state.db, caller.author(), gone).await?;
    state.configuration.apply().await?;
    Ok(StatusCode::NO_CONTENT)
}
