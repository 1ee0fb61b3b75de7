//! Folds every fact again and compares with the tables: `trunkline verify`.

use super::fold::Fold;
use super::{IDS_PER_QUESTION, counting};
use crate::column::word;
use crate::db::{Db, Tx};
use crate::facts::{FactRow, Place};
use crate::{Error, call_records, facts, flow_counts, recordings};
use model::{CallId, CallRecord, Fact, FlowCounts, Recording};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// Facts read at a time.
const FACTS_PER_SLICE: u32 = 5_000;

/// The most differences that are listed; all are counted.
pub const LISTED: usize = 1_000;

/// What folding everything again has found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rebuilt {
    /// Facts folded.
    pub facts: u64,
    /// Call records compared.
    pub records: u64,
    /// Recordings compared.
    pub recordings: u64,
    /// Figures of flows compared.
    pub counts: u64,
    /// How many differences there are.
    pub drifted: u64,
    /// The differences, at most [`LISTED`].
    pub differences: Vec<Difference>,
}

/// One thing in which a table is not what the facts say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table.
    pub table: &'static str,
    /// The row.
    pub id: String,
    /// What is wrong.
    pub drift: Drift,
}

/// How a row is not what the facts say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drift {
    /// The facts say it, the table lacks it.
    Missing,
    /// The table has it, no fact says it.
    Unexplained,
    /// A field differs.
    Field {
        /// The field, as the model names it.
        name: String,
        /// What the table says, JSON.
        stored: String,
        /// What the facts say, JSON.
        folded: String,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.table, self.id)?;
        match &self.drift {
            Drift::Missing => f.write_str("missing"),
            Drift::Unexplained => f.write_str("not explained by any fact"),
            Drift::Field {
                name,
                stored,
                folded,
            } => write!(f, "{name} is {stored}, the facts say {folded}"),
        }
    }
}

/// Folds the facts of every call again, as of one moment, and lists where the tables differ. Holds
/// one slice of facts in memory at a time, and the figures of flows.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`], [`Error::Unreadable`].
pub async fn rebuild(db: &Db) -> Result<Rebuilt, Error> {
    let mut tx = db.snapshot().await?;
    let mut found = Rebuilt::default();
    let mut counts = FlowCounts::new();
    let mut walk = Walk::default();
    while let Some(facts) = walk.next(&mut tx).await? {
        counting::add(&mut counts, counts_of(&facts));
        compare(&mut tx, facts, &mut found).await?;
    }
    find_unexplained(&mut tx, &mut found).await?;
    compare_counts(&mut tx, counts, &mut found).await?;
    Ok(found)
}

/// What all facts that there are come to.
pub(super) async fn counts(tx: &mut Tx) -> Result<FlowCounts, Error> {
    let mut counts = FlowCounts::new();
    let mut walk = Walk::default();
    while let Some(facts) = walk.next(tx).await? {
        counting::add(&mut counts, counts_of(&facts));
    }
    Ok(counts)
}

/// What the facts of some calls come to, all of each.
fn counts_of(facts: &[(CallId, Fact)]) -> FlowCounts {
    let mut counts = FlowCounts::new();
    for of_call in facts.chunk_by(|one, other| one.0 == other.0) {
        let of_call = of_call.iter().map(|(_, fact)| fact);
        counting::add(&mut counts, flow_counts::of_facts(of_call));
    }
    counts
}

/// A walk over the facts of all calls.
#[derive(Default)]
struct Walk {
    place: Place,
    of_last_call: Vec<FactRow>,
    over: bool,
}

impl Walk {
    /// The facts of the next calls, all of each; nothing at the end.
    async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<(CallId, Fact)>>, Error> {
        if self.over {
            return Ok(None);
        }
        let slice = facts::next_of_calls(tx, &self.place, FACTS_PER_SLICE).await?;
        let mut rows = std::mem::take(&mut self.of_last_call);
        if let Some(last) = slice.last() {
            self.place = Place {
                subject_id: last.subject_id.clone(),
                seq: last.seq,
                id: word(&last.id.0),
            };
            rows.extend(slice);
            let whole = rows.partition_point(|row| row.subject_id < self.place.subject_id);
            self.of_last_call = rows.split_off(whole);
        } else {
            self.over = true;
        }
        let facts: Result<Vec<_>, Error> = rows.into_iter().map(of_call).collect();
        Ok(Some(facts?))
    }
}

