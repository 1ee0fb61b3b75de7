//! `GET /api/v1/calls/{id}`

use super::{View, visible};
use crate::auth::Caller;
use crate::error::Problem;
use crate::names::Names;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::{Json, extract};
use model::CallId;

/// One call in progress.
#[utoipa::path(
    get,
    path = "/api/v1/calls/{id}",
    operation_id = "show_call",
    tag = "calls",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 200, body = View),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<Json<View>, ApiError> {
    let call = visible(&state, &caller, id)?;
    let names = Names::load_live(&state, caller.enterprise()).await?;
    Ok(Json(View::new(&call, &names, &caller)))
}
