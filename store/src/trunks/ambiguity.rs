//! Two trunks that a call could belong to: refused when the second is saved, because a call that
//! comes in cannot ask.

use crate::Error;
use crate::column::Word;
use crate::db::Tx;
use crate::statement::sql;
use model::{EnterpriseId, Network, Trunk, TrunkId};

#[derive(sqlx::FromRow)]
struct Claim {
    id: Word<TrunkId>,
    enterprise_id: Word<EnterpriseId>,
    name: String,
    claimed: String,
}

/// Refuses an enabled trunk that would be recognised by what another one, of whichever enterprise,
/// is recognised by.
///
/// # Errors
/// [`Error::Ambiguous`] with the setting and the other trunk.
pub(super) async fn refuse(tx: &mut Tx, trunk: &Trunk) -> Result<(), Error> {
    if !trunk.enabled {
        return Ok(());
    }
    let sources: Vec<Claim> = sql!(
        "SELECT trunks.id, trunks.enterprise_id, trunks.name, trunk_sources.network AS claimed
         FROM trunk_sources
         JOIN trunks ON trunks.id = trunk_sources.trunk_id
         WHERE trunks.enabled"
    )
    .all(&mut *tx)
    .await?;
    for (at, network) in trunk.inbound.sources.iter().enumerate() {
        let same = |claim: &Claim| {
            let other = claim.claimed.parse::<Network>();
            other.is_ok_and(|other| other.block() == network.block())
        };
        refuse_first(trunk, &sources, same, || format!("inbound.sources[{at}]"))?;
    }
    let names: Vec<Claim> = sql!(
        "SELECT trunks.id, trunks.enterprise_id, trunks.name, trunk_tls_names.name AS claimed
         FROM trunk_tls_names
         JOIN trunks ON trunks.id = trunk_tls_names.trunk_id
         WHERE trunks.enabled"
    )
    .all(&mut *tx)
    .await?;
    for (at, name) in trunk.inbound.tls_names.iter().enumerate() {
        let same = |claim: &Claim| claim.claimed == name.as_str();
        refuse_first(trunk, &names, same, || format!("inbound.tls_names[{at}]"))?;
    }
    refuse_account(tx, trunk).await
}

/// Phones and trunks prove themselves in one realm, so a user name there is one account's only.
async fn refuse_account(tx: &mut Tx, trunk: &Trunk) -> Result<(), Error> {
    let Some(account) = &trunk.inbound.account else {
        return Ok(());
    };
    let field = || "inbound.account.user".to_owned();
    let accounts: Vec<Claim> = sql!(
        "SELECT id, enterprise_id, name, account_user AS claimed
         FROM trunks
         WHERE enabled
           AND account_user = $1"
    )
    .bind(account.user.as_str())
    .all(&mut *tx)
    .await?;
    refuse_first(trunk, &accounts, |_| true, field)?;
    let phone: Option<(i64,)> = sql!(
        "SELECT CAST(1 AS BIGINT)
         FROM sip_accounts
         WHERE realm = $1
           AND name = $2"
    )
    .bind(crate::agents::REALM)
    .bind(account.user.as_str())
    .optional(tx)
    .await?;
    phone.map_or(Ok(()), |_| {
        Err(Error::Ambiguous {
            field: field(),
            with: format!("the phone {}", account.user),
        })
    })
}

fn refuse_first(
    trunk: &Trunk,
    claims: &[Claim],
    same: impl Fn(&Claim) -> bool,
    field: impl Fn() -> String,
) -> Result<(), Error> {
    let other = claims
        .iter()
        .find(|claim| claim.id.0 != trunk.id && same(claim));
    other.map_or(Ok(()), |claim| {
        let with = if claim.enterprise_id.0 == trunk.enterprise {
            format!("the trunk {}", claim.name)
        } else {
            "a trunk of another enterprise".to_owned()
        };
        Err(Error::Ambiguous {
            field: field(),
            with,
        })
    })
}
