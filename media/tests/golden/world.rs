//! The engine between parties and a network that loses, delays, reorders and duplicates.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::net::SocketAddr;
use std::time::Duration;

use media::codec::Codec;
use media::dtmf::TelephoneEvent;
use media::rtp::{Datagram, Header, parse};
use media::srtp::{Incoming, Outgoing};
use media::{
    Config, Departure, Engine, Event, LegId, Line, Order, Outbox, RecordingKey, RtcpPath, Terms,
};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::handset::{self, Mouth, payload_type};

pub(crate) const EVENT_TYPE: u8 = 101;
pub(crate) const START: Duration = Duration::from_hours(500_000);
const TICK: Duration = Duration::from_millis(5);
pub(crate) const FRAME: Duration = Duration::from_millis(20);

/// What packets suffer on their way from a party to the engine.
#[derive(Clone, Copy, Default)]
pub(crate) struct Path {
    pub(crate) loss_percent: u32,
    pub(crate) duplicate_percent: u32,
    pub(crate) delay_ms: u32,
    /// Added at random, so packets overtake each other.
    pub(crate) jitter_ms: u32,
}

type Signal = Box<dyn FnMut(u64) -> i16>;

/// Somebody with a phone.
pub(crate) struct Party {
    pub(crate) leg: LegId,
    pub(crate) address: SocketAddr,
    pub(crate) said: Vec<Vec<u8>>,
    pub(crate) mouth: Mouth,
    pub(crate) codec: Codec,
    pub(crate) path: Path,
    pub(crate) speaking: bool,
    /// Whether its signal is one of 16 kHz.
    pub(crate) wide: bool,
    pub(crate) heard: Vec<Heard>,
    /// What it protects its packets with, and reads ours.
    pub(crate) srtp: Option<(Outgoing, Incoming)>,
    header: Header,
    signal: Signal,
    spoken: u64,
    next_at: Duration,
    /// How long 160 samples last by the clock of the party.
    pub(crate) frame: Duration,
    keys: Vec<(u8, u16)>,
}

/// A packet that reached a party.
#[derive(Clone)]
pub(crate) struct Heard {
    pub(crate) at: Duration,
    pub(crate) header: Header,
    pub(crate) payload: Vec<u8>,
    pub(crate) connect: bool,
}

