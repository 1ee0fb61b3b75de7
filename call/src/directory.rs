//! What the switchboard knows of the configuration: trunks, numbers, queues, agents, flows.

use crate::trunking::sip_id;
use media::Prompt;
use model::{
    AgentId, EnterpriseId, FlowId, FlowVersion, Queue, QueueId, Region, Trunk, TrunkId, TrunkNumber,
};
use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;

/// An agent as the switchboard knows them.
#[derive(Debug, Clone)]
pub struct AgentEntry {
    /// The agent.
    pub id: AgentId,
    /// Whose agent it is.
    pub enterprise: EnterpriseId,
    /// The work number (工号), also the name of the SIP account.
    pub extension: String,
    /// The SIP account's secrets.
    pub account: sip::Account,
}

/// A published flow, checked.
#[derive(Debug, Clone)]
pub struct FlowEntry {
    /// The flow.
    pub id: FlowId,
    /// Its published version.
    pub version: FlowVersion,
    /// What callers walk through.
    pub flow: Arc<ivr::Flow>,
    /// The flows of the enterprise, which it may enter.
    pub beside: Arc<ivr::Flows>,
}

/// The sounds of each enterprise by their names.
pub type Sounds = HashMap<EnterpriseId, HashMap<String, Arc<Prompt>>>;

/// What engines have spoken ahead of the calls.
pub type Speech = HashMap<ivr::Utterance, Arc<Prompt>>;

/// The configuration as loaded, before it is indexed.
#[derive(Debug, Clone, Default)]
pub struct DirectoryParts {
    /// All trunks.
    pub trunks: Vec<Trunk>,
    /// All numbers.
    pub numbers: Vec<TrunkNumber>,
    /// All queues with their members.
    pub queues: Vec<(Queue, BTreeSet<AgentId>)>,
    /// All agents.
    pub agents: Vec<AgentEntry>,
    /// Live versions of all flows.
    pub flows: Vec<FlowEntry>,
    /// Versions that others took the place of, in which calls may still be.
    pub replaced_flows: Vec<FlowEntry>,
    /// For each trunk with gateways, the SIP address of ours from which they are reached.
    pub locals: HashMap<TrunkId, SocketAddr>,
    /// Where the enterprises are.
    pub regions: HashMap<EnterpriseId, Region>,
    /// The enterprises' own sounds by their names.
    pub sounds: Sounds,
    /// What engines have spoken ahead.
    pub speech: Speech,
}

/// The configuration, indexed for the questions that calls ask.
#[derive(Debug, Default)]
pub struct Directory {
    trunks: Vec<Trunk>,
    numbers: HashMap<(TrunkId, String), TrunkNumber>,
    queues: HashMap<QueueId, (Queue, BTreeSet<AgentId>)>,
    agents: HashMap<AgentId, AgentEntry>,
    extensions: HashMap<String, AgentId>,
    flows: HashMap<FlowId, FlowEntry>,
    replaced_flows: HashMap<(FlowId, FlowVersion), FlowEntry>,
    locals: HashMap<TrunkId, SocketAddr>,
    regions: HashMap<EnterpriseId, Region>,
    sounds: Sounds,
    speech: Speech,
}

impl Directory {
    /// Indexes a configuration.
    pub fn new(parts: DirectoryParts) -> Self {
        Self {
            numbers: parts
                .numbers
                .into_iter()
                .map(|number| ((number.trunk, number.number.as_str().to_owned()), number))
                .collect(),
            queues: parts
                .queues
                .into_iter()
                .map(|entry| (entry.0.id, entry))
                .collect(),
            extensions: parts
                .agents
                .iter()
                .map(|agent| (agent.extension.clone(), agent.id))
                .collect(),
            agents: parts
                .agents
                .into_iter()
                .map(|agent| (agent.id, agent))
                .collect(),
            flows: parts
                .flows
                .into_iter()
                .map(|flow| (flow.id, flow))
                .collect(),
            replaced_flows: parts
                .replaced_flows
                .into_iter()
                .map(|flow| ((flow.id, flow.version), flow))
                .collect(),
            locals: parts.locals,
            regions: parts.regions,
            sounds: parts.sounds,
            speech: parts.speech,
            trunks: parts.trunks,
        }
    }

    /// The trunk that the signalling layer has recognised.
    pub(crate) fn trunk_of(&self, id: sip::TrunkId) -> Option<&Trunk> {
        self.trunks
            .iter()
            .filter(|trunk| trunk.enabled)
            .find(|trunk| sip_id(trunk.id) == id)
    }

