//! What calls act upon: signalling, media, the queues, the ledger of facts.
//!
//! A call is handed the exchange for each step, so that calls own nothing but themselves.

use crate::call::Join;
use crate::encryption;
use crate::engagements::Engagements;
use crate::ladder::Ladders;
use crate::leg::Leg;
use crate::trials::Trials;
use crate::trunks::Trunks;
use crate::{Directory, Key, Library, Output};
use media::{LegId, Line, Order, PortPool, RecordingKey};
use model::{
    AgentFact, AgentId, CallFact, CallId, EnterpriseId, Event, Fact, FactId, RecordingId,
    SourceFact, SrtpPolicy, Timestamp,
};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use sip::SessionId;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// A call's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The customer's leg.
    Customer,
    /// The other leg: an agent or an outside number.
    Party,
}

/// A recording whose file is not complete.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OpenRecording {
    pub(crate) id: RecordingId,
    pub(crate) key: RecordingKey,
    pub(crate) call: CallId,
    pub(crate) enterprise: EnterpriseId,
    pub(crate) path: String,
    pub(crate) started_at: Duration,
    /// When it was told to stop.
    pub(crate) stopped_at: Option<Duration>,
}

impl OpenRecording {
    /// Samples a channel of a recording that ended by `at`, if it was not stopped before.
    pub(crate) fn samples(&self, at: Duration) -> u64 {
        let span = self
            .stopped_at
            .unwrap_or(at)
            .saturating_sub(self.started_at);
        u64::try_from(span.as_micros() * 8 / 1_000).unwrap_or(0)
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) directory: Arc<Directory>,
    pub(crate) library: Arc<Library>,
    pub(crate) endpoint: sip::Endpoint,
    pub(crate) router: queue::Router,
    pub(crate) ports: PortPool,
    pub(crate) recordings: HashMap<RecordingKey, OpenRecording>,
    pub(crate) ladders: Ladders,
    pub(crate) outputs: VecDeque<Output>,
    pub(crate) trunks: Trunks,
    pub(crate) engagements: Engagements,
    /// Calls of drafts that nobody has made yet.
    pub(crate) trials: Trials,
    /// Calls that an agent wants to be joined.
    pub(crate) joins: VecDeque<Join>,
    /// Calls whose saved form changed.
    pub(crate) touched: BTreeSet<CallId>,
    sessions: HashMap<SessionId, CallId>,
    legs: HashMap<LegId, (EnterpriseId, CallId, Side)>,
    /// Legs that live on another media thread than that of their port.
    moved: HashMap<LegId, usize>,
    random: ChaCha12Rng,
    workers: usize,
    next_worker: usize,
    advertise: Vec<IpAddr>,
    /// SHA-256 of the certificate that handshakes show.
    pub(crate) certificate: Option<[u8; 32]>,
    /// Encryption of the phones' media.
    phone_srtp: SrtpPolicy,
    /// Whether supervisors' phones are asked to answer by themselves.
    pub(crate) supervisors_answer: bool,
}

impl Exchange {
    pub(crate) fn new(
        endpoint: sip::Endpoint,
        config: &crate::Config,
        library: Arc<Library>,
        seed: [u8; 32],
    ) -> Self {
        Self {
            directory: Arc::default(),
            library,
            endpoint,
            router: queue::Router::default(),
            ports: PortPool::new(config.media_ports.clone(), config.media_workers, seed),
            recordings: HashMap::new(),
            ladders: Ladders::default(),
            outputs: VecDeque::new(),
            trunks: Trunks::default(),
            engagements: Engagements::default(),
            trials: Trials::default(),
            joins: VecDeque::new(),
            touched: BTreeSet::new(),
            sessions: HashMap::new(),
            legs: HashMap::new(),
            moved: HashMap::new(),
            random: ChaCha12Rng::from_seed(seed),
            workers: config.media_workers.max(1),
            next_worker: 0,
            advertise: config.media_advertise.clone(),
            certificate: config.media_certificate,
            phone_srtp: config.phone_srtp,
            supervisors_answer: config.supervisors_answer,
        }
    }

    /// The address that goes into our SDP for a peer that reached us at `local`.
    pub(crate) fn media_address(&self, local: IpAddr) -> IpAddr {
        let advertised = self.advertise.iter();
        let mut of_family = advertised.filter(|it| it.is_ipv4() == local.is_ipv4());
        of_family.next().copied().unwrap_or(local)
    }

    /// The media thread for the next call.
    pub(crate) fn pick_worker(&mut self) -> usize {
        self.next_worker = (self.next_worker + 1) % self.workers;
        self.next_worker
    }

    pub(crate) fn random_u64(&mut self) -> u64 {
        self.random.next_u64()
    }

    pub(crate) fn random_line(&mut self) -> Line {
        let mut sequence = [0; 2];
        self.random.fill_bytes(&mut sequence);
        Line {
            ssrc: self.random.next_u32(),
            // Half of the range, so that the numbering does not wrap in its first minutes, as some
            // receivers take badly (RFC 3711 §3.3.1).
            sequence: u16::from_be_bytes(sequence) >> 1,
            timestamp: self.random.next_u32() >> 1,
        }
    }

    pub(crate) fn random_id(&mut self) -> [u8; 10] {
        let mut id = [0; 10];
        self.random.fill_bytes(&mut id);
        id
    }

    /// The media thread on which a leg lives: that of its port, unless it has gone to another.
    pub(crate) fn worker_of(&self, leg: LegId) -> Option<usize> {
        let moved = self.moved.get(&leg).copied();
        moved.or_else(|| self.ports.worker_of(leg))
    }

