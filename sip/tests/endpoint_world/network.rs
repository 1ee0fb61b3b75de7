//! The simulated network: parties with endpoints, datagrams with latency, loss, copies and
//! overtaking, all from a seed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sip::message::{Framing, Message};
use sip::{
    Advertise, Config, ConnectionId, Endpoint, Event, Flow, Gateway, Invite, Limits, Output,
    QueryId, Question, Record, ResolveError, SessionId, SessionTimers, Target, Transport,
    TrunkConfig, TrunkId, TrustedSource,
};

pub(crate) use crate::handmade::{Handmade, code, header};
use crate::witness::{Seen, Way};

/// When every story begins.
pub(crate) const START: Duration = Duration::from_hours(500_000);

/// What both sides' session descriptions look like.
pub(crate) const OFFER: &[u8] = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n";
pub(crate) const ANSWER: &[u8] = b"v=0\r\no=- 2 1 IN IP4 192.0.2.2\r\ns=-\r\n";

/// How bad the network is, in thousandths.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Faults {
    pub(crate) loss: u32,
    pub(crate) copies: u32,
    pub(crate) overtaking: u32,
}

/// One endpoint with what it has told its owner.
pub(crate) struct Party {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    pub(crate) endpoint: Endpoint,
    /// What a journal would hold of its sessions.
    pub(crate) saved: BTreeMap<SessionId, Vec<u8>>,
    pub(crate) restarts: u8,
    pub(crate) events: VecDeque<Event>,
}

/// The whole world.
pub(crate) struct World {
    pub(crate) now: Duration,
    pub(crate) parties: Vec<Party>,
    pub(crate) faults: Faults,
    /// What the endpoints are set to that are added or restarted from here on.
    pub(crate) timers: SessionTimers,
    /// What was sent and told, as `0.0s a INVITE →`.
    pub(crate) ladder: Vec<String>,
    /// Datagrams to addresses where no endpoint lives.
    pub(crate) stray: Vec<Message>,
    /// Who is unplugged: nothing of theirs arrives, and nothing reaches them.
    pub(crate) unplugged: BTreeSet<SocketAddr>,
    /// What was sent and what arrived, if a witness wants it.
    pub(crate) testimony: Option<Vec<Seen>>,
    /// What name servers know.
    pub(crate) names: BTreeMap<Question, Vec<Record>>,
    random: ChaCha12Rng,
    wire: BTreeMap<(Duration, u64), Packet>,
    packets: u64,
}

struct Packet {
    from: SocketAddr,
    to: SocketAddr,
    payload: Payload,
}

enum Payload {
    Datagram(Bytes),
    Stream(ConnectionId, Bytes),
    Connected(ConnectionId),
    Resolved(QueryId, Result<Vec<Record>, ResolveError>),
}

pub(crate) fn address(last: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, last], 5060))
}

pub(crate) fn config(address: SocketAddr) -> Config {
    Config {
        advertise: Advertise {
            udp: address.into(),
            tcp: address.into(),
            tls: address.into(),
        },
        limits: Limits {
            unanswered: Duration::from_secs(100),
            ..Limits::default()
        },
        ..Config::new("trunkline", "Trunkline")
    }
}

/// Both ends of a call, as `a` and `b`.
pub(crate) fn pair() -> World {
    let mut world = World::new(7);
    world.add("a", 1);
    world.add("b", 2);
    world
}

pub(crate) fn invite_to(remote: SocketAddr) -> Invite {
    let target = Target::Trunk {
        trunk: trunk_at(remote, Transport::Udp).id,
        user: "4008110513".to_owned(),
    };
    let offer = Bytes::from_static(OFFER);
    Invite {
        from_display: Some("Ann \"A\"".to_owned()),
        headers: vec![("X-Campaign".to_owned(), "spring".to_owned())],
        ..Invite::new(target, "13800138000", "4008110513", offer)
    }
}

fn fresh(address: SocketAddr, seed: u8, session_timers: SessionTimers) -> Endpoint {
    let config = Config {
        session_timers,
        ..config(address)
    };
    let mut endpoint = Endpoint::new(config, [seed; 32]);
    endpoint.set_trunks(START, neighbours(address));
    endpoint
}

