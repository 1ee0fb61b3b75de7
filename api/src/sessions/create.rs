//! `POST /api/v1/sessions`

use super::{LIFETIME, now};
use crate::auth::COOKIE;
use crate::body::Body;
use crate::error::Problem;
use crate::people::{EnterpriseView, UserView};
use crate::router::Shared;
use crate::sip_socket::Listening;
use crate::time::At;
use crate::{ApiError, State};
use axum::Json;
use axum::extract::{self, ConnectInfo, Extension, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use model::User;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Instant;
use utoipa::ToSchema;

/// The longest e-mail address (RFC 5321 §4.5.3.1) and password that are looked at, in characters.
const LONGEST_EMAIL: usize = 254;
const LONGEST_PASSWORD: usize = 1_024;

/// Signs in.
#[utoipa::path(
    post,
    path = "/api/v1/sessions",
    operation_id = "sign_in",
    tag = "sessions",
    security(()),
    request_body = Credentials,
    responses(
        (status = 201, body = Created, description = "signed in; the token is also set as a cookie"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    Extension(shared): Extension<Shared>,
    sender: Sender,
    Body(credentials): Body<Credentials>,
) -> Result<impl IntoResponse, ApiError> {
    credentials.check()?;
    let email = credentials.email.trim().to_lowercase();
    shared
        .attempts()
        .spend(Instant::now(), sender.address, &email)
        .map_err(|retry_after| ApiError::TooManyAttempts { retry_after })?;

    let user = proven(&state, &shared, &email, credentials.password).await?;
    shared.attempts().forgive(&email);
    let session = store::sessions::open(&state.db, user.id, now(), LIFETIME).await?;
    let enterprise = store::enterprises::show(&state.db, user.enterprise).await?;
    let cookie = cookie(session.token.as_str(), &sender);
    let created = Created {
        token: session.token.as_str().to_owned(),
        expires_at: session.expires_at.into(),
        user: user.into(),
        enterprise: enterprise.into(),
    };
    Ok((
        StatusCode::CREATED,
        [(header::SET_COOKIE, cookie)],
        Json(created),
    ))
}

/// The user whose password it is. An unknown address takes as long as a wrong password.
async fn proven(
    state: &State,
    shared: &Shared,
    email: &str,
    password: String,
) -> Result<User, ApiError> {
    let known = store::users::by_email(&state.db, email).await?;
    let _turn = shared.password_turn().await;
    tokio::task::spawn_blocking(move || {
        let hash = known.as_ref().map(|known| &known.password_hash);
        let right = store::password::verify(&password, hash);
        known.filter(|_| right).map(|known| known.user)
    })
    .await
    .ok()
    .flatten()
    .ok_or(ApiError::WrongCredentials)
}

/// Who signs in, from where.
pub(crate) struct Sender {
    address: IpAddr,
    /// Whether TLS lies between the browser and us, or a proxy of ours.
    is_secure: bool,
}

impl<S: Sync> FromRequestParts<S> for Sender {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let listening = parts.extensions.get::<Listening>();
        let origin = parts.headers.get(header::ORIGIN);
        Ok(Self {
            address: from.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |from| {
                from.0.ip().to_canonical()
            }),
            is_secure: listening.is_some_and(|listening| listening.is_secure)
                || origin.is_some_and(|origin| origin.as_bytes().starts_with(b"https://")),
        })
    }
}

/// The cookie is marked `Secure` where the console is reached over TLS.
fn cookie(token: &str, sender: &Sender) -> String {
    let secure = if sender.is_secure { "; Secure" } else { "" };
    format!(
        "{COOKIE}={token}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{secure}",
        LIFETIME.as_secs()
    )
}

/// With what somebody signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The e-mail address.
    #[schema(max_length = 254)]
    email: String,
    /// The password.
    #[schema(format = "password", max_length = 1024)]
    password: String,
}

impl Credentials {
    fn check(&self) -> Result<(), ApiError> {
        for (pointer, text, longest) in [
            ("/email", &self.email, LONGEST_EMAIL),
            ("/password", &self.password, LONGEST_PASSWORD),
        ] {
            if text.chars().count() > longest {
                let detail = format!("longer than {longest} characters");
                return Err(ApiError::invalid(pointer, detail));
            }
        }
        Ok(())
    }
}

/// A session that has begun.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct Created {
    /// Send it as `Authorization: Bearer …`.
    token: String,
    /// When the session ends.
    expires_at: At,
    /// Who signed in.
    user: UserView,
    /// Their enterprise.
    enterprise: EnterpriseView,
}
