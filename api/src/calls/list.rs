//! `GET /api/v1/calls`

use super::{View, is_visible};
use crate::auth::Caller;
use crate::error::Problem;
use crate::names::Names;
use crate::page::Page;
use crate::{ApiError, State};
use axum::{Json, extract};

/// Calls in progress, oldest first; an agent sees their own.
#[utoipa::path(
    get,
    path = "/api/v1/calls",
    operation_id = "list_calls",
    tag = "calls",
    responses(
        (status = 200, body = Page<View>),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<Page<View>>, ApiError> {
    let names = Names::load_live(&state, caller.enterprise()).await?;
    let view = state.engine.view();
    let calls = view.calls.iter().filter(|call| is_visible(&caller, call));
    Ok(Json(Page::whole(
        calls.map(|call| View::new(call, &names, &caller)),
    )))
}