/// A recording as a disk would hold it.
#[derive(Default)]
pub(crate) struct File {
    pub(crate) left: Vec<u8>,
    pub(crate) right: Vec<u8>,
    /// Both as they lie in the file.
    pub(crate) raw: Vec<u8>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct InFlight {
    /// Negated, because the heap gives its greatest first.
    arrival: std::cmp::Reverse<Duration>,
    number: std::cmp::Reverse<u64>,
    leg: LegId,
    from: SocketAddr,
    bytes: Vec<u8>,
}

pub(crate) struct World {
    pub(crate) engine: Engine,
    /// The engine of another thread, and the legs that have gone there.
    elsewhere: Engine,
    gone: BTreeSet<LegId>,
    pub(crate) now: Duration,
    pub(crate) parties: Vec<Party>,
    pub(crate) events: Vec<Event>,
    pub(crate) files: BTreeMap<RecordingKey, File>,
    /// Reports that each leg sent: when, whereto, bytes.
    pub(crate) reports: Vec<(Duration, SocketAddr, Vec<u8>)>,
    /// Packets that went to addresses of no party.
    pub(crate) astray: Vec<SocketAddr>,
    /// Datagrams that are no media.
    pub(crate) raw: Vec<(SocketAddr, Vec<u8>)>,
    pub(crate) random: ChaCha12Rng,
    outbox: Outbox,
    network: BinaryHeap<InFlight>,
    sent: u64,
}

pub(crate) fn leg(n: u32) -> LegId {
    LegId(20_000 + 2 * n)
}

/// Where the phone of leg n is.
pub(crate) fn phone(n: u32) -> SocketAddr {
    SocketAddr::new([192, 0, 2, n as u8 + 1].into(), 4_000)
}

/// What was agreed on with a phone at `remote` that takes keys.
pub(crate) fn terms(remote: SocketAddr, codec: impl Into<Codec>) -> Terms {
    let codec = codec.into();
    Terms {
        remote,
        codec,
        payload_type: payload_type(codec),
        telephone_event: Some(EVENT_TYPE),
        inband_keys: false,
        comfort_noise: None,
        understood: [Codec::G722]
            .map(|codec| (payload_type(codec), codec))
            .into_iter()
            .collect(),
        sending: true,
        rtcp: RtcpPath::Shared,
        security: None,
        wishes: media::codec::Wishes::default(),
    }
}

pub(crate) fn line(n: u32) -> Line {
    Line {
        ssrc: 0xAAAA_0000 + n,
        sequence: 65_500,
        timestamp: u32::MAX - 8_000,
    }
}

pub(crate) fn tone(hertz: f64) -> impl FnMut(u64) -> i16 {
    move |n| ((n as f64 * hertz * std::f64::consts::TAU / 8_000.0).sin() * 8_000.0) as i16
}

/// Noise that is the same at the same sample, for correlation.
pub(crate) fn noise(n: u64) -> i16 {
    let mixed = (n / 4 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    ((mixed >> 40) as i16) / 4
}

pub(crate) fn new_engine() -> Engine {
    Engine::new(Config {
        first_leg: leg(0),
        legs: 64,
    })
}

impl World {
    pub(crate) fn new(seed: u8) -> Self {
        Self {
            engine: new_engine(),
            elsewhere: new_engine(),
            gone: BTreeSet::new(),
            now: START,
            parties: Vec::new(),
            events: Vec::new(),
            files: BTreeMap::new(),
            reports: Vec::new(),
            astray: Vec::new(),
            raw: Vec::new(),
            random: ChaCha12Rng::from_seed([seed; 32]),
            outbox: Outbox::default(),
            network: BinaryHeap::new(),
            sent: 0,
        }
    }

    /// Adds a party that speaks the signal, and opens its leg.
    pub(crate) fn join(
        &mut self,
        codec: impl Into<Codec>,
        signal: impl FnMut(u64) -> i16 + 'static,
    ) -> LegId {
        let codec = codec.into();
        let n = self.parties.len() as u32;
        let (id, address) = (leg(n), phone(n));
        self.parties.push(Party {
            leg: id,
            address,
            said: Vec::new(),
            mouth: Mouth::new(codec),
            codec,
            path: Path::default(),
            wide: false,
            speaking: true,
            heard: Vec::new(),
            srtp: None,
            header: Header {
                payload_type: payload_type(codec),
                marker: false,
                sequence: 65_000 + n as u16,
                timestamp: 77_777 * n,
                ssrc: 1_000 + n,
            },
            signal: Box::new(signal),
            spoken: 0,
            next_at: self.now + Duration::from_millis(u64::from(7 * n % 20)),
            frame: FRAME,
            keys: Vec::new(),
        });
        self.order(Order::Open {
            leg: id,
            terms: terms(address, codec),
            signalling: address.ip(),
            line: line(n),
        });
        id
    }

    pub(crate) fn order(&mut self, order: Order) {
        self.engine.handle_order(self.now, order, &mut self.outbox);
        self.collect(self.now);
    }

    /// Tells the other thread's engine.
    pub(crate) fn order_elsewhere(&mut self, order: Order) {
        let outbox = &mut self.outbox;
        self.elsewhere.handle_order(self.now, order, outbox);
        self.collect(self.now);
    }

    /// Lets a party press a key for 100 ms.
    pub(crate) fn press(&mut self, n: usize, key: char) {
        let code = TelephoneEvent::code_of(key).expect("a key");
        for frame in 1..=7_u16 {
            self.parties[n].keys.push((code, frame));
        }
    }

    /// Sends a datagram to a leg over the given path.
    pub(crate) fn send(&mut self, to: LegId, from: SocketAddr, bytes: &[u8], path: Path) {
        if self.percent() < path.loss_percent {
            return;
        }
        let copies = 1 + u32::from(self.percent() < path.duplicate_percent);
        for _ in 0..copies {
            let jitter = self.random.next_u32() % (path.jitter_ms + 1);
            let delay = Duration::from_millis(u64::from(path.delay_ms + jitter));
            self.sent += 1;
            self.network.push(InFlight {
                arrival: std::cmp::Reverse(self.now + delay),
                number: std::cmp::Reverse(self.sent),
                leg: to,
                from,
                bytes: bytes.to_vec(),
            });
        }
    }

    pub(crate) fn run(&mut self, span: Duration) {
        let end = self.now + span;
        while self.now < end {
            for n in 0..self.parties.len() {
                if self.parties[n].next_at <= self.now {
                    self.speak(n);
                }
            }
            while self
                .network
                .peek()
                .is_some_and(|next| next.arrival.0 <= self.now)
            {
                let mut packet = self.network.pop().expect("was peeked at");
                let at = packet.arrival.0;
                let engine = if self.gone.contains(&packet.leg) {
                    &mut self.elsewhere
                } else {
                    &mut self.engine
                };
                engine.handle_packet(
                    at,
                    packet.leg,
                    packet.from,
                    &mut packet.bytes,
                    &mut self.outbox,
                );
                self.collect(at);
            }
            self.engine.handle_tick(self.now, &mut self.outbox);
            self.elsewhere.handle_tick(self.now, &mut self.outbox);
            self.collect(self.now);
            self.now += TICK;
        }
    }

    pub(crate) fn run_ms(&mut self, ms: u64) {
        self.run(Duration::from_millis(ms));
    }

    pub(crate) fn digits(&self, of: LegId) -> String {
        let mut digits = String::new();
        for event in &self.events {
            if let Event::Digit { leg, digit, .. } = event
                && *leg == of
            {
                digits.push(*digit);
            }
        }
        digits
    }

    fn percent(&mut self) -> u32 {
        self.random.next_u32() % 100
    }

    fn speak(&mut self, n: usize) {
        let party = &mut self.parties[n];
        party.next_at += party.frame;
        let mut header = party.header;
        party.header.timestamp = header
            .timestamp
            .wrapping_add(party.mouth.codec.clock() / 50);
        let base = party.spoken;
        party.spoken += 160;
        if !party.speaking {
            return;
        }
        party.header.sequence = header.sequence.wrapping_add(1);
        let payload = if party.keys.is_empty() {
            let rate = if party.wide { 2 } else { 1 };
            let samples = base * rate..(base + 160) * rate;
            let sound: Vec<i16> = samples.map(&mut party.signal).collect();
            let payload = party.mouth.encode(&sound);
            party.said.push(payload.clone());
            payload
        } else {
            let (code, frame) = party.keys.remove(0);
            let event = TelephoneEvent {
                code,
                end: frame >= 5,
                volume: 10,
                duration: frame.min(5) * 160,
            };
            header.payload_type = EVENT_TYPE;
            header.marker = frame == 1;
            header.timestamp = header.timestamp.wrapping_sub(u32::from(frame - 1) * 160);
            event.to_bytes().to_vec()
        };
        let mut bytes = [header.to_bytes().as_slice(), &payload].concat();
        if let Some((outgoing, _)) = &mut party.srtp {
            bytes.resize(bytes.len() + outgoing.suite().tag_bytes(), 0);
            outgoing.protect(&mut bytes).expect("is numbered in order");
        }
        let (to, from, path) = (party.leg, party.address, party.path);
        self.send(to, from, &bytes, path);
    }

    fn collect(&mut self, at: Duration) {
        for (leg, to, bytes, connect) in self.outbox.packets() {
            if bytes[0] < 128 {
                self.raw.push((to, bytes.to_vec()));
                continue;
            }
            let Some(party) = self.parties.iter_mut().find(|party| party.address == to) else {
                self.astray.push(to);
                continue;
            };
            assert_eq!(
                party.leg, leg,
                "media of one leg went to the party of another"
            );
            let mut clear = bytes.to_vec();
            if let Some((_, incoming)) = &mut party.srtp {
                let length = match parse(bytes) {
                    Datagram::Rtcp => incoming.unprotect_report(&mut clear),
                    Datagram::Rtp(_) | Datagram::Malformed => incoming.unprotect(&mut clear),
                };
                let length = length.expect("is for this party");
                clear.truncate(length);
            }
            let packet = match parse(&clear) {
                Datagram::Rtp(packet) => packet,
                Datagram::Rtcp => {
                    self.reports.push((at, to, clear));
                    continue;
                }
                Datagram::Malformed => panic!("the engine sent what is not RTP: {bytes:?}"),
            };
            party.heard.push(Heard {
                at,
                header: packet.header,
                payload: packet.payload.to_vec(),
                connect,
            });
        }
        for (_, to, bytes) in self.outbox.reports() {
            self.reports.push((at, to, bytes.to_vec()));
        }
        for block in self.outbox.blocks() {
            let file = self.files.entry(block.recording).or_default();
            file.raw.resize(block.offset as usize, 0);
            file.raw.extend(block.bytes);
            let offset = block.offset as usize / 2;
            assert!(file.left.len() <= offset, "a block was written twice");
            file.left.resize(offset, 0xFF);
            file.right.resize(offset, 0xFF);
            file.left.extend(block.bytes.iter().step_by(2));
            file.right.extend(block.bytes.iter().skip(1).step_by(2));
        }
        self.events.extend(self.outbox.drain_events());
        let departures: Vec<Departure> = self.outbox.drain_departures().collect();
        for departure in departures {
            if departure.to() == 0 {
                self.gone.remove(&departure.leg());
                self.engine.arrive(departure);
            } else {
                self.gone.insert(departure.leg());
                self.elsewhere.arrive(departure);
            }
        }
        self.outbox.clear();
    }
}

impl Party {
    /// The audio heard, laid out by RTP time.
    pub(crate) fn audio(&self) -> Vec<i16> {
        handset::audio(self.codec, &self.heard)
    }

    /// Changes to another codec without a word.
    pub(crate) fn speak_from_now_on(&mut self, codec: Codec) {
        self.mouth = Mouth::new(codec);
        self.header.payload_type = payload_type(codec);
    }
}

/// Share of the signal's power at a frequency, 0 to 1 (Goertzel).
pub(crate) fn share(samples: &[i16], hertz: f64) -> f64 {
    let step = (hertz * std::f64::consts::TAU / 8_000.0).cos() * 2.0;
    let (mut one, mut two) = (0.0, 0.0);
    let mut total = 0.0;
    for &sample in samples {
        let sample = f64::from(sample);
        (one, two) = (sample + step * one - two, one);
        total += sample * sample;
    }
    let power = one * one + two * two - step * one * two;
    if total == 0.0 {
        0.0
    } else {
        2.0 * power / (total * samples.len() as f64)
    }
}
