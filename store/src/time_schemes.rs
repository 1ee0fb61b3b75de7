//! Time schemes (时间方案), each change with its line in the audit log.

use crate::audit_log::{self, Author};
use crate::column::{Word, word};
use crate::db::{Db, Tx};
use crate::statement::{On, sql};
use crate::{Error, random};
use model::{
    AuditAction, AuditChange, EnterpriseId, NamedTimeScheme, TimeScheme, TimeSchemeId, Timestamp,
};
use serde::Serialize;

const NOUN: &str = "time scheme";

#[derive(sqlx::FromRow)]
struct Row {
    id: Word<TimeSchemeId>,
    enterprise_id: Word<EnterpriseId>,
    name: String,
    scheme: String,
    version: i64,
}

/// A scheme as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The scheme.
    pub scheme: NamedTimeScheme,
    /// Counts its changes; whoever changes it names the version they saw.
    pub version: i64,
}

impl TryFrom<Row> for Stored {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let scheme = serde_json::from_str(&row.scheme).map_err(|error| Error::Unreadable {
            what: NOUN,
            problem: format!("{}: {error}", row.id.0),
        })?;
        Ok(Self {
            scheme: NamedTimeScheme {
                id: row.id.0,
                enterprise: row.enterprise_id.0,
                name: row.name,
                scheme,
            },
            version: row.version,
        })
    }
}

/// An id for a scheme that is made at `at`.
///
/// # Errors
/// [`Error::Random`].
pub fn fresh_id(at: Timestamp) -> Result<TimeSchemeId, Error> {
    Ok(TimeSchemeId::new(at, random::bytes()?))
}

/// The schemes of an enterprise, by name.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`], [`Error::Unreadable`].
pub async fn list(db: &Db, enterprise: EnterpriseId) -> Result<Vec<Stored>, Error> {
    let rows: Vec<Row> = sql!(
        "SELECT id, enterprise_id, name, scheme, version
         FROM time_schemes
         WHERE enterprise_id = $1
         ORDER BY name"
    )
    .bind(word(&enterprise))
    .all(db)
    .await?;
    rows.into_iter().map(Stored::try_from).collect()
}

pub(crate) async fn load(on: impl Into<On<'_>>) -> Result<Vec<NamedTimeScheme>, Error> {
    let rows: Vec<Row> = sql!(
        "SELECT id, enterprise_id, name, scheme, version
         FROM time_schemes
         ORDER BY id"
    )
    .all(on)
    .await?;
    let stored = rows.into_iter().map(Stored::try_from);
    stored.map(|stored| stored.map(|it| it.scheme)).collect()
}

/// One scheme of an enterprise.
///
/// # Errors
/// [`Error::NotFound`] if the enterprise has no such scheme; [`Error::Unreachable`],
/// [`Error::Database`].
pub async fn show(db: &Db, enterprise: EnterpriseId, id: TimeSchemeId) -> Result<Stored, Error> {
    let mut tx = db.snapshot().await?;
    find(&mut tx, enterprise, id).await
}

/// Makes a scheme.
///
/// # Errors
/// [`Error::Conflict`] if the enterprise has one of this name; [`Error::Unreachable`],
/// [`Error::Database`].
pub async fn create(db: &Db, author: Author, scheme: &NamedTimeScheme) -> Result<Stored, Error> {
    let mut tx = db.begin().await?;
    sql!(
        "INSERT INTO time_schemes (id, enterprise_id, name, scheme, created_at)
         VALUES ($1, $2, $3, $4, $5)"
    )
    .bind(word(&scheme.id))
    .bind(word(&scheme.enterprise))
    .bind(scheme.name.as_str())
    .bind(json(&scheme.scheme))
    .bind(author.at.as_millis())
    .run(&mut tx)
    .await
    .map_err(|error| error.naming_conflict(NAME))?;
    let action = AuditAction::TimeSchemeCreated;
    note(
        &mut tx,
        author,
        (action, &scheme.name),
        changes(None, Some(scheme)),
    )
    .await?;
    tx.commit().await?;
    Ok(Stored {
        scheme: scheme.clone(),
        version: 1,
    })
}

