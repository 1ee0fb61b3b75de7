//! Flows and their published versions. A version never changes; which one callers enter does.

use crate::Error;
use crate::column::{Word, word};
use crate::db::{Db, Tx};
use crate::statement::{On, sql};
use model::{EnterpriseId, FlowId, FlowVersion, PublishedFlow, Timestamp};

/// Versions that are read besides the live ones at most.
const REPLACED: i64 = 500;

#[derive(sqlx::FromRow)]
struct PublishedFlowRow {
    id: Word<FlowId>,
    enterprise_id: Word<EnterpriseId>,
    name: String,
    version: i64,
    document: String,
}

impl TryFrom<PublishedFlowRow> for PublishedFlow {
    type Error = Error;

    fn try_from(row: PublishedFlowRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id.0,
            enterprise: row.enterprise_id.0,
            name: row.name,
            version: FlowVersion(u32::try_from(row.version).map_err(|_| Error::Unreadable {
                what: "flow version",
                problem: format!("{} is out of range", row.version),
            })?),
            document: row.document,
        })
    }
}

/// The live versions of an enterprise's flows, by name.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn list(db: &Db, enterprise: EnterpriseId) -> Result<Vec<PublishedFlow>, Error> {
    let rows: Vec<PublishedFlowRow> = sql!(
        "SELECT flows.id, flows.enterprise_id, flows.name, flow_versions.version,
                flow_versions.document
         FROM flows
         JOIN flow_versions ON flow_versions.flow_id = flows.id
                           AND flow_versions.version = flows.live_version
         WHERE flows.enterprise_id = $1
         ORDER BY flows.name"
    )
    .bind(word(&enterprise))
    .all(db)
    .await?;
    rows.into_iter().map(PublishedFlow::try_from).collect()
}

/// Every version that a call may be in: the live ones and those of calls that go on.
///
/// # Errors
/// [`Error::NotFound`] if there is no such version.
pub async fn version(db: &Db, flow: FlowId, version: FlowVersion) -> Result<PublishedFlow, Error> {
    let row: Option<PublishedFlowRow> = sql!(
        "SELECT flows.id, flows.enterprise_id, flows.name, flow_versions.version,
                flow_versions.document
         FROM flows
         JOIN flow_versions ON flow_versions.flow_id = flows.id
         WHERE flows.id = $1
           AND flow_versions.version = $2"
    )
    .bind(word(&flow))
    .bind(i64::from(version.0))
    .optional(db)
    .await?;
    PublishedFlow::try_from(row.ok_or(Error::NotFound("flow version"))?)
}

pub(crate) async fn load(on: impl Into<On<'_>>) -> Result<Vec<PublishedFlow>, Error> {
    let rows: Vec<PublishedFlowRow> = sql!(
        "SELECT flows.id, flows.enterprise_id, flows.name, flow_versions.version,
                flow_versions.document
         FROM flows
         JOIN flow_versions ON flow_versions.flow_id = flows.id
                           AND flow_versions.version = flows.live_version
         ORDER BY flows.id"
    )
    .all(on)
    .await?;
    rows.into_iter().map(PublishedFlow::try_from).collect()
}

/// Versions that another took the place of at `since` or later: calls may still be in them.
pub(crate) async fn load_replaced(
    on: impl Into<On<'_>>,
    since: Timestamp,
) -> Result<Vec<PublishedFlow>, Error> {
    let rows: Vec<PublishedFlowRow> = sql!(
        "SELECT flows.id, flows.enterprise_id, flows.name, flow_versions.version,
                flow_versions.document
         FROM flow_versions AS next
         JOIN flow_versions ON flow_versions.flow_id = next.flow_id
                           AND flow_versions.version = next.version - 1
         JOIN flows ON flows.id = flow_versions.flow_id
         WHERE next.published_at >= $1
         ORDER BY next.published_at DESC, next.flow_id DESC, next.version DESC
         LIMIT $2"
    )
    .bind(since.as_millis())
    .bind(REPLACED)
    .all(on)
    .await?;
    rows.into_iter().map(PublishedFlow::try_from).collect()
}

/// Writes the first or next version of a flow and lets callers enter it.
pub(crate) async fn publish(tx: &mut Tx, flow: &PublishedFlow, at: Timestamp) -> Result<(), Error> {
    sql!(
        "INSERT INTO flows (id, enterprise_id, name, live_version, created_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE
         SET live_version = excluded.live_version"
    )
    .bind(word(&flow.id))
    .bind(word(&flow.enterprise))
    .bind(flow.name.as_str())
    .bind(i64::from(flow.version.0))
    .bind(at.as_millis())
    .run(&mut *tx)
    .await
    .map_err(|error| error.naming_conflict("the flow name"))?;
    sql!(
        "INSERT INTO flow_versions (flow_id, version, document, published_at)
         VALUES ($1, $2, $3, $4)"
    )
    .bind(word(&flow.id))
    .bind(i64::from(flow.version.0))
    .bind(flow.document.as_str())
    .bind(at.as_millis())
    .run(tx)
    .await
    .map_err(|error| error.naming_conflict("the flow version"))?;
    Ok(())
}
