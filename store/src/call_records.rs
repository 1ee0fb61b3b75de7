//! Call records (通话记录).

mod search;

pub use search::{Entry, Filter, list};

use crate::Error;
use crate::column::{At, Word, word};
use crate::db::{Db, Tx};
use crate::statement::{On, Statement, insertions, sql};
use model::{
    AgentId, AnswerMode, CallId, CallRecord, CallType, Direction, EndReason, EndStage, EndedBy,
    Ending, EnterpriseId, Finding, FlowId, OpenSpans, PhoneNumber, QueueId, Rating, RatingScale,
    RecordingId, Timestamp, TrunkId,
};
use sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement, Value};

const COLUMNS: &str = "\
call_records.id, call_records.enterprise_id, call_records.direction, call_records.call_type, \
call_records.trunk_id, call_records.trunk_number, call_records.caller, call_records.called, \
call_records.sip_call_id, call_records.started_at, call_records.answered_at, \
call_records.bridged_at, call_records.ended_at, call_records.flow_id, call_records.queue_id, \
call_records.agent_id, call_records.answer_mode, call_records.offers, call_records.queue_ms, \
call_records.ring_ms, call_records.talk_ms, call_records.recording_id, \
call_records.early_finding, call_records.answered_by, call_records.ended_by, \
call_records.ended_stage, call_records.ended_reason, call_records.sip_code, call_records.q850, \
call_records.open_queue_at, call_records.open_ring_at, call_records.open_talk_at, \
call_records.transfers, call_records.consults, call_records.conferences, \
call_records.surveyed, call_records.rating_scale, call_records.rating_score";

#[derive(sqlx::FromRow)]
struct CallRecordRow {
    id: Word<CallId>,
    enterprise_id: Word<EnterpriseId>,
    direction: Word<Direction>,
    call_type: Word<CallType>,
    trunk_id: Word<TrunkId>,
    trunk_number: Word<PhoneNumber>,
    caller: Word<PhoneNumber>,
    called: Word<PhoneNumber>,
    sip_call_id: String,
    started_at: At,
    answered_at: Option<At>,
    bridged_at: Option<At>,
    ended_at: Option<At>,
    flow_id: Option<Word<FlowId>>,
    queue_id: Option<Word<QueueId>>,
    agent_id: Option<Word<AgentId>>,
    answer_mode: Option<Word<AnswerMode>>,
    offers: i64,
    transfers: i64,
    consults: i64,
    conferences: i64,
    queue_ms: i64,
    ring_ms: i64,
    talk_ms: i64,
    #[sqlx(flatten)]
    survey: SurveyRow,
    recording_id: Option<Word<RecordingId>>,
    early_finding: Option<Word<Finding>>,
    answered_by: Option<Word<Finding>>,
    #[sqlx(flatten)]
    ending: EndingRow,
    open_queue_at: Option<At>,
    open_ring_at: Option<At>,
    open_talk_at: Option<At>,
}

#[derive(sqlx::FromRow)]
struct SurveyRow {
    surveyed: bool,
    rating_scale: Option<Word<RatingScale>>,
    rating_score: Option<i64>,
}

impl SurveyRow {
    fn rating(&self) -> Option<Rating> {
        Some(Rating {
            score: u8::try_from(self.rating_score?).ok()?,
            scale: self.rating_scale.as_ref()?.0,
        })
    }
}

#[derive(sqlx::FromRow)]
struct EndingRow {
    ended_by: Option<Word<EndedBy>>,
    ended_stage: Option<Word<EndStage>>,
    ended_reason: Option<Word<EndReason>>,
    sip_code: Option<i64>,
    q850: Option<i64>,
}

impl From<EndingRow> for Option<Ending> {
    fn from(row: EndingRow) -> Self {
        Some(Ending {
            by: row.ended_by?.0,
            stage: row.ended_stage?.0,
            reason: row.ended_reason?.0,
            sip_code: row.sip_code.and_then(|code| u16::try_from(code).ok()),
            q850: row.q850.and_then(|cause| u8::try_from(cause).ok()),
        })
    }
}