/// A trunk for everybody in the network of an address, and one to each neighbour that stories call.
pub(crate) fn neighbours(address: SocketAddr) -> Vec<TrunkConfig> {
    let inbound = TrunkConfig {
        sources: vec![TrustedSource {
            address: address.ip(),
            prefix: 24,
        }],
        trusts_identity: true,
        ..TrunkConfig::default()
    };
    let ways = [1, 2, 3, 9, 50]
        .into_iter()
        .flat_map(|last| [Transport::Udp, Transport::Tcp].map(|transport| (last, transport)))
        .map(|(last, transport)| TrunkConfig {
            local: address.into(),
            ..trunk_at(self::address(last), transport)
        });
    std::iter::once(inbound).chain(ways).collect()
}

/// A trunk with one gateway at an address.
pub(crate) fn trunk_at(remote: SocketAddr, transport: Transport) -> TrunkConfig {
    let IpAddr::V4(ip) = remote.ip() else {
        panic!("the simulated network speaks IPv4");
    };
    let number = (u64::from(u32::from(ip)) << 16) | u64::from(remote.port());
    TrunkConfig {
        id: TrunkId(u128::from(number) << 8 | transport as u128),
        gateways: vec![gateway_at(remote, transport)],
        local: address(1).into(),
        ..TrunkConfig::default()
    }
}

