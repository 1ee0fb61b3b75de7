//! Who is calling: the session behind a cookie or a bearer token.

use crate::{ApiError, State};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use model::{AgentId, EnterpriseId, Role, User};
use store::audit_log::Author;

/// The cookie that holds the session's token.
pub(crate) const COOKIE: &str = "trunkline_session";

/// The signed-in person behind a request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The person.
    pub(crate) user: User,
    /// The token that proved it.
    pub(crate) token: String,
}

impl Caller {
    /// Whose data this request may see.
    pub(crate) fn enterprise(&self) -> EnterpriseId {
        self.user.enterprise
    }

    /// Whether the caller sees the calls of everybody in the enterprise.
    pub(crate) fn sees_all(&self) -> bool {
        match self.user.role {
            Role::Agent => false,
            Role::Supervisor | Role::Admin => true,
        }
    }

    /// Refuses everybody but supervisors and administrators.
    pub(crate) fn require_supervisor(&self) -> Result<(), ApiError> {
        if self.sees_all() {
            Ok(())
        } else {
            Err(ApiError::Forbidden {
                needed: "supervisor",
            })
        }
    }

    /// Refuses everybody but administrators.
    pub(crate) fn require_admin(&self) -> Result<(), ApiError> {
        match self.user.role {
            Role::Admin => Ok(()),
            Role::Agent | Role::Supervisor => Err(ApiError::Forbidden { needed: "admin" }),
        }
    }

    /// The caller as the author of a change that is made at this moment.
    pub(crate) fn author(&self) -> Author {
        Author {
            enterprise: self.user.enterprise,
            user: self.user.id,
            at: crate::sessions::now(),
        }
    }

    /// The agent that the caller is.
    pub(crate) fn require_agent(&self) -> Result<AgentId, ApiError> {
        self.user.agent.ok_or(ApiError::NotAnAgent)
    }

    /// Whether the caller may know about something that concerns `agent`.
    pub(crate) fn may_see(&self, agent: Option<AgentId>) -> bool {
        self.sees_all() || (agent.is_some() && agent == self.user.agent)
    }
}

impl FromRequestParts<State> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        let token = if let Some(token) = bearer(&parts.headers) {
            token.to_owned()
        } else {
            let token = cookie(&parts.headers).ok_or(ApiError::Unauthorized)?;
            refuse_cross_site(parts)?;
            token.to_owned()
        };
        let user = crate::sessions::user_of(state, &token)
            .await?
            .ok_or(ApiError::Unauthorized)?;
        Ok(Self { user, token })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, token)| token)
}

/// A browser sends the cookie with requests that other sites cause; those change nothing.
fn refuse_cross_site(parts: &Parts) -> Result<(), ApiError> {
    if matches!(parts.method, Method::GET | Method::HEAD) || is_same_site(&parts.headers) {
        Ok(())
    } else {
        Err(ApiError::CrossSite)
    }
}

fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text("host")
        }
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                let name = header::HeaderName::from_static(name);
                (name, HeaderValue::from_static(value))
            })
            .collect()
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let sent = headers(&[("cookie", "a=b; trunkline_session=abc; c=d")]);

        assert_eq!(cookie(&sent), Some("abc"));
    }

    #[test]
    fn only_the_console_itself_may_change_things_with_a_cookie() {
        assert!(is_same_site(&headers(&[("sec-fetch-site", "same-origin")])));
        assert!(is_same_site(&headers(&[
            ("origin", "http://127.0.0.1:8080"),
            ("host", "127.0.0.1:8080"),
        ])));
        assert!(!is_same_site(&headers(&[("sec-fetch-site", "cross-site")])));
        assert!(!is_same_site(&headers(&[
            ("origin", "http://evil.example"),
            ("host", "127.0.0.1:8080"),
        ])));
        assert!(!is_same_site(&headers(&[])));
    }
}
