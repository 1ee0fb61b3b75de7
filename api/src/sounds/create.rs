//! `POST /api/v1/sounds`

use super::upload::Upload;
use super::{View, applied};
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Parameters;
use crate::router::Shared;
use crate::{ApiError, State};
use axum::Extension;
use axum::extract::{self, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use model::Sound;
use serde::Deserialize;

/// What the sound is called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    name: String,
}

/// Makes a sound of a WAV or MP3 file, of at most 10 MiB and 10 minutes, in mono or stereo; for
/// administrators. Flows play it from the next call on.
#[utoipa::path(
    post,
    path = "/api/v1/sounds",
    operation_id = "create_sound",
    tag = "sounds",
    params(
        ("name" = String, Query, min_length = 1, max_length = 64,
            description = "its name, by which flows know it; it stays"),
    ),
    request_body(content((Vec<u8> = "audio/wav"), (Vec<u8> = "audio/mpeg"))),
    responses(
        (status = 201, body = View, headers(("etag" = String, description = "its version"))),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    Extension(shared): Extension<Shared>,
    caller: Caller,
    Parameters(wanted): Parameters<Wanted>,
    request: Request,
) -> Result<impl IntoResponse, ApiError> {
    caller.require_admin()?;
    let name = wanted.name.trim();
    let fits = (1..=Sound::NAME_CHARS).contains(&name.chars().count());
    if !fits || name.chars().any(char::is_control) {
        let detail = format!("1 to {} characters, none of control", Sound::NAME_CHARS);
        return Err(ApiError::invalid("name", detail));
    }
    let upload = Upload::read(&shared, request).await?;
    let stored = store::sounds::create(&state.db, caller.author(), name, upload.audio()).await?;
    let made = applied(&state, stored).await?;
    Ok((StatusCode::CREATED, made))
}
