//! Files with ranges and entity tags (RFC 9110 §13, §14).

use crate::ApiError;
use axum::http::response::Builder;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// The head of an answer, and which bytes follow it.
pub(crate) struct Part {
    /// The head, with status, length, range and tag.
    pub(crate) response: Builder,
    /// The first byte.
    pub(crate) first: u64,
    /// The byte after the last.
    pub(crate) after: u64,
}

/// What is sent of a file.
pub(crate) enum Sent {
    /// Nothing: the copy that the asker has is current.
    Nothing(Response),
    /// All of it, or the range that was asked for.
    Part(Part),
}

/// What is sent of a file that `tag` names.
///
/// # Errors
/// [`ApiError::RangeNotSatisfiable`].
pub(crate) fn sent(headers: &HeaderMap, tag: &str, size_bytes: u64) -> Result<Sent, ApiError> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::IF_NONE_MATCH).is_some_and(|known| known == tag || known == "*") {
        let current = (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]);
        return Ok(Sent::Nothing(current.into_response()));
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
    let mut response = Response::builder()
        .status(status)
        .header(header::CONTENT_LENGTH, after - first)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CACHE_CONTROL, "private, no-cache")
        .header(header::ETAG, tag);
    if status == StatusCode::PARTIAL_CONTENT {
        let part = format!("bytes {first}-{}/{size_bytes}", after - 1);
        response = response.header(header::CONTENT_RANGE, part);
    }
    Ok(Sent::Part(Part {
        response,
        first,
        after,
    }))
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
