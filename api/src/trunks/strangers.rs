//! `GET /api/v1/strangers`

use crate::auth::Caller;
use crate::error::Problem;
use crate::page::Page;
use crate::time::At;
use crate::{ApiError, State};
use axum::{Json, extract};
use call::LiveStranger;
use serde::Serialize;
use utoipa::ToSchema;

/// Who called lately and belongs to no trunk of any enterprise, the latest in front: the first
/// thing to look at when a carrier's calls do not come through. For administrators.
#[utoipa::path(
    get,
    path = "/api/v1/strangers",
    operation_id = "list_strangers",
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
    caller.require_admin()?;
    let live = state.engine.view();
    Ok(Json(Page::whole(live.strangers.iter().map(View::from))))
}

/// A source of calls that belongs to no trunk and has proved nothing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Stranger)]
pub(crate) struct View {
    /// The address that the calls come from.
    source: String,
    /// How many came since it is listed, repeated ones included.
    calls: u64,
    /// When the last one came.
    last_at: At,
    /// Whom the last one was for.
    dialled: String,
}

impl From<&LiveStranger> for View {
    fn from(live: &LiveStranger) -> Self {
        Self {
            source: live.source.to_string(),
            calls: live.calls,
            last_at: At(live.last_at),
            dialled: live.dialled.clone(),
        }
    }
}
