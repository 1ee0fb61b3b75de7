//! `GET /api/v1/call-records/{id}/recording`, with ranges (RFC 9110 §14).

use super::source::Source;
use super::visible;
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::extract;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
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
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_NONE_MATCH).is_some_and(|known| known == tag || known == "*") {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let range = text(header::RANGE)
        .filter(|_| text(header::IF_RANGE).is_none_or(|known| known == tag))
        .and_then(Asked::parse);
    let (status, first, after) = match range {
        None => (StatusCode::OK, 0, size_bytes),
        Some(asked) => {
            let (first, after) = asked
                .within(size_bytes)
                .ok_or(ApiError::RangeNotSatisfiable { size_bytes })?;
            (StatusCode::PARTIAL_CONTENT, first, after)
        }
    };
    let (media_type, extension) = match recording.format {
        RecordingFormat::Wav => ("audio/wav", "wav"),
        RecordingFormat::Opus => ("audio/ogg", "opus"),
    };

    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, media_type)
        .header(header::CONTENT_LENGTH, after - first)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CACHE_CONTROL, "private, no-cache")
        .header(header::ETAG, tag)
        .header(
            header::CONTENT_DISPOSITION,
            format!("inline; filename=\"{}.{extension}\"", recording.call),
        );
    if status == StatusCode::PARTIAL_CONTENT {
        let part = format!("bytes {first}-{}/{size_bytes}", after - 1);
        response = response.header(header::CONTENT_RANGE, part);
    }
    let body = source.body(first, after).await?;
    Ok(response.body(body).expect("every header is plain text"))
}

/// One range of bytes as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Between { first: u64, last: Option<u64> },
    Last(u64),
}

impl Asked {
    /// Reads a Range header; none for several ranges, other units and nonsense, which RFC 9110
    /// §14.2 lets a server ignore.
    fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.trim().strip_prefix("bytes=")?.trim().split_once('-')?;
        match (first.trim(), last.trim()) {
            ("", count) => count.parse().ok().map(Self::Last),
            (first, "") => Some(Self::Between {
                first: first.parse().ok()?,
                last: None,
            }),
            (first, last) => {
                let (first, last) = (first.parse().ok()?, last.parse().ok()?);
                (first <= last).then_some(Self::Between {
                    first,
                    last: Some(last),
                })
            }
        }
    }

    /// First byte and the one after the last; none if nothing of it exists.
    fn within(self, size_bytes: u64) -> Option<(u64, u64)> {
        let (first, after) = match self {
            Self::Between { first, last } => {
                let after = last.map_or(size_bytes, |last| last.saturating_add(1));
                (first, after.min(size_bytes))
            }
            Self::Last(count) => (size_bytes.saturating_sub(count), size_bytes),
        };
        (first < after).then_some((first, after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_file() {
        let cut = |text: &str| Asked::parse(text).map(|asked| asked.within(100));

        assert_eq!(cut("bytes=0-9"), Some(Some((0, 10))));
        assert_eq!(cut("bytes=90-"), Some(Some((90, 100))));
        assert_eq!(cut("bytes=-30"), Some(Some((70, 100))));
        assert_eq!(cut("bytes=0-18446744073709551615"), Some(Some((0, 100))));
        assert_eq!(cut("bytes=100-"), Some(None));
        assert_eq!(cut("bytes=-0"), Some(None));
    }

    #[test]
    fn several_ranges_and_nonsense_are_ignored() {
        for text in [
            "bytes=0-1,5-6",
            "bytes=9-1",
            "lines=1-2",
            "bytes=a-b",
            "bytes=",
        ] {
            assert_eq!(Asked::parse(text), None, "{text}");
        }
    }
}
