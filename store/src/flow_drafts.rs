//! Flows as people draw them (草稿): the draft of each, and the versions that were published.

use crate::audit_log::{self, Author};
use crate::column::{At, Word, word};
use crate::db::{Db, Tx};
use crate::statement::sql;
use crate::{Error, random};
use model::{AuditAction, AuditChange, EnterpriseId, FlowId, FlowVersion, Timestamp, UserId};

const NOUN: &str = "flow";
/// The most versions of one flow that are listed.
pub const SHOWN_VERSIONS: u32 = 1_000;

/// A flow with its draft.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
struct DrawnRow {
    id: Word<FlowId>,
    name: String,
    live_version: Option<i64>,
    live_document: Option<String>,
    published_at: Option<At>,
    published_by: Option<Word<UserId>>,
    document: Option<String>,
    version: Option<i64>,
    waits: Option<bool>,
    saved_by: Option<Word<UserId>>,
    saved_at: Option<At>,
}

/// A flow, what is drawn of it, and which version callers enter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The flow.
    pub id: FlowId,
    /// Its name, unique in the enterprise.
    pub name: String,
    /// The version that callers enter, and its document.
    pub live: Option<(FlowVersion, String)>,
    /// What is drawn; the live version where nothing was saved yet.
    pub document: String,
    /// Counts what was saved; whoever saves names the one they saw. Nought where nothing was.
    pub version: i64,
    /// Whether something was saved since the latest version was published.
    pub waits: bool,
    /// Who touched it last, if a person did.
    pub by: Option<UserId>,
    /// When it was touched last.
    pub at: Option<Timestamp>,
}

/// A version that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub version: FlowVersion,
    /// When it was published.
    pub at: Timestamp,
    /// Who published it; none for those that came with the server.
    pub by: Option<UserId>,
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    version: i64,
    published_at: At,
    published_by: Option<Word<UserId>>,
}

impl TryFrom<DrawnRow> for Drawn {
    type Error = Error;

    fn try_from(row: DrawnRow) -> Result<Self, Error> {
        let live = match (row.live_version, row.live_document) {
            (Some(version), Some(document)) => Some((number(version)?, document)),
            (None, _) | (_, None) => None,
        };
        let drawn = row.document.or_else(|| Some(live.as_ref()?.1.clone()));
        let by = row.saved_by.or(row.published_by);
        Ok(Self {
            document: drawn.ok_or_else(|| Error::Unreadable {
                what: NOUN,
                problem: format!("{} has neither a draft nor a live version", row.id.0),
            })?,
            id: row.id.0,
            name: row.name,
            live,
            version: row.version.unwrap_or_default(),
            waits: row.waits.unwrap_or_default(),
            by: by.map(|it| it.0),
            at: row.saved_at.or(row.published_at).map(|it| it.0),
        })
    }
}

impl TryFrom<VersionRow> for Version {
    type Error = Error;

    fn try_from(row: VersionRow) -> Result<Self, Error> {
        Ok(Self {
            version: number(row.version)?,
            at: row.published_at.0,
            by: row.published_by.map(|it| it.0),
        })
    }
}

fn number(version: i64) -> Result<FlowVersion, Error> {
    u32::try_from(version)
        .map(FlowVersion)
        .map_err(|_| Error::Unreadable {
            what: "flow version",
            problem: format!("{version} is out of range"),
        })
}

/// The flows of an enterprise, by name.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`], [`Error::Unreadable`].
pub async fn list(db: &Db, enterprise: EnterpriseId) -> Result<Vec<Drawn>, Error> {
    let rows: Vec<DrawnRow> = sql!(
        "SELECT flows.id, flows.name, flows.live_version, live.document AS live_document,
                live.published_at, live.published_by, flow_drafts.document, flow_drafts.version,
                flow_drafts.waits, flow_drafts.saved_by, flow_drafts.saved_at
         FROM flows
         LEFT JOIN flow_versions AS live ON live.flow_id = flows.id
                                        AND live.version = flows.live_version
         LEFT JOIN flow_drafts ON flow_drafts.flow_id = flows.id
         WHERE flows.enterprise_id = $1
         ORDER BY flows.name"
    )
    .bind(word(&enterprise))
    .all(db)
    .await?;
    rows.into_iter().map(Drawn::try_from).collect()
}

