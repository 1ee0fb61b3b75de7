//! SIP trunks (中继).

use crate::Error;
use crate::column::{Word, word};
use crate::db::{Db, Tx};
use crate::statement::{On, sql};
use model::{EnterpriseId, Network, Timestamp, Trunk, TrunkGateway, TrunkId, TrunkOutbound};
use std::collections::BTreeMap;
use std::net::SocketAddr;

#[derive(sqlx::FromRow)]
struct TrunkRow {
    id: Word<TrunkId>,
    enterprise_id: Word<EnterpriseId>,
    name: String,
    peer: Option<Word<SocketAddr>>,
}

/// The trunks of an enterprise, by name.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`].
pub async fn list(db: &Db, enterprise: EnterpriseId) -> Result<Vec<Trunk>, Error> {
    let mut tx = db.snapshot().await?;
    let rows: Vec<TrunkRow> = sql!(
        "SELECT id, enterprise_id, name, peer
         FROM trunks
         WHERE enterprise_id = $1
         ORDER BY name"
    )
    .bind(word(&enterprise))
    .all(&mut tx)
    .await?;
    with_sources(rows, &mut tx).await
}

pub(crate) async fn load(tx: &mut Tx) -> Result<Vec<Trunk>, Error> {
    let rows: Vec<TrunkRow> = sql!(
        "SELECT id, enterprise_id, name, peer
         FROM trunks
         ORDER BY id"
    )
    .all(&mut *tx)
    .await?;
    with_sources(rows, tx).await
}

async fn with_sources(rows: Vec<TrunkRow>, on: impl Into<On<'_>>) -> Result<Vec<Trunk>, Error> {
    let sources: Vec<(Word<TrunkId>, Word<Network>)> = sql!(
        "SELECT trunk_id, network
         FROM trunk_sources
         ORDER BY trunk_id, network"
    )
    .all(on)
    .await?;
    let mut of_trunk: BTreeMap<TrunkId, Vec<Network>> = BTreeMap::new();
    for (trunk, network) in sources {
        of_trunk.entry(trunk.0).or_default().push(network.0);
    }
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut trunk = Trunk::plain(row.id.0, row.enterprise_id.0, &row.name);
            trunk.inbound.sources = of_trunk.remove(&row.id.0).unwrap_or_default();
            trunk.outbound = row
                .peer
                .map(|peer| TrunkOutbound::to(TrunkGateway::udp(peer.0)));
            trunk
        })
        .collect())
}

pub(crate) async fn insert(tx: &mut Tx, trunk: &Trunk, at: Timestamp) -> Result<(), Error> {
    let mut gateways = trunk
        .outbound
        .iter()
        .flat_map(|outbound| &outbound.gateways);
    let peer = gateways.find_map(TrunkGateway::address);
    sql!(
        "INSERT INTO trunks (id, enterprise_id, name, peer, created_at)
         VALUES ($1, $2, $3, $4, $5)"
    )
    .bind(word(&trunk.id))
    .bind(word(&trunk.enterprise))
    .bind(trunk.name.as_str())
    .bind(peer.map(|peer| peer.to_string()))
    .bind(at.as_millis())
    .run(&mut *tx)
    .await
    .map_err(|error| error.naming_conflict("the trunk name"))?;
    for network in &trunk.inbound.sources {
        sql!(
            "INSERT INTO trunk_sources (trunk_id, network)
             VALUES ($1, $2)"
        )
        .bind(word(&trunk.id))
        .bind(network.to_string())
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}
