//! What callers did in flows (流程统计), as it was folded from their facts.

use crate::Error;
use crate::column::{At, Word, word};
use crate::db::{Db, Tx};
use crate::statement::{On, Statement, insertions, sql};
use model::{Fact, FlowCount, FlowCountKey, FlowCounts, FlowId, FlowVersion, NodeEvent, Timestamp};
use sea_query::{Expr, OnConflict, Query};

/// One figure of a flow's version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The node.
    pub node: String,
    /// What happened there.
    pub event: NodeEvent,
    /// How often, and how long it took.
    pub count: FlowCount,
}

#[derive(sqlx::FromRow)]
struct CountedRow {
    node: String,
    event: String,
    exit: String,
    callers: i64,
    spent_ms: i64,
}

#[derive(sqlx::FromRow)]
struct CountRow {
    flow_id: Word<FlowId>,
    version: i64,
    quarter: At,
    #[sqlx(flatten)]
    counted: CountedRow,
}

impl TryFrom<CountedRow> for Counted {
    type Error = Error;

    fn try_from(row: CountedRow) -> Result<Self, Error> {
        let event = match row.event.as_str() {
            "answered" => NodeEvent::Answered,
            "cut_off" => NodeEvent::CutOff,
            "entered" => NodeEvent::Entered,
            "hung_up" => NodeEvent::HungUp,
            "left" => NodeEvent::Left(row.exit),
            other => return Err(unreadable(format!("{other:?} is no event of a node"))),
        };
        let CountedRow {
            node,
            callers,
            spent_ms,
            ..
        } = row;
        let count = FlowCount { callers, spent_ms };
        Ok(Self { node, event, count })
    }
}

impl TryFrom<CountRow> for (FlowCountKey, FlowCount) {
    type Error = Error;

    fn try_from(row: CountRow) -> Result<Self, Error> {
        let Counted { node, event, count } = row.counted.try_into()?;
        let version = u32::try_from(row.version)
            .map_err(|_| unreadable(format!("{} is no version", row.version)))?;
        let key = FlowCountKey {
            flow: row.flow_id.0,
            version: FlowVersion(version),
            node,
            event,
            quarter: row.quarter.0,
        };
        Ok((key, count))
    }
}

fn unreadable(problem: String) -> Error {
    Error::Unreadable {
        what: "flow count",
        problem,
    }
}

/// What callers of one version did whose calls began between these instants, by node and event.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`], [`Error::Unreadable`].
pub async fn of_version(
    db: &Db,
    (flow, version): (FlowId, FlowVersion),
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Counted>, Error> {
    let rows: Vec<CountedRow> = sql!(
        "SELECT node, event, exit, CAST(SUM(callers) AS BIGINT) AS callers,
                CAST(SUM(spent_ms) AS BIGINT) AS spent_ms
         FROM flow_counts
         WHERE flow_id = $1
           AND version = $2
           AND quarter >= $3
           AND quarter < $4
         GROUP BY flow_id, version, node, event, exit
         ORDER BY flow_id, version, node, event, exit"
    )
    .bind(word(&flow))
    .bind(i64::from(version.0))
    .bind(from.as_millis())
    .bind(until.as_millis())
    .all(db)
    .await?;
    rows.into_iter().map(Counted::try_from).collect()
}

/// What the facts of one call, or those of them so far, come to.
pub(crate) fn of_facts<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> FlowCounts {
    let of_call = facts.into_iter().filter_map(|fact| match &fact.event {
        model::Event::Call { fact: body, .. } => Some((fact.at, body)),
        model::Event::Agent { .. } | model::Event::Source { .. } => None,
    });
    let counts = model::flow_counts(of_call).into_iter();
    counts.map(|(key, count)| (storable(key), count)).collect()
}

/// PostgreSQL keeps no NUL in a text.
fn storable(mut key: FlowCountKey) -> FlowCountKey {
    key.node = key.node.replace('\0', "\u{fffd}");
    if let NodeEvent::Left(exit) = &mut key.event {
        *exit = exit.replace('\0', "\u{fffd}");
    }
    key
}

/// Adds figures to those that are there.
pub(crate) async fn add(tx: &mut Tx, counts: FlowCounts) -> Result<(), Error> {
    let counts: Vec<_> = counts.into_iter().filter(|it| !it.1.is_empty()).collect();
    for chunk in insertions(&counts) {
        upsert(chunk).run(&mut *tx).await?;
    }
    Ok(())
}

fn upsert(counts: &[(FlowCountKey, FlowCount)]) -> Statement {
    let key = ["flow_id", "version", "node", "event", "exit", "quarter"];
    let mut insert = Query::insert();
    insert
        .into_table("flow_counts")
        .columns(key.into_iter().chain(["callers", "spent_ms"]))
        .on_conflict(
            OnConflict::columns(key)
                .value(
                    "callers",
                    Expr::cust("flow_counts.callers + excluded.callers"),
                )
                .value(
                    "spent_ms",
                    Expr::cust("flow_counts.spent_ms + excluded.spent_ms"),
                )
                .to_owned(),
        );
    for (key, count) in counts {
        let (event, exit) = columns(&key.event);
        insert.values_panic([
            word(&key.flow).into(),
            i64::from(key.version.0).into(),
            key.node.as_str().into(),
            event.into(),
            exit.into(),
            key.quarter.as_millis().into(),
            count.callers.into(),
            count.spent_ms.into(),
        ]);
    }
    insert.into()
}

fn columns(event: &NodeEvent) -> (&'static str, &str) {
    match event {
        NodeEvent::Answered => ("answered", ""),
        NodeEvent::CutOff => ("cut_off", ""),
        NodeEvent::Entered => ("entered", ""),
        NodeEvent::HungUp => ("hung_up", ""),
        NodeEvent::Left(exit) => ("left", exit),
    }
}

/// Forgets every figure, so that all facts can be counted anew.
pub(crate) async fn clear(tx: &mut Tx) -> Result<(), Error> {
    sql!("DELETE FROM flow_counts").run(tx).await?;
    Ok(())
}

/// The next rows in their own order.
pub(crate) async fn next(
    on: impl Into<On<'_>>,
    after: Option<&FlowCountKey>,
    limit: u32,
) -> Result<Vec<(FlowCountKey, FlowCount)>, Error> {
    let (event, exit) = after.map_or(("", ""), |key| columns(&key.event));
    let rows: Vec<CountRow> = sql!(
        "SELECT flow_id, version, node, event, exit, quarter, callers, spent_ms
         FROM flow_counts
         WHERE (flow_id, version, node, event, exit, quarter) > ($1, $2, $3, $4, $5, $6)
         ORDER BY flow_id, version, node, event, exit, quarter
         LIMIT $7"
    )
    .bind(after.map(|key| word(&key.flow)).unwrap_or_default())
    .bind(after.map_or(0, |key| i64::from(key.version.0)))
    .bind(after.map_or("", |key| key.node.as_str()))
    .bind(event)
    .bind(exit)
    .bind(after.map_or(i64::MIN, |key| key.quarter.as_millis()))
    .bind(i64::from(limit))
    .all(on)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// How a row is told in a list of differences.
pub(crate) fn name(key: &FlowCountKey) -> String {
    let (event, exit) = columns(&key.event);
    let quarter = key.quarter.to_rfc3339();
    format!(
        "{} {} {} {event} {exit} {quarter}",
        key.flow, key.version.0, key.node
    )
}

#[cfg(test)]
mod tests;
