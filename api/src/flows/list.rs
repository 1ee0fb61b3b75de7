//! `GET /api/v1/flows`

use super::View;
use crate::auth::Caller;
use crate::error::Problem;
use crate::names::Names;
use crate::page::Page;
use crate::{ApiError, State};
use axum::{Json, extract};

/// The flows of the enterprise with the version that callers enter, by name.
#[utoipa::path(
    get,
    path = "/api/v1/flows",
    operation_id = "list_flows",
    tag = "flows",
    responses(
        (status = 200, body = Page<View>),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<Page<View>>, ApiError> {
    let flows = store::flow_drafts::list(&state.db, caller.enterprise()).await?;
    let names = Names::load(&state, caller.enterprise()).await?;
    Ok(Json(Page::whole(
        flows.iter().map(|drawn| View::new(drawn, &names)),
    )))
}
