//! `GET /api/v1/trunk-numbers`

use super::View;
use crate::auth::Caller;
use crate::error::Problem;
use crate::names::Names;
use crate::page::Page;
use crate::{ApiError, State};
use axum::{Json, extract};

/// The numbers of the enterprise (中继号码).
#[utoipa::path(
    get,
    path = "/api/v1/trunk-numbers",
    operation_id = "list_trunk_numbers",
    tag = "trunk-numbers",
    responses(
        (status = 200, body = Page<View>),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<Page<View>>, ApiError> {
    let numbers = store::trunk_numbers::list(&state.db, caller.enterprise()).await?;
    let names = Names::load(&state, caller.enterprise()).await?;
    Ok(Json(Page::whole(
        numbers.into_iter().map(|number| View::new(number, &names)),
    )))
}
