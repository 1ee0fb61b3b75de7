//! Nanoseconds for the two things that the server does most: reading a message, and sending a
//! frame of a prompt.

use crate::table::Table;
use bytes::Bytes;
use media::{
    Codec, Config, Engine, LegId, Line, Order, Outbox, Prompt, RtcpPath, Segment, Terms, Understood,
};
use sip::message::{Framing, Message};
use std::hint::black_box;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

const MESSAGES: u32 = 50_000;
const LEGS: u32 = 1_000;
const TICKS: u32 = 800;
const TICK: Duration = Duration::from_millis(5);
/// Ticks in the 20 ms of a frame.
const PHASES: u32 = 4;
/// The best of some turns is the least disturbed one.
const TURNS: usize = 5;
const FIRST_PORT: u16 = 20_000;
const INVITE: &str = "INVITE sip:4008110513@127.0.0.1:5060 SIP/2.0\r\n\
    Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1-1-i\r\nMax-Forwards: 70\r\n\
    From: <sip:1000@127.0.0.1:5070>;tag=f1\r\nTo: <sip:4008110513@127.0.0.1:5060>\r\n\
    Call-ID: 1-1@load\r\nCSeq: 1 INVITE\r\nContact: <sip:load@127.0.0.1:5070>\r\n\
    Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\nContent-Length: 0\r\n\r\n";

/// Measures and prints.
pub(crate) fn run() -> io::Result<()> {
    let mut table = Table::new(&["step", "ns"]);
    let parse = best(|| parse_messages() / f64::from(MESSAGES));
    let frame = best(|| play_frames() / f64::from(LEGS * TICKS / PHASES));
    table.row(vec![
        "SIP: read an INVITE".to_owned(),
        format!("{parse:.0}"),
    ]);
    table.row(vec![
        "media: a frame of a prompt".to_owned(),
        format!("{frame:.0}"),
    ]);
    table.print()
}

fn best(turn: impl Fn() -> f64) -> f64 {
    (0..TURNS).map(|_| turn()).fold(f64::INFINITY, f64::min)
}

fn parse_messages() -> f64 {
    let bytes = Bytes::from_static(INVITE.as_bytes());
    let begin = Instant::now();
    for _ in 0..MESSAGES {
        let message = Message::parse(black_box(bytes.clone()), Framing::Datagram);
        debug_assert!(message.is_ok());
        let _ = black_box(message);
    }
    nanos(begin)
}

fn play_frames() -> f64 {
    let mut engine = Engine::new(Config {
        first_leg: LegId(FIRST_PORT.into()),
        legs: LEGS as usize * 2,
    });
    let mut outbox = Outbox::with_capacity(LEGS as usize);
    let prompt = Arc::new(Prompt::from_pcm(&vec![0; 80_000]));
    let mut now = Duration::from_hours(500_000);
    for number in 0..LEGS {
        let leg = LegId(u32::from(FIRST_PORT) + number * 2);
        let remote = SocketAddr::from((Ipv4Addr::LOCALHOST, FIRST_PORT + 10_000));
        let open = Order::Open {
            leg,
            terms: Terms {
                remote,
                codec: Codec::Pcmu,
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
            signalling: remote.ip(),
            line: Line {
                ssrc: number,
                sequence: 1,
                timestamp: 0,
            },
        };
        let play = Order::Play {
            leg,
            play: 1,
            segments: vec![Segment::Audio(Arc::clone(&prompt))],
            repeat: true,
        };
        engine.handle_order(now, open, &mut outbox);
        engine.handle_order(now, play, &mut outbox);
    }
    let begin = Instant::now();
    for _ in 0..TICKS {
        now += TICK;
        engine.handle_tick(now, &mut outbox);
        let _ = black_box(outbox.packets().count());
        outbox.clear();
    }
    nanos(begin)
}

fn nanos(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e9
}
