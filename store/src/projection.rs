//! Folds the journal's facts into the tables people read. SQL is a projection of the journal:
//! applied in batches, idempotent by fact id, never awaited by signalling.

mod counting;
mod fold;
mod rebuild;

pub use counting::fill;
pub use rebuild::{Difference, Drift, LISTED, Rebuilt, rebuild};

use crate::db::{Db, Tx};
use crate::statement::sql;
use crate::{Error, audit_log, call_records, facts, flow_counts, recordings};
use fold::Fold;
use model::{CallFact, CallId, Event, Fact, RecordingId};
use std::collections::BTreeSet;

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Applied {
    /// Facts that were not there before.
    pub fresh: usize,
    /// Facts that were there already and changed nothing.
    pub known: usize,
    /// Fresh facts that no record could take up, because the fact that begins it never came.
    pub orphans: usize,
}

/// Applies facts that follow each other in the journal of `node`, in one transaction. Applying the
/// same facts again changes nothing.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`]; none of the batch is applied then.
pub async fn apply(db: &Db, node: &str, batch: &[(u64, Fact)]) -> Result<Applied, Error> {
    let Some((last, _)) = batch.last() else {
        return Ok(Applied::default());
    };
    let mut tx = db.begin().await?;
    advance(&mut tx, node, *last).await?;
    let mut ids = facts::insert(&mut tx, node, batch).await?;
    let fresh: Vec<&Fact> = batch
        .iter()
        .map(|(_, fact)| fact)
        .filter(|fact| ids.remove(&fact.id))
        .collect();
    let mut fold = load(&mut tx, &fresh).await?;
    for fact in &fresh {
        fold.take(fact);
        audit_log::take(&mut tx, fact).await?;
    }
    let records: Vec<_> = fold.changed_records().collect();
    call_records::save(&mut tx, &records).await?;
    let recordings: Vec<_> = fold.changed_recordings().collect();
    recordings::save(&mut tx, &recordings).await?;
    let counts = counting::difference(&mut tx, &fresh, &fold).await?;
    flow_counts::add(&mut tx, counts).await?;
    tx.commit().await?;
    Ok(Applied {
        fresh: fresh.len(),
        known: batch.len() - fresh.len(),
        orphans: fold.orphans(),
    })
}

/// The last sequence number of `node`'s journal that has been applied; zero before the first.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn position(db: &Db, node: &str) -> Result<u64, Error> {
    let row: Option<(i64,)> = sql!(
        "SELECT seq
         FROM journal_positions
         WHERE node = $1"
    )
    .bind(node)
    .optional(db)
    .await?;
    Ok(row.map_or(0, |(seq,)| u64::try_from(seq).unwrap_or(0)))
}

/// Moves the position forward, never back. It is the first statement of the transaction, so that
/// on PostgreSQL its row lock lets one applier of a node work at a time.
async fn advance(tx: &mut Tx, node: &str, seq: u64) -> Result<(), Error> {
    sql!(
        "INSERT INTO journal_positions (node, seq)
         VALUES ($1, $2)
         ON CONFLICT (node) DO UPDATE
         SET seq = excluded.seq
         WHERE journal_positions.seq < excluded.seq"
    )
    .bind(node)
    .bind(i64::try_from(seq).unwrap_or(i64::MAX))
    .run(tx)
    .await?;
    Ok(())
}

/// The records and recordings that these facts change, as far as they are stored.
async fn load(tx: &mut Tx, fresh: &[&Fact]) -> Result<Fold, Error> {
    let mut calls = BTreeSet::new();
    let mut ended = BTreeSet::new();
    for fact in fresh {
        match &fact.event {
            Event::Call { call, fact } => {
                calls.insert(*call);
                if let CallFact::RecordingEnded { recording, .. }
                | CallFact::RecordingCompressed { recording, .. }
                | CallFact::RecordingMoved { recording, .. } = fact
                {
                    ended.insert(*recording);
                }
            }
            Event::Agent { .. } | Event::Source { .. } => (),
        }
    }
    let calls: Vec<CallId> = calls.into_iter().collect();
    let ended: Vec<RecordingId> = ended.into_iter().collect();
    let mut fold = Fold::default();
    for chunk in calls.chunks(IDS_PER_QUESTION) {
        fold.remember_records(call_records::load(&mut *tx, chunk).await?);
    }
    for chunk in ended.chunks(IDS_PER_QUESTION) {
        fold.remember_recordings(recordings::load(&mut *tx, chunk).await?);
    }
    Ok(fold)
}

/// How many ids one SELECT names: well below both engines' bounds on placeholders.
const IDS_PER_QUESTION: usize = 500;

#[cfg(test)]
mod tests;