pub(crate) fn gateway_at(remote: SocketAddr, transport: Transport) -> Gateway {
    Gateway {
        host: remote.ip().to_string(),
        port: Some(remote.port()),
        transport: Some(transport),
        ..Gateway::default()
    }
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            now: START,
            parties: Vec::new(),
            faults: Faults::default(),
            timers: SessionTimers::default(),
            ladder: Vec::new(),
            stray: Vec::new(),
            unplugged: BTreeSet::new(),
            testimony: None,
            names: BTreeMap::new(),
            random: ChaCha12Rng::seed_from_u64(seed),
            wire: BTreeMap::new(),
            packets: 0,
        }
    }

    /// Adds an endpoint at 192.0.2.`last` that trusts its network.
    pub(crate) fn add(&mut self, name: &'static str, last: u8) -> usize {
        let address = address(last);
        self.parties.push(Party {
            name,
            address,
            endpoint: fresh(address, last, self.timers),
            saved: BTreeMap::new(),
            restarts: 0,
            events: VecDeque::new(),
        });
        self.parties.len() - 1
    }

    /// Lets `a` call `b`; returns the caller's session.
    pub(crate) fn call(&mut self) -> SessionId {
        self.act(0, |endpoint, now| {
            endpoint.invite(now, invite_to(address(2))).unwrap()
        })
    }

    /// Lets `a` call `b` and `b` answer; returns both sessions.
    pub(crate) fn established(&mut self) -> (SessionId, SessionId) {
        let caller = self.call();
        self.run_for(100);
        let callee = self.incoming(1);
        self.act(1, |endpoint, now| {
            endpoint
                .answer(now, callee, Bytes::from_static(ANSWER))
                .unwrap();
        });
        self.run_for(100);
        self.ladder.clear();
        self.parties[0].events.clear();
        self.parties[1].events.clear();
        (caller, callee)
    }

    /// The session of the first call that came in at a party.
    pub(crate) fn incoming(&mut self, party: usize) -> SessionId {
        let found = self.parties[party]
            .events
            .iter()
            .find_map(|event| match event {
                Event::Incoming { session, .. } => Some(*session),
                _ => None,
            });
        found.expect("a call came in")
    }

    /// Does something with an endpoint and sends what it wants sent.
    pub(crate) fn act<T>(
        &mut self,
        party: usize,
        action: impl FnOnce(&mut Endpoint, Duration) -> T,
    ) -> T {
        let result = action(&mut self.parties[party].endpoint, self.now);
        self.drain(party);
        self.journal(party);
        result
    }

    /// Keeps the saved form of what changed, as the owner of an endpoint does.
    fn journal(&mut self, party: usize) {
        let Party {
            endpoint, saved, ..
        } = &mut self.parties[party];
        for session in endpoint.take_touched() {
            match endpoint.save(session) {
                Some(form) => saved.insert(session, form),
                None => saved.remove(&session),
            };
        }
    }

    /// Kills a party's endpoint and starts another from the journal.
    pub(crate) fn restart(&mut self, party: usize) {
        let (now, timers) = (self.now, self.timers);
        let party = &mut self.parties[party];
        party.restarts += 1;
        party.endpoint = fresh(party.address, 100 + party.restarts, timers);
        for form in party.saved.values() {
            party.endpoint.restore(now, form).unwrap();
        }
    }

    /// Sends text from an address where no endpoint lives.
    pub(crate) fn inject(&mut self, from: SocketAddr, to: SocketAddr, text: &str) {
        let data = Bytes::copy_from_slice(text.as_bytes());
        self.post(from, to, Payload::Datagram(data));
    }

    pub(crate) fn run_for(&mut self, milliseconds: u64) {
        let end = self.now + Duration::from_millis(milliseconds);
        while self.step(end) {}
        self.now = end;
    }

    /// Runs until nothing is on its way and nobody waits for anything.
    pub(crate) fn run_until_idle(&mut self) {
        let end = self.now + Duration::from_mins(15);
        while self.step(end) {}
        assert!(self.next_event().is_none(), "not at rest after 15 minutes");
    }

    fn next_event(&self) -> Option<Duration> {
        let timers = self
            .parties
            .iter()
            .filter_map(|party| party.endpoint.poll_timeout());
        let packet = self.wire.first_key_value().map(|((at, _), _)| *at);
        timers.chain(packet).min()
    }

    fn step(&mut self, end: Duration) -> bool {
        let Some(next) = self.next_event().filter(|next| *next <= end) else {
            return false;
        };
        self.now = self.now.max(next);
        let packet = self
            .wire
            .first_entry()
            .filter(|entry| entry.key().0 <= self.now);
        if let Some(entry) = packet {
            let packet = entry.remove();
            self.deliver(packet);
            return true;
        }
        for party in 0..self.parties.len() {
            self.act(party, |endpoint, now| {
                if endpoint.poll_timeout().is_some_and(|at| at <= now) {
                    endpoint.handle_timeout(now);
                }
            });
        }
        true
    }

    fn deliver(&mut self, packet: Packet) {
        let Packet { from, to, payload } = packet;
        let Some(party) = self.parties.iter().position(|party| party.address == to) else {
            if let Payload::Datagram(data) = payload {
                self.stray
                    .push(Message::parse(data, Framing::Datagram).unwrap());
            }
            return;
        };
        if let Payload::Datagram(data) | Payload::Stream(_, data) = &payload {
            self.see(party, Way::Arrived, data);
        }
        let flow = |connection: Option<ConnectionId>| Flow {
            transport: if connection.is_none() {
                Transport::Udp
            } else {
                Transport::Tcp
            },
            local: to,
            remote: from,
            connection,
        };
        self.act(party, |endpoint, now| match payload {
            Payload::Datagram(data) => endpoint.handle_datagram(now, flow(None), data),
            Payload::Stream(id, data) => endpoint.handle_stream(now, id, &data),
            Payload::Resolved(query, answer) => endpoint.handle_resolved(now, query, answer),
            Payload::Connected(id) => endpoint.handle_connected(now, flow(Some(id)), &[]),
        });
    }

    pub(crate) fn drain(&mut self, party: usize) {
        while let Some(output) = self.parties[party].endpoint.poll_output() {
            let from = self.parties[party].address;
            match output {
                Output::Transmit(transmit) => {
                    self.note(party, &format!("{} →", title(&transmit.data)));
                    self.see(party, Way::Sent, &transmit.data);
                    let payload = match transmit.flow.connection {
                        None => Payload::Datagram(transmit.data),
                        Some(id) => Payload::Stream(id, transmit.data),
                    };
                    self.post(from, transmit.flow.remote, payload);
                }
                Output::Connect {
                    connection, remote, ..
                } => {
                    self.note(party, "connect →");
                    self.post(from, remote, Payload::Connected(connection));
                    self.post(remote, from, Payload::Connected(connection));
                }
                Output::Close(_) => self.note(party, "close →"),
                Output::Resolve { query, question } => {
                    self.note(party, &format!("{question:?}?"));
                    let answer = self.names.get(&question).cloned();
                    let answer = answer.ok_or(ResolveError::NotFound);
                    self.post(from, from, Payload::Resolved(query, answer));
                }
                Output::Event(event) => {
                    self.note(party, &describe(&event));
                    if let Event::Message { message, .. } = event {
                        let endpoint = &mut self.parties[party].endpoint;
                        endpoint.accept_message(self.now, message).unwrap();
                    }
                    self.parties[party].events.push_back(event);
                }
            }
        }
    }

    fn post(&mut self, from: SocketAddr, to: SocketAddr, payload: Payload) {
        let latency = Duration::from_millis(10);
        if self.unplugged.contains(&from) || self.unplugged.contains(&to) {
            return;
        }
        let Payload::Datagram(data) = payload else {
            self.schedule(latency, Packet { from, to, payload });
            return;
        };
        if self.chance(self.faults.loss) {
            return;
        }
        let copies = 1 + u32::from(self.chance(self.faults.copies));
        for _ in 0..copies {
            let late = if self.chance(self.faults.overtaking) {
                Duration::from_millis(u64::from(self.random.next_u32() % 700))
            } else {
                Duration::ZERO
            };
            let payload = Payload::Datagram(data.clone());
            self.schedule(latency + late, Packet { from, to, payload });
        }
    }

    fn schedule(&mut self, delay: Duration, packet: Packet) {
        self.packets += 1;
        self.wire.insert((self.now + delay, self.packets), packet);
    }

    pub(crate) fn chance(&mut self, thousandths: u32) -> bool {
        thousandths > 0 && self.random.next_u32() % 1000 < thousandths
    }

    pub(crate) fn random_below(&mut self, bound: u64) -> u64 {
        self.random.next_u64() % bound
    }

    fn see(&mut self, party: usize, way: Way, data: &Bytes) {
        let (at, data) = (self.now, data.clone());
        if let Some(testimony) = &mut self.testimony {
            testimony.push(Seen {
                at,
                party,
                way,
                data,
            });
        }
    }

    fn note(&mut self, party: usize, what: &str) {
        let seconds = self.now.saturating_sub(START).as_secs_f32();
        let name = self.parties[party].name;
        self.ladder.push(format!("{seconds:.1}s {name} {what}"));
    }

    /// Asserts that nothing is left of any call.
    pub(crate) fn assert_at_rest(&self, story: &str) {
        for party in &self.parties {
            let left = party.endpoint.occupancy();
            let counts = (left.transactions, left.sessions, left.deadlines);
            assert_eq!(counts, (0, 0, 0), "{} in {story}", party.name);
        }
    }
}