/// One flow of an enterprise.
///
/// # Errors
/// [`Error::NotFound`] if the enterprise has no such flow; otherwise as [`list`].
pub async fn show(db: &Db, enterprise: EnterpriseId, flow: FlowId) -> Result<Drawn, Error> {
    let row: Option<DrawnRow> = sql!(
        "SELECT flows.id, flows.name, flows.live_version, live.document AS live_document,
                live.published_at, live.published_by, flow_drafts.document, flow_drafts.version,
                flow_drafts.waits, flow_drafts.saved_by, flow_drafts.saved_at
         FROM flows
         LEFT JOIN flow_versions AS live ON live.flow_id = flows.id
                                        AND live.version = flows.live_version
         LEFT JOIN flow_drafts ON flow_drafts.flow_id = flows.id
         WHERE flows.enterprise_id = $1
           AND flows.id = $2"
    )
    .bind(word(&enterprise))
    .bind(word(&flow))
    .optional(db)
    .await?;
    row.ok_or(Error::NotFound(NOUN))?.try_into()
}

/// The published versions of a flow, newest first; at most [`SHOWN_VERSIONS`].
///
/// # Errors
/// As [`list`].
pub async fn versions(
    db: &Db,
    enterprise: EnterpriseId,
    flow: FlowId,
) -> Result<Vec<Version>, Error> {
    let rows: Vec<VersionRow> = sql!(
        "SELECT flow_versions.version, flow_versions.published_at, flow_versions.published_by
         FROM flow_versions
         JOIN flows ON flows.id = flow_versions.flow_id
         WHERE flows.enterprise_id = $1
           AND flows.id = $2
         ORDER BY flow_versions.version DESC
         LIMIT $3"
    )
    .bind(word(&enterprise))
    .bind(word(&flow))
    .bind(i64::from(SHOWN_VERSIONS))
    .all(db)
    .await?;
    rows.into_iter().map(Version::try_from).collect()
}

/// What one published version does and how it is drawn.
///
/// # Errors
/// [`Error::NotFound`] if the flow has no such version; otherwise as [`list`].
pub async fn version(
    db: &Db,
    enterprise: EnterpriseId,
    (flow, version): (FlowId, FlowVersion),
) -> Result<String, Error> {
    let row: Option<(String,)> = sql!(
        "SELECT flow_versions.document
         FROM flow_versions
         JOIN flows ON flows.id = flow_versions.flow_id
         WHERE flows.enterprise_id = $1
           AND flows.id = $2
           AND flow_versions.version = $3"
    )
    .bind(word(&enterprise))
    .bind(word(&flow))
    .bind(i64::from(version.0))
    .optional(db)
    .await?;
    row.map(|(document,)| document)
        .ok_or(Error::NotFound("flow version"))
}

/// Makes a flow that is drawn and not yet published.
///
/// # Errors
/// [`Error::Conflict`] if the name is taken; otherwise as [`list`].
pub async fn create(db: &Db, author: Author, name: &str, document: &str) -> Result<FlowId, Error> {
    let id = FlowId::new(author.at, random::bytes()?);
    let mut tx = db.begin().await?;
    sql!("INSERT INTO flows (id, enterprise_id, name, created_at) VALUES ($1, $2, $3, $4)")
        .bind(word(&id))
        .bind(word(&author.enterprise))
        .bind(name)
        .bind(author.at.as_millis())
        .run(&mut tx)
        .await
        .map_err(|error| error.naming_conflict("the flow name"))?;
    write(&mut tx, author, (id, 0), document).await?;
    note(&mut tx, author, (AuditAction::FlowCreated, name), None).await?;
    tx.commit().await?;
    Ok(id)
}

/// Saves what is drawn over the state that was seen, whatever is wrong with it.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`] if somebody else was quicker; otherwise as [`list`].
pub async fn save(
    db: &Db,
    author: Author,
    (flow, seen): (FlowId, i64),
    document: &str,
) -> Result<(), Error> {
    show(db, author.enterprise, flow).await?;
    let mut tx = db.begin().await?;
    write(&mut tx, author, (flow, seen), document).await?;
    tx.commit().await
}

