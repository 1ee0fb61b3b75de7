//! Everything the live engine needs to know before the first call comes in.

use crate::agents::{Agent, SipAccount};
use crate::{
    Db, Error, Vault, agents, enterprises, flows, queues, sounds, time_schemes, trunk_numbers,
    trunks,
};
use model::{
    AgentId, Enterprise, NamedTimeScheme, PublishedFlow, Queue, Sound, Timestamp, Trunk,
    TrunkNumber,
};
use std::collections::BTreeMap;

/// The settings of every enterprise, as of one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directory {
    /// Tenants.
    pub enterprises: Vec<Enterprise>,
    /// Trunks.
    pub trunks: Vec<Trunk>,
    /// Trunks whose password this server's key does not open; they have no credentials.
    pub lost_credentials: Vec<String>,
    /// The numbers reached through them.
    pub trunk_numbers: Vec<TrunkNumber>,
    /// Queues with the agents who serve them.
    pub queues: Vec<StaffedQueue>,
    /// Agents with their SIP accounts.
    pub agents: Vec<AgentEntry>,
    /// Sounds, without their audio.
    pub sounds: Vec<Sound>,
    /// Time schemes.
    pub time_schemes: Vec<NamedTimeScheme>,
    /// The live version of every flow.
    pub flows: Vec<PublishedFlow>,
    /// Versions that others took the place of, in which calls may still be.
    pub replaced_flows: Vec<PublishedFlow>,
}

/// A queue and who serves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffedQueue {
    /// The queue.
    pub queue: Queue,
    /// Its agents.
    pub agents: Vec<AgentId>,
}

/// An agent and the account their device registers with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentEntry {
    /// The agent.
    pub agent: Agent,
    /// Their SIP account, if they have one.
    pub account: Option<SipAccount>,
}

/// Reads the directory, all of it as of the same moment; versions of flows too that were live at
/// `since` or later.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`], [`Error::Unreadable`].
pub async fn load(db: &Db, vault: &Vault, since: Timestamp) -> Result<Directory, Error> {
    let mut tx = db.snapshot().await?;
    let mut accounts: BTreeMap<AgentId, SipAccount> = agents::load_accounts(&mut tx)
        .await?
        .into_iter()
        .map(|account| (account.agent, account))
        .collect();
    let mut members: BTreeMap<_, Vec<AgentId>> = BTreeMap::new();
    for (queue, agent) in queues::load_members(&mut tx).await? {
        members.entry(queue).or_default().push(agent);
    }
    let mut lost_credentials = Vec::new();
    let mut trunks = Vec::new();
    for stored in trunks::load(&mut tx, vault).await? {
        lost_credentials.extend(stored.lost_credentials.map(|_| stored.trunk.name.clone()));
        trunks.push(stored.trunk);
    }
    Ok(Directory {
        enterprises: enterprises::load(&mut tx).await?,
        trunks,
        lost_credentials,
        trunk_numbers: trunk_numbers::load(&mut tx).await?,
        queues: queues::load(&mut tx)
            .await?
            .into_iter()
            .map(|queue| StaffedQueue {
                agents: members.remove(&queue.id).unwrap_or_default(),
                queue,
            })
            .collect(),
        agents: agents::load(&mut tx)
            .await?
            .into_iter()
            .map(|agent| AgentEntry {
                account: accounts.remove(&agent.id),
                agent,
            })
            .collect(),
        sounds: sounds::load(&mut tx).await?,
        time_schemes: time_schemes::load(&mut tx).await?,
        flows: flows::load(&mut tx).await?,
        replaced_flows: flows::load_replaced(&mut tx, since).await?,
    })
}
