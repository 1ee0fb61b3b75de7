//! `POST /api/v1/speech-engines/{name}/listen`

use crate::auth::Caller;
use crate::body::Body;
use crate::error::Problem;
use crate::parameters::Id;
use crate::router::Shared;
use crate::{ApiError, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, extract};
use ivr::{Locale, USUAL_SPEED, Utterance, limits};
use serde::Deserialize;
use std::time::Instant;
use utoipa::ToSchema;

/// The longest text, in characters.
const LONGEST: usize = 300;

/// A text to be spoken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListenRequest)]
pub(crate) struct Request {
    /// The text, of at most 300 characters, without variables.
    text: String,
    /// The language, such as `zh-CN`.
    language: String,
    /// One of the engine's voices; without one its first of the language.
    #[serde(default)]
    voice: Option<String>,
    /// How fast, 50 to 200; 100 is the voice's own.
    #[serde(default)]
    speed_percent: Option<u16>,
}

impl Request {
    fn utterance(self, engine: String) -> Result<Utterance, ApiError> {
        let locale: Locale = self.language.parse().map_err(|error: ivr::UnknownLocale| {
            ApiError::invalid("/language", error.to_string())
        })?;
        if self.text.chars().count() > LONGEST {
            let message = format!("a text to listen to has at most {LONGEST} characters");
            return Err(ApiError::invalid("/text", message));
        }
        let speed_percent = self.speed_percent.unwrap_or(USUAL_SPEED);
        if !limits::SPEEDS.contains(&speed_percent) {
            return Err(ApiError::invalid("/speed_percent", "must be 50 to 200"));
        }
        let utterance = Utterance {
            engine,
            voice: self.voice,
            speed_percent,
            locale,
            text: Utterance::even(&self.text),
            kept: true,
        };
        if utterance.can_be_heard() {
            return Ok(utterance);
        }
        Err(ApiError::invalid("/text", "there is nothing to speak"))
    }
}

/// A text as an engine speaks it, for whoever writes it: a WAV file of 8 kHz. One person may have
/// some 20 a minute; for administrators.
#[utoipa::path(
    post,
    path = "/api/v1/speech-engines/{name}/listen",
    operation_id = "listen_to_speech_engine",
    tag = "speech-engines",
    params(("name" = String, Path, description = "the engine")),
    request_body = Request,
    responses(
        (status = 200, content((Vec<u8> = "audio/wav"))),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
        (status = 502, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn listen(
    extract::State(state): extract::State<State>,
    Extension(shared): Extension<Shared>,
    caller: Caller,
    Id(name): Id<String>,
    Body(request): Body<Request>,
) -> Result<Response, ApiError> {
    caller.require_admin()?;
    let engines = state.speech.known();
    let engine = engines.get(&name).ok_or(ApiError::NotFound("engine"))?;
    let utterance = request.utterance(name)?;
    if engine
        .voice(utterance.voice.as_deref(), utterance.locale)
        .is_none()
    {
        return Err(ApiError::invalid("/voice", "the engine has no such voice"));
    }
    shared
        .listeners()
        .spend(Instant::now(), caller.user.id)
        .map_err(|retry_after| ApiError::TooManyRequests { retry_after })?;
    let mulaw = (state.speech.speak)(utterance)
        .await
        .map_err(ApiError::SpeechFailed)?;
    let file = media::sound::wave(&mulaw);
    Ok(([(header::CONTENT_TYPE, "audio/wav")], file).into_response())
}
