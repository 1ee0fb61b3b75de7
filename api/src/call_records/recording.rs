//! `GET /api/v1/call-records/{id}/recording`, with ranges (RFC 9110 §14).

use super::{visible, wave};
use crate::auth::Caller;
use crate::error::Problem;
use crate::parameters::Id;
use crate::{ApiError, State};
use axum::body::{Body, Bytes};
use axum::extract;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use model::{CallId, Recording, RecordingFormat};
use std::io::SeekFrom;
use std::path::{Component, Path, PathBuf};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

/// How much of the file is in memory at a time, in bytes.
const PIECE: usize = 64 * 1024;

/// The extension of a file whose call is in progress.
const UNFINISHED: &str = "wav.part";

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
    let recording = store::recordings::of_call(&state.db, caller.enterprise(), id)
        .await?
        .into_iter()
        .next()
        .ok_or_else(gone)?;
    let path = below(&state.data_dir, &recording.path).ok_or_else(gone)?;
    let file = open(&path).await?.ok_or_else(gone)?;
    let size_bytes = file.metadata().await?.len();
    serve(file, size_bytes, &recording, &headers).await
}

/// Opens a recording, complete or still being written; none if there is neither.
async fn open(path: &Path) -> Result<Option<File>, ApiError> {
    for path in [path, &path.with_extension(UNFINISHED)] {
        match File::open(path).await {
            Ok(file) => return Ok(Some(file)),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => (),
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(None)
}

/// The place of `path` below `folder`; none if it leads out of it.
fn below(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    path.components()
        .all(|part| matches!(part, Component::Normal(_)))
        .then(|| folder.join(path))
}

async fn serve(
    mut file: File,
    size_bytes: u64,
    recording: &Recording,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
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
    let mut start = vec![0; wave::LONGEST_HEADER.min(usize::try_from(size_bytes).unwrap_or(0))];
    file.read_exact(&mut start).await?;
    wave::complete(&mut start, size_bytes);
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
    let body = pieces(file, Bytes::from(start), first, after);
    Ok(response.body(body).expect("every header is plain text"))
}

/// The bytes from `first` until `after`: from `start` as far as it reaches, then from the file.
fn pieces(file: File, start: Bytes, first: u64, after: u64) -> Body {
    let state = (file, start, first);
    Body::from_stream(stream::try_unfold(
        state,
        move |(mut file, start, at)| async move {
            if at >= after {
                return Ok::<_, std::io::Error>(None);
            }
            let left = usize::try_from(after - at).unwrap_or(PIECE).min(PIECE);
            let piece = match usize::try_from(at).ok().and_then(|at| start.get(at..)) {
                Some(held) if !held.is_empty() => {
                    let from = start.len() - held.len();
                    start.slice(from..from + left.min(held.len()))
                }
                _ => {
                    file.seek(SeekFrom::Start(at)).await?;
                    let mut piece = vec![0; left];
                    file.read_exact(&mut piece).await?;
                    Bytes::from(piece)
                }
            };
            let next = at + piece.len() as u64;
            Ok(Some((piece, (file, start, next))))
        },
    ))
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

    #[test]
    fn a_path_that_leads_out_of_the_folder_is_not_followed() {
        let folder = Path::new("/data");

        assert!(below(folder, "recordings/2026/a.wav").is_some());
        assert!(below(folder, "../etc/passwd").is_none());
        assert!(below(folder, "/etc/passwd").is_none());
    }
}
