//! Making, changing and removing numbers, each with its line in the audit log.

use super::{Stored, TrunkNumberRow, insert};
use crate::audit_log::{self, Author, Thing};
use crate::column::word;
use crate::db::{Db, Tx};
use crate::statement::sql;
use crate::{Error, random};
use model::{
    AuditAction, AuditChange, Destination, EnterpriseId, Timestamp, TrunkNumber, TrunkNumberId,
};

/// An id for a number that is made at `at`.
///
/// # Errors
/// [`Error::Random`].
pub fn fresh_id(at: Timestamp) -> Result<TrunkNumberId, Error> {
    Ok(TrunkNumberId::new(at, random::bytes()?))
}

/// One number of an enterprise.
///
/// # Errors
/// [`Error::NotFound`] if the enterprise has no such number; [`Error::Unreachable`],
/// [`Error::Database`].
pub async fn show(
    db: &Db,
    enterprise: EnterpriseId,
    number: TrunkNumberId,
) -> Result<Stored, Error> {
    let mut tx = db.snapshot().await?;
    find(&mut tx, enterprise, number).await
}

/// Makes a number.
///
/// # Errors
/// [`Error::NotFound`] if its trunk, flow or queue is not the enterprise's, [`Error::Conflict`] if
/// the trunk has this number; [`Error::Unreachable`], [`Error::Database`].
pub async fn create(db: &Db, author: Author, number: &TrunkNumber) -> Result<Stored, Error> {
    let mut tx = db.begin().await?;
    require_parts(&mut tx, number).await?;
    insert(&mut tx, number, author.at).await?;
    let changes = changes(&mut tx, None, Some(number)).await?;
    let action = AuditAction::TrunkNumberCreated;
    note(&mut tx, author, (action, number), changes).await?;
    tx.commit().await?;
    Ok(Stored {
        number: number.clone(),
        version: 1,
    })
}

/// Changes a number from the state that `version` names.
///
/// # Errors
/// [`Error::Changed`] if somebody else was quicker; otherwise as [`create`].
pub async fn update(
    db: &Db,
    author: Author,
    (number, version): (&TrunkNumber, i64),
) -> Result<Stored, Error> {
    let mut tx = db.begin().await?;
    let before = find(&mut tx, number.enterprise, number.id).await?.number;
    require_parts(&mut tx, number).await?;
    let (flow, queue) = targets(number);
    let rows = sql!(
        "UPDATE trunk_numbers
         SET trunk_id = $1, number = $2, flow_id = $3, queue_id = $4, recorded = $5,
             version = version + 1
         WHERE id = $6
           AND version = $7"
    )
    .bind(word(&number.trunk))
    .bind(number.number.as_str())
    .bind(flow)
    .bind(queue)
    .bind(number.recorded)
    .bind(word(&number.id))
    .bind(version)
    .run(&mut tx)
    .await
    .map_err(|error| error.naming_conflict("the trunk number"))?;
    if rows == 0 {
        return Err(Error::Changed { what: NOUN });
    }
    let changes = changes(&mut tx, Some(&before), Some(number)).await?;
    let action = AuditAction::TrunkNumberChanged;
    note(&mut tx, author, (action, number), changes).await?;
    tx.commit().await?;
    Ok(Stored {
        number: number.clone(),
        version: version + 1,
    })
}

/// Removes a number in the state that `version` names.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`]; [`Error::Unreachable`], [`Error::Database`].
pub async fn delete(
    db: &Db,
    author: Author,
    (number, version): (TrunkNumberId, i64),
) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    let before = find(&mut tx, author.enterprise, number).await?.number;
    let gone = sql!(
        "DELETE FROM trunk_numbers
         WHERE id = $1
           AND version = $2"
    )
    .bind(word(&number))
    .bind(version)
    .run(&mut tx)
    .await?;
    if gone == 0 {
        return Err(Error::Changed { what: NOUN });
    }
    let changes = changes(&mut tx, Some(&before), None).await?;
    let action = AuditAction::TrunkNumberDeleted;
    note(&mut tx, author, (action, &before), changes).await?;
    tx.commit().await
}

const NOUN: &str = "trunk number";