fn title(data: &Bytes) -> String {
    let text = String::from_utf8_lossy(data);
    let line = text.lines().next().unwrap_or_default();
    match line.strip_prefix("SIP/2.0 ") {
        Some(status) => status[..3].to_owned(),
        None => line.split(' ').next().unwrap_or_default().to_owned(),
    }
}

fn describe(event: &Event) -> String {
    match event {
        Event::Incoming { .. } => "Incoming".to_owned(),
        Event::Ringing { status, .. } => format!("Ringing {status}"),
        Event::Answered { .. } => "Answered".to_owned(),
        Event::Refused { status, .. } => format!("Refused {status}"),
        Event::Confirmed { .. } => "Confirmed".to_owned(),
        Event::Offer { sdp, .. } => format!("Offer {}", sdp.is_some()),
        Event::OfferAnswered { .. } => "OfferAnswered".to_owned(),
        Event::OfferRefused { status, .. } => format!("OfferRefused {status}"),
        Event::Ended { by, .. } => format!("Ended {:?}", by.kind),
        Event::Info { .. } => "Info".to_owned(),
        Event::InfoResult { status, .. } => format!("InfoResult {status}"),
        Event::Message { .. } => "Message".to_owned(),
        Event::MessageResult { status, .. } => format!("MessageResult {status}"),
        Event::Referred { .. } => "Referred".to_owned(),
        Event::TransferProgress { status, done, .. } => {
            let last = if *done { " last" } else { "" };
            format!("Transfer {status}{last}")
        }
        Event::Registered { user, contacts } => format!("Registered {user} {contacts}"),
        _ => "?".to_owned(),
    }
}
