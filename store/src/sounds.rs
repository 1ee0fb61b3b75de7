//! Sounds (语音文件): recordings of an enterprise's own, each change with its line in the audit log.

use crate::audit_log::{self, Author};
use crate::column::{At, Word, word};
use crate::db::{Db, Tx};
use crate::statement::{On, sql};
use crate::{Error, random};
use model::{AuditAction, AuditChange, EnterpriseId, Sound, SoundId, Timestamp, UserId};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::time::Duration;

const NOUN: &str = "sound";
const NAME: &str = "the sound name";

#[derive(sqlx::FromRow)]
struct Row {
    id: Word<SoundId>,
    enterprise_id: Word<EnterpriseId>,
    name: String,
    sha256: String,
    millis: i64,
    version: i64,
    created_at: At,
    created_by: Word<UserId>,
    changed_at: At,
    changed_by: Word<UserId>,
}

/// A sound as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The sound.
    pub sound: Sound,
    /// Counts its changes; whoever changes it names the version they saw.
    pub version: i64,
    /// When it was made, and by whom.
    pub created: (Timestamp, UserId),
    /// When its audio came, and from whom.
    pub changed: (Timestamp, UserId),
}

/// The audio of a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audio<'a> {
    /// µ-law at 8 kHz.
    pub mulaw: &'a [u8],
    /// How long it is.
    pub length: Duration,
}

/// The audio of a sound as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredAudio {
    /// Its SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// µ-law at 8 kHz.
    #[sqlx(rename = "audio")]
    pub mulaw: Vec<u8>,
}

impl From<Row> for Stored {
    fn from(row: Row) -> Self {
        Self {
            sound: Sound {
                id: row.id.0,
                enterprise: row.enterprise_id.0,
                name: row.name,
                length: Duration::from_millis(row.millis.unsigned_abs()),
                sha256: row.sha256,
            },
            version: row.version,
            created: (row.created_at.0, row.created_by.0),
            changed: (row.changed_at.0, row.changed_by.0),
        }
    }
}

/// The sounds of an enterprise, by name.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn list(db: &Db, enterprise: EnterpriseId) -> Result<Vec<Stored>, Error> {
    let rows: Vec<Row> = sql!(
        "SELECT id, enterprise_id, name, sha256, millis, version,
                created_at, created_by, changed_at, changed_by
         FROM sounds
         WHERE enterprise_id = $1
         ORDER BY name"
    )
    .bind(word(&enterprise))
    .all(db)
    .await?;
    Ok(rows.into_iter().map(Stored::from).collect())
}

pub(crate) async fn load(on: impl Into<On<'_>>) -> Result<Vec<Sound>, Error> {
    let rows: Vec<Row> = sql!(
        "SELECT id, enterprise_id, name, sha256, millis, version,
                created_at, created_by, changed_at, changed_by
         FROM sounds
         ORDER BY id"
    )
    .all(on)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Stored::from(row).sound)
        .collect())
}

/// One sound of an enterprise.
///
/// # Errors
/// [`Error::NotFound`] if the enterprise has no such sound; [`Error::Unreachable`],
/// [`Error::Database`].
pub async fn show(db: &Db, enterprise: EnterpriseId, id: SoundId) -> Result<Stored, Error> {
    let mut tx = db.snapshot().await?;
    find(&mut tx, enterprise, id).await
}

/// The audio of one sound of an enterprise.
///
/// # Errors
/// As [`show`].
pub async fn audio(db: &Db, enterprise: EnterpriseId, id: SoundId) -> Result<StoredAudio, Error> {
    let row: Option<StoredAudio> = sql!(
        "SELECT sha256, audio
         FROM sounds
         WHERE id = $1
           AND enterprise_id = $2"
    )
    .bind(word(&id))
    .bind(word(&enterprise))
    .optional(db)
    .await?;
    row.ok_or(Error::NotFound(NOUN))
}

/// Makes a sound.
///
/// # Errors
/// [`Error::Conflict`] if the enterprise has one of this name, [`Error::Full`] if it has as many as
/// may be; [`Error::Unreachable`], [`Error::Database`], [`Error::Random`].
pub async fn create(
    db: &Db,
    author: Author,
    name: &str,
    audio: Audio<'_>,
) -> Result<Stored, Error> {
    let sound = Sound {
        id: SoundId::new(author.at, random::bytes()?),
        enterprise: author.enterprise,
        name: name.to_owned(),
        length: audio.length,
        sha256: digest(audio.mulaw),
    };
    let mut tx = db.begin().await?;
    require_room(&mut tx, &sound).await?;
    sql!(
        "INSERT INTO sounds (id, enterprise_id, name, sha256, millis,
                             created_at, created_by, changed_at, changed_by, audio)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $7, $8)"
    )
    .bind(word(&sound.id))
    .bind(word(&sound.enterprise))
    .bind(name)
    .bind(sound.sha256.as_str())
    .bind(millis(sound.length))
    .bind(author.at.as_millis())
    .bind(word(&author.user))
    .bind(audio.mulaw.to_vec())
    .run(&mut tx)
    .await
    .map_err(|error| error.naming_conflict(NAME))?;
    note(
        &mut tx,
        author,
        AuditAction::SoundCreated,
        (None, Some(&sound)),
    )
    .await?;
    tx.commit().await?;
    let touched = (author.at, author.user);
    Ok(Stored {
        sound,
        version: 1,
        created: touched,
        changed: touched,
    })
}