async fn find(
    tx: &mut Tx,
    enterprise: EnterpriseId,
    number: TrunkNumberId,
) -> Result<Stored, Error> {
    let row: Option<TrunkNumberRow> = sql!(
        "SELECT id, enterprise_id, trunk_id, number, flow_id, queue_id, recorded, version
         FROM trunk_numbers
         WHERE id = $1
           AND enterprise_id = $2"
    )
    .bind(word(&number))
    .bind(word(&enterprise))
    .optional(tx)
    .await?;
    row.ok_or(Error::NotFound(NOUN))?.try_into()
}

/// Refuses a trunk, flow or queue that is another enterprise's or nobody's.
async fn require_parts(tx: &mut Tx, number: &TrunkNumber) -> Result<(), Error> {
    let enterprise = word(&number.enterprise);
    let (target, statement) = match number.destination {
        Destination::Flow(flow) => (
            ("flow", word(&flow)),
            sql!("SELECT COUNT(*) FROM flows WHERE id = $1 AND enterprise_id = $2"),
        ),
        Destination::Queue(queue) => (
            ("queue", word(&queue)),
            sql!("SELECT COUNT(*) FROM queues WHERE id = $1 AND enterprise_id = $2"),
        ),
    };
    let trunk = sql!("SELECT COUNT(*) FROM trunks WHERE id = $1 AND enterprise_id = $2");
    for ((noun, id), statement) in [(("trunk", word(&number.trunk)), trunk), (target, statement)] {
        let question = statement.bind(id).bind(enterprise.as_str());
        let (count,): (i64,) = question.one(&mut *tx).await?;
        if count == 0 {
            return Err(Error::NotFound(noun));
        }
    }
    Ok(())
}

fn targets(number: &TrunkNumber) -> (Option<String>, Option<String>) {
    match number.destination {
        Destination::Flow(flow) => (Some(word(&flow)), None),
        Destination::Queue(queue) => (None, Some(word(&queue))),
    }
}

async fn note(
    tx: &mut Tx,
    author: Author,
    (action, number): (AuditAction, &TrunkNumber),
    changes: Vec<AuditChange>,
) -> Result<(), Error> {
    let line = audit_log::entry(author, action, number.number.as_str(), changes)?;
    audit_log::insert(tx, &line).await
}

/// What turns `before` into `after`.
async fn changes(
    tx: &mut Tx,
    before: Option<&TrunkNumber>,
    after: Option<&TrunkNumber>,
) -> Result<Vec<AuditChange>, Error> {
    let old = before.map(settings).unwrap_or_default();
    let new = after.map(settings).unwrap_or_default();
    let mut changes = Vec::new();
    for (field, (before, after)) in FIELDS.into_iter().zip(old.into_iter().zip(new)) {
        if before != after {
            changes.push(AuditChange {
                field: field.to_owned(),
                before_name: name_of(tx, before.as_ref()).await?,
                after_name: name_of(tx, after.as_ref()).await?,
                before: before.map(Setting::text),
                after: after.map(Setting::text),
            });
        }
    }
    Ok(changes)
}

const FIELDS: [&str; 5] = [
    "number",
    "trunk",
    "destination.flow",
    "destination.queue",
    "recorded",
];

/// What a setting of a number is.
#[derive(PartialEq)]
enum Setting {
    Text(String),
    Thing(Thing),
}

impl Setting {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Thing(thing) => thing.id(),
        }
    }
}

fn settings(number: &TrunkNumber) -> [Option<Setting>; FIELDS.len()] {
    let (flow, queue) = match number.destination {
        Destination::Flow(flow) => (Some(Thing::Flow(flow)), None),
        Destination::Queue(queue) => (None, Some(Thing::Queue(queue))),
    };
    [
        Some(Setting::Text(number.number.to_string())),
        Some(Setting::Thing(Thing::Trunk(number.trunk))),
        flow.map(Setting::Thing),
        queue.map(Setting::Thing),
        Some(Setting::Text(number.recorded.to_string())),
    ]
}

async fn name_of(tx: &mut Tx, setting: Option<&Setting>) -> Result<Option<String>, Error> {
    if let Some(Setting::Thing(thing)) = setting {
        audit_log::name_of(tx, *thing).await
    } else {
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
