//! `GET /api/v1/flows/{id}/tests`

use super::View;
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::{ApiError, State, etag};
use axum::http::header;
use axum::response::IntoResponse;
use axum::{Json, extract};
use model::FlowId;

/// The tests that are kept with a flow; for supervisors and administrators.
#[utoipa::path(
    get,
    path = "/api/v1/flows/{id}/tests",
    operation_id = "show_flow_tests",
    tag = "flows",
    params(("id" = String, Path, format = "uuid", description = "the flow")),
    responses(
        (status = 200, body = View, headers(("etag" = String, description = "the list's version"))),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<FlowId>,
) -> Result<impl IntoResponse, ApiError> {
    caller.require_supervisor()?;
    shown(&state, &caller, id).await
}

/// The tests as they are, with their version as the tag that `If-Match` takes.
pub(super) async fn shown(
    state: &State,
    caller: &Caller,
    id: FlowId,
) -> Result<impl IntoResponse + use<>, ApiError> {
    let kept = store::flow_tests::show(&state.db, caller.enterprise(), id).await?;
    let tag = [(header::ETAG, etag::of(kept.version))];
    Ok((tag, Json(View::new(&kept)?)))
}
