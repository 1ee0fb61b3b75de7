//! Calls of two legs through the engine that media threads run, without sockets.

use super::speech;
use crate::time::{FRAME, time};
use media::codec::{Encoder, PACKET_BYTES_MAX, Rate};
use media::detect::Listening;
use media::rtp::Header;
use media::security::Security;
use media::srtp::{Keys, MasterKey, Outgoing, Suite};
use media::tone::Plan;
use media::{
    Codec, Config, Engine, Law, LegId, Line, Order, Outbox, RecordingKey, RtcpPath, Terms,
    Understood,
};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

const START: Duration = Duration::from_hours(500_000);
const FIRST_LEG: u32 = 20_000;
/// Calls at once: so many that their states do not stay in the nearest caches.
const CALLS: u32 = 200;
/// Frames before the measured ones, and those.
const WARMING: u32 = 50;
const FRAMES: u32 = 150;
/// A second of speech, which each party repeats.
const SPOKEN: usize = 50;
const TICKS: u32 = 4;
/// Of the packets that are due, so many have to leave in a call that works.
const LEAVE_PERCENT: u64 = 95;

/// One side of a call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Party {
    pub(super) codec: Codec,
    pub(super) suite: Option<Suite>,
}

/// What is done besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extra {
    None,
    Recorded,
    /// Keys are looked for in the audio of both.
    InbandKeys,
    /// Tones, answering machines and faxes are looked for in what the first says.
    Listened,
}

/// A kind of call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) name: &'static str,
    pub(super) parties: [Party; 2],
    pub(super) extra: Extra,
    /// What it has to reach.
    pub(super) goal: Option<Goal>,
}

/// What a kind of call has to reach.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goal {
    /// Calls on one core, of the machine that the goal was set on.
    pub(super) calls: u32,
    /// The share of the kernel in what they cost, of a hundred: what fails the run, because it is a
    /// ratio within it.
    pub(super) kernel_percent: u32,
}

/// The packets of one leg's party.
struct Mouth {
    leg: LegId,
    remote: SocketAddr,
    payload_type: u8,
    clock: u32,
    payloads: Vec<Vec<u8>>,
    protection: Option<Outgoing>,
}

impl Pair {
    /// Processor time for 20 ms of a call, both directions.
    pub(super) fn cost(&self) -> io::Result<Duration> {
        let mut outbox = Outbox::with_capacity(4 * CALLS as usize);
        let mut engine = Engine::new(Config {
            first_leg: LegId(FIRST_LEG),
            legs: 4 * CALLS as usize,
        });
        let mut mouths = Vec::new();
        for call in 0..CALLS {
            let both = self.open(call, &mut engine, &mut outbox);
            mouths.extend(both);
        }
        let (mut spent, mut left) = (Duration::ZERO, 0);
        for frame in 0..WARMING + FRAMES {
            let mut packets: Vec<_> = mouths.iter_mut().map(|it| it.say(frame)).collect();
            let now = START + FRAME * frame;
            let work = || live(now, &mut packets, &mut engine, &mut outbox);
            let (packets, took) = time(work)?;
            if frame >= WARMING {
                spent += took;
                left += packets;
            }
        }
        let due = u64::from(2 * CALLS * FRAMES);
        if left * 100 < due * LEAVE_PERCENT {
            let text = format!("{}: {left} of {due} packets left", self.name);
            return Err(io::Error::other(text));
        }
        Ok(spent / (CALLS * FRAMES))
    }

    fn open(&self, call: u32, engine: &mut Engine, outbox: &mut Outbox) -> [Mouth; 2] {
        let mouths = [0, 1].map(|side| {
            let party = self.parties[side as usize];
            let leg = LegId(FIRST_LEG + 4 * call + 2 * side);
            let remote = SocketAddr::from(([192, 0, 2, side as u8 + 1], 4_000));
            let keys = party.suite.map(keys);
            let mouth = party.mouth((leg, remote), keys);
            engine.handle_order(START, self.terms(&mouth, party, keys), outbox);
            mouth
        });
        let [a, b] = [mouths[0].leg, mouths[1].leg];
        engine.handle_order(START, Order::Bridge { a, b }, outbox);
        match self.extra {
            Extra::None | Extra::InbandKeys => (),
            Extra::Recorded => {
                let record = Order::Record {
                    recording: RecordingKey(call.into()),
                    customer: a,
                    agent: Some(b),
                    started_at: START,
                    resume: false,
                    codec: Law::A.into(),
                };
                engine.handle_order(START, record, outbox);
            }
            Extra::Listened => {
                let wanted = Listening {
                    progress: Some(Plan::of("CN")),
                    announcements: None,
                    answerer: true,
                    fax: true,
                };
                engine.handle_order(START, Order::Listen { leg: a, wanted }, outbox);
            }
        }
        mouths
    }

