//! `GET /api/v1/sounds`

use super::View;
use super::uses::Uses;
use crate::auth::Caller;
use crate::error::Problem;
use crate::names::Names;
use crate::page::Page;
use crate::{ApiError, State};
use axum::{Json, extract};

/// The sounds of the enterprise (语音文件), by name.
#[utoipa::path(
    get,
    path = "/api/v1/sounds",
    operation_id = "list_sounds",
    tag = "sounds",
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
    let sounds = store::sounds::list(&state.db, enterprise).await?;
    let uses = Uses::load(&state, enterprise).await?;
    let names = Names::load(&state, enterprise).await?;
    let views = sounds.into_iter();
    Ok(Json(Page::whole(
        views.map(|stored| View::new(stored, &uses, &names)),
    )))
}
