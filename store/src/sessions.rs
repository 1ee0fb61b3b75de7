//! Signed-in sessions. Only the SHA-256 of a token is stored: who reads the table cannot sign in.

use crate::column::{At, hex, word};
use crate::db::Db;
use crate::statement::sql;
use crate::users::UserRow;
use crate::{Error, random};
use model::{Timestamp, User, UserId};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// The secret that its bearer shows with each request. Its `Debug` form shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The text to hand out, 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// A session that was just opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The secret, shown once.
    pub token: Token,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

/// A session that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub user: User,
    /// Since when.
    pub opened_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    #[sqlx(flatten)]
    user: UserRow,
    opened_at: At,
    expires_at: At,
}

/// Opens a session for a user who has shown who they are.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn open(
    db: &Db,
    user: UserId,
    now: Timestamp,
    lifetime: Duration,
) -> Result<Opened, Error> {
    let token = Token(hex(&random::bytes::<32>()?));
    let lifetime_ms = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
    let expires_at = Timestamp::from_millis(now.as_millis().saturating_add(lifetime_ms));
    sql!(
        "INSERT INTO sessions (token_sha256, user_id, opened_at, expires_at)
         VALUES ($1, $2, $3, $4)"
    )
    .bind(fingerprint(token.as_str()))
    .bind(word(&user))
    .bind(now.as_millis())
    .bind(expires_at.as_millis())
    .run(db)
    .await?;
    Ok(Opened { token, expires_at })
}

/// The open session of this token; none if it never was, was closed, or its time is over.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn find(db: &Db, token: &str, now: Timestamp) -> Result<Option<Session>, Error> {
    let row: Option<SessionRow> = sql!(
        "SELECT users.id, users.enterprise_id, users.email, users.name, users.role,
                agents.id AS agent_id, agents.extension, sessions.opened_at, sessions.expires_at
         FROM sessions
         JOIN users ON users.id = sessions.user_id
         LEFT JOIN agents ON agents.user_id = users.id
         WHERE sessions.token_sha256 = $1
           AND sessions.closed_at IS NULL
           AND sessions.expires_at > $2"
    )
    .bind(fingerprint(token))
    .bind(now.as_millis())
    .optional(db)
    .await?;
    Ok(row.map(|row| Session {
        user: row.user.into(),
        opened_at: row.opened_at.0,
        expires_at: row.expires_at.0,
    }))
}

/// Closes the session of this token; one that is closed stays as it is.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn close(db: &Db, token: &str, now: Timestamp) -> Result<(), Error> {
    sql!(
        "UPDATE sessions
         SET closed_at = $2
         WHERE token_sha256 = $1
           AND closed_at IS NULL"
    )
    .bind(fingerprint(token))
    .bind(now.as_millis())
    .run(db)
    .await?;
    Ok(())
}

/// Deletes sessions that expired before `before`; gives how many.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn forget_expired(db: &Db, before: Timestamp) -> Result<u64, Error> {
    sql!(
        "DELETE FROM sessions
         WHERE expires_at < $1"
    )
    .bind(before.as_millis())
    .run(db)
    .await
}

fn fingerprint(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests;
