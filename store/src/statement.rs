//! Statements: one SQL text for both engines, two only where they must differ.

use crate::Error;
use crate::db::{Db, Engine, Tx};
use sea_query::{
    InsertStatement, PostgresQueryBuilder, SelectStatement, SqliteQueryBuilder, Value, Values,
};
use sea_query_sqlx::SqlxValues;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, SqlSafeStr, SqlStr};

/// A fixed statement. A test finds every use of this macro in the sources and prepares its text on
/// both engines, so the texts are plain literals.
macro_rules! sql {
    ($text:literal) => {
        $crate::statement::Statement::fixed($text, $text)
    };
    (sqlite: $sqlite:literal, postgres: $postgres:literal $(,)?) => {
        $crate::statement::Statement::fixed($sqlite, $postgres)
    };
}
pub(crate) use sql;

/// Rows of one INSERT. A remainder is written with the smaller sizes, so that only these few texts
/// of a table ever reach the databases' statement caches.
const INSERT_ROWS: [usize; 4] = [64, 16, 4, 1];

/// The rows of each INSERT that together write all of `rows`: a statement of its own for every row
/// costs more than the row.
pub(crate) fn insertions<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = INSERT_ROWS.into_iter().find(|size| *size <= rows.len())?;
        let (chunk, rest) = rows.split_at(size);
        rows = rest;
        Some(chunk)
    })
}

/// A statement with the values of its placeholders.
pub(crate) struct Statement {
    text: Text,
    values: Vec<Value>,
}

enum Text {
    Fixed {
        sqlite: &'static str,
        postgres: &'static str,
    },
    Insert(Box<InsertStatement>),
    Select(Box<SelectStatement>),
}

/// What a statement runs on: the pool, or one unit of work.
pub(crate) enum On<'a> {
    Db(&'a Db),
    Tx(&'a mut Tx),
}

impl<'a> From<&'a Db> for On<'a> {
    fn from(db: &'a Db) -> Self {
        Self::Db(db)
    }
}

impl<'a> From<&'a mut Tx> for On<'a> {
    fn from(tx: &'a mut Tx) -> Self {
        Self::Tx(tx)
    }
}

/// A row that reads from either engine.
pub(crate) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

macro_rules! fetch {
    ($self:ident, $on:ident, $fetch:ident) => {
        match $on.into() {
            On::Db(Db::Sqlite { read, .. }) => {
                let (text, values) = $self.render(Engine::Sqlite);
                sqlx::query_as_with(text, values).$fetch(read).await
            }
            On::Db(Db::Postgres(pool)) => {
                let (text, values) = $self.render(Engine::Postgres);
                sqlx::query_as_with(text, values).$fetch(pool).await
            }
            On::Tx(Tx::Sqlite(tx)) => {
                let (text, values) = $self.render(Engine::Sqlite);
                sqlx::query_as_with(text, values).$fetch(&mut **tx).await
            }
            On::Tx(Tx::Postgres(tx)) => {
                let (text, values) = $self.render(Engine::Postgres);
                sqlx::query_as_with(text, values).$fetch(&mut **tx).await
            }
        }
        .map_err(Error::from)
    };
}

impl Statement {
    pub(crate) const fn fixed(sqlite: &'static str, postgres: &'static str) -> Self {
        Self {
            text: Text::Fixed { sqlite, postgres },
            values: Vec::new(),
        }
    }

    /// Gives the next placeholder its value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Every row.
    pub(crate) async fn all<T: Row>(self, on: impl Into<On<'_>>) -> Result<Vec<T>, Error> {
        fetch!(self, on, fetch_all)
    }

    /// The row, if there is one.
    pub(crate) async fn optional<T: Row>(self, on: impl Into<On<'_>>) -> Result<Option<T>, Error> {
        fetch!(self, on, fetch_optional)
    }

    /// The row of a statement that always has one.
    pub(crate) async fn one<T: Row>(self, on: impl Into<On<'_>>) -> Result<T, Error> {
        fetch!(self, on, fetch_one)
    }

    /// Runs a statement that writes; gives the number of rows it touched.
    pub(crate) async fn run(self, on: impl Into<On<'_>>) -> Result<u64, Error> {
        let done = match on.into() {
            On::Db(Db::Sqlite { write, .. }) => {
                let (text, values) = self.render(Engine::Sqlite);
                let done = sqlx::query_with(text, values).execute(write).await?;
                done.rows_affected()
            }
            On::Db(Db::Postgres(pool)) => {
                let (text, values) = self.render(Engine::Postgres);
                let done = sqlx::query_with(text, values).execute(pool).await?;
                done.rows_affected()
            }
            On::Tx(Tx::Sqlite(tx)) => {
                let (text, values) = self.render(Engine::Sqlite);
                let done = sqlx::query_with(text, values).execute(&mut **tx).await?;
                done.rows_affected()
            }
            On::Tx(Tx::Postgres(tx)) => {
                let (text, values) = self.render(Engine::Postgres);
                let done = sqlx::query_with(text, values).execute(&mut **tx).await?;
                done.rows_affected()
            }
        };
        Ok(done)
    }

    pub(crate) fn render(self, engine: Engine) -> (SqlStr, SqlxValues) {
        let (text, values) = match (self.text, engine) {
            (Text::Fixed { sqlite, .. }, Engine::Sqlite) => {
                return (sqlite.into_sql_str(), SqlxValues(Values(self.values)));
            }
            (Text::Fixed { postgres, .. }, Engine::Postgres) => {
                return (postgres.into_sql_str(), SqlxValues(Values(self.values)));
            }
            (Text::Insert(insert), Engine::Sqlite) => insert.build(SqliteQueryBuilder),
            (Text::Insert(insert), Engine::Postgres) => insert.build(PostgresQueryBuilder),
            (Text::Select(select), Engine::Sqlite) => select.build(SqliteQueryBuilder),
            (Text::Select(select), Engine::Postgres) => select.build(PostgresQueryBuilder),
        };
        // sea-query puts every value behind a placeholder, and the names are literals of ours.
        (AssertSqlSafe(text).into_sql_str(), SqlxValues(values))
    }
}

impl From<SelectStatement> for Statement {
    fn from(select: SelectStatement) -> Self {
        Self {
            text: Text::Select(Box::new(select)),
            values: Vec::new(),
        }
    }
}

impl From<InsertStatement> for Statement {
    fn from(insert: InsertStatement) -> Self {
        Self {
            text: Text::Insert(Box::new(insert)),
            values: Vec::new(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