    /// Where an enterprise is.
    pub(crate) fn region_of(&self, enterprise: EnterpriseId) -> Region {
        self.regions.get(&enterprise).copied().unwrap_or_default()
    }

    /// An enterprise's own sound.
    pub(crate) fn sound(&self, enterprise: EnterpriseId, name: &str) -> Option<&Arc<Prompt>> {
        self.sounds.get(&enterprise)?.get(name)
    }

    /// What was spoken ahead of the calls.
    pub(crate) fn speech(&self, utterance: &ivr::Utterance) -> Option<&Arc<Prompt>> {
        self.speech.get(utterance)
    }

    /// The address of ours from which a trunk is reached.
    pub(crate) fn local_of(&self, trunk: TrunkId) -> Option<SocketAddr> {
        self.locals.get(&trunk).copied()
    }

    /// All trunks.
    pub(crate) fn trunks(&self) -> impl Iterator<Item = &Trunk> {
        self.trunks.iter()
    }

    /// A number as it is called through a trunk.
    pub(crate) fn number(&self, trunk: TrunkId, called: &str) -> Option<&TrunkNumber> {
        self.numbers.get(&(trunk, called.to_owned()))
    }

    /// The trunks that an enterprise dials out over, in the order in which they are tried.
    pub(crate) fn outbound(&self, enterprise: EnterpriseId) -> impl Iterator<Item = &Trunk> {
        self.trunks
            .iter()
            .filter(move |trunk| trunk.enterprise == enterprise)
            .filter(|trunk| is_dialable(trunk))
    }

    /// A trunk.
    pub(crate) fn trunk(&self, id: TrunkId) -> Option<&Trunk> {
        self.trunks.iter().find(|trunk| trunk.id == id)
    }

    /// A trunk over which may be dialled out.
    pub(crate) fn dialable(&self, id: TrunkId) -> Option<&Trunk> {
        self.trunk(id).filter(|trunk| is_dialable(trunk))
    }

    /// The number under which an enterprise's agents call over a trunk: the smallest of its own, or
    /// else of the enterprise's others.
    pub(crate) fn number_shown(
        &self,
        enterprise: EnterpriseId,
        trunk: TrunkId,
    ) -> Option<&TrunkNumber> {
        self.numbers
            .values()
            .filter(|number| number.enterprise == enterprise)
            .min_by_key(|number| (number.trunk != trunk, number.number.as_str()))
    }

    /// A number of an enterprise's own, whatever trunk it is reached through.
    pub(crate) fn number_of_ours(
        &self,
        enterprise: EnterpriseId,
        called: &str,
    ) -> Option<&TrunkNumber> {
        self.numbers
            .values()
            .filter(|number| number.enterprise == enterprise)
            .find(|number| number.number.as_str() == called)
    }

    /// A queue's settings.
    pub(crate) fn queue(&self, id: QueueId) -> Option<&Queue> {
        self.queues.get(&id).map(|(queue, _)| queue)
    }

    /// A queue by its name.
    pub(crate) fn queue_named(&self, enterprise: EnterpriseId, name: &str) -> Option<&Queue> {
        self.queues
            .values()
            .map(|(queue, _)| queue)
            .find(|queue| queue.enterprise == enterprise && queue.name == name)
    }

    /// All queues with their members, as the router takes them.
    pub(crate) fn lines(&self) -> Vec<queue::Line> {
        self.queues
            .values()
            .map(|(queue, members)| queue::Line {
                queue: queue.clone(),
                members: members.clone(),
            })
            .collect()
    }

    /// All agents.
    pub(crate) fn agents(&self) -> impl Iterator<Item = &AgentEntry> {
        self.agents.values()
    }

    /// One agent.
    pub(crate) fn agent(&self, id: AgentId) -> Option<&AgentEntry> {
        self.agents.get(&id)
    }

    /// An agent by the name of the SIP account.
    pub(crate) fn agent_with_extension(&self, extension: &str) -> Option<&AgentEntry> {
        self.agents.get(self.extensions.get(extension)?)
    }

    /// The version of a flow that a call entered.
    pub(crate) fn flow_version(&self, id: FlowId, version: FlowVersion) -> Option<&FlowEntry> {
        let live = self.flow(id).filter(|entry| entry.version == version);
        live.or_else(|| self.replaced_flows.get(&(id, version)))
    }

    /// A live flow.
    pub(crate) fn flow(&self, id: FlowId) -> Option<&FlowEntry> {
        self.flows.get(&id)
    }
}

fn is_dialable(trunk: &Trunk) -> bool {
    trunk.enabled && trunk.outbound.is_some()
}
