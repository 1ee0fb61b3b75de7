//! `GET /api/v1/sounds/{id}/audio`, with ranges (RFC 9110 §14).

use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::ranges::{self, Sent};
use crate::{ApiError, State};
use axum::body::{Body, Bytes};
use axum::extract;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use model::SoundId;

/// A sound as callers hear it: a WAV file of 8 kHz.
#[utoipa::path(
    get,
    path = "/api/v1/sounds/{id}/audio",
    operation_id = "show_sound_audio",
    tag = "sounds",
    params(
        ("id" = String, Path, format = "uuid", description = "the sound"),
        ("Range" = Option<String>, Header, description = "one range of bytes"),
    ),
    responses(
        (status = 200, content((Vec<u8> = "audio/wav"))),
        (status = 206, content((Vec<u8> = "audio/wav"))),
        (status = 304, description = "the copy with this ETag is current"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 416, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn audio(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<SoundId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let stored = store::sounds::audio(&state.db, caller.enterprise(), id).await?;
    let file = Bytes::from(media::sound::wave(&stored.mulaw));
    let tag = format!("\"{}\"", stored.sha256);
    let part = match ranges::sent(&headers, &tag, file.len() as u64)? {
        Sent::Part(part) => part,
        Sent::Nothing(current) => return Ok(current),
    };
    let place = |at: u64| usize::try_from(at).map_or(file.len(), |at| at.min(file.len()));
    let bytes = file.slice(place(part.first)..place(part.after));
    let response = part.response.header(header::CONTENT_TYPE, "audio/wav");
    let response = response.body(Body::from(bytes));
    Ok(response.expect("every header is plain text"))
}