fn of_call(row: FactRow) -> Result<(CallId, Fact), Error> {
    let fact = Fact::try_from(row)?;
    match &fact.event {
        model::Event::Call { call, .. } => Ok((*call, fact)),
        model::Event::Agent { .. } | model::Event::Source { .. } => Err(Error::Unreadable {
            what: "fact",
            problem: format!("{} is of no call", fact.id),
        }),
    }
}

/// Folds the facts of some calls, all of each, and compares.
async fn compare(
    tx: &mut Tx,
    facts: Vec<(CallId, Fact)>,
    found: &mut Rebuilt,
) -> Result<(), Error> {
    let mut fold = Fold::default();
    let mut calls: Vec<CallId> = Vec::new();
    found.facts += facts.len() as u64;
    for (call, fact) in facts {
        if calls.last() != Some(&call) {
            calls.push(call);
        }
        fold.take(&fact);
    }
    let mut records = Vec::new();
    let mut recordings = Vec::new();
    for chunk in calls.chunks(IDS_PER_QUESTION) {
        records.extend(call_records::load(&mut *tx, chunk).await?);
        recordings.extend(recordings::load_of_calls(&mut *tx, chunk).await?);
    }
    found.records += records.len() as u64;
    found.recordings += recordings.len() as u64;
    let of = |record: &CallRecord| word(&record.id);
    found.compare_rows("call_records", &records, fold.changed_records(), of);
    let of = |recording: &Recording| word(&recording.id);
    found.compare_rows("recordings", &recordings, fold.changed_recordings(), of);
    Ok(())
}

/// Compares the figures of flows with what all facts come to.
async fn compare_counts(
    tx: &mut Tx,
    mut counts: FlowCounts,
    found: &mut Rebuilt,
) -> Result<(), Error> {
    let mut last = None;
    loop {
        let rows = flow_counts::next(&mut *tx, last.as_ref(), FACTS_PER_SLICE).await?;
        let Some((key, _)) = rows.last() else {
            break;
        };
        last = Some(key.clone());
        found.counts += rows.len() as u64;
        for (key, stored) in rows.into_iter().filter(|(_, stored)| !stored.is_empty()) {
            match counts.remove(&key) {
                None => found.note("flow_counts", flow_counts::name(&key), Drift::Unexplained),
                Some(folded) if folded == stored => (),
                Some(folded) => {
                    for drift in differing_fields(&stored, &folded) {
                        found.note("flow_counts", flow_counts::name(&key), drift);
                    }
                }
            }
        }
    }
    for key in counts.into_keys() {
        found.note("flow_counts", flow_counts::name(&key), Drift::Missing);
    }
    Ok(())
}

async fn find_unexplained(tx: &mut Tx, found: &mut Rebuilt) -> Result<(), Error> {
    let limit = u32::try_from(LISTED).unwrap_or(u32::MAX);
    for call in call_records::without_facts(&mut *tx, limit).await? {
        found.note("call_records", word(&call), Drift::Unexplained);
    }
    for recording in recordings::without_facts(&mut *tx, limit).await? {
        found.note("recordings", word(&recording), Drift::Unexplained);
    }
    Ok(())
}

impl Rebuilt {
    fn note(&mut self, table: &'static str, id: String, drift: Drift) {
        self.drifted += 1;
        if self.differences.len() < LISTED {
            self.differences.push(Difference { table, id, drift });
        }
    }

    fn compare_rows<'a, T: Serialize + PartialEq + 'a>(
        &mut self,
        table: &'static str,
        stored: &[T],
        folded: impl Iterator<Item = &'a T>,
        id: impl Fn(&T) -> String,
    ) {
        let mut stored: BTreeMap<String, &T> = stored.iter().map(|row| (id(row), row)).collect();
        for expected in folded {
            let id = id(expected);
            match stored.remove(&id) {
                None => self.note(table, id, Drift::Missing),
                Some(row) if row == expected => (),
                Some(row) => {
                    for drift in differing_fields(row, expected) {
                        self.note(table, id.clone(), drift);
                    }
                }
            }
        }
        for id in stored.into_keys() {
            self.note(table, id, Drift::Unexplained);
        }
    }
}

fn differing_fields<T: Serialize>(stored: &T, folded: &T) -> Vec<Drift> {
    let folded = fields(folded);
    fields(stored)
        .into_iter()
        .filter_map(|(name, stored)| {
            let folded = folded.get(&name).unwrap_or(&Value::Null);
            (stored != *folded).then(|| Drift::Field {
                stored: stored.to_string(),
                folded: folded.to_string(),
                name,
            })
        })
        .collect()
}

fn fields<T: Serialize>(row: &T) -> Map<String, Value> {
    match serde_json::to_value(row) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => Map::new(),
    }
}
