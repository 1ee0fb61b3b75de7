//! The demo enterprise: what a newcomer rings a minute after building the server.

use crate::agents::{Agent, SipAccount};
use crate::db::{Db, Tx};
use crate::password::{self, PasswordHash};
use crate::users::Credentials;
use crate::{
    Error, agents, enterprises, flows, queues, random, statement::sql, trunk_numbers, trunks, users,
};
use model::{
    AgentId, Destination, DialRules, Enterprise, EnterpriseId, FlowId, FlowVersion, Network,
    PhoneNumber, PublishedFlow, Queue, QueueId, Region, Role, Strategy, Timestamp, Trunk,
    TrunkGateway, TrunkId, TrunkNumber, TrunkNumberId, TrunkOutbound, User, UserId,
};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// The number that a newcomer rings.
pub const NUMBER: &str = "4008110510";

/// The address that a newcomer signs in with.
pub const ADMIN: &str = "admin@demo.example";

/// The numbers of the trunk `local`: where their calls go, and whether they are recorded.
const NUMBERS: [(&str, Route, Recorded); 8] = [
    (NUMBER, Route::Flow("demo"), Recorded::No),
    ("4008110511", Route::Queue("sales"), Recorded::No),
    ("4008110512", Route::Flow("echo-digits"), Recorded::No),
    ("4008110513", Route::Flow("ten-seconds"), Recorded::No),
    ("4008110514", Route::Flow("voicemail"), Recorded::No),
    (
        "4008110515",
        Route::Flow("ten-seconds"),
        Recorded::FromTheAnswer,
    ),
    ("4008110516", Route::Flow("outside"), Recorded::No),
    (
        "4008110517",
        Route::Flow("outside-recorded"),
        Recorded::FromTheAnswer,
    ),
];

/// Everybody: work number, role, and the queue they serve.
const PEOPLE: [(&str, Role, Option<&str>); 5] = [
    ("admin", Role::Admin, None),
    ("1001", Role::Agent, Some("sales")),
    ("1002", Role::Agent, Some("sales")),
    ("1003", Role::Agent, Some("support")),
    ("2001", Role::Supervisor, None),
];

#[derive(Clone, Copy)]
enum Route {
    Flow(&'static str),
    Queue(&'static str),
}

#[derive(Clone, Copy, PartialEq)]
enum Recorded {
    No,
    FromTheAnswer,
}

/// How to fill the demo enterprise.
#[derive(Debug, Clone)]
pub struct Demo<'a> {
    /// The password of every account and phone.
    pub password: &'a str,
    /// The SIP peer of the trunk `local-out`.
    pub outbound_peer: SocketAddr,
    /// When it is filled.
    pub now: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// The database was empty and holds the demo enterprise.
    Created,
    /// The database held something and is untouched.
    AlreadyThere,
}

/// Fills an empty database with the demo enterprise; leaves any other untouched. Hashing the
/// password takes tens of milliseconds of a core.
///
/// # Errors
/// [`Error::Unreachable`], [`Error::Database`], [`Error::Password`].
pub async fn fill(db: &Db, demo: &Demo<'_>) -> Result<Filled, Error> {
    let password_hash = password::hash(demo.password)?;
    let mut tx = db.begin().await?;
    if !is_empty(&mut tx).await? {
        return Ok(Filled::AlreadyThere);
    }
    let enterprise = Enterprise {
        id: EnterpriseId::new(demo.now, random::bytes()?),
        name: "demo".to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
        language: "zh-CN".to_owned(),
        region: Region::default(),
    };
    enterprises::insert(&mut tx, &enterprise, demo.now).await?;
    let mut filling = Filling {
        tx,
        demo,
        enterprise: enterprise.id,
    };
    let queues = filling.queues().await?;
    filling.people(&password_hash, &queues).await?;
    let flows = filling.flows().await?;
    filling.trunks(&queues, &flows).await?;
    filling.tx.commit().await?;
    Ok(Filled::Created)
}

/// Whether there is no enterprise. Two servers that ask at once take turns: on SQLite the
/// transaction holds the write lock from its beginning.
async fn is_empty(tx: &mut Tx) -> Result<bool, Error> {
    sql!(
        sqlite: "SELECT 1",
        postgres: "LOCK TABLE enterprises IN EXCLUSIVE MODE",
    )
    .run(&mut *tx)
    .await?;
    Ok(enterprises::load(tx).await?.is_empty())
}

struct Filling<'a> {
    tx: Tx,
    demo: &'a Demo<'a>,
    enterprise: EnterpriseId,
}

