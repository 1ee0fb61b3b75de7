//! Whatever the network or the disk holds, nothing panics.
//!
//! Runs for a moment by default, and for `TRUNKLINE_FUZZ_SECONDS` if that is set.

#![expect(
    clippy::cast_possible_truncation,
    reason = "random numbers are cut to size"
)]
#![expect(
    unreachable_pub,
    clippy::disallowed_methods,
    reason = "the target is public to libFuzzer's binary, and the corpus is files"
)]

#[path = "../../fuzz/bounded.rs"]
mod bounded;
#[path = "../../fuzz/src/sdp.rs"]
mod descriptions;

#[path = "../../fuzz/src/rtp.rs"]
mod packets;
#[path = "../../fuzz/src/rtcp.rs"]
mod rtcp;
#[path = "../../fuzz/src/srtp.rs"]
mod srtp;
#[path = "../../fuzz/src/stun.rs"]
mod stun;

use std::time::Duration;

use media::dtmf::TelephoneEvent;
use media::rtp::Header;
use media::{
    Codec, Config, Engine, Law, LegId, Line, Order, Outbox, RecordingKey, RtcpPath, Terms,
    Understood, rtp, wav,
};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Inputs of a default run for each parser, and for each second of a longer one.
const INPUTS: u64 = 20_000;

fn inputs() -> u64 {
    let seconds = std::env::var("TRUNKLINE_FUZZ_SECONDS").ok();
    INPUTS
        * seconds
            .and_then(|seconds| seconds.parse().ok())
            .unwrap_or(1)
            .max(1)
}

/// Calls `target` with mutations of the samples; a panic names the seed of its input.
fn fuzz(samples: &[Vec<u8>], mut target: impl FnMut(&mut Vec<u8>, u64)) {
    for seed in 0..inputs() {
        let mut random = ChaCha12Rng::seed_from_u64(seed);
        let mut input = samples[random.next_u32() as usize % samples.len()].clone();
        for _ in 0..=random.next_u32() % 6 {
            mutate(&mut input, &mut random);
        }
        let named = NameSeed(seed);
        target(&mut input, seed);
        drop(named);
    }
}

struct NameSeed(u64);

impl Drop for NameSeed {
    fn drop(&mut self) {
        assert!(!std::thread::panicking(), "the input of seed {}", self.0);
    }
}

fn mutate(input: &mut Vec<u8>, random: &mut ChaCha12Rng) {
    let at = random.next_u32() as usize % (input.len() + 1);
    match random.next_u32() % 6 {
        0 => input.truncate(at),
        1 => input.insert(at, random.next_u32() as u8),
        2 if at < input.len() => input[at] ^= 1 << (random.next_u32() % 8),
        3 if at < input.len() => {
            let telling = b"\0\xFF=\n /:.9-";
            input[at] = telling[random.next_u32() as usize % telling.len()];
        }
        4 => input.extend_from_within(at..),
        _ => {
            let end = at + random.next_u32() as usize % (input.len() + 1 - at);
            input.drain(at..end);
        }
    }
    input.truncate(4_096);
}

fn rtp_samples() -> Vec<Vec<u8>> {
    let header = |payload_type, sequence| Header {
        payload_type,
        marker: true,
        sequence,
        timestamp: 1_000,
        ssrc: 9,
    };
    let audio = [header(0, 1).to_bytes().as_slice(), &[0x55; 160]].concat();
    let event = [header(101, 2).to_bytes().as_slice(), &[5, 0x8A, 3, 32]].concat();
    let mut extended = [
        header(8, 3).to_bytes().as_slice(),
        &[0xBE, 0xDE, 0, 1, 1, 2, 3, 4],
    ]
    .concat();
    extended[0] = 0xB2;
    vec![audio, event, extended, vec![0x80, 200, 0, 6, 0, 0, 0, 9]]
}

#[test]
fn rtp_and_its_events_never_panic() {
    fuzz(&rtp_samples(), |input, _| {
        if let rtp::Datagram::Rtp(packet) = rtp::parse(input) {
            TelephoneEvent::parse(packet.payload);
        }
        TelephoneEvent::parse(input);
    });
}

#[test]
fn descriptions_never_panic_and_answers_are_descriptions() {
    bounded::run("sdp", INPUTS, descriptions::run);
}

#[test]
fn wave_headers_never_panic() {
    let samples = [
        wav::header(Law::Mu.into()).to_vec(),
        wav::header(wav::FileCodec::Pcm16).to_vec(),
    ];
    fuzz(&samples, |input, seed| {
        let _ = wav::parse(input);
        let _ = wav::repair(input, seed);
    });
}

#[test]
fn the_engine_outlives_any_packets_from_its_own_peers() {
    let mut outbox = Outbox::default();
    let mut engine = Engine::new(Config {
        first_leg: LegId(10),
        legs: 3,
    });
    let peer = "192.0.2.1:4000".parse().expect("an address");
    let mut now = Duration::from_secs(1_000);
    let mut orders: Vec<Order> = (10..13)
        .map(|leg| Order::Open {
            leg: LegId(leg),
            terms: Terms {
                remote: peer,
                codec: if leg == 11 { Codec::Pcma } else { Codec::Pcmu },
                payload_type: 0,
                telephone_event: Some(101),
                inband_keys: false,
                comfort_noise: None,
                understood: Understood::new(),
                sending: true,
                rtcp: RtcpPath::Shared,
                security: None,
                wishes: media::codec::Wishes::default(),
            },
            signalling: peer.ip(),
            line: Line {
                ssrc: leg,
                sequence: 0,
                timestamp: 0,
            },
        })
        .collect();
    for (a, b) in [(10, 11), (10, 12)] {
        orders.push(Order::Bridge {
            a: LegId(a),
            b: LegId(b),
        });
    }
    orders.push(Order::Record {
        recording: RecordingKey(1),
        customer: LegId(10),
        agent: Some(LegId(11)),
        started_at: now,
        resume: false,
        codec: Law::Mu.into(),
    });
    for order in orders {
        engine.handle_order(now, order, &mut outbox);
    }
    fuzz(&rtp_samples(), |input, seed| {
        now += Duration::from_millis(seed % 7);
        let leg = LegId(9 + (seed % 5) as u32);
        engine.handle_packet(now, leg, peer, input, &mut outbox);
        engine.handle_tick(now, &mut outbox);
        outbox.drain_events();
        outbox.clear();
    });
}

#[test]
fn datagrams_from_strangers_are_neither_answered_nor_believed() {
    bounded::run("stun", 3_000, stun::run);
    bounded::run("srtp", 500, srtp::run);
    bounded::run("rtp", 20_000, packets::run);
    bounded::run("rtcp", 5_000, rtcp::run);
}
