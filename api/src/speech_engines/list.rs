//! `GET /api/v1/speech-engines`

use super::View;
use crate::auth::Caller;
use crate::error::Problem;
use crate::page::Page;
use crate::{ApiError, State};
use axum::{Json, extract};

/// The engines that speak texts of flows, by name; for supervisors and administrators.
#[utoipa::path(
    get,
    path = "/api/v1/speech-engines",
    operation_id = "list_speech_engines",
    tag = "speech-engines",
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
    let engines = (state.speech.engines)();
    Ok(Json(Page::whole(engines.into_iter().map(View::from))))
}
