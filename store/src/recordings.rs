//! Recordings of calls, folded from their facts.

use crate::Error;
use crate::column::{At, Word, word};
use crate::db::{Db, Tx};
use crate::statement::{On, Statement, insertions, sql};
use model::{CallId, EnterpriseId, Recording, RecordingFormat, RecordingId, RecordingState};
use sea_query::{Expr, ExprTrait, OnConflict, Query, Value};

#[derive(sqlx::FromRow)]
struct RecordingRow {
    id: Word<RecordingId>,
    enterprise_id: Word<EnterpriseId>,
    call_id: Word<CallId>,
    started_at: At,
    duration_ms: Option<i64>,
    size_bytes: Option<i64>,
    path: String,
    state: Word<RecordingState>,
    fault: Option<String>,
    format: Word<RecordingFormat>,
    sha256: Option<String>,
    bucket: Option<String>,
}

impl From<RecordingRow> for Recording {
    fn from(row: RecordingRow) -> Self {
        Self {
            id: row.id.0,
            enterprise: row.enterprise_id.0,
            call: row.call_id.0,
            started_at: row.started_at.0,
            duration_ms: row.duration_ms,
            size_bytes: row.size_bytes,
            path: row.path,
            state: row.state.0,
            fault: row.fault,
            format: row.format.0,
            sha256: row.sha256,
            bucket: row.bucket,
        }
    }
}

/// One recording of an enterprise.
///
/// # Errors
/// [`Error::NotFound`] if the enterprise has no such recording.
pub async fn show(db: &Db, enterprise: EnterpriseId, id: RecordingId) -> Result<Recording, Error> {
    let row: Option<RecordingRow> = sql!(
        "SELECT id, enterprise_id, call_id, started_at, duration_ms, size_bytes, path, state, fault,
                format, sha256, bucket
         FROM recordings
         WHERE enterprise_id = $1
           AND id = $2"
    )
    .bind(word(&enterprise))
    .bind(word(&id))
    .optional(db)
    .await?;
    row.map(Recording::from).ok_or(Error::NotFound("recording"))
}

/// The recordings of one call of an enterprise, earliest first.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn of_call(
    db: &Db,
    enterprise: EnterpriseId,
    call: CallId,
) -> Result<Vec<Recording>, Error> {
    let rows: Vec<RecordingRow> = sql!(
        "SELECT id, enterprise_id, call_id, started_at, duration_ms, size_bytes, path, state, fault,
                format, sha256, bucket
         FROM recordings
         WHERE call_id = $1
           AND enterprise_id = $2
         ORDER BY started_at, id"
    )
    .bind(word(&call))
    .bind(word(&enterprise))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(Recording::from).collect())
}

/// Recordings with a digest of their file, those after `after` in the order of their ids.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn with_digest(db: &Db, after: RecordingId, limit: u32) -> Result<Vec<Recording>, Error> {
    let rows: Vec<RecordingRow> = sql!(
        "SELECT id, enterprise_id, call_id, started_at, duration_ms, size_bytes, path, state, fault,
                format, sha256, bucket
         FROM recordings
         WHERE id > $1
           AND sha256 IS NOT NULL
         ORDER BY id
         LIMIT $2"
    )
    .bind(word(&after))
    .bind(i64::from(limit))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(Recording::from).collect())
}

/// Closed recordings that are still what the call left, those after `after` in the order of their
/// ids.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn uncompressed(
    db: &Db,
    after: RecordingId,
    limit: u32,
) -> Result<Vec<Recording>, Error> {
    let rows: Vec<RecordingRow> = sql!(
        "SELECT id, enterprise_id, call_id, started_at, duration_ms, size_bytes, path, state, fault,
                format, sha256, bucket
         FROM recordings
         WHERE id > $1
           AND format = 'wav'
           AND bucket IS NULL
           AND state <> 'open'
           AND sha256 IS NOT NULL
         ORDER BY id
         LIMIT $2"
    )
    .bind(word(&after))
    .bind(i64::from(limit))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(Recording::from).collect())
}

/// Complete recordings that lie here, those after `after` in the order of their ids; small ones
/// alone where the others are still to be made small.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn unmoved(
    db: &Db,
    after: RecordingId,
    small_alone: bool,
    limit: u32,
) -> Result<Vec<Recording>, Error> {
    let rows: Vec<RecordingRow> = sql!(
        "SELECT id, enterprise_id, call_id, started_at, duration_ms, size_bytes, path, state, fault,
                format, sha256, bucket
         FROM recordings
         WHERE id > $1
           AND bucket IS NULL
           AND state <> 'open'
           AND sha256 IS NOT NULL
           AND (format = 'opus' OR CAST($2 AS BIGINT) = 0)
         ORDER BY id
         LIMIT $3"
    )
    .bind(word(&after))
    .bind(i64::from(small_alone))
    .bind(i64::from(limit))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(Recording::from).collect())
}

