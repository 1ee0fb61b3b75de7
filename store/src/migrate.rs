//! Brings the tables to this server's schema, under a lock.

use crate::Error;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{PgPool, SqlitePool};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Migrates a SQLite file; all steps are one transaction that holds the write lock, because sqlx
/// itself takes none on SQLite.
pub(crate) async fn sqlite(pool: &SqlitePool) -> Result<(), Error> {
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    SQLITE
        .run(&mut *tx)
        .await
        .map_err(|error| explain(error, &SQLITE))?;
    tx.commit().await?;
    Ok(())
}

/// Migrates a PostgreSQL database; sqlx takes an advisory lock.
pub(crate) async fn postgres(pool: &PgPool) -> Result<(), Error> {
    POSTGRES
        .run(pool)
        .await
        .map_err(|error| explain(error, &POSTGRES))
}

fn explain(error: MigrateError, migrator: &Migrator) -> Error {
    let known = migrator
        .iter()
        .map(|step| step.version)
        .max()
        .unwrap_or_default();
    if let MigrateError::VersionMissing(found) = error
        && found > known
    {
        return Error::SchemaNewer { found, known };
    }
    if let MigrateError::Execute(error) = error {
        return error.into();
    }
    Error::Migration(error)
}

#[cfg(test)]
mod tests;
