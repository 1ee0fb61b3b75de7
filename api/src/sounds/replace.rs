//! `PUT /api/v1/sounds/{id}/audio`

use super::upload::Upload;
use super::{View, applied};
use crate::auth::Caller;
use crate::error::Problem;
use crate::etag::IfMatch;
use crate::parameters::Id;
use crate::router::Shared;
use crate::{ApiError, State};
use axum::Extension;
use axum::extract::{self, Request};
use axum::response::IntoResponse;
use model::SoundId;

/// Gives a sound other audio, under the same name; for administrators. Flows play it from the next
/// call on, and calls in progress what they have begun with.
#[utoipa::path(
    put,
    path = "/api/v1/sounds/{id}/audio",
    operation_id = "replace_sound",
    tag = "sounds",
    params(
        ("id" = String, Path, format = "uuid", description = "the sound"),
        ("if-match" = String, Header, description = "the version that was seen, such as \"3\""),
    ),
    request_body(content((Vec<u8> = "audio/wav"), (Vec<u8> = "audio/mpeg"))),
    responses(
        (status = 200, body = View, headers(("etag" = String, description = "its version"))),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 412, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 428, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
#[expect(clippy::too_many_arguments, reason = "each extractor is an argument")]
pub(crate) async fn replace(
    extract::State(state): extract::State<State>,
    Extension(shared): Extension<Shared>,
    caller: Caller,
    Id(id): Id<SoundId>,
    IfMatch(version): IfMatch,
    request: Request,
) -> Result<impl IntoResponse, ApiError> {
    caller.require_admin()?;
    store::sounds::show(&state.db, caller.enterprise(), id).await?;
    let upload = Upload::read(&shared, request).await?;
    let seen = (id, version);
    let stored = store::sounds::replace(&state.db, caller.author(), seen, upload.audio()).await?;
    applied(&state, stored).await
}