    /// Lets a leg live on another thread than that of its port from its beginning.
    pub(crate) fn place(&mut self, leg: LegId, worker: usize) {
        if self.ports.worker_of(leg) == Some(worker) {
            self.moved.remove(&leg);
        } else {
            self.moved.insert(leg, worker);
        }
    }

    /// Brings a leg to the thread of another, because only legs of one thread can be bridged.
    pub(crate) fn bring(&mut self, leg: &Leg, other: LegId) {
        let (from, to) = (self.worker_of(leg.media), self.worker_of(other));
        let Some(to) = to.filter(|_| from != to) else {
            return;
        };
        if leg.is_open() {
            let leg = leg.media;
            self.order(Order::Move { leg, to });
        }
        self.place(leg.media, to);
    }

    /// What keys of one leg are drawn from.
    pub(crate) fn random_secret(&mut self) -> [u8; 32] {
        let mut secret = [0; 32];
        self.random.fill_bytes(&mut secret);
        secret
    }

    /// The encryption that a phone is offered.
    pub(crate) fn encryption_of(&self, flow: &sip::Flow) -> media::sdp::Policy {
        encryption::of_phone(self.phone_srtp, flow.transport)
    }

    /// Tells the thread that owns the order's leg.
    pub(crate) fn order(&mut self, order: Order) {
        let leg = match &order {
            Order::Open { leg, .. }
            | Order::Resume { leg, .. }
            | Order::Retarget { leg, .. }
            | Order::Play { leg, .. }
            | Order::StopPlay { leg }
            | Order::Hear { leg, .. }
            | Order::Unhear { leg, .. }
            | Order::Stream { leg, .. }
            | Order::StreamAudio { leg, .. }
            | Order::ClearStream { leg, .. }
            | Order::EndStream { leg, .. }
            | Order::Listen { leg, .. }
            | Order::SendDigits { leg, .. }
            | Order::Move { leg, .. }
            | Order::Secure { leg, .. }
            | Order::SendHandshake { leg, .. }
            | Order::Close { leg } => *leg,
            Order::Bridge { a, .. } | Order::Unbridge { a, .. } => *a,
            Order::Record { customer, .. } => *customer,
            Order::RecordAgents { .. }
            | Order::PauseRecording { .. }
            | Order::ResumeRecording { .. }
            | Order::StopRecording { .. } => return,
        };
        self.order_at(leg, order);
    }

    /// Tells the thread that owns `leg`.
    pub(crate) fn order_at(&mut self, leg: LegId, order: Order) {
        if let Some(worker) = self.worker_of(leg) {
            self.outputs.push_back(Output::Media { worker, order });
        }
    }

    pub(crate) fn know_leg(
        &mut self,
        (session, media): (SessionId, LegId),
        (enterprise, call): (EnterpriseId, CallId),
        side: Side,
    ) {
        self.sessions.insert(session, call);
        self.legs.insert(media, (enterprise, call, side));
        if let Some(call_id) = self.endpoint.call_id(session) {
            self.ladders.note((enterprise, call), call_id);
        }
    }

    pub(crate) fn call_of_session(&self, session: SessionId) -> Option<CallId> {
        self.sessions.get(&session).copied()
    }

    pub(crate) fn call_of_leg(&self, leg: LegId) -> Option<(CallId, Side)> {
        self.legs.get(&leg).map(|(_, call, side)| (*call, *side))
    }

    pub(crate) fn enterprise_of(&self, leg: LegId) -> Option<EnterpriseId> {
        self.legs.get(&leg).map(|(enterprise, ..)| *enterprise)
    }

    pub(crate) fn forget_session(&mut self, session: SessionId) {
        self.sessions.remove(&session);
    }

    pub(crate) fn release_port(&mut self, now: Duration, leg: LegId) {
        self.legs.remove(&leg);
        self.moved.remove(&leg);
        self.ports.release(now, leg);
    }

    /// How many legs hold a port.
    pub(crate) fn legs_open(&self) -> usize {
        self.legs.len()
    }

    /// Writes down what happened to a call.
    pub(crate) fn note(
        &mut self,
        now: Duration,
        (enterprise, call): (EnterpriseId, CallId),
        fact: CallFact,
    ) {
        self.touched.insert(call);
        self.append(now, enterprise, Event::Call { call, fact });
    }

    /// Writes down what happened to an agent.
    pub(crate) fn note_agent(&mut self, now: Duration, agent: AgentId, fact: AgentFact) {
        if let Some(seat) = self.router.seat(agent) {
            let enterprise = seat.enterprise();
            self.append(now, enterprise, Event::Agent { agent, fact });
        }
    }

    /// Writes down that a source of requests is barred.
    pub(crate) fn note_source(
        &mut self,
        now: Duration,
        enterprise: EnterpriseId,
        (source, fact): (IpAddr, SourceFact),
    ) {
        self.append(now, enterprise, Event::Source { source, fact });
    }

    fn append(&mut self, now: Duration, enterprise: EnterpriseId, event: Event) {
        let at = Timestamp::from_now(now);
        let id = FactId::new(at, self.random_id());
        self.outputs.push_back(Output::Fact(Fact {
            id,
            at,
            enterprise,
            event,
        }));
    }

    /// Keeps when a recording was told to stop.
    pub(crate) fn stop_recording(&mut self, now: Duration, key: RecordingKey) {
        if let Some(open) = self.recordings.get_mut(&key) {
            open.stopped_at = Some(now);
            let open = open.clone();
            self.save(Key::Recording(open.id), &open);
        }
    }

    /// Keeps a state for the next process.
    pub(crate) fn save(&mut self, key: Key, state: &impl Serialize) {
        if let Ok(state) = postcard::to_stdvec(state) {
            self.outputs.push_back(Output::Save { key, state });
        }
    }
}