/// Changes a scheme from the state that `version` names.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`] if somebody else was quicker; otherwise as [`create`].
pub async fn update(
    db: &Db,
    author: Author,
    (scheme, version): (&NamedTimeScheme, i64),
) -> Result<Stored, Error> {
    let mut tx = db.begin().await?;
    let before = find(&mut tx, scheme.enterprise, scheme.id).await?.scheme;
    let rows = sql!(
        "UPDATE time_schemes
         SET name = $1, scheme = $2, version = version + 1
         WHERE id = $3
           AND version = $4"
    )
    .bind(scheme.name.as_str())
    .bind(json(&scheme.scheme))
    .bind(word(&scheme.id))
    .bind(version)
    .run(&mut tx)
    .await
    .map_err(|error| error.naming_conflict(NAME))?;
    if rows == 0 {
        return Err(Error::Changed { what: NOUN });
    }
    let action = AuditAction::TimeSchemeChanged;
    let changes = changes(Some(&before), Some(scheme));
    note(&mut tx, author, (action, &scheme.name), changes).await?;
    tx.commit().await?;
    Ok(Stored {
        scheme: scheme.clone(),
        version: version + 1,
    })
}

/// Removes a scheme in the state that `version` names.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`]; [`Error::Unreachable`], [`Error::Database`].
pub async fn delete(
    db: &Db,
    author: Author,
    (id, version): (TimeSchemeId, i64),
) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    let before = find(&mut tx, author.enterprise, id).await?.scheme;
    let gone = sql!(
        "DELETE FROM time_schemes
         WHERE id = $1
           AND version = $2"
    )
    .bind(word(&id))
    .bind(version)
    .run(&mut tx)
    .await?;
    if gone == 0 {
        return Err(Error::Changed { what: NOUN });
    }
    let action = AuditAction::TimeSchemeDeleted;
    note(
        &mut tx,
        author,
        (action, &before.name),
        changes(Some(&before), None),
    )
    .await?;
    tx.commit().await
}

const NAME: &str = "the time scheme name";

async fn find(tx: &mut Tx, enterprise: EnterpriseId, id: TimeSchemeId) -> Result<Stored, Error> {
    let row: Option<Row> = sql!(
        "SELECT id, enterprise_id, name, scheme, version
         FROM time_schemes
         WHERE id = $1
           AND enterprise_id = $2"
    )
    .bind(word(&id))
    .bind(word(&enterprise))
    .optional(tx)
    .await?;
    row.ok_or(Error::NotFound(NOUN))?.try_into()
}

async fn note(
    tx: &mut Tx,
    author: Author,
    (action, name): (AuditAction, &str),
    changes: Vec<AuditChange>,
) -> Result<(), Error> {
    let line = audit_log::entry(author, action, name, changes)?;
    audit_log::insert(tx, &line).await
}

/// What turns `before` into `after`.
fn changes(before: Option<&NamedTimeScheme>, after: Option<&NamedTimeScheme>) -> Vec<AuditChange> {
    let parts = |named: &NamedTimeScheme| {
        let TimeScheme {
            hours,
            holidays,
            workdays,
        } = &named.scheme;
        [
            named.name.clone(),
            json(hours),
            json(holidays),
            json(workdays),
        ]
    };
    let (old, new) = (before.map(parts), after.map(parts));
    let fields = ["name", "hours", "holidays", "workdays"];
    let changes = fields
        .into_iter()
        .enumerate()
        .map(|(index, field)| AuditChange {
            field: field.to_owned(),
            before: old.as_ref().map(|old| old[index].clone()),
            after: new.as_ref().map(|new| new[index].clone()),
            ..AuditChange::default()
        });
    changes
        .filter(|change| change.before != change.after)
        .collect()
}

/// # Panics
///
/// Never: every key is a text.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("a time scheme has only text keys")
}

#[cfg(test)]
mod tests;
