//! What somebody unknown gets over UDP is never much more than what he sent: the address may be
//! forged, and the answer goes to whoever has it.

use bytes::Bytes;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sip::{Flow, Output, Transport};

use crate::handmade::Handmade;
use crate::network::{World, address};
use crate::torture;

const STRANGER: ([u8; 4], u16) = ([203, 0, 113, 9], 5060);

fn world() -> World {
    let mut world = World::new(1);
    world.add("a", 1);
    world
}

/// The lengths of all that is sent in consequence of one datagram of a stranger.
fn consequences(world: &mut World, data: Vec<u8>) -> Vec<usize> {
    let flow = Flow {
        transport: Transport::Udp,
        local: address(1),
        remote: STRANGER.into(),
        connection: None,
    };
    let endpoint = &mut world.parties[0].endpoint;
    endpoint.handle_datagram(world.now, flow, Bytes::from(data));
    let mut sent = Vec::new();
    for _ in 0..100 {
        while let Some(output) = endpoint.poll_output() {
            if let Output::Transmit(transmit) = output {
                sent.push(transmit.data.len());
            }
        }
        let Some(next) = endpoint.poll_timeout() else {
            break;
        };
        endpoint.handle_timeout(next);
    }
    sent
}

fn assert_bounded(data: &[u8], seed: &str) {
    let sent = consequences(&mut world(), data.to_vec());
    assert!(sent.len() <= 1, "{seed}: {} answers", sent.len());
    let most = data.len() * 3;
    assert!(
        sent.iter().all(|length| *length <= most),
        "{seed}: {sent:?} for {} bytes",
        data.len()
    );
}

/// The smallest requests that can be read, for every method.
fn terse(method: &str, version: u32) -> String {
    let line = format!("{method} sip:a SIP/2.0\nv:SIP/2.0/UDP a");
    let rest = format!("f:<sip:a>;tag=1\ni:{version}\nCSeq:1 {method}");
    let to = if version.is_multiple_of(2) {
        "t:<sip:a>"
    } else {
        "t:<sip:a>;tag=b"
    };
    format!("{line}\n{rest}\n{to}\n\n").replace('\n', "\r\n")
}

#[test]
fn no_answer_to_a_torture_message_is_larger_than_three_requests() {
    for case in torture::cases() {
        assert_bounded(&case.bytes(), case.name);
    }
}

#[test]
fn no_answer_to_the_smallest_of_requests_is_larger_than_three_requests() {
    let methods = [
        "INVITE",
        "REGISTER",
        "OPTIONS",
        "BYE",
        "CANCEL",
        "INFO",
        "UPDATE",
        "PRACK",
        "MESSAGE",
        "SUBSCRIBE",
        "NOTIFY",
        "REFER",
        "PUBLISH",
        "ACK",
        "DANCE",
    ];
    for method in methods {
        for version in 0..2 {
            assert_bounded(terse(method, version).as_bytes(), method);
        }
    }
    let world = &mut world();
    let sent = consequences(world, terse("REGISTER", 0).into_bytes());
    assert!(sent.is_empty());
    assert_eq!(world.parties[0].endpoint.counters().dropped_amplifying, 1);
}

#[test]
fn no_answer_to_a_random_request_is_larger_than_three_requests() {
    let seed = 20_261_122;
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let methods = ["INVITE", "REGISTER", "OPTIONS", "BYE", "MESSAGE", "DANCE"];
    let headers = [
        ("Require", "a, b, c, d, e, f, g, h, i"),
        ("Record-Route", "<sip:a;lr>, <sip:b;lr>"),
        ("Session-Expires", "1"),
        ("Max-Forwards", "0"),
        ("Supported", "timer, outbound, gruu, path"),
        ("Content-Type", "text/plain"),
        ("Event", "presence"),
        ("Expires", "1"),
        ("Contact", "*"),
        ("To", "<sip:8001@trunkline>;tag=1234567812345678"),
        ("User-Agent", "friendly-scanner"),
        (
            "Authorization",
            "Digest username=\"a\", realm=\"trunkline\", nonce=\"\", uri=\"\", response=\"\"",
        ),
    ];
    for round in 0..400 {
        let mut pick = |most: usize| usize::try_from(random.next_u32()).unwrap() % most;
        let mut request = Handmade::new(methods[pick(methods.len())], STRANGER.into());
        for _ in 0..pick(5) {
            let (name, value) = headers[pick(headers.len())];
            request = request.with(name, value);
        }
        let mut data = request.text().into_bytes();
        for _ in 0..pick(3) {
            let at = pick(data.len());
            data[at] = u8::try_from(pick(256)).unwrap();
        }
        assert_bounded(&data, &format!("seed {seed}, round {round}"));
    }
}

#[test]
fn a_usual_register_gets_both_challenges() {
    let request = Handmade::new("REGISTER", STRANGER.into())
        .uri("sip:trunkline")
        .with("User-Agent", "Desk phone 1.2.3")
        .with("Supported", "outbound, path, gruu")
        .with("Expires", "3600");

    let answers = world().exchange(STRANGER.into(), &request);

    assert_eq!(answers[0].headers_named("WWW-Authenticate").count(), 2);
}

#[test]
fn who_asks_for_too_much_is_not_answered_for_a_while() {
    let mut world = world();
    let answered = (0..1000)
        .filter(|number| {
            let request = Handmade::new("REGISTER", STRANGER.into())
                .uri("sip:trunkline")
                .with("Call-ID", &number.to_string());
            !consequences(&mut world, request.text().into_bytes()).is_empty()
        })
        .count();

    assert_eq!(answered, 200);
    assert_eq!(world.parties[0].endpoint.counters().dropped_throttled, 800);
}

#[test]
fn a_stun_request_learns_where_it_came_from() {
    let mut world = world();
    let mut request = vec![0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42];
    request.extend([7; 12]);
    assert_eq!(consequences(&mut world, request), [32]);
    assert_eq!(world.parties[0].endpoint.counters().stun_answers, 1);
}
