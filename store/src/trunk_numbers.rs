//! Numbers reached through trunks (中继号码).

mod change;

pub use change::{create, delete, fresh_id, show, update};

use crate::Error;
use crate::column::{Word, word};
use crate::db::{Db, Tx};
use crate::statement::{On, sql};
use model::{
    Destination, EnterpriseId, FlowId, PhoneNumber, QueueId, Timestamp, TrunkId, TrunkNumber,
    TrunkNumberId,
};

#[derive(sqlx::FromRow)]
struct TrunkNumberRow {
    id: Word<TrunkNumberId>,
    enterprise_id: Word<EnterpriseId>,
    trunk_id: Word<TrunkId>,
    number: Word<PhoneNumber>,
    flow_id: Option<Word<FlowId>>,
    queue_id: Option<Word<QueueId>>,
    recorded: bool,
    version: i64,
}

/// A number as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The number.
    pub number: TrunkNumber,
    /// Counts its changes; whoever changes it names the version they saw.
    pub version: i64,
}

impl TryFrom<TrunkNumberRow> for Stored {
    type Error = Error;

    fn try_from(row: TrunkNumberRow) -> Result<Self, Error> {
        let destination = match (row.flow_id, row.queue_id) {
            (Some(flow), None) => Destination::Flow(flow.0),
            (None, Some(queue)) => Destination::Queue(queue.0),
            (None, None) | (Some(_), Some(_)) => {
                return Err(Error::Unreadable {
                    what: "trunk number",
                    problem: format!("{} has not exactly one destination", row.id.0),
                });
            }
        };
        let number = TrunkNumber {
            id: row.id.0,
            enterprise: row.enterprise_id.0,
            trunk: row.trunk_id.0,
            number: row.number.0,
            destination,
            recorded: row.recorded,
        };
        Ok(Self {
            number,
            version: row.version,
        })
    }
}

/// The trunk numbers of an enterprise, by number.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn list(db: &Db, enterprise: EnterpriseId) -> Result<Vec<Stored>, Error> {
    let rows: Vec<TrunkNumberRow> = sql!(
        "SELECT id, enterprise_id, trunk_id, number, flow_id, queue_id, recorded,
                version
         FROM trunk_numbers
         WHERE enterprise_id = $1
         ORDER BY number, id"
    )
    .bind(word(&enterprise))
    .all(db)
    .await?;
    rows.into_iter().map(Stored::try_from).collect()
}

pub(crate) async fn load(on: impl Into<On<'_>>) -> Result<Vec<TrunkNumber>, Error> {
    let rows: Vec<TrunkNumberRow> = sql!(
        "SELECT id, enterprise_id, trunk_id, number, flow_id, queue_id, recorded,
                version
         FROM trunk_numbers
         ORDER BY id"
    )
    .all(on)
    .await?;
    let stored = rows.into_iter().map(Stored::try_from);
    stored.map(|stored| stored.map(|it| it.number)).collect()
}

pub(crate) async fn insert(tx: &mut Tx, number: &TrunkNumber, at: Timestamp) -> Result<(), Error> {
    let (flow, queue) = match number.destination {
        Destination::Flow(flow) => (Some(word(&flow)), None),
        Destination::Queue(queue) => (None, Some(word(&queue))),
    };
    sql!(
        "INSERT INTO trunk_numbers (id, enterprise_id, trunk_id, number, flow_id, queue_id,
                                    recorded, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    )
    .bind(word(&number.id))
    .bind(word(&number.enterprise))
    .bind(word(&number.trunk))
    .bind(number.number.as_str())
    .bind(flow)
    .bind(queue)
    .bind(number.recorded)
    .bind(at.as_millis())
    .run(tx)
    .await
    .map_err(|error| error.naming_conflict("the trunk number"))?;
    Ok(())
}