/// Gives a sound other audio from the state that `version` names.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`] if somebody else was quicker; otherwise as [`create`].
pub async fn replace(
    db: &Db,
    author: Author,
    (id, version): (SoundId, i64),
    audio: Audio<'_>,
) -> Result<Stored, Error> {
    let mut tx = db.begin().await?;
    let before = find(&mut tx, author.enterprise, id).await?;
    let sound = Sound {
        length: audio.length,
        sha256: digest(audio.mulaw),
        ..before.sound.clone()
    };
    require_room(&mut tx, &sound).await?;
    let rows = sql!(
        "UPDATE sounds
         SET sha256 = $1, millis = $2, changed_at = $3, changed_by = $4, audio = $5,
             version = version + 1
         WHERE id = $6
           AND version = $7"
    )
    .bind(sound.sha256.as_str())
    .bind(millis(sound.length))
    .bind(author.at.as_millis())
    .bind(word(&author.user))
    .bind(audio.mulaw.to_vec())
    .bind(word(&id))
    .bind(version)
    .run(&mut tx)
    .await?;
    if rows == 0 {
        return Err(Error::Changed { what: NOUN });
    }
    let change = (Some(&before.sound), Some(&sound));
    note(&mut tx, author, AuditAction::SoundChanged, change).await?;
    tx.commit().await?;
    Ok(Stored {
        sound,
        version: version + 1,
        created: before.created,
        changed: (author.at, author.user),
    })
}

/// Removes a sound in the state that `version` names.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Changed`]; [`Error::Unreachable`], [`Error::Database`].
pub async fn delete(db: &Db, author: Author, (id, version): (SoundId, i64)) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    let before = find(&mut tx, author.enterprise, id).await?.sound;
    let gone = sql!(
        "DELETE FROM sounds
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
    note(
        &mut tx,
        author,
        AuditAction::SoundDeleted,
        (Some(&before), None),
    )
    .await?;
    tx.commit().await
}

async fn find(tx: &mut Tx, enterprise: EnterpriseId, id: SoundId) -> Result<Stored, Error> {
    let row: Option<Row> = sql!(
        "SELECT id, enterprise_id, name, sha256, millis, version,
                created_at, created_by, changed_at, changed_by
         FROM sounds
         WHERE id = $1
           AND enterprise_id = $2"
    )
    .bind(word(&id))
    .bind(word(&enterprise))
    .optional(tx)
    .await?;
    row.map(Stored::from).ok_or(Error::NotFound(NOUN))
}

/// Refuses a sound for which the enterprise has no room beside its others.
async fn require_room(tx: &mut Tx, sound: &Sound) -> Result<(), Error> {
    // Whoever adds a sound at the same time waits here, so that none is counted too late.
    sql!("UPDATE enterprises SET name = name WHERE id = $1")
        .bind(word(&sound.enterprise))
        .run(&mut *tx)
        .await?;
    let (others, together): (i64, i64) = sql!(
        "SELECT COUNT(*), CAST(COALESCE(SUM(millis), 0) AS BIGINT)
         FROM sounds
         WHERE enterprise_id = $1
           AND id <> $2"
    )
    .bind(word(&sound.enterprise))
    .bind(word(&sound.id))
    .one(tx)
    .await?;
    if usize::try_from(others).is_ok_and(|others| others >= Sound::MOST) {
        return Err(Error::Full(format!("{} sounds", Sound::MOST)));
    }
    if together + millis(sound.length) > millis(Sound::LONGEST_TOGETHER) {
        let minutes = Sound::LONGEST_TOGETHER.as_secs() / 60;
        return Err(Error::Full(format!("{minutes} minutes of sounds")));
    }
    Ok(())
}

async fn note(
    tx: &mut Tx,
    author: Author,
    action: AuditAction,
    (before, after): (Option<&Sound>, Option<&Sound>),
) -> Result<(), Error> {
    let parts = |sound: &Sound| {
        [
            sound.name.clone(),
            millis(sound.length).to_string(),
            sound.sha256.clone(),
        ]
    };
    let name = before.or(after).map(|it| it.name.clone());
    let (old, new) = (before.map(parts), after.map(parts));
    let changes = ["name", "length_ms", "sha256"]
        .into_iter()
        .enumerate()
        .map(|(index, field)| AuditChange {
            field: field.to_owned(),
            before: old.as_ref().map(|old| old[index].clone()),
            after: new.as_ref().map(|new| new[index].clone()),
            ..AuditChange::default()
        })
        .filter(|change| change.before != change.after);
    let name = name.unwrap_or_default();
    let line = audit_log::entry(author, action, &name, changes.collect())?;
    audit_log::insert(tx, &line).await
}

fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

fn digest(audio: &[u8]) -> String {
    let mut digits = String::with_capacity(64);
    for byte in Sha256::digest(audio) {
        // A text takes all that is written to it.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

#[cfg(test)]
mod tests;