impl From<CallRecordRow> for CallRecord {
    fn from(row: CallRecordRow) -> Self {
        Self {
            id: row.id.0,
            enterprise: row.enterprise_id.0,
            direction: row.direction.0,
            call_type: row.call_type.0,
            trunk: row.trunk_id.0,
            trunk_number: row.trunk_number.0,
            caller: row.caller.0,
            called: row.called.0,
            sip_call_id: row.sip_call_id,
            started_at: row.started_at.0,
            answered_at: instant(row.answered_at),
            bridged_at: instant(row.bridged_at),
            ended_at: instant(row.ended_at),
            flow: row.flow_id.map(|id| id.0),
            queue: row.queue_id.map(|id| id.0),
            agent: row.agent_id.map(|id| id.0),
            answer_mode: row.answer_mode.map(|mode| mode.0),
            offers: count(row.offers),
            transfers: count(row.transfers),
            consults: count(row.consults),
            conferences: count(row.conferences),
            queue_ms: row.queue_ms,
            ring_ms: row.ring_ms,
            talk_ms: row.talk_ms,
            surveyed: row.survey.surveyed,
            rating: row.survey.rating(),
            recording: row.recording_id.map(|id| id.0),
            early_finding: row.early_finding.map(|finding| finding.0),
            answered_by: row.answered_by.map(|finding| finding.0),
            ending: row.ending.into(),
            open: OpenSpans {
                queue: instant(row.open_queue_at),
                ring: instant(row.open_ring_at),
                talk: instant(row.open_talk_at),
            },
        }
    }
}

fn count(rows: i64) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

fn instant(at: Option<At>) -> Option<Timestamp> {
    at.map(|at| at.0)
}

fn millis(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_millis)
}

fn select() -> SelectStatement {
    Query::select()
        .expr(Expr::cust(COLUMNS))
        .from("call_records")
        .to_owned()
}

/// The records of these calls, as far as there are any.
pub(crate) async fn load(
    on: impl Into<On<'_>>,
    calls: &[CallId],
) -> Result<Vec<CallRecord>, Error> {
    if calls.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = calls.iter().map(word).collect();
    let rows: Vec<CallRecordRow> = Statement::from(
        select()
            .and_where(Expr::col(("call_records", "id")).is_in(ids))
            .to_owned(),
    )
    .all(on)
    .await?;
    Ok(rows.into_iter().map(CallRecord::from).collect())
}

/// One call record of an enterprise.
///
/// # Errors
/// [`Error::NotFound`] if the enterprise has no such call.
pub async fn show(db: &Db, enterprise: EnterpriseId, call: CallId) -> Result<Entry, Error> {
    search::one(db, enterprise, call).await
}

/// The newest calls of an enterprise that entered this flow before any other and began between two instants.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn latest_of_flow(
    db: &Db,
    (enterprise, flow): (EnterpriseId, FlowId),
    (from, until): (Timestamp, Timestamp),
    limit: u32,
) -> Result<Vec<CallId>, Error> {
    let rows: Vec<(Word<CallId>,)> = sql!(
        "SELECT id
         FROM call_records
         WHERE enterprise_id = $1
           AND flow_id = $2
           AND call_type <> 'trial'
           AND started_at >= $3
           AND started_at < $4
         ORDER BY started_at DESC, id DESC
         LIMIT $5"
    )
    .bind(word(&enterprise))
    .bind(word(&flow))
    .bind(from.as_millis())
    .bind(until.as_millis())
    .bind(i64::from(limit))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.0).collect())
}

/// Calls whose records no fact explains.
pub(crate) async fn without_facts(on: impl Into<On<'_>>, limit: u32) -> Result<Vec<CallId>, Error> {
    let rows: Vec<(Word<CallId>,)> = sql!(
        "SELECT call_records.id
         FROM call_records
         WHERE NOT EXISTS (
             SELECT 1
             FROM facts
             WHERE facts.noun = 'call'
               AND facts.subject_id = call_records.id
         )
         ORDER BY call_records.id
         LIMIT $1"
    )
    .bind(i64::from(limit))
    .all(on)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.0).collect())
}

