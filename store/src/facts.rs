//! The facts themselves: what records are folded from, and what a call's page shows step by step.

use crate::Error;
use crate::column::{At, Word, word};
use crate::db::{Db, Tx};
use crate::statement::{On, Statement, insertions, sql};
use model::{AgentFact, AgentId, CallFact, CallId, EnterpriseId, Event, Fact, FactId, SourceFact};
use sea_query::{Expr, ExprTrait, OnConflict, Order, Query};
use std::collections::HashSet;
use std::str::FromStr;

/// The most facts of one call that are shown.
pub const SHOWN_OF_CALL: u32 = 2_000;

#[derive(sqlx::FromRow)]
pub(crate) struct FactRow {
    pub(crate) id: Word<FactId>,
    pub(crate) seq: i64,
    at: At,
    enterprise_id: Word<EnterpriseId>,
    noun: String,
    pub(crate) subject_id: String,
    body: String,
}

impl TryFrom<FactRow> for Fact {
    type Error = Error;

    fn try_from(row: FactRow) -> Result<Self, Error> {
        let event = match row.noun.as_str() {
            "call" => Event::Call {
                call: read_id::<CallId>(&row.subject_id)?,
                fact: read_body::<CallFact>(&row.body)?,
            },
            "agent" => Event::Agent {
                agent: read_id::<AgentId>(&row.subject_id)?,
                fact: read_body::<AgentFact>(&row.body)?,
            },
            "source" => Event::Source {
                source: row
                    .subject_id
                    .parse()
                    .map_err(|_| unreadable(format!("{:?} is no address", row.subject_id)))?,
                fact: read_body::<SourceFact>(&row.body)?,
            },
            other => return Err(unreadable(format!("{other:?} is no noun"))),
        };
        Ok(Self {
            id: row.id.0,
            at: row.at.0,
            enterprise: row.enterprise_id.0,
            event,
        })
    }
}

fn read_id<T: FromStr>(text: &str) -> Result<T, Error> {
    text.parse()
        .map_err(|_| unreadable(format!("{text:?} is no id")))
}

fn read_body<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, Error> {
    serde_json::from_str(body).map_err(|error| unreadable(error.to_string()))
}

fn unreadable(problem: String) -> Error {
    Error::Unreadable {
        what: "fact",
        problem,
    }
}

/// What happened to one call of an enterprise, in order; at most [`SHOWN_OF_CALL`].
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`], [`Error::Unreadable`].
pub async fn of_call(db: &Db, enterprise: EnterpriseId, call: CallId) -> Result<Vec<Fact>, Error> {
    let rows: Vec<FactRow> = sql!(
        "SELECT id, seq, at, enterprise_id, noun, subject_id, body
         FROM facts
         WHERE noun = 'call'
           AND subject_id = $1
           AND enterprise_id = $2
         ORDER BY seq, id
         LIMIT $3"
    )
    .bind(word(&call))
    .bind(word(&enterprise))
    .bind(i64::from(SHOWN_OF_CALL))
    .all(db)
    .await?;
    rows.into_iter().map(Fact::try_from).collect()
}

/// What happened to these calls, call by call and in order.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`], [`Error::Unreadable`].
pub async fn of_some_calls(db: &Db, calls: &[CallId]) -> Result<Vec<(CallId, Fact)>, Error> {
    of_calls(db, calls).await
}

/// All facts of these calls, call by call and in order.
pub(crate) async fn of_calls(
    on: impl Into<On<'_>>,
    calls: &[CallId],
) -> Result<Vec<(CallId, Fact)>, Error> {
    let columns = [
        "id",
        "seq",
        "at",
        "enterprise_id",
        "noun",
        "subject_id",
        "body",
    ];
    let mut select = Query::select();
    select
        .columns(columns)
        .from("facts")
        .and_where(Expr::col("noun").eq("call"))
        .and_where(Expr::col("subject_id").is_in(calls.iter().map(word)))
        .order_by("subject_id", Order::Asc)
        .order_by("seq", Order::Asc)
        .order_by("id", Order::Asc);
    let rows: Vec<FactRow> = Statement::from(select).all(on).await?;
    let facts = rows.into_iter().map(|row| {
        let call = read_id::<CallId>(&row.subject_id)?;
        Ok((call, Fact::try_from(row)?))
    });
    facts.collect()
}

/// Where a walk over the facts of all calls goes on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    pub(crate) subject_id: String,
    pub(crate) seq: i64,
    pub(crate) id: String,
}

/// The next facts about calls, call by call and in order.
pub(crate) async fn next_of_calls(
    on: impl Into<On<'_>>,
    after: &Place,
    limit: u32,
) -> Result<Vec<FactRow>, Error> {
    sql!(
        "SELECT id, seq, at, enterprise_id, noun, subject_id, body
         FROM facts
         WHERE noun = 'call'
           AND (subject_id, seq, id) > ($1, $2, $3)
         ORDER BY subject_id, seq, id
         LIMIT $4"
    )
    .bind(after.subject_id.as_str())
    .bind(after.seq)
    .bind(after.id.as_str())
    .bind(i64::from(limit))
    .all(on)
    .await
}

/// Writes the facts that are not there yet; gives their ids.
pub(crate) async fn insert(
    tx: &mut Tx,
    node: &str,
    batch: &[(u64, Fact)],
) -> Result<HashSet<FactId>, Error> {
    let mut fresh = HashSet::with_capacity(batch.len());
    for chunk in insertions(batch) {
        let inserted: Vec<(Word<FactId>,)> = insertion(node, chunk)?.all(&mut *tx).await?;
        fresh.extend(inserted.into_iter().map(|(id,)| id.0));
    }
    Ok(fresh)
}

fn insertion(node: &str, chunk: &[(u64, Fact)]) -> Result<Statement, Error> {
    let mut insert = Query::insert();
    insert
        .into_table("facts")
        .columns([
            "id",
            "node",
            "seq",
            "at",
            "enterprise_id",
            "noun",
            "subject_id",
            "body",
        ])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .returning_col("id");
    for (seq, fact) in chunk {
        let (noun, subject_id, body) = columns(&fact.event)?;
        insert.values_panic([
            word(&fact.id).into(),
            node.into(),
            i64::try_from(*seq).unwrap_or(i64::MAX).into(),
            fact.at.as_millis().into(),
            word(&fact.enterprise).into(),
            noun.into(),
            subject_id.into(),
            body.into(),
        ]);
    }
    Ok(insert.into())
}

fn columns(event: &Event) -> Result<(&'static str, String, String), Error> {
    let (noun, subject_id, body) = match event {
        Event::Call { call, fact } => ("call", word(call), serde_json::to_string(fact)),
        Event::Agent { agent, fact } => ("agent", word(agent), serde_json::to_string(fact)),
        Event::Source { source, fact } => {
            ("source", source.to_string(), serde_json::to_string(fact))
        }
    };
    let body = body.map_err(|error| unreadable(error.to_string()))?;
    Ok((noun, subject_id, body))
}
