//! The demo enterprise as the switchboard knows it, with the numbers that the README names.

use crate::announcements;
use crate::digest::{self, Hash};
use call::{AgentEntry, Directory, DirectoryParts, FlowEntry, Library};
use ivr::{Locale, PackManifest, Resources, Voices};
use media::Prompt;
use model::{
    AgentId, Destination, DialRules, EnterpriseId, FlowId, FlowVersion, PhoneNumber, Queue,
    QueueId, Region, Strategy, Timestamp, Trunk, TrunkGateway, TrunkId, TrunkNumber, TrunkNumberId,
    TrunkOutbound,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// The realm of the accounts.
pub const REALM: &str = "trunkline";
/// The password of every phone.
pub const PASSWORD: &str = "open sesame";
/// What waiting and held customers hear.
pub const MUSIC_HZ: f64 = 700.0;
/// Samples of an ordinary clip: 200 ms.
const CLIP: u64 = 1_600;

/// The numbers of the trunk `local`: the flow or the queue, and whether calls are recorded.
const NUMBERS: [(&str, &str, bool); 10] = [
    ("4008110510", "demo", false),
    ("4008110511", "queue:sales", false),
    ("4008110512", "echo-digits", false),
    ("4008110513", "ten-seconds", false),
    ("4008110514", "voicemail", false),
    ("4008110515", "ten-seconds", true),
    ("4008110516", "outside", false),
    ("4008110517", "outside-recorded", true),
    ("4008110518", "secret", true),
    ("4008110519", "rated", false),
];

/// A flow that asks for what is nobody's business.
const SECRET: &str = "
name: secret
language: zh-CN
start: pin
nodes:
  pin: { kind: collect, items: [{ clip: enter_digits }], variable: pin, max_length: 4, sensitive: true }
  music: { kind: play, items: [{ clip: ten_seconds }] }
  bye: { kind: hangup, items: [{ clip: goodbye }] }
edges:
  - { from: pin, exit: default, to: music }
  - { from: music, exit: ok, to: bye }
";

/// A flow that asks for a rating once the agent, or the outside number, has hung up.
const RATED: &str = "
name: rated
language: zh-CN
start: sales
nodes:
  sales: { kind: queue, queue: sales }
  rate: { kind: survey, items: [{ clip: ten_seconds }], scores: { '1': 5, '2': 3, '3': 1 } }
  thanks: { kind: hangup, items: [{ clip: goodbye }] }
  sorry: { kind: hangup, items: [{ clip: all_busy }] }
edges:
  - { from: sales, exit: talked, to: rate }
  - { from: sales, exit: default, to: sorry }
  - { from: rate, exit: default, to: thanks }
";

/// What may differ between stories.
#[derive(Debug, Clone)]
pub struct Demo {
    /// The queue `sales`.
    pub sales: Queue,
    /// Its members.
    pub sales_agents: Vec<String>,
    /// All agents.
    pub agents: Vec<String>,
    /// Its trunks: the one that calls come by, and those that calls to outside numbers go out by.
    pub trunks: Vec<Trunk>,
    /// The address of ours.
    pub local: SocketAddr,
    /// Where it is.
    pub region: Region,
}

impl Demo {
    /// The demo enterprise with so many agents, 1001 and up; all but 1003 sell.
    pub fn new(agents: usize, local: SocketAddr, outside: SocketAddr) -> Self {
        let agents: Vec<String> = (1..=agents).map(|n| (1_000 + n).to_string()).collect();
        Self {
            sales: queue("sales", 1),
            sales_agents: agents.iter().filter(|it| *it != "1003").cloned().collect(),
            agents,
            trunks: vec![
                trunk("local", 1, None),
                trunk("local-out", 2, Some(outside)),
            ],
            local,
            region: Region::default(),
        }
    }

    /// The directory, its flows checked against `voices`.
    pub fn directory(&self, voices: &Arc<Voices>) -> Directory {
        let support = queue("support", 2);
        let queues: BTreeSet<String> = [&self.sales, &support]
            .map(|queue| queue.name.clone())
            .into();
        let flows = flows(voices, queues);
        let ids: BTreeMap<&str, FlowId> = flows
            .iter()
            .map(|(name, entry)| (name.as_str(), entry.id))
            .collect();
        let members = |names: &[String]| names.iter().map(|name| agent_id(name)).collect();
        let numbers = NUMBERS
            .iter()
            .enumerate()
            .map(|(nth, (text, to, recorded))| TrunkNumber {
                id: TrunkNumberId::new(Timestamp::default(), [nth as u8; 10]),
                enterprise: enterprise(),
                trunk: trunk_id(1),
                number: PhoneNumber::parse(text).unwrap(),
                destination: match to.strip_prefix("queue:") {
                    Some(_) => Destination::Queue(self.sales.id),
                    None => Destination::Flow(ids[to]),
                },
                recorded: *recorded,
            })
            .collect();
        Directory::new(DirectoryParts {
            trunks: self.trunks.clone(),
            numbers,
            queues: vec![
                (self.sales.clone(), members(&self.sales_agents)),
                (support, members(&["1003".to_owned()])),
            ],
            agents: self.agents.iter().map(|name| agent(name)).collect(),
            flows: flows.into_iter().map(|(_, entry)| entry).collect(),
            replaced_flows: Vec::new(),
            locals: self.trunks.iter().map(|it| (it.id, self.local)).collect(),
            regions: HashMap::from([(enterprise(), self.region)]),
            sounds: HashMap::new(),
            speech: call::Speech::default(),
        })
    }
}

fn flows(voices: &Arc<Voices>, queues: BTreeSet<String>) -> Vec<(String, FlowEntry)> {
    let resources = Resources {
        queues,
        ..Resources::new(voices)
    };
    let own = [SECRET, RATED].map(|text| ivr::Document::from_yaml(text).unwrap());
    ivr::demo_flows()
        .into_iter()
        .chain(own)
        .enumerate()
        .map(|(nth, document)| {
            let flow = ivr::check(&document, &resources)
                .unwrap_or_else(|problems| panic!("{}: {problems:#?}", document.name));
            let entry = FlowEntry {
                id: FlowId::new(Timestamp::default(), [nth as u8 + 1; 10]),
                version: FlowVersion(1),
                flow: Arc::new(flow),
                beside: Arc::default(),
            };
            (document.name, entry)
        })
        .collect()
}

fn queue(name: &str, nth: u8) -> Queue {
    Queue {
        id: QueueId::new(Timestamp::default(), [nth; 10]),
        enterprise: enterprise(),
        name: name.to_owned(),
        strategy: Strategy::LongestIdle,
        ring_timeout: Duration::from_secs(20),
        max_wait: Duration::from_mins(5),
        max_length: 100,
        wrap_up: Duration::from_secs(5),
        lock_after_misses: 3,
        recorded: true,
    }
}

/// A trunk with nothing set: one that callers come by, or one to a peer.
pub fn trunk(name: &str, nth: u8, peer: Option<SocketAddr>) -> Trunk {
    let mut trunk = Trunk::plain(trunk_id(nth), enterprise(), name);
    match peer {
        None => trunk.inbound.sources = vec!["127.0.0.0/8".parse().unwrap()],
        Some(peer) => {
            trunk.outbound = Some(TrunkOutbound::to(TrunkGateway::udp(peer)));
            trunk.dialing = DialRules::domestic();
        }
    }
    trunk
}

fn agent(name: &str) -> AgentEntry {
    AgentEntry {
        id: agent_id(name),
        enterprise: enterprise(),
        extension: name.to_owned(),
        account: sip::Account {
            user: name.to_owned(),
            ha1_md5: digest::ha1(Hash::Md5, name, REALM, PASSWORD),
            ha1_sha256: digest::ha1(Hash::Sha256, name, REALM, PASSWORD),
        },
    }
}

/// The demo enterprise.
pub fn enterprise() -> EnterpriseId {
    EnterpriseId::new(Timestamp::default(), [1; 10])
}

fn trunk_id(nth: u8) -> TrunkId {
    TrunkId::new(Timestamp::default(), [nth; 10])
}

/// The agent with this work number.
pub fn agent_id(name: &str) -> AgentId {
    let mut bytes = [0; 10];
    bytes[..4].copy_from_slice(&name.parse::<u32>().unwrap().to_be_bytes());
    AgentId::new(Timestamp::default(), bytes)
}

/// The shipped packs' clips by name, each a short tone of its own, so that stories are short.
#[derive(Debug, Clone)]
pub struct Audio {
    /// What can be said.
    pub voices: Arc<Voices>,
    /// What is sent.
    pub library: Arc<Library>,
    tones: Arc<HashMap<(Locale, String), f64>>,
}

impl Audio {
    /// The shipped packs, made once for all worlds.
    pub fn shared() -> Self {
        static SHARED: LazyLock<Audio> = LazyLock::new(Audio::load);
        SHARED.clone()
    }

    fn load() -> Self {
        let prompts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../prompts");
        let manifests = ["zh-CN", "en-US"].map(|locale| manifest(&prompts.join(locale)));
        let mut tones = HashMap::new();
        let mut clips = HashMap::new();
        for manifest in &manifests {
            for (nth, clip) in manifest.clips.iter().enumerate() {
                let hz = 800.0 + 10.0 * (nth % 240) as f64;
                let samples = if clip.name == "ten_seconds" {
                    80_000
                } else {
                    CLIP
                };
                let key = (manifest.locale, clip.name.clone());
                tones.insert(key.clone(), hz);
                clips.insert(key, tone(hz, samples));
            }
        }
        Self {
            voices: Arc::new(Voices::from_manifests(&manifests).unwrap()),
            library: Arc::new(
                Library::new(clips, tone(MUSIC_HZ, 8_000)).recognising(announcements::known()),
            ),
            tones: Arc::new(tones),
        }
    }

    /// The tone that stands for a Chinese clip.
    pub fn hz(&self, clip: &str) -> f64 {
        self.tones[&(Locale::ZhCn, clip.to_owned())]
    }
}

fn manifest(folder: &Path) -> PackManifest {
    let voice = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap();
    let text = std::fs::read_to_string(voice.path().join("pack.toml")).unwrap();
    PackManifest::from_toml(&text).unwrap()
}

fn tone(hz: f64, samples: u64) -> Arc<Prompt> {
    let samples: Vec<i16> = (0..samples).map(|at| crate::tone::sine(hz, at)).collect();
    Arc::new(Prompt::from_pcm(&samples))
}
