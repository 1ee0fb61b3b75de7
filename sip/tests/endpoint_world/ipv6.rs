//! IPv6: the messages of RFC 5118 thrown at a live endpoint, and calls between IPv6 addresses.

use std::net::SocketAddr;

use bytes::Bytes;
use sip::message::{Framing, Message, Name};
use sip::{Endpoint, Event, Flow, LocalAddresses, Output, Transport, TrunkConfig, TrustedSource};

use crate::handmade::{Handmade, code, header};
use crate::network::{ANSWER, OFFER, START, config};

#[path = "../torture/ipv6.rs"]
mod messages;

fn ours() -> SocketAddr {
    "[2001:db8::10]:5060".parse().unwrap()
}

fn peer() -> SocketAddr {
    "[2001:db8::9:1]:5060".parse().unwrap()
}

fn endpoint() -> Endpoint {
    let mut endpoint = Endpoint::new(config(ours()), [1; 32]);
    let carrier = TrunkConfig {
        sources: vec![TrustedSource {
            address: ours().ip(),
            prefix: 32,
        }],
        ..TrunkConfig::default()
    };
    endpoint.set_trunks(START, vec![carrier]);
    endpoint
}

fn exchange(endpoint: &mut Endpoint, data: Vec<u8>) -> (Vec<(Flow, Message)>, Vec<Event>) {
    let flow = Flow {
        transport: Transport::Udp,
        local: ours(),
        remote: peer(),
        connection: None,
    };
    endpoint.handle_datagram(START, flow, Bytes::from(data));
    drain(endpoint)
}

fn drain(endpoint: &mut Endpoint) -> (Vec<(Flow, Message)>, Vec<Event>) {
    let (mut sent, mut events) = (Vec::new(), Vec::new());
    while let Some(output) = endpoint.poll_output() {
        match output {
            Output::Transmit(transmit) => {
                let message = Message::parse(transmit.data, Framing::Datagram);
                sent.extend(message.ok().map(|message| (transmit.flow, message)));
            }
            Output::Event(event) => events.push(event),
            Output::Connect { .. } | Output::Close(_) | Output::Resolve { .. } => (),
        }
    }
    (sent, events)
}

#[test]
fn every_message_of_rfc_5118_is_answered_as_it_says() {
    for case in messages::CASES {
        let mut endpoint = endpoint();
        let flow = Flow {
            transport: Transport::Udp,
            local: ours(),
            remote: peer(),
            connection: None,
        };
        endpoint.handle_datagram(START, flow, Bytes::from(case.bytes()));
        let mut statuses = Vec::new();
        while let Some(output) = endpoint.poll_output() {
            if let Output::Transmit(transmit) = output {
                let text = String::from_utf8_lossy(&transmit.data).into_owned();
                statuses.push(text[8..11].parse::<u16>().unwrap());
                let via = text.lines().find(|line| line.starts_with("Via")).unwrap();
                assert!(!via.contains("received=["), "{}: {via}", case.name);
            }
        }
        assert_eq!(statuses, [case.status], "{}", case.name);
    }
    assert_eq!(messages::CASES.len(), 12);
}

#[test]
fn what_rfc_5118_shows_is_read_as_it_means() {
    let read = |number: usize| {
        let case = &messages::CASES[number];
        Message::parse(Bytes::from(case.bytes()), Framing::Datagram).unwrap()
    };
    let (ambiguous, plain) = (read(2), read(3));
    let host = |message: &Message| message.request_uri().unwrap().host_address();
    assert_eq!(host(&ambiguous), "2001:db8::10:5070".parse().ok());
    assert_eq!(ambiguous.request_uri().unwrap().port(), None);
    assert_eq!(plain.request_uri().unwrap().port(), Some(5070));
    let received = "2001:db8::9:255".parse().ok();
    assert_eq!(read(4).top_via().received(), received);
    assert_eq!(read(5).top_via().received(), received);
    assert_eq!(read(7).list(Name::Via).count(), 3);
    assert_eq!(host(&read(10)), host(&read(11)));
    assert!(host(&read(10)).is_some());
}

