//! Queues (技能组) and who serves them.

use crate::Error;
use crate::column::{Word, word};
use crate::db::{Db, Tx};
use crate::statement::{On, sql};
use model::{AgentId, EnterpriseId, Queue, QueueId, Strategy, Timestamp};
use std::time::Duration;

#[derive(sqlx::FromRow)]
struct QueueRow {
    id: Word<QueueId>,
    enterprise_id: Word<EnterpriseId>,
    name: String,
    strategy: Word<Strategy>,
    ring_timeout_ms: i64,
    max_wait_ms: i64,
    max_length: i64,
    wrap_up_ms: i64,
    lock_after_misses: i64,
    recorded: bool,
}

impl From<QueueRow> for Queue {
    fn from(row: QueueRow) -> Self {
        Self {
            id: row.id.0,
            enterprise: row.enterprise_id.0,
            name: row.name,
            strategy: row.strategy.0,
            ring_timeout: span(row.ring_timeout_ms),
            max_wait: span(row.max_wait_ms),
            max_length: count(row.max_length),
            wrap_up: span(row.wrap_up_ms),
            lock_after_misses: count(row.lock_after_misses),
            recorded: row.recorded,
        }
    }
}

fn span(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

fn count(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// The queues of an enterprise, by name.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn list(db: &Db, enterprise: EnterpriseId) -> Result<Vec<Queue>, Error> {
    let rows: Vec<QueueRow> = sql!(
        "SELECT id, enterprise_id, name, strategy, ring_timeout_ms, max_wait_ms, max_length,
                wrap_up_ms, lock_after_misses, recorded
         FROM queues
         WHERE enterprise_id = $1
         ORDER BY name"
    )
    .bind(word(&enterprise))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(Queue::from).collect())
}

/// The agents who serve a queue of an enterprise.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn members(
    db: &Db,
    enterprise: EnterpriseId,
    queue: QueueId,
) -> Result<Vec<AgentId>, Error> {
    let rows: Vec<(Word<AgentId>,)> = sql!(
        "SELECT queue_members.agent_id
         FROM queue_members
         JOIN queues ON queues.id = queue_members.queue_id
         WHERE queue_members.queue_id = $1
           AND queues.enterprise_id = $2
         ORDER BY queue_members.agent_id"
    )
    .bind(word(&queue))
    .bind(word(&enterprise))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(|(agent,)| agent.0).collect())
}

pub(crate) async fn load(on: impl Into<On<'_>>) -> Result<Vec<Queue>, Error> {
    let rows: Vec<QueueRow> = sql!(
        "SELECT id, enterprise_id, name, strategy, ring_timeout_ms, max_wait_ms, max_length,
                wrap_up_ms, lock_after_misses, recorded
         FROM queues
         ORDER BY id"
    )
    .all(on)
    .await?;
    Ok(rows.into_iter().map(Queue::from).collect())
}

pub(crate) async fn load_members(on: impl Into<On<'_>>) -> Result<Vec<(QueueId, AgentId)>, Error> {
    let rows: Vec<(Word<QueueId>, Word<AgentId>)> = sql!(
        "SELECT queue_id, agent_id
         FROM queue_members
         ORDER BY queue_id, agent_id"
    )
    .all(on)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(queue, agent)| (queue.0, agent.0))
        .collect())
}

pub(crate) async fn insert(tx: &mut Tx, queue: &Queue, at: Timestamp) -> Result<(), Error> {
    sql!(
        "INSERT INTO queues (id, enterprise_id, name, strategy, ring_timeout_ms, max_wait_ms,
                             max_length, wrap_up_ms, lock_after_misses, recorded, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    )
    .bind(word(&queue.id))
    .bind(word(&queue.enterprise))
    .bind(queue.name.as_str())
    .bind(word(&queue.strategy))
    .bind(millis(queue.ring_timeout))
    .bind(millis(queue.max_wait))
    .bind(i64::from(queue.max_length))
    .bind(millis(queue.wrap_up))
    .bind(i64::from(queue.lock_after_misses))
    .bind(queue.recorded)
    .bind(at.as_millis())
    .run(tx)
    .await
    .map_err(|error| error.naming_conflict("the queue name"))?;
    Ok(())
}

pub(crate) async fn insert_member(
    tx: &mut Tx,
    queue: QueueId,
    agent: AgentId,
) -> Result<(), Error> {
    sql!(
        "INSERT INTO queue_members (queue_id, agent_id)
         VALUES ($1, $2)
         ON CONFLICT DO NOTHING"
    )
    .bind(word(&queue))
    .bind(word(&agent))
    .run(tx)
    .await?;
    Ok(())
}
