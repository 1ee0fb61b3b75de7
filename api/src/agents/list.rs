//! `GET /api/v1/agents`

use super::View;
use crate::auth::Caller;
use crate::error::Problem;
use crate::page::Page;
use crate::{ApiError, State};
use axum::{Json, extract};

/// The agents of the enterprise, by work number.
#[utoipa::path(
    get,
    path = "/api/v1/agents",
    operation_id = "list_agents",
    tag = "agents",
    responses(
        (status = 200, body = Page<View>),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<Page<View>>, ApiError> {
    let agents = store::agents::list(&state.db, caller.enterprise()).await?;
    let live = state.engine.view();
    Ok(Json(Page::whole(agents.into_iter().map(|agent| {
        let state = live.agents.iter().find(|state| state.id == agent.id);
        View::new(agent, state)
    }))))
}
