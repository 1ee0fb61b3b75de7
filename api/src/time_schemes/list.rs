//! `GET /api/v1/time-schemes`

use super::{Uses, View};
use crate::auth::Caller;
use crate::error::Problem;
use crate::page::Page;
use crate::{ApiError, State};
use axum::{Json, extract};

/// The time schemes of the enterprise (时间方案).
#[utoipa::path(
    get,
    path = "/api/v1/time-schemes",
    operation_id = "list_time_schemes",
    tag = "time-schemes",
    responses(
        (status = 200, body = Page<View>),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<Page<View>>, ApiError> {
    let enterprise = caller.enterprise();
    let schemes = store::time_schemes::list(&state.db, enterprise).await?;
    let uses = Uses::load(&state, enterprise).await?;
    Ok(Json(Page::whole(schemes.into_iter().map(|stored| {
        let used_by = uses.of(&stored.scheme.name);
        View::new(stored, used_by)
    }))))
}
