//! `GET /api/v1/trunks/{id}`

use super::View;
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::response::IntoResponse;
use model::TrunkId;

/// One trunk with its state; for supervisors.
#[utoipa::path(
    get,
    path = "/api/v1/trunks/{id}",
    operation_id = "show_trunk",
    tag = "trunks",
    params(("id" = String, Path, format = "uuid", description = "the trunk")),
    responses(
        (status = 200, body = View, headers(("etag" = String, description = "its version"))),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<TrunkId>,
) -> Result<impl IntoResponse, ApiError> {
    caller.require_supervisor()?;
    let stored = store::trunks::show(&state.db, &state.vault, caller.enterprise(), id).await?;
    let live = state.engine.view();
    Ok(View::new(&stored, &live).tagged())
}
