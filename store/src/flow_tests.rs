//! The tests that are kept with a flow, and whether its draft must pass them to be published.

use crate::audit_log::Author;
use crate::column::word;
use crate::db::Db;
use crate::statement::sql;
use crate::{Error, flow_drafts};
use model::{EnterpriseId, FlowId};

/// What is kept beside a flow.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Kept {
    /// The tests, a JSON list.
    pub tests: String,
    /// Whether the draft must pass them to be published.
    pub require_tests: bool,
    /// Counts what was saved; whoever saves names the one they saw. Nought where nothing was.
    pub version: i64,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            tests: "[]".to_owned(),
            require_tests: false,
            version: 0,
        }
    }
}

/// What is kept beside a flow; no tests where nothing was saved.
///
/// # Errors
/// [`Error::NotFound`] if the enterprise has no such flow; otherwise [`Error::Unreachable`], [`Error::Database`].
pub async fn show(db: &Db, enterprise: EnterpriseId, flow: FlowId) -> Result<Kept, Error> {
    let row: Option<Kept> = sql!(
        "SELECT flow_tests.tests, flow_tests.require_tests, flow_tests.version
         FROM flow_tests
         JOIN flows ON flows.id = flow_tests.flow_id
         WHERE flows.enterprise_id = $1
           AND flows.id = $2"
    )
    .bind(word(&enterprise))
    .bind(word(&flow))
    .optional(db)
    .await?;
    match row {
        Some(kept) => Ok(kept),
        None => flow_drafts::show(db, enterprise, flow)
            .await
            .map(|_| Kept::default()),
    }
}

/// Saves tests over the state that was seen, which `kept` names as its version.
///
/// # Errors
/// [`Error::Changed`] if somebody else was quicker; otherwise as [`show`].
pub async fn save(db: &Db, author: Author, flow: FlowId, kept: &Kept) -> Result<(), Error> {
    flow_drafts::show(db, author.enterprise, flow).await?;
    let statement = if kept.version == 0 {
        sql!(
            "INSERT INTO flow_tests (flow_id, tests, require_tests, saved_by, saved_at, version)
             VALUES ($1, $2, $3, $4, $5, 1)
             ON CONFLICT DO NOTHING"
        )
    } else {
        sql!(
            "UPDATE flow_tests
             SET tests = $2, require_tests = $3, saved_by = $4, saved_at = $5, version = version + 1
             WHERE flow_id = $1
               AND version = $6"
        )
    };
    let statement = statement
        .bind(word(&flow))
        .bind(kept.tests.as_str())
        .bind(kept.require_tests)
        .bind(word(&author.user))
        .bind(author.at.as_millis());
    let statement = match kept.version {
        0 => statement,
        seen => statement.bind(seen),
    };
    if statement.run(db).await? == 0 {
        return Err(Error::Changed {
            what: "list of tests",
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