impl Filling<'_> {
    async fn queues(&mut self) -> Result<BTreeMap<&'static str, QueueId>, Error> {
        let mut ids = BTreeMap::new();
        for name in ["sales", "support"] {
            let queue = Queue {
                id: QueueId::new(self.demo.now, random::bytes()?),
                enterprise: self.enterprise,
                name: name.to_owned(),
                strategy: Strategy::LongestIdle,
                ring_timeout: Duration::from_secs(20),
                max_wait: Duration::from_mins(5),
                max_length: 100,
                wrap_up: Duration::from_secs(5),
                lock_after_misses: 3,
                recorded: true,
            };
            queues::insert(&mut self.tx, &queue, self.demo.now).await?;
            ids.insert(name, queue.id);
        }
        Ok(ids)
    }

    async fn people(
        &mut self,
        password_hash: &PasswordHash,
        queues: &BTreeMap<&'static str, QueueId>,
    ) -> Result<(), Error> {
        for (name, role, queue) in PEOPLE {
            let user = User {
                id: UserId::new(self.demo.now, random::bytes()?),
                enterprise: self.enterprise,
                email: format!("{name}@demo.example"),
                name: name.to_owned(),
                role,
                agent: None,
                extension: None,
            };
            let id = user.id;
            let credentials = Credentials {
                user,
                password_hash: password_hash.clone(),
            };
            users::insert(&mut self.tx, &credentials, self.demo.now).await?;
            if role != Role::Admin {
                let agent = self.agent(id, name).await?;
                if let Some(queue) = queue.and_then(|name| queues.get(name)) {
                    queues::insert_member(&mut self.tx, *queue, agent).await?;
                }
            }
        }
        Ok(())
    }

    async fn agent(&mut self, user: UserId, extension: &str) -> Result<AgentId, Error> {
        let agent = Agent {
            id: AgentId::new(self.demo.now, random::bytes()?),
            enterprise: self.enterprise,
            user,
            name: extension.to_owned(),
            extension: extension.to_owned(),
        };
        agents::insert(&mut self.tx, &agent, self.demo.now).await?;
        let account = SipAccount::with_password(agent.id, extension, self.demo.password);
        agents::insert_account(&mut self.tx, &account).await?;
        Ok(agent.id)
    }

    async fn flows(&mut self) -> Result<BTreeMap<String, FlowId>, Error> {
        let mut ids = BTreeMap::new();
        for document in ivr::demo_flows() {
            let flow = PublishedFlow {
                id: FlowId::new(self.demo.now, random::bytes()?),
                enterprise: self.enterprise,
                name: document.name.clone(),
                version: FlowVersion(1),
                document: document.to_json(),
            };
            flows::publish(&mut self.tx, &flow, self.demo.now).await?;
            ids.insert(flow.name, flow.id);
        }
        Ok(ids)
    }

    async fn trunks(
        &mut self,
        queues: &BTreeMap<&'static str, QueueId>,
        flows: &BTreeMap<String, FlowId>,
    ) -> Result<(), Error> {
        let local = self
            .trunk("local", ["127.0.0.0/8", "::1/128"].as_slice(), None)
            .await?;
        self.trunk("local-out", &[], Some(self.demo.outbound_peer))
            .await?;
        for (number, route, recorded) in NUMBERS {
            let destination = match route {
                Route::Flow(name) => flows.get(name).copied().map(Destination::Flow),
                Route::Queue(name) => queues.get(name).copied().map(Destination::Queue),
            };
            let number = TrunkNumber {
                id: TrunkNumberId::new(self.demo.now, random::bytes()?),
                enterprise: self.enterprise,
                trunk: local,
                number: PhoneNumber::parse(number).map_err(unusable)?,
                destination: destination.ok_or(Error::NotFound("demo flow"))?,
                recorded: recorded == Recorded::FromTheAnswer,
            };
            trunk_numbers::insert(&mut self.tx, &number, self.demo.now).await?;
        }
        Ok(())
    }

    async fn trunk(
        &mut self,
        name: &str,
        sources: &[&str],
        peer: Option<SocketAddr>,
    ) -> Result<TrunkId, Error> {
        let sources: Result<Vec<Network>, _> =
            sources.iter().map(|network| network.parse()).collect();
        let id = TrunkId::new(self.demo.now, random::bytes()?);
        let mut trunk = Trunk::plain(id, self.enterprise, name);
        trunk.inbound.sources = sources.map_err(unusable)?;
        if peer.is_some() {
            trunk.dialing = DialRules::domestic();
        }
        trunk.outbound = peer.map(|peer| TrunkOutbound::to(TrunkGateway::udp(peer)));
        trunks::insert(&mut self.tx, &trunk, None, self.demo.now).await?;
        Ok(trunk.id)
    }
}

fn unusable(problem: impl std::fmt::Display) -> Error {
    Error::Unreadable {
        what: "demo setting",
        problem: problem.to_string(),
    }
}

#[cfg(test)]
mod tests;
