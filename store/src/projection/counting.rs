//! Counts what callers do in flows. What a call adds is what all its facts come to less what those
//! came to that were there before, so that nothing has to be remembered of a call between two batches.

use super::fold::Fold;
use super::{IDS_PER_QUESTION, rebuild};
use crate::db::{Db, Tx};
use crate::statement::sql;
use crate::{Error, facts, flow_counts};
use model::{CallFact, CallId, Event, Fact, FactId, FlowCounts};
use std::collections::{BTreeMap, BTreeSet};

/// The name of the counts among the projections that are to be filled.
const NAME: &str = "flow_counts";

/// What fresh facts add to the counts; they are in the table already, and in the fold.
pub(super) async fn difference(
    tx: &mut Tx,
    fresh: &[&Fact],
    fold: &Fold,
) -> Result<FlowCounts, Error> {
    let mut of_calls: BTreeMap<CallId, Vec<&Fact>> = BTreeMap::new();
    for fact in fresh {
        if let Event::Call { call, .. } = &fact.event {
            of_calls.entry(*call).or_default().push(fact);
        }
    }
    of_calls.retain(|call, facts| {
        fold.may_be_in_flow(*call) && facts.iter().any(|fact| is_counted(fact))
    });
    let mut counts = FlowCounts::new();
    let mut older = Vec::new();
    for (call, facts) in &of_calls {
        if facts.iter().any(|fact| begins(fact)) {
            add(&mut counts, flow_counts::of_facts(facts.iter().copied()));
        } else {
            older.push(*call);
        }
    }
    let fresh: BTreeSet<FactId> = fresh.iter().map(|fact| fact.id).collect();
    for chunk in older.chunks(IDS_PER_QUESTION) {
        let rows = facts::of_calls(&mut *tx, chunk).await?;
        for of_call in rows.chunk_by(|one, other| one.0 == other.0) {
            let facts = || of_call.iter().map(|(_, fact)| fact);
            add(&mut counts, flow_counts::of_facts(facts()));
            let known = facts().filter(|fact| !fresh.contains(&fact.id));
            take_away(&mut counts, flow_counts::of_facts(known));
        }
    }
    Ok(counts)
}

/// Whether a fact can change what is counted.
fn is_counted(fact: &Fact) -> bool {
    let Event::Call { fact, .. } = &fact.event else {
        return false;
    };
    matches!(
        fact,
        CallFact::Bridged { .. }
            | CallFact::Ended(_)
            | CallFact::FlowEntered { .. }
            | CallFact::NodeEntered { .. }
            | CallFact::NodeLeft { .. }
    )
}

/// Whether nothing of the call can have come before.
fn begins(fact: &Fact) -> bool {
    matches!(
        &fact.event,
        Event::Call {
            fact: CallFact::Arrived { .. },
            ..
        }
    )
}

/// Adds the figures of other calls.
pub(super) fn add(counts: &mut FlowCounts, others: FlowCounts) {
    for (key, count) in others {
        counts.entry(key).or_default().add(count);
    }
}

fn take_away(counts: &mut FlowCounts, others: FlowCounts) {
    for (key, count) in others {
        counts.entry(key).or_default().add(count.negated());
    }
}

/// Fills the projections that a migration has made with what the facts of old say; does nothing where
/// that is done. Call it before the first [`apply`](super::apply).
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`], [`Error::Unreadable`]; nothing is changed then.
pub async fn fill(db: &Db) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    let unfilled = sql!("DELETE FROM unfilled_projections WHERE name = $1")
        .bind(NAME)
        .run(&mut tx)
        .await?;
    if unfilled > 0 {
        flow_counts::clear(&mut tx).await?;
        let counts = rebuild::counts(&mut tx).await?;
        flow_counts::add(&mut tx, counts).await?;
    }
    tx.commit().await
}
