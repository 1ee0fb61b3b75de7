//! People who sign in.

use crate::Error;
use crate::column::{Word, word};
use crate::db::{Db, Tx};
use crate::password::PasswordHash;
use crate::statement::sql;
use model::{AgentId, EnterpriseId, Role, Timestamp, User, UserId};

/// A user and what their password is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user.
    pub user: User,
    /// For [`crate::password::verify`].
    pub password_hash: PasswordHash,
}

#[derive(sqlx::FromRow)]
pub(crate) struct UserRow {
    id: Word<UserId>,
    enterprise_id: Word<EnterpriseId>,
    email: String,
    name: String,
    role: Word<Role>,
    agent_id: Option<Word<AgentId>>,
    extension: Option<String>,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id.0,
            enterprise: row.enterprise_id.0,
            email: row.email,
            name: row.name,
            role: row.role.0,
            agent: row.agent_id.map(|id| id.0),
            extension: row.extension,
        }
    }
}

#[derive(sqlx::FromRow)]
struct CredentialsRow {
    #[sqlx(flatten)]
    user: UserRow,
    password_hash: String,
}

/// The user who signs in with this address, whatever its case.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn by_email(db: &Db, email: &str) -> Result<Option<Credentials>, Error> {
    let row: Option<CredentialsRow> = sql!(
        "SELECT users.id, users.enterprise_id, users.email, users.name, users.role,
                agents.id AS agent_id, agents.extension, users.password_hash
         FROM users
         LEFT JOIN agents ON agents.user_id = users.id
         WHERE users.email = $1"
    )
    .bind(email.trim().to_lowercase())
    .optional(db)
    .await?;
    Ok(row.map(|row| Credentials {
        user: row.user.into(),
        password_hash: PasswordHash::stored(row.password_hash),
    }))
}

/// The user with this id.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub async fn show(db: &Db, id: UserId) -> Result<User, Error> {
    let row: Option<UserRow> = sql!(
        "SELECT users.id, users.enterprise_id, users.email, users.name, users.role,
                agents.id AS agent_id, agents.extension
         FROM users
         LEFT JOIN agents ON agents.user_id = users.id
         WHERE users.id = $1"
    )
    .bind(word(&id))
    .optional(db)
    .await?;
    row.map(User::from).ok_or(Error::NotFound("user"))
}

/// Everybody in an enterprise, by e-mail address.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn list(db: &Db, enterprise: EnterpriseId) -> Result<Vec<User>, Error> {
    let rows: Vec<UserRow> = sql!(
        "SELECT users.id, users.enterprise_id, users.email, users.name, users.role,
                agents.id AS agent_id, agents.extension
         FROM users
         LEFT JOIN agents ON agents.user_id = users.id
         WHERE users.enterprise_id = $1
         ORDER BY users.email"
    )
    .bind(word(&enterprise))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(User::from).collect())
}

/// Gives a user another password and ends every session they have.
///
/// # Errors
/// [`Error::NotFound`] if there is no such user.
pub async fn set_password(
    db: &Db,
    id: UserId,
    password_hash: &PasswordHash,
    now: Timestamp,
) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    let changed = sql!(
        "UPDATE users
         SET password_hash = $2
         WHERE id = $1"
    )
    .bind(word(&id))
    .bind(password_hash.as_str())
    .run(&mut tx)
    .await?;
    if changed == 0 {
        return Err(Error::NotFound("user"));
    }
    sql!(
        "UPDATE sessions
         SET closed_at = $2
         WHERE user_id = $1
           AND closed_at IS NULL"
    )
    .bind(word(&id))
    .bind(now.as_millis())
    .run(&mut tx)
    .await?;
    tx.commit().await
}

pub(crate) async fn insert(
    tx: &mut Tx,
    credentials: &Credentials,
    at: Timestamp,
) -> Result<(), Error> {
    let Credentials {
        user,
        password_hash,
    } = credentials;
    sql!(
        "INSERT INTO users (id, enterprise_id, email, name, role, password_hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)"
    )
    .bind(word(&user.id))
    .bind(word(&user.enterprise))
    .bind(user.email.as_str())
    .bind(user.name.as_str())
    .bind(word(&user.role))
    .bind(password_hash.as_str())
    .bind(at.as_millis())
    .run(tx)
    .await
    .map_err(|error| error.naming_conflict("the e-mail address"))?;
    Ok(())
}

#[cfg(test)]
mod tests;
