//! Tenants (企业).

use crate::Error;
use crate::column::{Word, word};
use crate::db::{Db, Tx};
use crate::statement::{On, sql};
use model::{Enterprise, EnterpriseId, Timestamp};

#[derive(sqlx::FromRow)]
struct EnterpriseRow {
    id: Word<EnterpriseId>,
    name: String,
    time_zone: String,
    language: String,
}

impl From<EnterpriseRow> for Enterprise {
    fn from(row: EnterpriseRow) -> Self {
        Self {
            id: row.id.0,
            name: row.name,
            time_zone: row.time_zone,
            language: row.language,
        }
    }
}

/// The enterprise with this id.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub async fn show(db: &Db, id: EnterpriseId) -> Result<Enterprise, Error> {
    let row: Option<EnterpriseRow> = sql!(
        "SELECT id, name, time_zone, language
         FROM enterprises
         WHERE id = $1"
    )
    .bind(word(&id))
    .optional(db)
    .await?;
    row.map(Enterprise::from)
        .ok_or(Error::NotFound("enterprise"))
}

/// Every enterprise, by name.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn all(db: &Db) -> Result<Vec<Enterprise>, Error> {
    load(db).await
}

pub(crate) async fn load(on: impl Into<On<'_>>) -> Result<Vec<Enterprise>, Error> {
    let rows: Vec<EnterpriseRow> = sql!(
        "SELECT id, name, time_zone, language
         FROM enterprises
         ORDER BY name"
    )
    .all(on)
    .await?;
    Ok(rows.into_iter().map(Enterprise::from).collect())
}

pub(crate) async fn insert(
    tx: &mut Tx,
    enterprise: &Enterprise,
    at: Timestamp,
) -> Result<(), Error> {
    sql!(
        "INSERT INTO enterprises (id, name, time_zone, language, created_at)
         VALUES ($1, $2, $3, $4, $5)"
    )
    .bind(word(&enterprise.id))
    .bind(enterprise.name.as_str())
    .bind(enterprise.time_zone.as_str())
    .bind(enterprise.language.as_str())
    .bind(at.as_millis())
    .run(tx)
    .await
    .map_err(|error| error.naming_conflict("the enterprise name"))?;
    Ok(())
}
