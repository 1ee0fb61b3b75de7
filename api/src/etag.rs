//! Versions as entity tags (RFC 9110 §8.8.3, §13.1.1): who changes a thing names the version that
//! they saw.

use crate::ApiError;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

/// The tag of a version.
pub(crate) fn of(version: i64) -> String {
    format!("\"{version}\"")
}

/// The version that `If-Match` names.
pub(crate) struct IfMatch(pub(crate) i64);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let tag = parts.headers.get(header::IF_MATCH);
        let tag = tag.ok_or(ApiError::VersionRequired)?;
        tag.to_str()
            .ok()
            .and_then(|text| text.trim().strip_prefix('"')?.strip_suffix('"'))
            .and_then(|version| version.parse().ok())
            .map(Self)
            .ok_or(ApiError::Changed("thing"))
    }
}
