//! Folds every fact again and compares with the tables: `trunkline verify`.

use super::IDS_PER_QUESTION;
use super::fold::Fold;
use crate::column::word;
use crate::db::{Db, Tx};
use crate::facts::{FactRow, Place};
use crate::{Error, call_records, facts, recordings};
use model::{CallId, CallRecord, Fact, Recording};
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
/// one slice of facts in memory at a time.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`], [`Error::Unreadable`].
pub async fn rebuild(db: &Db) -> Result<Rebuilt, Error> {
    let mut tx = db.snapshot().await?;
    let mut found = Rebuilt::default();
    let mut place = Place::default();
    let mut of_last_call: Vec<FactRow> = Vec::new();
    loop {
        let slice = facts::next_of_calls(&mut tx, &place, FACTS_PER_SLICE).await?;
        let Some(last) = slice.last() else {
            break;
        };
        place = Place {
            subject_id: last.subject_id.clone(),
            seq: last.seq,
            id: word(&last.id.0),
        };
        let mut rows = std::mem::take(&mut of_last_call);
        rows.extend(slice);
        let whole_calls = rows.partition_point(|row| row.subject_id < place.subject_id);
        of_last_call = rows.split_off(whole_calls);
        compare(&mut tx, rows, &mut found).await?;
    }
    compare(&mut tx, of_last_call, &mut found).await?;
    find_unexplained(&mut tx, &mut found).await?;
    Ok(found)
}

/// Folds the facts of some calls, all of each, and compares.
async fn compare(tx: &mut Tx, rows: Vec<FactRow>, found: &mut Rebuilt) -> Result<(), Error> {
    let mut fold = Fold::default();
    let mut calls: Vec<CallId> = Vec::new();
    found.facts += rows.len() as u64;
    for row in rows {
        let fact = Fact::try_from(row)?;
        if let model::Event::Call { call, .. } = &fact.event
            && calls.last() != Some(call)
        {
            calls.push(*call);
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
