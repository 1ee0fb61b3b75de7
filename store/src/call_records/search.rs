//! Searching call records: dynamic filters, keyset pages, newest first.

use super::{CallRecordRow, select};
use crate::Error;
use crate::column::word;
use crate::db::{Db, Engine};
use crate::page::{Cursor, Page, Slice};
use crate::statement::Statement;
use model::{
    AgentId, AnswerMode, CallId, CallRecord, CallType, EndReason, EnterpriseId, PhoneNumber,
    QueueId, Timestamp,
};
use sea_query::{Expr, ExprTrait, Order, SelectStatement};

/// Which calls are wanted; what is none does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Begun at this instant or later.
    pub from: Option<Timestamp>,
    /// Begun before this instant.
    pub until: Option<Timestamp>,
    /// The number of ours (中继号码).
    pub trunk_number: Option<PhoneNumber>,
    /// The calling number.
    pub caller: Option<PhoneNumber>,
    /// The called number.
    pub called: Option<PhoneNumber>,
    /// The agent who talked last.
    pub agent: Option<AgentId>,
    /// The first queue.
    pub queue: Option<QueueId>,
    /// How the call came about (通话类型).
    pub call_type: Option<CallType>,
    /// The device of the agent (接听方式).
    pub answer_mode: Option<AnswerMode>,
    /// Why it ended.
    pub ended_reason: Option<EndReason>,
}

/// A record with the names of what it refers to, as they are today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The record.
    pub record: CallRecord,
    /// The agent's name.
    pub agent_name: Option<String>,
    /// The agent's work number (工号).
    pub extension: Option<String>,
    /// The queue's name.
    pub queue_name: Option<String>,
    /// The flow's name.
    pub flow_name: Option<String>,
    /// The trunk's name.
    pub trunk_name: Option<String>,
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    #[sqlx(flatten)]
    record: CallRecordRow,
    agent_name: Option<String>,
    extension: Option<String>,
    queue_name: Option<String>,
    flow_name: Option<String>,
    trunk_name: Option<String>,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        Self {
            record: row.record.into(),
            agent_name: row.agent_name,
            extension: row.extension,
            queue_name: row.queue_name,
            flow_name: row.flow_name,
            trunk_name: row.trunk_name,
        }
    }
}

/// One page of an enterprise's call records, newest first.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn list(
    db: &Db,
    enterprise: EnterpriseId,
    filter: &Filter,
    page: Page,
) -> Result<Slice<Entry>, Error> {
    let limit = page.bounded_limit();
    let statement = page_of(db.engine(), enterprise, filter, page);
    let rows: Vec<EntryRow> = statement.all(db).await?;
    let more = rows.len() > limit as usize;
    let mut items: Vec<Entry> = rows.into_iter().map(Entry::from).collect();
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| Cursor {
        started_at: last.record.started_at,
        call: last.record.id,
    });
    Ok(Slice { items, next })
}

pub(super) async fn one(db: &Db, enterprise: EnterpriseId, call: CallId) -> Result<Entry, Error> {
    let mut select = with_names();
    select
        .and_where(column("id").eq(word(&call)))
        .and_where(column("enterprise_id").eq(word(&enterprise)));
    let row: Option<EntryRow> = Statement::from(select).optional(db).await?;
    row.map(Entry::from).ok_or(Error::NotFound("call"))
}

/// The statement of one page; it asks for one row more than the page holds.
pub(super) fn page_of(
    engine: Engine,
    enterprise: EnterpriseId,
    filter: &Filter,
    page: Page,
) -> Statement {
    let mut select = with_names();
    select.and_where(column("enterprise_id").eq(word(&enterprise)));
    for (name, value) in [
        ("caller", filter.caller.as_ref().map(word)),
        ("called", filter.called.as_ref().map(word)),
        ("agent_id", filter.agent.as_ref().map(word)),
    ] {
        if let Some(value) = value {
            select.and_where(column(name).eq(value));
        }
    }
    for (name, value) in [
        ("trunk_number", filter.trunk_number.as_ref().map(word)),
        ("queue_id", filter.queue.as_ref().map(word)),
        ("call_type", filter.call_type.as_ref().map(word)),
        ("answer_mode", filter.answer_mode.as_ref().map(word)),
        ("ended_reason", filter.ended_reason.as_ref().map(word)),
    ] {
        if let Some(value) = value {
            select.and_where(filter_only(engine, name).eq(value));
        }
    }
    if filter.call_type.is_none() {
        select.and_where(filter_only(engine, "call_type").ne(word(&CallType::Trial)));
    }
    if let Some(from) = filter.from {
        select.and_where(column("started_at").gte(from.as_millis()));
    }
    if let Some(until) = filter.until {
        select.and_where(column("started_at").lt(until.as_millis()));
    }
    if let Some(after) = page.after {
        let place = [
            Expr::val(after.started_at.as_millis()),
            Expr::val(word(&after.call)),
        ];
        select.and_where(Expr::tuple([column("started_at"), column("id")]).lt(Expr::tuple(place)));
    }
    select
        .order_by(("call_records", "started_at"), Order::Desc)
        .order_by(("call_records", "id"), Order::Desc)
        .limit(u64::from(page.bounded_limit()) + 1);
    select.into()
}

fn with_names() -> SelectStatement {
    select()
        .expr_as(Expr::col(("users", "name")), "agent_name")
        .expr_as(Expr::col(("agents", "extension")), "extension")
        .expr_as(Expr::col(("queues", "name")), "queue_name")
        .expr_as(Expr::col(("flows", "name")), "flow_name")
        .expr_as(Expr::col(("trunks", "name")), "trunk_name")
        .left_join(
            "agents",
            Expr::col(("agents", "id")).equals(("call_records", "agent_id")),
        )
        .left_join(
            "users",
            Expr::col(("users", "id")).equals(("agents", "user_id")),
        )
        .left_join(
            "queues",
            Expr::col(("queues", "id")).equals(("call_records", "queue_id")),
        )
        .left_join(
            "flows",
            Expr::col(("flows", "id")).equals(("call_records", "flow_id")),
        )
        .left_join(
            "trunks",
            Expr::col(("trunks", "id")).equals(("call_records", "trunk_id")),
        )
        .to_owned()
}

fn column(name: &'static str) -> Expr {
    Expr::col(("call_records", name))
}

/// A column that rows are tested by, but that SQLite must not choose an index for: with bound
/// values its planner prefers such an index and sorts the result, which costs more with each row.
fn filter_only(engine: Engine, name: &'static str) -> Expr {
    match engine {
        Engine::Sqlite => Expr::cust(format!("+call_records.{name}")),
        Engine::Postgres => column(name),
    }
}

#[cfg(test)]
mod tests;