#[test]
fn a_call_over_ipv6_has_brackets_where_they_belong_and_nowhere_else() {
    let mut endpoint = endpoint();
    let offer = str::from_utf8(OFFER).unwrap();
    let invite = Handmade::new("INVITE", peer())
        .with(
            "Via",
            "SIP/2.0/UDP [2001:db8::77]:5070;branch=z9hG4bK1;rport",
        )
        .body("application/sdp", offer);
    let (sent, events) = exchange(&mut endpoint, invite.text().into_bytes());
    let Some(Event::Incoming { session, .. }) = events.into_iter().next() else {
        panic!("no call came in");
    };
    let via = header(&sent[0].1, "Via");
    assert!(via.ends_with(";rport=5060;received=2001:db8::9:1"), "{via}");

    let answer = Bytes::from_static(ANSWER);
    endpoint.answer(START, session, answer).unwrap();
    let (sent, _) = drain(&mut endpoint);
    assert_eq!(code(&sent[0].1), Some(200));
    assert_eq!(header(&sent[0].1, "Contact"), "<sip:[2001:db8::10]:5060>");
    assert_eq!(sent[0].0.remote, peer());

    let tag = sent[0].1.to_tag().unwrap();
    let ack = Handmade::new("ACK", peer()).with("To", &format!("<sip:8001@trunkline>;tag={tag}"));
    exchange(&mut endpoint, ack.text().into_bytes());
    endpoint.hang_up(START, session, None).unwrap();
    let (sent, _) = drain(&mut endpoint);
    let bye = &sent[0].1;
    assert!(header(bye, "Via").starts_with("SIP/2.0/UDP [2001:db8::10]:5060;"));
    assert_eq!(
        bye.request_uri().unwrap().as_str(),
        "sip:8001@[2001:db8::9:1]:5060"
    );
}

#[test]
fn each_peer_is_shown_the_address_of_its_own_family() {
    let mut config = config(ours());
    config.advertise.udp = LocalAddresses {
        v4: Some("192.0.2.7:5070".parse().unwrap()),
        v6: Some("[2001:db8::7]:5080".parse().unwrap()),
    };
    let mut endpoint = Endpoint::new(config, [1; 32]);
    let everybody = TrunkConfig {
        sources: ["0.0.0.0", "::"]
            .map(|address| TrustedSource {
                address: address.parse().unwrap(),
                prefix: 0,
            })
            .to_vec(),
        ..TrunkConfig::default()
    };
    endpoint.set_trunks(START, vec![everybody]);
    for (local, remote, shown) in [
        ("10.0.0.1:5060", "192.0.2.50:5060", "192.0.2.7:5070"),
        (
            "[fd00::1]:5060",
            "[2001:db8::9:1]:5060",
            "[2001:db8::7]:5080",
        ),
        ("[::]:5060", "[::ffff:192.0.2.51]:5060", "192.0.2.7:5070"),
    ] {
        let flow = Flow {
            transport: Transport::Udp,
            local: local.parse().unwrap(),
            remote: remote.parse().unwrap(),
            connection: None,
        };
        let invite = Handmade::new("INVITE", flow.remote)
            .with("Call-ID", remote)
            .body("application/sdp", str::from_utf8(OFFER).unwrap());
        endpoint.handle_datagram(START, flow, Bytes::from(invite.text().into_bytes()));
        let (_, events) = drain(&mut endpoint);
        let Some(Event::Incoming { session, .. }) = events.into_iter().next() else {
            panic!("no call came in from {remote}");
        };
        endpoint
            .answer(START, session, Bytes::from_static(ANSWER))
            .unwrap();
        let (sent, _) = drain(&mut endpoint);
        let contact = header(&sent[0].1, "Contact");
        assert_eq!(contact, format!("<sip:{shown}>"));
    }
}
