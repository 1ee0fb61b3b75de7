//! The one error of the API: RFC 9457 `application/problem+json` with a stable `code`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use call::CommandError;
use media::sound::SoundError;
use serde::Serialize;
use std::time::Duration;
use thiserror::Error;
use utoipa::ToSchema;

/// Why a request was not met.
#[derive(Debug, Error)]
pub enum ApiError {
    /// The store that holds a file does not give it.
    #[error("the bucket does not give the file; try again")]
    BucketUnavailable(#[source] std::io::Error),
    /// Two things would be recognised by the same.
    #[error("{0}")]
    Ambiguous(String, FieldError),
    /// The body is longer than the API reads.
    #[error("the body is longer than {limit_bytes} bytes")]
    BodyTooLarge {
        /// The longest body.
        limit_bytes: usize,
    },
    /// The live engine refused a command.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A request with a cookie came from another site.
    #[error("a request that changes something must come from the console's own address")]
    CrossSite,
    /// Somebody else changed the thing since the caller saw it.
    #[error("somebody else has changed this {0} in between; read it again")]
    Changed(&'static str),
    /// A thing of that name is already there.
    #[error("{0} is already taken")]
    Conflict(&'static str),
    /// The caller may not do this.
    #[error("this needs the role {needed}")]
    Forbidden {
        /// The least role that may.
        needed: &'static str,
    },
    /// The enterprise has as many as may be.
    #[error("an enterprise has at most {0}; delete what nobody needs")]
    Full(String),
    /// The live engine did not answer.
    #[error("the call engine did not answer in time; try again")]
    EngineUnavailable,
    /// Something in the request is not what the API expects.
    #[error("the request has {} mistake(s)", .0.len())]
    Invalid(Vec<FieldError>),
    /// Others need the thing.
    #[error("{0}")]
    InUse(String),
    /// The address exists for other methods only.
    #[error("this address does not answer the method {0}")]
    MethodNotAllowed(String),
    /// A WebSocket for SIP was asked for without its subprotocol (RFC 7118 §4.1).
    #[error("offer the subprotocol sip: Sec-WebSocket-Protocol: sip")]
    NoSipSubprotocol,
    /// There is no such thing, or it belongs to another enterprise.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A change is saved, but the live engine still works with what was before.
    #[error("the change is saved, but not in force yet: {0}; the server goes on trying")]
    NotApplied(String),
    /// The signed-in person takes no calls.
    #[error("you are not set up to take calls")]
    NotAnAgent,
    /// The range lies outside of the file.
    #[error("the range lies outside of the {size_bytes} bytes of the file")]
    RangeNotSatisfiable {
        /// How long the file is.
        size_bytes: u64,
    },
    /// A file is no sound that can be played.
    #[error(transparent)]
    Sound(#[from] SoundError),
    /// An engine did not speak.
    #[error("the engine does not speak: {0}")]
    SpeechFailed(String),
    /// The database could not answer.
    #[error("the data could not be read")]
    Store(#[source] store::Error),
    /// The database does not answer.
    #[error("the database does not answer; try again")]
    StoreUnreachable(#[source] store::Error),
    /// A file could not be read.
    #[error("the file could not be read")]
    File(#[from] std::io::Error),
    /// What is drawn does not pass the tests that it must pass.
    #[error("{} of the flow's tests fail(s)", .0.len())]
    TestsFailed(Vec<FieldError>),
    /// The enterprise's time zone cannot be used.
    #[error("the time zone {0:?} cannot be used")]
    TimeZone(String, #[source] jiff::Error),
    /// Too many attempts to sign in.
    #[error("too many attempts to sign in; wait {} s", .retry_after.as_secs())]
    TooManyAttempts {
        /// When the next attempt is looked at.
        retry_after: Duration,
    },
    /// The person wants too much in too short a time.
    #[error("too many requests; wait {} s", .retry_after.as_secs().max(1))]
    TooManyRequests {
        /// When the next one is met.
        retry_after: Duration,
    },
    /// As many WebSockets are open as may be, in all or from one address.
    #[error("too many telephones are connected; try again")]
    TooManySockets,
    /// No valid session came with the request.
    #[error("sign in to do this")]
    Unauthorized,
    /// The body is of another kind than the address takes.
    #[error("send the body as {0}")]
    UnsupportedMediaType(&'static str),
    /// A change must name the version that it changes.
    #[error("name the version that you saw in the header if-match, such as \"3\"")]
    VersionRequired,
    /// E-mail or password are wrong; which one is not said.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
}

/// What is wrong with one part of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer into the body (RFC 6901), or the name of a query parameter.
    pub pointer: String,
    /// What is wrong there.
    pub detail: String,
}

/// A problem as it is sent (RFC 9457).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Where the problem is explained.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong with this request.
    detail: String,
    /// The stable name of the problem.
    code: &'static str,
    /// The parts of the request that are wrong.
    errors: Vec<FieldError>,
    /// Names the request in the server's log.
    request_id: String,
}

impl Problem {
    /// The response, once the request's id is known.
    pub(crate) fn with_request_id(mut self, request_id: &str) -> Response {
        request_id.clone_into(&mut self.request_id);
        let status = StatusCode::from_u16(self.status).unwrap_or_default();
        let content_type = HeaderValue::from_static("application/problem+json");
        (status, [(header::CONTENT_TYPE, content_type)], Json(self)).into_response()
    }
}

impl ApiError {
    /// A single mistake.
    pub(crate) fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError {
            pointer: pointer.into(),
            detail: detail.into(),
        }])
    }

    /// The stable name of the problem.
    pub(crate) fn code(&self) -> &'static str {
        self.status_and_code().1
    }

    fn status_and_code(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Ambiguous(..) => (StatusCode::CONFLICT, "ambiguous"),
            Self::BucketUnavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "bucket_unavailable"),
            Self::BodyTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
            Self::Command(refusal) => command_status_and_code(*refusal),
            Self::CrossSite => (StatusCode::FORBIDDEN, "cross_site"),
            Self::Changed(_) => (StatusCode::PRECONDITION_FAILED, "changed_meanwhile"),
            Self::Conflict(_) => (StatusCode::CONFLICT, "already_taken"),
            Self::Forbidden { .. } => (StatusCode::FORBIDDEN, "forbidden"),
            Self::Full(_) => (StatusCode::CONFLICT, "full"),
            Self::EngineUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "engine_unavailable"),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_request"),
            Self::InUse(_) => (StatusCode::CONFLICT, "in_use"),
            Self::MethodNotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::NotApplied(_) => (StatusCode::SERVICE_UNAVAILABLE, "saved_not_applied"),
            Self::NoSipSubprotocol => (StatusCode::BAD_REQUEST, "sip_subprotocol_required"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            Self::NotAnAgent => (StatusCode::CONFLICT, "not_an_agent"),
            Self::RangeNotSatisfiable { .. } => {
                (StatusCode::RANGE_NOT_SATISFIABLE, "range_not_satisfiable")
            }
            Self::Sound(error) => (StatusCode::UNPROCESSABLE_ENTITY, sound_code(*error)),
            Self::SpeechFailed(_) => (StatusCode::BAD_GATEWAY, "speech_failed"),
            Self::Store(_) => (StatusCode::INTERNAL_SERVER_ERROR, "store_failure"),
            Self::StoreUnreachable(_) => (StatusCode::SERVICE_UNAVAILABLE, "store_unreachable"),
            Self::File(_) => (StatusCode::INTERNAL_SERVER_ERROR, "file_failure"),
            Self::TestsFailed(_) => (StatusCode::CONFLICT, "tests_failed"),
            Self::TimeZone(..) => (StatusCode::INTERNAL_SERVER_ERROR, "time_zone_unusable"),
            Self::TooManyAttempts { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_attempts"),
            Self::TooManyRequests { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"),
            Self::TooManySockets => (StatusCode::SERVICE_UNAVAILABLE, "too_many_sockets"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::UnsupportedMediaType(_) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type")
            }
            Self::VersionRequired => (StatusCode::PRECONDITION_REQUIRED, "version_required"),
            Self::WrongCredentials => (StatusCode::UNAUTHORIZED, "wrong_credentials"),
        }
    }

    fn into_errors(self) -> Vec<FieldError> {
        if let Self::Invalid(errors) | Self::TestsFailed(errors) = self {
            errors
        } else if let Self::Ambiguous(_, error) = self {
            vec![error]
        } else {
            Vec::new()
        }
    }

    fn headers(&self) -> Option<(header::HeaderName, String)> {
        if let Self::TooManyAttempts { retry_after } | Self::TooManyRequests { retry_after } = self
        {
            return Some((
                header::RETRY_AFTER,
                retry_after.as_secs().max(1).to_string(),
            ));
        }
        if let Self::RangeNotSatisfiable { size_bytes } = self {
            return Some((header::CONTENT_RANGE, format!("bytes */{size_bytes}")));
        }
        if matches!(self, Self::Unauthorized) {
            return Some((header::WWW_AUTHENTICATE, "Bearer".to_owned()));
        }
        if matches!(
            self,
            Self::BucketUnavailable(_)
                | Self::EngineUnavailable
                | Self::StoreUnreachable(_)
                | Self::TooManySockets
        ) {
            return Some((header::RETRY_AFTER, "1".to_owned()));
        }
        None
    }
}

impl From<store::Error> for ApiError {
    fn from(error: store::Error) -> Self {
        if let store::Error::NotFound(what) = error {
            return Self::NotFound(what);
        }
        if let store::Error::Conflict { what } = error {
            return Self::Conflict(what);
        }
        if let store::Error::Changed { what } = error {
            return Self::Changed(what);
        }
        if let store::Error::Full(most) = error {
            return Self::Full(most);
        }
        if let store::Error::InUse { .. } = error {
            return Self::InUse(error.to_string());
        }
        if let store::Error::Ambiguous { field, with } = &error {
            let pointer = crate::trunks::settings::pointer(field);
            let detail = format!("also belongs to {with}");
            return Self::Ambiguous(error.to_string(), FieldError { pointer, detail });
        }
        if matches!(error, store::Error::Unreachable(_)) {
            return Self::StoreUnreachable(error);
        }
        Self::Store(error)
    }
}

fn command_status_and_code(refusal: CommandError) -> (StatusCode, &'static str) {
    match refusal {
        CommandError::UnknownAgent => (StatusCode::NOT_FOUND, "not_found"),
        CommandError::UnknownCall => (StatusCode::NOT_FOUND, "not_found"),
        CommandError::NotSignedIn => (StatusCode::CONFLICT, "not_signed_in"),
        CommandError::OnCall => (StatusCode::CONFLICT, "on_call"),
        CommandError::NotInWrapUp => (StatusCode::CONFLICT, "not_in_wrap_up"),
        CommandError::AnswerMode(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "answer_mode_not_offered")
        }
        CommandError::LadderGone => (StatusCode::NOT_FOUND, "ladder_gone"),
        CommandError::NoBot => (StatusCode::CONFLICT, "no_bot"),
        CommandError::NotTalking => (StatusCode::CONFLICT, "not_talking"),
        CommandError::OwnCall => (StatusCode::CONFLICT, "own_call"),
        CommandError::TooManySupervisors => (StatusCode::CONFLICT, "too_many_supervisors"),
        CommandError::NoPhone => (StatusCode::CONFLICT, "no_phone"),
        CommandError::NotSupervising => (StatusCode::CONFLICT, "not_supervising"),
        CommandError::NoSecondCall => (StatusCode::CONFLICT, "no_second_call"),
        CommandError::NotRecorded => (StatusCode::CONFLICT, "not_recorded"),
        CommandError::SensitiveKeys => (StatusCode::CONFLICT, "sensitive_keys"),
        CommandError::TooManyTrials => (StatusCode::CONFLICT, "too_many_trials"),
        CommandError::Status => (StatusCode::UNPROCESSABLE_ENTITY, "status_not_settable"),
    }
}

fn sound_code(error: SoundError) -> &'static str {
    match error {
        SoundError::Empty => "sound_empty",
        SoundError::UnknownFormat
        | SoundError::OtherAudio { .. }
        | SoundError::Channels(_)
        | SoundError::Rate(_) => "sound_format",
        SoundError::Damaged(_) => "sound_damaged",
        SoundError::TooLong => "sound_too_long",
        SoundError::TooLoud => "sound_too_loud",
        SoundError::Silent => "sound_silent",
    }
}

impl IntoResponse for ApiError {
    /// The response still lacks its body: the layer that knows the request's id writes the problem.
    fn into_response(self) -> Response {
        let (status, code) = self.status_and_code();
        if status.is_server_error() {
            tracing::error!(error.code = code, error.cause = %Chain(&self), "request not met");
        }
        let headers = self.headers();
        let detail = self.to_string();
        let problem = Problem {
            kind: format!("/api/docs#{code}"),
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            detail,
            code,
            errors: self.into_errors(),
            request_id: String::new(),
        };
        let mut response = status.into_response();
        if let Some((name, value)) = headers
            && let Ok(value) = HeaderValue::from_str(&value)
        {
            response.headers_mut().insert(name, value);
        }
        response.extensions_mut().insert(problem);
        response
    }
}

struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}
