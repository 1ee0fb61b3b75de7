//! What can be wrong with a question to the database.

use thiserror::Error;

/// Why the database gave no answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The thing asked for is not there.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A thing of that name is already there.
    #[error("{what} is already taken")]
    Conflict {
        /// What must be unique.
        what: &'static str,
    },
    /// Two things would be recognised by the same.
    #[error("{field} also belongs to {with}")]
    Ambiguous {
        /// The setting.
        field: String,
        /// What it belongs to already.
        with: String,
    },
    /// Somebody else changed the thing in between.
    #[error("somebody else has changed this {what}")]
    Changed {
        /// The noun.
        what: &'static str,
    },
    /// The thing is needed by others.
    #[error("this {what} is used by {by}")]
    InUse {
        /// The noun.
        what: &'static str,
        /// By what.
        by: String,
    },
    /// The enterprise has as many as may be.
    #[error("an enterprise has at most {0}")]
    Full(String),
    /// A newer server has already changed the tables.
    #[error(
        "the database has schema {found}, this server knows schemas up to {known}; run the newer server, or restore a backup"
    )]
    SchemaNewer {
        /// The schema of the database.
        found: i64,
        /// The newest schema this server knows.
        known: i64,
    },
    /// The tables could not be brought to this server's schema.
    #[error("the tables could not be migrated")]
    Migration(#[source] sqlx::migrate::MigrateError),
    /// The address names no database we can open.
    #[error("{url:?} is no database address; allowed are sqlite:// with a file and postgres://")]
    Url {
        /// The address, its password hidden.
        url: String,
    },
    /// The database does not answer; asking again later may help.
    #[error("the database does not answer")]
    Unreachable(#[source] sqlx::Error),
    /// A row holds what no value of ours can be.
    #[error("a stored {what} cannot be read: {problem}")]
    Unreadable {
        /// The noun.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A password could not be hashed or its hash not read.
    #[error("the password hash is unusable: {0}")]
    Password(String),
    /// The operating system gave no random bytes.
    #[error("no random bytes")]
    Random(#[source] getrandom::Error),
    /// The database refused a statement.
    #[error("the database refused a statement")]
    Database(#[source] sqlx::Error),
}

impl Error {
    /// Names what was taken when a UNIQUE constraint refused a row; other errors stay.
    pub(crate) fn naming_conflict(self, what: &'static str) -> Self {
        if let Self::Database(sqlx::Error::Database(refusal)) = &self
            && refusal.is_unique_violation()
        {
            return Self::Conflict { what };
        }
        self
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let unreachable = matches!(
            error,
            sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
        );
        if unreachable {
            Self::Unreachable(error)
        } else {
            Self::Database(error)
        }
    }
}
