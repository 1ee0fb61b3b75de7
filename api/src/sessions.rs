//! Sessions: signing in and out.

pub(crate) mod attempts;
pub(crate) mod create;
pub(crate) mod remove;

use crate::{ApiError, State};
use model::{Timestamp, User};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a session lasts.
pub(crate) const LIFETIME: Duration = Duration::from_hours(12);

/// The person whose valid session has this token.
pub(crate) async fn user_of(state: &State, token: &str) -> Result<Option<User>, ApiError> {
    let session = store::sessions::find(&state.db, token, now()).await?;
    Ok(session.map(|session| session.user))
}

/// The instant on the wall clock, which sessions and quick date ranges go by.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_now(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default(),
    )
}