/// What a record begins with, and what becomes of it.
const WRITTEN_ONCE: [&str; 10] = [
    "id",
    "enterprise_id",
    "direction",
    "call_type",
    "trunk_id",
    "trunk_number",
    "caller",
    "called",
    "sip_call_id",
    "started_at",
];
const WRITTEN_AGAIN: [&str; 28] = [
    "answered_at",
    "bridged_at",
    "ended_at",
    "flow_id",
    "queue_id",
    "agent_id",
    "answer_mode",
    "offers",
    "queue_ms",
    "ring_ms",
    "talk_ms",
    "recording_id",
    "ended_by",
    "ended_stage",
    "ended_reason",
    "sip_code",
    "q850",
    "open_queue_at",
    "open_ring_at",
    "open_talk_at",
    "early_finding",
    "answered_by",
    "transfers",
    "consults",
    "conferences",
    "surveyed",
    "rating_scale",
    "rating_score",
];

/// Writes records, or what has become of them since.
pub(crate) async fn save(tx: &mut Tx, records: &[&CallRecord]) -> Result<(), Error> {
    for chunk in insertions(records) {
        upsert(chunk).run(&mut *tx).await?;
    }
    Ok(())
}

fn upsert(records: &[&CallRecord]) -> Statement {
    let mut insert = Query::insert();
    insert
        .into_table("call_records")
        .columns(WRITTEN_ONCE.into_iter().chain(WRITTEN_AGAIN))
        .on_conflict(
            OnConflict::column("id")
                .update_columns(WRITTEN_AGAIN)
                .to_owned(),
        );
    for record in records {
        insert.values_panic(values(record).map(Into::into));
    }
    insert.into()
}

fn values(record: &CallRecord) -> [Value; WRITTEN_ONCE.len() + WRITTEN_AGAIN.len()] {
    let ending = record.ending.as_ref();
    let rating = record.rating;
    [
        word(&record.id).into(),
        word(&record.enterprise).into(),
        word(&record.direction).into(),
        word(&record.call_type).into(),
        word(&record.trunk).into(),
        record.trunk_number.as_str().into(),
        record.caller.as_str().into(),
        record.called.as_str().into(),
        record.sip_call_id.as_str().into(),
        record.started_at.as_millis().into(),
        millis(record.answered_at).into(),
        millis(record.bridged_at).into(),
        millis(record.ended_at).into(),
        record.flow.as_ref().map(word).into(),
        record.queue.as_ref().map(word).into(),
        record.agent.as_ref().map(word).into(),
        record.answer_mode.as_ref().map(word).into(),
        i64::from(record.offers).into(),
        record.queue_ms.into(),
        record.ring_ms.into(),
        record.talk_ms.into(),
        record.recording.as_ref().map(word).into(),
        ending.map(|ending| word(&ending.by)).into(),
        ending.map(|ending| word(&ending.stage)).into(),
        ending.map(|ending| word(&ending.reason)).into(),
        ending
            .and_then(|ending| ending.sip_code)
            .map(i64::from)
            .into(),
        ending.and_then(|ending| ending.q850).map(i64::from).into(),
        millis(record.open.queue).into(),
        millis(record.open.ring).into(),
        millis(record.open.talk).into(),
        record.early_finding.as_ref().map(word).into(),
        record.answered_by.as_ref().map(word).into(),
        i64::from(record.transfers).into(),
        i64::from(record.consults).into(),
        i64::from(record.conferences).into(),
        record.surveyed.into(),
        rating.map(|rating| word(&rating.scale)).into(),
        rating.map(|rating| i64::from(rating.score)).into(),
    ]
}

#[cfg(test)]
mod tests;
