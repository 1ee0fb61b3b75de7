//! `GET /api/v1/call-records/{id}/recording`, with ranges (RFC 9110 §14).

use super::source::Source;
use super::visible;
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::ranges::{self, Sent};
use crate::{ApiError, State};
use axum::extract;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use model::{CallId, Recording, RecordingFormat};

/// How often it is looked where a recording is: its file may go elsewhere between the question and
/// the answer.
const LOOKS: usize = 2;

/// The recording: customer left, agent right. A WAV file; Ogg/Opus where it was compressed.
#[utoipa::path(
    get,
    path = "/api/v1/call-records/{id}/recording",
    operation_id = "show_call_recording",
    tag = "call-records",
    params(
        ("id" = String, Path, format = "uuid", description = "the call"),
        ("Range" = Option<String>, Header, description = "one range of bytes"),
    ),
    responses(
        (status = 200, content((Vec<u8> = "audio/wav"), (Vec<u8> = "audio/ogg"))),
        (status = 206, content((Vec<u8> = "audio/wav"), (Vec<u8> = "audio/ogg"))),
        (status = 304, description = "the copy with this ETag is current"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 416, body = Problem, content_type = "application/problem+json"),
        (status = 503, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn recording(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Id(id): Id<CallId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let gone = || ApiError::NotFound("recording");
    visible(&state, &caller, id).await?;
    for _ in 0..LOOKS {
        let recordings = store::recordings::of_call(&state.db, caller.enterprise(), id).await?;
        let recording = recordings.into_iter().next().ok_or_else(gone)?;
        if let Some(source) = Source::find(&state, &recording).await? {
            return serve(source, &recording, &headers).await;
        }
    }
    Err(gone())
}

async fn serve(
    source: Source,
    recording: &Recording,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let size_bytes = source.size_bytes();
    let tag = format!("\"{}-{size_bytes}\"", recording.id);
    let part = match ranges::sent(headers, &tag, size_bytes)? {
        Sent::Part(part) => part,
        Sent::Nothing(current) => return Ok(current),
    };
    let (media_type, extension) = match recording.format {
        RecordingFormat::Wav => ("audio/wav", "wav"),
        RecordingFormat::Opus => ("audio/ogg", "opus"),
    };

    let response = part
        .response
        .header(header::CONTENT_TYPE, media_type)
        .header(
            header::CONTENT_DISPOSITION,
            format!("inline; filename=\"{}.{extension}\"", recording.call),
        );
    let body = source.body(part.first, part.after).await?;
    Ok(response.body(body).expect("every header is plain text"))
}
