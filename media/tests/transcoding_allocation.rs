//! A steady engine that decodes, mixes and encodes allocates nothing, whatever the codecs and
//! though packets are lost.

#![expect(
    clippy::cast_possible_truncation,
    reason = "numbers of the test wrap or are small"
)]

use std::alloc::System;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use media::codec::{Encoder, PACKET_BYTES_MAX, Rate};
use media::rtp::Header;
use media::{
    Codec, Config, Engine, Law, LegId, Line, Order, Outbox, Prompt, RecordingKey, RtcpPath,
    Segment, Terms, Understood,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const START: Duration = Duration::from_hours(500_000);
/// Two pairs, a conference of three, and one that hears a prompt.
const CODECS: [Codec; 8] = [
    Codec::Pcmu,
    Codec::Opus,
    Codec::G722,
    Codec::Opus,
    Codec::Pcma,
    Codec::G722,
    Codec::Opus,
    Codec::Opus,
];
const BRIDGES: [(usize, usize); 5] = [(0, 1), (2, 3), (4, 5), (4, 6), (5, 6)];

fn leg(n: usize) -> LegId {
    LegId(20_000 + 2 * n as u32)
}

fn phone(n: usize) -> SocketAddr {
    SocketAddr::new([192, 0, 2, n as u8 + 1].into(), 4_000)
}

fn payload_type(codec: Codec) -> u8 {
    codec.static_payload_type().unwrap_or(96)
}

fn engine(outbox: &mut Outbox) -> Engine {
    let mut engine = Engine::new(Config {
        first_leg: leg(0),
        legs: 2 * CODECS.len(),
    });
    let opened = CODECS.iter().enumerate().map(|(n, &codec)| Order::Open {
        leg: leg(n),
        terms: Terms {
            remote: phone(n),
            codec,
            payload_type: payload_type(codec),
            telephone_event: Some(101),
            comfort_noise: None,
            understood: Understood::new(),
            sending: true,
            rtcp: RtcpPath::Shared,
            inband_keys: false,
            security: None,
            wishes: media::codec::Wishes::default(),
        },
        signalling: phone(n).ip(),
        line: Line {
            ssrc: n as u32,
            sequence: 0,
            timestamp: 0,
        },
    });
    let bridged = BRIDGES.iter().map(|&(a, b)| Order::Bridge {
        a: leg(a),
        b: leg(b),
    });
    let recorded = Order::Record {
        recording: RecordingKey(1),
        customer: leg(0),
        agent: Some(leg(1)),
        started_at: START,
        resume: false,
        codec: Law::Mu.into(),
    };
    let played = Order::Play {
        leg: leg(7),
        play: 1,
        segments: vec![Segment::Audio(Arc::new(Prompt::from_pcm(&[500; 9_999])))],
        repeat: true,
    };
    for order in opened.chain(bridged).chain([recorded, played]) {
        engine.handle_order(START, order, outbox);
    }
    engine
}

/// A packet of each party.
fn packets() -> Vec<Vec<u8>> {
    let packet = |codec| {
        let mut encoder = Encoder::new(codec, Rate::Wide).expect("a codec that is made here");
        let wave = (0..40).cycle().map(|n: i16| n * 300 - 6_000);
        let frame: Vec<i16> = wave.take(encoder.rate().frame()).collect();
        let mut bytes = [0; PACKET_BYTES_MAX];
        let length = encoder.encode(&frame, &mut bytes);
        [&[0; 12][..], &bytes[..length]].concat()
    };
    CODECS.into_iter().map(packet).collect()
}

/// Runs ticks; every fourth tick each party sends a frame, one of 16 of which is lost.
fn run(
    engine: &mut Engine,
    outbox: &mut Outbox,
    (packets, ticks): (&mut [Vec<u8>], std::ops::Range<u32>),
) -> usize {
    let mut sent = 0;
    for tick in ticks {
        let now = START + Duration::from_millis(5) * tick;
        let frame = tick / 4;
        if tick % 4 == 0 && frame % 16 != 7 {
            for (n, packet) in packets.iter_mut().enumerate() {
                let codec = CODECS[n];
                let header = Header {
                    payload_type: payload_type(codec),
                    marker: false,
                    sequence: frame as u16,
                    timestamp: frame.wrapping_mul(codec.clock() / 50),
                    ssrc: 100 + n as u32,
                };
                packet[..12].copy_from_slice(&header.to_bytes());
                engine.handle_packet(now, leg(n), phone(n), packet, outbox);
            }
        }
        engine.handle_tick(now, outbox);
        sent += outbox.packets().count();
        outbox.drain_events();
        outbox.clear();
    }
    sent
}

#[test]
fn transcoding_allocates_nothing() {
    let mut outbox = Outbox::with_capacity(64);
    let mut engine = engine(&mut outbox);
    let mut packets = packets();
    run(&mut engine, &mut outbox, (&mut packets, 0..2_000));
    let region = Region::new(ALLOCATOR);
    let sent = run(&mut engine, &mut outbox, (&mut packets, 2_000..4_000));
    assert_eq!(region.change(), Stats::default());
    assert!(
        sent.abs_diff(500 * CODECS.len()) < 60,
        "{sent} packets left"
    );
}
