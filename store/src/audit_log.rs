//! The audit log (审计): written in the transaction of what it tells of, and read newest first.

use crate::column::{At, Word, word};
use crate::db::{Db, Tx};
use crate::statement::{On, sql};
use crate::{Error, random};
use model::{
    AuditAction, AuditChange, AuditEntry, AuditEntryId, CallFact, CallId, EnterpriseId, Event,
    Fact, SourceFact, Timestamp, UserId,
};
pub use names::{Thing, name_of};
use std::net::IpAddr;

mod names;

/// Who did something, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Author {
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// Who did it.
    pub user: UserId,
    /// When.
    pub at: Timestamp,
}

impl Author {
    /// The same at a later instant: `at`, or the next where it is not later. Lines are sorted by it.
    #[must_use]
    pub fn later(self, at: Timestamp) -> Self {
        let next = Timestamp::from_millis(self.at.as_millis().saturating_add(1));
        Self {
            at: at.max(next),
            ..self
        }
    }
}

/// A line as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The line.
    pub entry: AuditEntry,
    /// The name of who did it, if that person is still there.
    pub user_name: Option<String>,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    id: Word<AuditEntryId>,
    at: At,
    enterprise_id: Word<EnterpriseId>,
    user_id: Option<Word<UserId>>,
    user_name: Option<String>,
    action: Word<AuditAction>,
    subject: String,
    changes: String,
}

impl TryFrom<LineRow> for Line {
    type Error = Error;

    fn try_from(row: LineRow) -> Result<Self, Error> {
        let changes: Vec<AuditChange> =
            serde_json::from_str(&row.changes).map_err(|error| Error::Unreadable {
                what: "audit line",
                problem: error.to_string(),
            })?;
        Ok(Self {
            entry: AuditEntry {
                id: row.id.0,
                at: row.at.0,
                enterprise: row.enterprise_id.0,
                user: row.user_id.map(|id| id.0),
                action: row.action.0,
                subject: row.subject,
                changes,
            },
            user_name: row.user_name,
        })
    }
}

/// The lines that concern an enterprise, newest first: at most `limit` of those older than
/// `before`.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`], [`Error::Unreadable`].
pub async fn list(
    db: &Db,
    enterprise: EnterpriseId,
    before: Option<AuditEntryId>,
    limit: u32,
) -> Result<Vec<Line>, Error> {
    let newest = AuditEntryId::from_bytes([0xff; 16]);
    let rows: Vec<LineRow> = sql!(
        "SELECT audit_log.id, audit_log.at, audit_log.enterprise_id, audit_log.user_id,
                users.name AS user_name, audit_log.action, audit_log.subject, audit_log.changes
         FROM audit_log
         LEFT JOIN users ON users.id = audit_log.user_id
         WHERE audit_log.id < $1
           AND (audit_log.enterprise_id = $2 OR audit_log.enterprise_id = $3)
         ORDER BY audit_log.id DESC
         LIMIT $4"
    )
    .bind(word(&before.unwrap_or(newest)))
    .bind(word(&enterprise))
    .bind(word(&EnterpriseId::SERVER))
    .bind(i64::from(limit))
    .all(db)
    .await?;
    rows.into_iter().map(Line::try_from).collect()
}

/// Writes that somebody did something which changed nothing in the database.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn note(
    db: &Db,
    author: Author,
    action: AuditAction,
    subject: &str,
) -> Result<(), Error> {
    insert(db, &entry(author, action, subject, Vec::new())?).await
}

/// Writes a line with more than a subject to it.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn note_changes(
    db: &Db,
    author: Author,
    (action, subject): (AuditAction, &str),
    changes: Vec<AuditChange>,
) -> Result<(), Error> {
    insert(db, &entry(author, action, subject, changes)?).await
}

/// A line about what `author` did.
pub(crate) fn entry(
    author: Author,
    action: AuditAction,
    subject: &str,
    changes: Vec<AuditChange>,
) -> Result<AuditEntry, Error> {
    Ok(AuditEntry {
        id: AuditEntryId::new(author.at, random::bytes()?),
        at: author.at,
        enterprise: author.enterprise,
        user: Some(author.user),
        action,
        subject: subject.to_owned(),
        changes,
    })
}

/// Writes a line; one that is there already stays as it is.
pub(crate) async fn insert(on: impl Into<On<'_>>, entry: &AuditEntry) -> Result<(), Error> {
    let changes = serde_json::to_string(&entry.changes);
    sql!(
        "INSERT INTO audit_log (id, at, enterprise_id, user_id, action, subject, changes)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT DO NOTHING"
    )
    .bind(word(&entry.id))
    .bind(entry.at.as_millis())
    .bind(word(&entry.enterprise))
    .bind(entry.user.as_ref().map(word))
    .bind(word(&entry.action))
    .bind(entry.subject.as_str())
    .bind(changes.expect("texts can always be written as JSON"))
    .run(on)
    .await?;
    Ok(())
}

/// Writes the line of a fact that is one; the fact's id is the line's.
pub(crate) async fn take(tx: &mut Tx, fact: &Fact) -> Result<(), Error> {
    let told = match &fact.event {
        Event::Source { source, fact } => Some(barred(source, fact)),
        Event::Call { call, fact } => forbidden(tx, *call, fact).await?,
        Event::Agent { .. } => None,
    };
    let Some((action, subject, changes)) = told else {
        return Ok(());
    };
    let entry = AuditEntry {
        id: AuditEntryId::from_bytes(*fact.id.as_bytes()),
        at: fact.at,
        enterprise: fact.enterprise,
        user: None,
        action,
        subject,
        changes,
    };
    insert(tx, &entry).await
}

/// What was done by the server itself, to what, and what there is to say of it.
type Told = (AuditAction, String, Vec<AuditChange>);

fn barred(source: &IpAddr, fact: &SourceFact) -> Told {
    let SourceFact::Barred {
        until,
        failures,
        user,
    } = fact;
    let mut said = vec![
        AuditChange::said("until", until.to_rfc3339()),
        AuditChange::said("failures", failures),
    ];
    said.extend(user.as_ref().map(|user| AuditChange::said("user", user)));
    (AuditAction::SourceBarred, source.to_string(), said)
}

async fn forbidden(tx: &mut Tx, call: CallId, fact: &CallFact) -> Result<Option<Told>, Error> {
    let CallFact::DialForbidden {
        number,
        trunk,
        agent,
        dialed,
        refusal,
    } = fact
    else {
        return Ok(None);
    };
    let trunk_name = name_of(&mut *tx, Thing::Trunk(*trunk)).await?;
    let mut said = vec![
        AuditChange::said("call", call),
        AuditChange::said("trunk", trunk).named(trunk_name),
        AuditChange::said("dialed", dialed),
        AuditChange::said("rule", refusal),
    ];
    if let Some(agent) = agent {
        let name = name_of(&mut *tx, Thing::Agent(*agent)).await?;
        said.push(AuditChange::said("agent", agent).named(name));
    }
    Ok(Some((AuditAction::DialForbidden, number.to_string(), said)))
}
