//! `GET /api/v1/flows/{id}`

use super::Detail;
use crate::auth::Caller;
use crate::error::Problem;
use crate::names::Names;
use crate::parameters::Id;
use crate::{ApiError, State, etag};
use axum::http::header;
use axum::response::IntoResponse;
use axum::{Json, extract};
use model::FlowId;

/// A flow with what is drawn of it; for supervisors and administrators.
#[utoipa::path(
    get,
    path = "/api/v1/flows/{id}",
    operation_id = "show_flow",
    tag = "flows",
    params(("id" = String, Path, format = "uuid", description = "the flow")),
    responses(
        (status = 200, body = Detail, headers(("etag" = String, description = "the draft's version"))),
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

/// The flow as it is, with its draft's version as the tag that `If-Match` takes.
pub(super) async fn shown(
    state: &State,
    caller: &Caller,
    id: FlowId,
) -> Result<impl IntoResponse + use<>, ApiError> {
    let drawn = store::flow_drafts::show(&state.db, caller.enterprise(), id).await?;
    let names = Names::load(state, caller.enterprise()).await?;
    let tag = [(header::ETAG, etag::of(drawn.version))];
    Ok((tag, Json(Detail::new(&drawn, &names)?)))
}