async fn write(
    tx: &mut Tx,
    author: Author,
    (flow, seen): (FlowId, i64),
    document: &str,
) -> Result<(), Error> {
    let statement = if seen == 0 {
        sql!(
            "INSERT INTO flow_drafts (flow_id, document, saved_by, saved_at, version, waits)
             VALUES ($1, $2, $3, $4, 1, TRUE)
             ON CONFLICT DO NOTHING"
        )
    } else {
        sql!(
            "UPDATE flow_drafts
             SET document = $2, saved_by = $3, saved_at = $4, version = version + 1, waits = TRUE
             WHERE flow_id = $1
               AND version = $5"
        )
    };
    let statement = statement
        .bind(word(&flow))
        .bind(document)
        .bind(word(&author.user))
        .bind(author.at.as_millis());
    let statement = match seen {
        0 => statement,
        seen => statement.bind(seen),
    };
    let rows = statement.run(tx).await?;
    if rows == 0 {
        return Err(Error::Changed { what: "draft" });
    }
    Ok(())
}

/// What is to be published: a document that passed its checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publication<'a> {
    /// The flow.
    pub flow: FlowId,
    /// Its name from now on.
    pub name: &'a str,
    /// The document.
    pub document: &'a str,
    /// The draft that it was, where it is not an older version.
    pub draft: Option<i64>,
    /// The live version, where only places on the canvas differ from it: it stays.
    pub same_as: Option<FlowVersion>,
}

/// Lets callers enter what was drawn; gives the version that is live.
///
/// # Errors
/// [`Error::Changed`] if the draft or the live version is no longer the one that was seen, [`Error::Conflict`] if the
/// name is taken; otherwise as [`list`].
pub async fn publish(
    db: &Db,
    author: Author,
    publication: Publication<'_>,
) -> Result<FlowVersion, Error> {
    let mut tx = db.begin().await?;
    let flow = word(&publication.flow);
    if let Some(seen) = publication.draft {
        let rows = sql!("UPDATE flow_drafts SET waits = FALSE WHERE flow_id = $1 AND version = $2")
            .bind(flow.as_str())
            .bind(seen)
            .run(&mut tx)
            .await?;
        if rows == 0 {
            return Err(Error::Changed { what: "draft" });
        }
    }
    if let Some(live) = publication.same_as {
        // An older version keeps its places, and nothing is called live that another has replaced.
        let rows = sql!("UPDATE flows SET live_version = $1 WHERE id = $2 AND live_version = $1")
            .bind(i64::from(live.0))
            .bind(flow.as_str())
            .run(&mut tx)
            .await?;
        if rows == 0 {
            return Err(Error::Changed {
                what: "live version",
            });
        }
        sql!("UPDATE flow_versions SET document = $1 WHERE flow_id = $2 AND version = $3")
            .bind(publication.document)
            .bind(flow.as_str())
            .bind(i64::from(live.0))
            .run(&mut tx)
            .await?;
        tx.commit().await?;
        return Ok(live);
    }
    let (latest,): (i64,) =
        sql!("SELECT COALESCE(MAX(version), 0) FROM flow_versions WHERE flow_id = $1")
            .bind(flow.as_str())
            .one(&mut tx)
            .await?;
    let live = number(latest + 1)?;
    sql!(
        "INSERT INTO flow_versions (flow_id, version, document, published_at, published_by)
         VALUES ($1, $2, $3, $4, $5)"
    )
    .bind(flow.as_str())
    .bind(i64::from(live.0))
    .bind(publication.document)
    .bind(author.at.as_millis())
    .bind(word(&author.user))
    .run(&mut tx)
    .await
    .map_err(|error| error.naming_conflict("the flow version"))?;
    sql!("UPDATE flows SET name = $1, live_version = $2 WHERE id = $3 AND enterprise_id = $4")
        .bind(publication.name)
        .bind(i64::from(live.0))
        .bind(flow.as_str())
        .bind(word(&author.enterprise))
        .run(&mut tx)
        .await
        .map_err(|error| error.naming_conflict("the flow name"))?;
    let action = AuditAction::FlowPublished;
    note(&mut tx, author, (action, publication.name), Some(live)).await?;
    tx.commit().await?;
    Ok(live)
}

async fn note(
    tx: &mut Tx,
    author: Author,
    (action, name): (AuditAction, &str),
    live: Option<FlowVersion>,
) -> Result<(), Error> {
    let changes = live.map(|live| AuditChange::said("live_version", live.0));
    let entry = audit_log::entry(author, action, name, changes.into_iter().collect())?;
    audit_log::insert(tx, &entry).await
}

#[cfg(test)]
mod tests;
