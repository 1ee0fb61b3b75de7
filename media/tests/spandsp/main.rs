//! Keys as tones, judged by spandsp: it hears what we send, and we hear what it sends.

#![expect(clippy::cast_possible_truncation, reason = "sequence numbers wrap")]

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use media::rtp::{Datagram, Header, parse};
use media::{
    Codec, Config, Engine, Event, Law, LegId, Line, Order, Outbox, RtcpPath, Terms, Understood,
};

const ALL: &str = "1234567890*#ABCD";
const LEG: LegId = LegId(20_000);
const START: Duration = Duration::from_hours(500_000);

/// The instrument, built from `keys.c` beside this file.
fn instrument() -> PathBuf {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/spandsp/keys.c");
    // Each test has a process and a program of its own, because none can be written while it runs.
    let name = format!("spandsp-keys-{}", std::process::id());
    let program = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let built = Command::new("cc")
        .arg("-o")
        .args([&program, &source])
        .arg("-lspandsp")
        .status();
    assert!(built.expect("a C compiler").success(), "libspandsp-dev");
    program
}

fn terms(phone: SocketAddr) -> Terms {
    Terms {
        remote: phone,
        codec: Codec::Pcma,
        payload_type: 8,
        telephone_event: None,
        inband_keys: true,
        security: None,
        comfort_noise: None,
        sending: true,
        rtcp: RtcpPath::Shared,
        understood: Understood::new(),
        wishes: media::codec::Wishes::default(),
    }
}

fn engine(phone: SocketAddr, outbox: &mut Outbox) -> Engine {
    let mut engine = Engine::new(Config {
        first_leg: LEG,
        legs: 2,
    });
    let open = Order::Open {
        leg: LEG,
        terms: terms(phone),
        signalling: phone.ip(),
        line: Line {
            ssrc: 1,
            sequence: 0,
            timestamp: 0,
        },
    };
    engine.handle_order(START, open, outbox);
    engine
}

fn phone() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 4_000))
}

#[test]
fn keys_that_spandsp_plays_are_heard() {
    let program = instrument();
    let played = Command::new(program)
        .args(["encode", ALL])
        .output()
        .expect("the instrument runs");
    let mut audio: Vec<u8> = played
        .stdout
        .chunks_exact(2)
        .map(|pair| Law::A.encode(i16::from_le_bytes([pair[0], pair[1]])))
        .collect();
    audio.extend([Law::A.silence(); 1_600]);
    let mut outbox = Outbox::with_capacity(16);
    let mut engine = engine(phone(), &mut outbox);
    let mut keys = String::new();
    for (number, frame) in audio.chunks_exact(160).enumerate() {
        let header = Header {
            payload_type: 8,
            marker: number == 0,
            sequence: number as u16,
            timestamp: number as u32 * 160,
            ssrc: 9,
        };
        let mut packet = [header.to_bytes().as_slice(), frame].concat();
        let now = START + Duration::from_millis(20) * number as u32;
        engine.handle_packet(now, LEG, phone(), &mut packet, &mut outbox);
        for event in outbox.drain_events() {
            if let Event::Digit { digit, .. } = event {
                keys.push(digit);
            }
        }
        outbox.clear();
    }
    assert_eq!(keys, ALL);
}

#[test]
fn keys_that_are_played_are_heard_by_spandsp() {
    let mut outbox = Outbox::with_capacity(16);
    let mut engine = engine(phone(), &mut outbox);
    let digits = ALL.to_owned();
    engine.handle_order(START, Order::SendDigits { leg: LEG, digits }, &mut outbox);
    let mut samples = Vec::new();
    for tick in 0..1_000 {
        let now = START + Duration::from_millis(5) * tick;
        engine.handle_tick(now, &mut outbox);
        for (_, _, bytes, _) in outbox.packets() {
            if let Datagram::Rtp(packet) = parse(bytes) {
                let levels = packet.payload.iter().map(|&byte| Law::A.decode(byte));
                samples.extend(levels.flat_map(i16::to_le_bytes));
            }
        }
        outbox.clear();
    }
    let mut instrument = Command::new(instrument())
        .arg("decode")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the instrument runs");
    let mut input = instrument.stdin.take().expect("was piped");
    input.write_all(&samples).expect("it reads everything");
    drop(input);
    let mut heard = String::new();
    let mut output = instrument.stdout.take().expect("was piped");
    output.read_to_string(&mut heard).expect("it writes text");
    instrument.wait().expect("it ends");
    assert_eq!(heard.trim(), ALL);
}