    fn terms(&self, mouth: &Mouth, party: Party, keys: Option<Keys>) -> Order {
        let security = keys.map(|keys| Security {
            keys: Some(keys),
            handshake: None,
            ice: None,
        });
        Order::Open {
            leg: mouth.leg,
            terms: Terms {
                remote: mouth.remote,
                codec: party.codec,
                payload_type: mouth.payload_type,
                telephone_event: None,
                inband_keys: self.extra == Extra::InbandKeys,
                comfort_noise: None,
                understood: Understood::new(),
                sending: true,
                rtcp: RtcpPath::Shared,
                security: security.map(Box::new),
                wishes: media::codec::Wishes::default(),
            },
            signalling: mouth.remote.ip(),
            line: Line {
                ssrc: mouth.leg.0,
                sequence: 0,
                timestamp: 0,
            },
        }
    }
}

impl Party {
    fn mouth(self, (leg, remote): (LegId, SocketAddr), keys: Option<Keys>) -> Mouth {
        let mut encoder =
            Encoder::new(self.codec, Rate::Wide).expect("parties speak what is made here");
        let rate = encoder.rate();
        let speech = speech::samples(rate.hertz(), SPOKEN * rate.frame());
        let payload = |frame: &[i16]| {
            let mut bytes = [0; PACKET_BYTES_MAX];
            let length = encoder.encode(frame, &mut bytes);
            bytes[..length].to_vec()
        };
        Mouth {
            leg,
            remote,
            payload_type: self.codec.static_payload_type().unwrap_or(96),
            clock: self.codec.clock(),
            payloads: speech.chunks(rate.frame()).map(payload).collect(),
            protection: keys.map(|keys| Outgoing::new(keys.suite, &keys.theirs, 0)),
        }
    }
}

impl Mouth {
    /// The packet of a frame.
    fn say(&mut self, frame: u32) -> (LegId, SocketAddr, Vec<u8>) {
        let header = Header {
            payload_type: self.payload_type,
            marker: false,
            sequence: frame as u16,
            timestamp: frame.wrapping_mul(self.clock / 50),
            ssrc: !self.leg.0,
        };
        let mut packet = header.to_bytes().to_vec();
        packet.extend_from_slice(&self.payloads[frame as usize % SPOKEN]);
        if let Some(protection) = &mut self.protection {
            packet.resize(packet.len() + protection.suite().tag_bytes(), 0);
            protection
                .protect(&mut packet)
                .expect("packets are in order");
        }
        (self.leg, self.remote, packet)
    }
}

/// 20 ms of the engine; how many packets left.
fn live(
    now: Duration,
    packets: &mut [(LegId, SocketAddr, Vec<u8>)],
    engine: &mut Engine,
    outbox: &mut Outbox,
) -> u64 {
    let mut left = 0;
    for (leg, remote, packet) in packets {
        engine.handle_packet(now, *leg, *remote, packet, outbox);
    }
    for tick in 0..TICKS {
        engine.handle_tick(now + FRAME / TICKS * tick, outbox);
        left += outbox.packets().count() as u64;
        outbox.drain_events();
        outbox.clear();
    }
    left
}

fn keys(suite: Suite) -> Keys {
    let key = |seed: u8| {
        let (key, salt) = ([seed; 32], [seed; 14]);
        let lengths = (suite.key_bytes(), suite.salt_bytes());
        MasterKey::new(suite, &key[..lengths.0], &salt[..lengths.1])
            .expect("the suite's own lengths")
    };
    Keys {
        suite,
        ours: key(1),
        theirs: key(2),
    }
}
