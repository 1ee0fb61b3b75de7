//! `GET /api/v1/call-records/{id}`

use super::{RecordingView, View, visible};
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::Json;
use axum::extract;
use model::CallId;
use serde::Serialize;
use utoipa::ToSchema;

/// One call with the state of its recording.
#[utoipa::path(
    get,
    path = "/api/v1/call-records/{id}",
    operation_id = "show_call_record",
    tag = "call-records",
    params(("id" = String, Path, format = "uuid", description = "the call")),
    responses(
        (status = 200, body = Detail),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
) -> Result<Json<Detail>, ApiError> {
    let entry = visible(&state, &caller, id).await?;
    let recordings = store::recordings::of_call(&state.db, caller.enterprise(), id).await?;
    Ok(Json(Detail {
        record: View::new(entry),
        recording_file: recordings.into_iter().next().map(RecordingView::from),
    }))
}

/// One call with the state of its recording.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallRecordDetail)]
pub(crate) struct Detail {
    /// The call.
    #[serde(flatten)]
    record: View,
    /// Its recording, if there is one.
    recording_file: Option<RecordingView>,
}
