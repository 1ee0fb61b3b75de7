//! A sound file as it comes in: its kind, its bounds, what is heard of it.

use crate::ApiError;
use crate::router::Shared;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use media::sound::{self, LONGEST_FILE};
use std::time::Duration;
use store::sounds::Audio;

/// What the file may call itself.
const KINDS: [&str; 6] = [
    "audio/wav",
    "audio/x-wav",
    "audio/wave",
    "audio/vnd.wave",
    "audio/mpeg",
    "audio/mp3",
];

/// A sound as the engine plays it.
pub(super) struct Upload {
    mulaw: Vec<u8>,
    length: Duration,
}

impl Upload {
    /// Reads the body of a request.
    pub(super) async fn read(shared: &Shared, request: Request) -> Result<Self, ApiError> {
        if !is_audio(request.headers()) {
            return Err(ApiError::UnsupportedMediaType("audio/wav or audio/mpeg"));
        }
        let _turn = shared.sound_turn().await;
        let file = Bytes::from_request(request, &()).await;
        let file = file.map_err(|rejection| match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => ApiError::BodyTooLarge {
                limit_bytes: LONGEST_FILE,
            },
            _ => ApiError::invalid("", "the body ended before it was complete"),
        })?;
        let mulaw = tokio::task::spawn_blocking(move || sound::read(&file))
            .await
            .map_err(|fault| ApiError::File(std::io::Error::other(fault)))??;
        Ok(Self {
            length: sound::length(mulaw.len()),
            mulaw,
        })
    }

    pub(super) fn audio(&self) -> Audio<'_> {
        Audio {
            mulaw: &self.mulaw,
            length: self.length,
        }
    }
}

fn is_audio(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    kind.is_some_and(|kind| KINDS.contains(&kind.trim().to_ascii_lowercase().as_str()))
}