/// How many complete recordings lie here.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn count_unmoved(db: &Db) -> Result<i64, Error> {
    let row: Option<(i64,)> = sql!(
        "SELECT COUNT(*)
         FROM recordings
         WHERE bucket IS NULL
           AND state <> 'open'
           AND sha256 IS NOT NULL"
    )
    .optional(db)
    .await?;
    Ok(row.map_or(0, |(count,)| count))
}

/// The recordings with these ids, as far as there are any.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn find(db: &Db, ids: &[RecordingId]) -> Result<Vec<Recording>, Error> {
    load(db, ids).await
}

/// The recordings with these ids, as far as there are any.
pub(crate) async fn load(
    on: impl Into<On<'_>>,
    ids: &[RecordingId],
) -> Result<Vec<Recording>, Error> {
    load_by("id", ids.iter().map(word).collect(), on).await
}

/// The recordings of these calls.
pub(crate) async fn load_of_calls(
    on: impl Into<On<'_>>,
    calls: &[CallId],
) -> Result<Vec<Recording>, Error> {
    load_by("call_id", calls.iter().map(word).collect(), on).await
}

async fn load_by(
    column: &'static str,
    ids: Vec<String>,
    on: impl Into<On<'_>>,
) -> Result<Vec<Recording>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let select = Query::select()
        .columns([
            "id",
            "enterprise_id",
            "call_id",
            "started_at",
            "duration_ms",
            "size_bytes",
            "path",
            "state",
            "fault",
            "format",
            "sha256",
            "bucket",
        ])
        .from("recordings")
        .and_where(Expr::col(column).is_in(ids))
        .to_owned();
    let rows: Vec<RecordingRow> = Statement::from(select).all(on).await?;
    Ok(rows.into_iter().map(Recording::from).collect())
}

/// Recordings of calls that no fact mentions.
pub(crate) async fn without_facts(
    on: impl Into<On<'_>>,
    limit: u32,
) -> Result<Vec<RecordingId>, Error> {
    let rows: Vec<(Word<RecordingId>,)> = sql!(
        "SELECT recordings.id
         FROM recordings
         WHERE NOT EXISTS (
             SELECT 1
             FROM facts
             WHERE facts.noun = 'call'
               AND facts.subject_id = recordings.call_id
         )
         ORDER BY recordings.id
         LIMIT $1"
    )
    .bind(i64::from(limit))
    .all(on)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id.0).collect())
}

/// What a recording begins with, and what becomes of it.
const WRITTEN_ONCE: [&str; 4] = ["id", "enterprise_id", "call_id", "started_at"];
const WRITTEN_AGAIN: [&str; 8] = [
    "duration_ms",
    "size_bytes",
    "path",
    "state",
    "fault",
    "format",
    "sha256",
    "bucket",
];

/// Writes recordings, or what has become of them since.
pub(crate) async fn save(tx: &mut Tx, recordings: &[&Recording]) -> Result<(), Error> {
    for chunk in insertions(recordings) {
        upsert(chunk).run(&mut *tx).await?;
    }
    Ok(())
}

fn upsert(recordings: &[&Recording]) -> Statement {
    let mut insert = Query::insert();
    insert
        .into_table("recordings")
        .columns(WRITTEN_ONCE.into_iter().chain(WRITTEN_AGAIN))
        .on_conflict(
            OnConflict::column("id")
                .update_columns(WRITTEN_AGAIN)
                .to_owned(),
        );
    for recording in recordings {
        insert.values_panic(values(recording).map(Into::into));
    }
    insert.into()
}

fn values(recording: &Recording) -> [Value; WRITTEN_ONCE.len() + WRITTEN_AGAIN.len()] {
    [
        word(&recording.id).into(),
        word(&recording.enterprise).into(),
        word(&recording.call).into(),
        recording.started_at.as_millis().into(),
        recording.duration_ms.into(),
        recording.size_bytes.into(),
        recording.path.as_str().into(),
        word(&recording.state).into(),
        recording.fault.clone().into(),
        word(&recording.format).into(),
        recording.sha256.clone().into(),
        recording.bucket.clone().into(),
    ]
}
