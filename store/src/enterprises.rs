//! Tenants (企业).

use crate::Error;
use crate::column::{Word, word};
use crate::db::{Db, Tx};
use crate::statement::{On, sql};
use model::{Enterprise, EnterpriseId, Region, Timestamp};

#[derive(sqlx::FromRow)]
struct EnterpriseRow {
    id: Word<EnterpriseId>,
    name: String,
    time_zone: String,
    language: String,
    region: String,
}

impl TryFrom<EnterpriseRow> for Enterprise {
    type Error = Error;

    fn try_from(row: EnterpriseRow) -> Result<Self, Error> {
        let region = Region::parse(&row.region);
        Ok(Self {
            id: row.id.0,
            name: row.name,
            time_zone: row.time_zone,
            language: row.language,
            region: region.map_err(|error| Error::Unreadable {
                what: "enterprise",
                problem: error.to_string(),
            })?,
        })
    }
}

/// The enterprise with this id.
///
/// # Errors
/// [`Error::NotFound`] if there is none.
pub async fn show(db: &Db, id: EnterpriseId) -> Result<Enterprise, Error> {
    let row: Option<EnterpriseRow> = sql!(
        "SELECT id, name, time_zone, language, region
         FROM enterprises
         WHERE id = $1"
    )
    .bind(word(&id))
    .optional(db)
    .await?;
    row.ok_or(Error::NotFound("enterprise"))?.try_into()
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
        "SELECT id, name, time_zone, language, region
         FROM enterprises
         ORDER BY name"
    )
    .all(on)
    .await?;
    rows.into_iter().map(Enterprise::try_from).collect()
}

/// Says in which country the enterprise of this name is; whether there is one.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn set_region(db: &Db, name: &str, region: Region) -> Result<bool, Error> {
    let changed = sql!(
        "UPDATE enterprises
         SET region = $1
         WHERE name = $2"
    )
    .bind(region.as_str())
    .bind(name)
    .run(db)
    .await?;
    Ok(changed > 0)
}

pub(crate) async fn insert(
    tx: &mut Tx,
    enterprise: &Enterprise,
    at: Timestamp,
) -> Result<(), Error> {
    sql!(
        "INSERT INTO enterprises (id, name, time_zone, language, region, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)"
    )
    .bind(word(&enterprise.id))
    .bind(enterprise.name.as_str())
    .bind(enterprise.time_zone.as_str())
    .bind(enterprise.language.as_str())
    .bind(enterprise.region.as_str())
    .bind(at.as_millis())
    .run(tx)
    .await
    .map_err(|error| error.naming_conflict("the enterprise name"))?;
    Ok(())
}
