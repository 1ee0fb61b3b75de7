//! SIP trunks (中继): read for the engine and the console, changed with their line in the audit log.

mod ambiguity;
mod read;
mod write;

use crate::audit_log::{self, Author};
use crate::column::{Word, word};
use crate::db::{Db, Tx};
use crate::statement::sql;
use crate::{Error, Vault, agents, random};
use model::{AuditAction, EnterpriseId, Timestamp, Trunk, TrunkAccount, TrunkId};

pub(crate) use write::insert;

/// A trunk as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The trunk.
    pub trunk: Trunk,
    /// Counts its changes; whoever changes it names the version they saw.
    pub version: i64,
    /// The user of credentials whose password this server's key does not open. The trunk has no
    /// credentials then.
    pub lost_credentials: Option<String>,
}

/// The trunks of an enterprise, by name.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`], [`Error::Unreadable`].
pub async fn list(db: &Db, vault: &Vault, enterprise: EnterpriseId) -> Result<Vec<Stored>, Error> {
    let mut tx = db.snapshot().await?;
    let mut trunks = read::trunks(&mut tx, vault, (Some(enterprise), None)).await?;
    trunks.sort_by(|left, right| left.trunk.name.cmp(&right.trunk.name));
    Ok(trunks)
}

/// One trunk of an enterprise.
///
/// # Errors
/// [`Error::NotFound`] if the enterprise has no such trunk; [`Error::Unreachable`],
/// [`Error::Database`], [`Error::Unreadable`].
pub async fn show(
    db: &Db,
    vault: &Vault,
    enterprise: EnterpriseId,
    trunk: TrunkId,
) -> Result<Stored, Error> {
    let mut tx = db.snapshot().await?;
    find(&mut tx, vault, enterprise, trunk).await
}

/// The names of an enterprise's trunks.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn names(db: &Db, enterprise: EnterpriseId) -> Result<Vec<(TrunkId, String)>, Error> {
    let rows: Vec<(Word<TrunkId>, String)> = sql!(
        "SELECT id, name
         FROM trunks
         WHERE enterprise_id = $1"
    )
    .bind(word(&enterprise))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(|(id, name)| (id.0, name)).collect())
}

/// Every trunk there is.
pub(crate) async fn load(tx: &mut Tx, vault: &Vault) -> Result<Vec<Stored>, Error> {
    read::trunks(tx, vault, (None, None)).await
}

async fn find(
    tx: &mut Tx,
    vault: &Vault,
    enterprise: EnterpriseId,
    trunk: TrunkId,
) -> Result<Stored, Error> {
    let found = read::trunks(tx, vault, (Some(enterprise), Some(trunk))).await?;
    found.into_iter().next().ok_or(Error::NotFound("trunk"))
}

/// An id for a trunk that is made at `at`.
///
/// # Errors
/// [`Error::Random`].
pub fn fresh_id(at: Timestamp) -> Result<TrunkId, Error> {
    Ok(TrunkId::new(at, random::bytes()?))
}

/// The account `user` of the other side, with this password, in the realm of all accounts.
pub fn account(user: &str, password: &str) -> TrunkAccount {
    let (ha1_md5, ha1_sha256) = agents::ha1(user, password);
    TrunkAccount {
        user: user.to_owned(),
        ha1_md5,
        ha1_sha256,
    }
}

/// Makes a trunk.
///
/// # Errors
/// [`Error::Conflict`] if the name is taken, [`Error::Ambiguous`] if another trunk or phone would
/// be recognised by the same; [`Error::Unreachable`], [`Error::Database`].
pub async fn create(
    db: &Db,
    vault: &Vault,
    author: Author,
    trunk: &Trunk,
) -> Result<Stored, Error> {
    let mut tx = db.begin().await?;
    ambiguity::refuse(&mut tx, trunk).await?;
    let sealed = write::sealed(trunk, vault)?;
    insert(&mut tx, trunk, sealed, author.at).await?;
    let changes = Trunk::changes(None, Some(trunk));
    let line = audit_log::entry(author, AuditAction::TrunkCreated, &trunk.name, changes)?;
    audit_log::insert(&mut tx, &line).await?;
    tx.commit().await?;
    Ok(Stored {
        trunk: trunk.clone(),
        version: 1,
        lost_credentials: None,
    })
}

/// Changes a trunk from the state that `version` names.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`] if somebody else was quicker; otherwise as [`create`].
pub async fn update(
    db: &Db,
    vault: &Vault,
    author: Author,
    (trunk, version): (&Trunk, i64),
) -> Result<Stored, Error> {
    let mut tx = db.begin().await?;
    let before = find(&mut tx, vault, trunk.enterprise, trunk.id).await?;
    ambiguity::refuse(&mut tx, trunk).await?;
    let sealed = write::sealed(trunk, vault)?;
    if write::replace(&mut tx, (trunk, version), sealed).await? == 0 {
        return Err(Error::Changed { what: "trunk" });
    }
    let changes = Trunk::changes(Some(&before.trunk), Some(trunk));
    let line = audit_log::entry(author, AuditAction::TrunkChanged, &trunk.name, changes)?;
    audit_log::insert(&mut tx, &line).await?;
    tx.commit().await?;
    Ok(Stored {
        trunk: trunk.clone(),
        version: version + 1,
        lost_credentials: None,
    })
}

/// Removes a trunk in the state that `version` names.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`], [`Error::InUse`] while numbers are reached through it;
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn delete(
    db: &Db,
    vault: &Vault,
    author: Author,
    (trunk, version): (TrunkId, i64),
) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    let before = find(&mut tx, vault, author.enterprise, trunk).await?;
    let (numbers,): (i64,) = sql!(
        "SELECT COUNT(*)
         FROM trunk_numbers
         WHERE trunk_id = $1"
    )
    .bind(word(&trunk))
    .one(&mut tx)
    .await?;
    if numbers > 0 {
        return Err(Error::InUse {
            what: "trunk",
            by: format!("{numbers} trunk number(s)"),
        });
    }
    write::clear_parts(&mut tx, trunk).await?;
    let gone = sql!(
        "DELETE FROM trunks
         WHERE id = $1
           AND version = $2"
    )
    .bind(word(&trunk))
    .bind(version)
    .run(&mut tx)
    .await?;
    if gone == 0 {
        return Err(Error::Changed { what: "trunk" });
    }
    let changes = Trunk::changes(Some(&before.trunk), None);
    let name = &before.trunk.name;
    let line = audit_log::entry(author, AuditAction::TrunkDeleted, name, changes)?;
    audit_log::insert(&mut tx, &line).await?;
    tx.commit().await
}

#[cfg(test)]
mod tests;
