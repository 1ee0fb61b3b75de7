//! `DELETE /api/v1/trunk-numbers/{id}`

use crate::auth::Caller;
use crate::error::Problem;
use crate::etag::IfMatch;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::http::StatusCode;
use model::TrunkNumberId;

/// Removes a number; calls in progress go on. For administrators.
#[utoipa::path(
    delete,
    path = "/api/v1/trunk-numbers/{id}",
    operation_id = "delete_trunk_number",
    tag = "trunk-numbers",
    params(
        ("id" = String, Path, format = "uuid", description = "the number"),
        ("if-match" = String, Header, description = "the version that was seen, such as \"3\""),
    ),
    responses(
        (status = 204, description = "removed"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
        (status = 428, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn delete(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<TrunkNumberId>,
    IfMatch(version): IfMatch,
) -> Result<StatusCode, ApiError> {
    caller.require_admin()?;
    let gone = (id, version);
    store::trunk_numbers::delete(&state.db, caller.author(), gone).await?;
    state.configuration.apply().await?;
    Ok(StatusCode::NO_CONTENT)
}
