//! `GET /api/v1/flows`

use crate::auth::Caller;
use crate::error::Problem;
use crate::page::Page;
use crate::{ApiError, State};
use axum::{Json, extract};
use model::PublishedFlow;
use serde::Serialize;
use utoipa::ToSchema;

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
    let flows = store::flows::list(&state.db, caller.enterprise()).await?;
    Ok(Json(Page::whole(flows.into_iter().map(View::from))))
}

/// A flow and its live version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Flow)]
pub(crate) struct View {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// Its name.
    name: String,
    /// The version that callers enter.
    version: u32,
}

impl From<PublishedFlow> for View {
    fn from(flow: PublishedFlow) -> Self {
        Self {
            id: flow.id.to_string(),
            name: flow.name,
            version: flow.version.0,
        }
    }
}
