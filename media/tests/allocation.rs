//! A steady engine allocates nothing: relay, play, mix, record, bots and listening on a virtual clock.

#![expect(
    clippy::cast_possible_truncation,
    reason = "sequence numbers and ports of the test wrap or are small"
)]

use std::alloc::System;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use media::detect::announcement::{Announcements, Fingerprint};
use media::detect::{Listening, Outcome};
use media::rtp::Header;
use media::tone::Plan;
use media::{
    Codec, Config, Engine, Law, LegId, Line, Order, Outbox, Prompt, RecordingKey, RtcpPath,
    Segment, StreamKey, Terms, Understood,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, Stats, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const START: Duration = Duration::from_hours(500_000);
const LEGS: u32 = 7;

fn leg(n: u32) -> LegId {
    LegId(20_000 + 2 * n)
}

fn phone(n: u32) -> SocketAddr {
    SocketAddr::new([192, 0, 2, n as u8 + 1].into(), 4_000)
}

/// Legs 0 and 1 are relayed and recorded, 2 hears a prompt, 3 to 5 hear a mix of each other,
/// 6 is with a bot that has a lot to say.
fn busy_engine(outbox: &mut Outbox) -> Engine {
    let mut engine = Engine::new(Config {
        first_leg: leg(0),
        legs: 2 * LEGS as usize,
    });
    let mut orders: Vec<Order> = (0..LEGS)
        .map(|n| Order::Open {
            leg: leg(n),
            terms: Terms {
                remote: phone(n),
                codec: if n == 1 { Codec::Pcma } else { Codec::Pcmu },
                payload_type: if n == 1 { 8 } else { 0 },
                telephone_event: Some(101),
                inband_keys: false,
                comfort_noise: None,
                understood: Understood::new(),
                sending: true,
                rtcp: RtcpPath::Shared,
                security: None,
                wishes: media::codec::Wishes::default(),
            },
            signalling: phone(n).ip(),
            line: Line {
                ssrc: n,
                sequence: 0,
                timestamp: 0,
            },
        })
        .collect();
    for (a, b) in [(0, 1), (3, 4), (3, 5), (4, 5)] {
        orders.push(Order::Bridge {
            a: leg(a),
            b: leg(b),
        });
    }
    orders.push(Order::Record {
        recording: RecordingKey(1),
        customer: leg(0),
        agent: Some(leg(1)),
        started_at: START,
        resume: false,
        codec: Law::Mu.into(),
    });
    orders.push(Order::Play {
        leg: leg(2),
        play: 1,
        segments: vec![Segment::Audio(Arc::new(Prompt::from_pcm(&[500; 9_999])))],
        repeat: true,
    });
    let (bot, stream) = (leg(6), StreamKey(1));
    orders.push(Order::Stream { leg: bot, stream });
    orders.push(Order::StreamAudio {
        leg: bot,
        stream,
        audio: vec![0x90; 5 * 60 * 8_000],
    });
    for order in orders {
        engine.handle_order(START, order, outbox);
    }
    engine
}

/// All that can be listened for.
fn everything() -> Listening {
    let hum: Vec<i16> = (0..40_000).map(|n| (n % 97 * 200) as i16).collect();
    let mut known = Announcements::default();
    let print = Fingerprint::of(&hum).expect("the hum is long enough");
    known
        .add(Outcome::Busy, print)
        .expect("there is room for one");
    Listening {
        progress: Some(Plan::of("CN")),
        announcements: Some(Arc::new(known)),
        answerer: true,
        fax: true,
    }
}

/// Runs ticks `from` to `to`; every fourth tick each party sends a frame. How many packets of media left.
fn run(engine: &mut Engine, outbox: &mut Outbox, ticks: std::ops::Range<u32>) -> u64 {
    let mut packet = [0x90; 172];
    let mut sent = 0;
    for tick in ticks {
        let now = START + Duration::from_millis(5) * tick;
        if tick % 4 == 0 {
            let frame = tick / 4;
            for n in (0..LEGS).take(engine.open_legs()) {
                let header = Header {
                    payload_type: if n == 1 { 8 } else { 0 },
                    marker: false,
                    sequence: frame as u16,
                    timestamp: frame.wrapping_mul(160),
                    ssrc: 100 + n,
                };
                packet[..12].copy_from_slice(&header.to_bytes());
                engine.handle_packet(now, leg(n), phone(n), &mut packet, outbox);
            }
        }
        engine.handle_tick(now, outbox);
        let media = outbox.packets().filter(|packet| packet.2.len() == 172);
        sent += media.count() as u64;
        outbox.drain_events();
        outbox.clear();
    }
    sent
}

/// One test, because the counts are those of the whole process.
#[test]
fn a_steady_engine_allocates_nothing_and_two_hours_leave_memory_flat() {
    let minute = 12_000;
    let mut outbox = Outbox::with_capacity(64);
    let mut engine = busy_engine(&mut outbox);
    run(&mut engine, &mut outbox, 0..minute);
    let wanted = everything();
    let listened = leg(2);
    let listen = Order::Listen {
        leg: listened,
        wanted,
    };
    engine.handle_order(START, listen, &mut outbox);
    let region = Region::new(ALLOCATOR);
    let sent = run(&mut engine, &mut outbox, minute..2 * minute);
    assert_eq!(region.change(), Stats::default());
    run(&mut engine, &mut outbox, 2 * minute..3 * minute);
    let frames = u64::from(minute / 4 * LEGS);
    assert!(
        sent.abs_diff(frames) < 100,
        "{sent} of {frames} packets left"
    );

    for n in 2..LEGS {
        engine.handle_order(START, Order::Close { leg: leg(n) }, &mut outbox);
    }
    run(&mut engine, &mut outbox, 3 * minute..4 * minute);
    let region = Region::new(ALLOCATOR);
    run(&mut engine, &mut outbox, 4 * minute..120 * minute);
    let change = region.change();
    assert_eq!(change.bytes_allocated, change.bytes_deallocated);
}
