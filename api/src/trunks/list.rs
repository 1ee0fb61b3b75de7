//! `GET /api/v1/trunks`

use super::View;
use crate::auth::Caller;
use crate::error::Problem;
use crate::page::Page;
use crate::{ApiError, State};
use axum::{Json, extract};

/// The trunks of the enterprise with their state, by name; for supervisors.
#[utoipa::path(
    get,
    path = "/api/v1/trunks",
    operation_id = "list_trunks",
    tag = "trunks",
    responses(
        (status = 200, body = Page<View>),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<Page<View>>, ApiError> {
    caller.require_supervisor()?;
    let trunks = store::trunks::list(&state.db, &state.vault, caller.enterprise()).await?;
    let live = state.engine.view();
    let views = trunks.iter().map(|stored| View::new(stored, &live));
    Ok(Json(Page::whole(views)))
}
