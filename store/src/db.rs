//! The one place that knows there are two engines.

use crate::statement::sql;
use crate::{Error, migrate};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use std::str::FromStr;
use std::time::{Duration, Instant};

/// The database, whichever engine it is. Cloning it shares the connections.
#[derive(Debug, Clone)]
pub enum Db {
    /// SQLite in WAL mode: one writer, so that nobody ever finds the file locked, and readers.
    Sqlite {
        /// Read-only connections.
        read: SqlitePool,
        /// The one writing connection.
        write: SqlitePool,
    },
    /// PostgreSQL.
    Postgres(PgPool),
}

/// How often a file is tried that another process puts in WAL mode at this moment: for that lock
/// SQLite does not wait by itself.
const LOCK_INTERVAL: Duration = Duration::from_millis(10);

/// The bounds of the connection pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections that read (SQLite), or all connections (PostgreSQL).
    pub connections: u32,
    /// How long a question waits for a connection.
    pub acquire_timeout: Duration,
    /// How long a statement waits for another process's lock on a SQLite file.
    pub busy_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 8,
            acquire_timeout: Duration::from_secs(5),
            busy_timeout: Duration::from_secs(5),
        }
    }
}

/// Which engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// One unit of work; dropped without [`Tx::commit`] it leaves no trace.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Opens the database at `sqlite://file` or `postgres://…` and brings its tables to this
    /// server's schema, under a lock that other processes respect.
    ///
    /// # Errors
    /// [`Error::SchemaNewer`] if a newer server has already migrated it, [`Error::Url`],
    /// [`Error::Unreachable`].
    pub async fn open(url: &str, limits: Limits) -> Result<Self, Error> {
        let db = if url.starts_with("sqlite:") {
            Self::open_sqlite(url, limits).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::open_postgres(url, limits).await?
        } else {
            return Err(not_an_address(url));
        };
        match &db {
            Self::Sqlite { write, .. } => migrate::sqlite(write).await?,
            Self::Postgres(pool) => migrate::postgres(pool).await?,
        }
        Ok(db)
    }

    async fn open_sqlite(url: &str, limits: Limits) -> Result<Self, Error> {
        if url.contains(":memory:") {
            return Err(not_an_address(url));
        }
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|_| not_an_address(url))?
            .busy_timeout(limits.busy_timeout)
            .foreign_keys(true);
        let pool = SqlitePoolOptions::new().acquire_timeout(limits.acquire_timeout);
        let writer = options
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let begun = Instant::now();
        let write = loop {
            let one = pool.clone().max_connections(1);
            match one.connect_with(writer.clone()).await {
                Err(refusal) if is_locked(&refusal) && begun.elapsed() < limits.busy_timeout => {
                    tokio::time::sleep(LOCK_INTERVAL).await;
                }
                done => break done?,
            }
        };
        let read = pool
            .max_connections(limits.connections)
            .connect_lazy_with(options.read_only(true));
        Ok(Self::Sqlite { read, write })
    }

    async fn open_postgres(url: &str, limits: Limits) -> Result<Self, Error> {
        let options = PgConnectOptions::from_str(url).map_err(|_| not_an_address(url))?;
        let pool = PgPoolOptions::new()
            .acquire_timeout(limits.acquire_timeout)
            .max_connections(limits.connections)
            .connect_with(options)
            .await?;
        Ok(Self::Postgres(pool))
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        let _: (i64,) = sql!("SELECT CAST(1 AS BIGINT)").one(self).await?;
        Ok(())
    }

    /// Closes every connection once its work is done.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }

    pub(crate) const fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a unit of work that may write.
    pub(crate) async fn begin(&self) -> Result<Tx, Error> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a unit of work that only reads and sees one moment throughout.
    pub(crate) async fn snapshot(&self) -> Result<Tx, Error> {
        Ok(match self {
            Self::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?),
            Self::Postgres(pool) => Tx::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?,
            ),
        })
    }
}

impl Tx {
    pub(crate) async fn commit(self) -> Result<(), Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

fn is_locked(error: &sqlx::Error) -> bool {
    let refusal = error.as_database_error();
    refusal.is_some_and(|it| it.code().as_deref() == Some("5"))
}

fn not_an_address(url: &str) -> Error {
    let url = match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}://…{}", &url[..scheme], &url[at..])
        }
        (_, _) => url.to_owned(),
    };
    Error::Url { url }
}

#[cfg(test)]
mod tests;
