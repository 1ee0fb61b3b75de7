//! Requests outside of a dialog: who is heard, and what is answered to what is not understood.

use std::net::SocketAddr;
use std::time::Duration;

use sip::message::{Framing, Message};
use sip::{Config, ConnectionId, Endpoint, Event, Flow, Limits, Output, Transport};

use crate::desk::Desk;
use crate::network::{Handmade, OFFER, START, World, address, code, config, header};

/// A phone in the trusted network.
fn trunk() -> SocketAddr {
    address(50)
}

/// Somebody from anywhere.
fn stranger() -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 9], 5060))
}

fn world() -> World {
    let mut world = World::new(1);
    world.add("a", 1);
    world
}

fn invite() -> Handmade {
    let offer = String::from_utf8(OFFER.to_vec()).unwrap();
    Handmade::new("INVITE", trunk()).body("application/sdp", &offer)
}

#[test]
fn options_are_answered_to_a_trunk_and_meet_silence_from_strangers() {
    let mut world = world();

    let answers = world.exchange(trunk(), &Handmade::new("OPTIONS", trunk()));

    assert_eq!(code(&answers[0]), Some(200));
    assert!(header(&answers[0], "Allow").contains("UPDATE"));
    assert_eq!(header(&answers[0], "Accept"), "application/sdp");
    let scanned = world.statuses(stranger(), &Handmade::new("OPTIONS", stranger()));
    assert!(scanned.is_empty(), "any answer tells a scanner of us");
    assert_eq!(
        world.parties[0].endpoint.counters().refused_unknown_source,
        1
    );
    world.assert_at_rest("OPTIONS");
}

#[test]
fn a_strangers_invite_is_challenged_with_one_packet_and_nothing_is_kept() {
    let mut world = world();
    let request = Handmade::new("INVITE", stranger());

    let answers = world.exchange(stranger(), &request);
    let copies = world.exchange(stranger(), &request);

    assert_eq!(answers.iter().map(code).collect::<Vec<_>>(), [Some(401)]);
    assert_eq!(answers[0].to_tag(), copies[0].to_tag());
    let challenges: Vec<_> = answers[0].headers_named("WWW-Authenticate").collect();
    assert!(challenges[0].windows(13).any(|it| it == b"algorithm=MD5"));
    assert!(
        challenges[1]
            .windows(17)
            .any(|it| it == b"algorithm=SHA-256")
    );
    assert_eq!(
        world.statuses(stranger(), &Handmade::new("ACK", stranger())),
        []
    );
    world.assert_at_rest("a challenge");
}

#[test]
fn a_phone_that_gives_up_at_sha_256_is_challenged_with_md5_alone() {
    for phone in ["baresip v1.0.0 (x86_64/linux)", "JsSIP 3.13.8"] {
        let mut world = world();
        let request = Handmade::new("INVITE", stranger()).with("User-Agent", phone);

        let answers = world.exchange(stranger(), &request);

        assert_eq!(
            answers[0].headers_named("WWW-Authenticate").count(),
            1,
            "{phone}"
        );
    }
}

#[test]
fn methods_are_refused_by_name() {
    let mut world = world();

    let known = world.exchange(trunk(), &Handmade::new("SUBSCRIBE", trunk()));
    let unknown = world.exchange(trunk(), &Handmade::new("DANCE", trunk()));

    assert_eq!((code(&known[0]), code(&unknown[0])), (Some(489), Some(501)));
    assert_eq!(header(&known[0], "Allow-Events"), "refer");
    assert!(header(&unknown[0], "Allow").starts_with("INVITE"));
}

#[test]
fn what_is_required_but_not_supported_is_named() {
    let mut world = world();

    let answers = world.exchange(
        trunk(),
        &invite().with("Require", "100rel, teleport, timer, beam"),
    );

    assert_eq!(code(&answers[0]), Some(420));
    let unsupported: Vec<_> = answers[0].headers_named("Unsupported").collect();
    assert_eq!(unsupported, [b"teleport".as_slice(), b"beam"]);
}

#[test]
fn general_refusals_have_their_own_status() {
    let mut world = world();
    let cases = [
        (invite().with("Max-Forwards", "0"), 483),
        (invite().uri("soap.beep://host"), 416),
        (invite().body("text/plain", "hello"), 415),
        (Handmade::new("BYE", trunk()), 481),
        (
            Handmade::new("BYE", trunk()).with("To", "<sip:a@b>;tag=1"),
            481,
        ),
        (Handmade::new("CANCEL", trunk()), 481),
        (
            Handmade::new("INFO", trunk()).with("To", "<sip:a@b>;tag=1234567812345678"),
            481,
        ),
    ];
    for (request, status) in cases {
        assert_eq!(
            world.statuses(trunk(), &request),
            [status],
            "{}",
            request.text()
        );
    }
    world.assert_at_rest("refusals");
}

#[test]
fn a_malformed_request_of_a_trunk_is_answered_and_that_of_a_stranger_is_not() {
    let mut world = world();
    let broken = Handmade::new("OPTIONS", trunk()).with("Max-Forwards", "many");

    let answers = world.exchange(trunk(), &broken);
    assert_eq!(code(&answers[0]), Some(400));
    assert_eq!(answers[0].reason_phrase(), b"malformed Max-Forwards");

    assert_eq!(world.statuses(stranger(), &broken), []);
    assert_eq!(world.parties[0].endpoint.counters().parse_errors, 2);
}

#[test]
fn an_invite_that_comes_twice_by_different_ways_is_merged() {
    let mut world = world();
    assert_eq!(world.statuses(trunk(), &invite()), [100]);
    let other_way = invite().with("Via", "SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKother;rport");

    assert_eq!(world.statuses(trunk(), &other_way), [482]);
}

#[test]
fn a_trunk_that_hunts_may_send_the_same_invite_again_after_a_refusal() {
    let mut world = world();
    world.statuses(trunk(), &invite());
    let session = world.incoming(0);
    let refusal = sip::Refusal::plain(486);
    world.act(0, |a, now| a.refuse(now, session, &refusal).unwrap());
    world.run_for(50);
    world.stray.clear();
    let next = invite().with("Via", "SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKother;rport");

    assert!(world.statuses(trunk(), &next).contains(&100));
}

#[test]
fn two_copies_of_an_invite_make_one_call() {
    let mut world = world();
    world.inject(trunk(), address(1), &invite().text());
    world.inject(trunk(), address(1), &invite().text());
    world.run_for(50);

    let calls = world.parties[0].events.iter();
    assert_eq!(
        calls
            .filter(|event| matches!(event, Event::Incoming { .. }))
            .count(),
        1
    );
    assert_eq!(
        world.stray.iter().map(code).collect::<Vec<_>>(),
        [Some(100), Some(100)]
    );
}

#[test]
fn an_invite_of_rfc_2543_without_a_cookie_is_matched_all_the_same() {
    let mut world = world();
    let old = invite().with("Via", "SIP/2.0/UDP 192.0.2.50");
    world.inject(trunk(), address(1), &old.text());
    world.inject(trunk(), address(1), &old.text());
    world.run_for(50);
    assert_eq!(world.parties[0].endpoint.occupancy().sessions, 1);

    let cancel = Handmade::new("CANCEL", trunk()).with("Via", "SIP/2.0/UDP 192.0.2.50");
    world.stray.clear();
    assert_eq!(world.statuses(trunk(), &cancel), [200, 487]);
}

#[test]
fn responses_go_where_the_via_says_unless_the_sender_is_behind_nat() {
    let mut world = world();
    let seen = SocketAddr::from(([192, 0, 2, 50], 40_000));
    let asks_for_rport = Handmade::new("OPTIONS", trunk());
    let listens_elsewhere = asks_for_rport
        .clone()
        .with("Via", "SIP/2.0/UDP 192.0.2.50:5070;branch=z9hG4bK1");
    let behind_nat = asks_for_rport
        .clone()
        .with("Via", "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK2");
    for (request, port) in [
        (asks_for_rport, 40_000),
        (listens_elsewhere, 5070),
        (behind_nat, 40_000),
    ] {
        let data = bytes::Bytes::from(request.text());
        let flow = Flow {
            transport: Transport::Udp,
            local: address(1),
            remote: seen,
            connection: None,
        };
        let endpoint = &mut world.parties[0].endpoint;
        endpoint.handle_datagram(START, flow, data);
        let Some(Output::Transmit(transmit)) = endpoint.poll_output() else {
            panic!("no answer");
        };
        assert_eq!(transmit.flow.remote.port(), port, "{}", request.text());
    }
}

#[test]
fn a_full_endpoint_says_when_to_come_back() {
    let mut world = world();
    let limits = Limits {
        sessions: 1,
        ..Limits::default()
    };
    let config = Config {
        limits,
        ..config(address(1))
    };
    let mut endpoint = Endpoint::new(config, [3; 32]);
    let source = sip::TrustedSource {
        address: trunk().ip(),
        prefix: 32,
    };
    let trunks = vec![sip::TrunkConfig {
        sources: vec![source],
        ..sip::TrunkConfig::default()
    }];
    endpoint.set_trunks(world.now, trunks);
    world.parties[0].endpoint = endpoint;
    world.statuses(trunk(), &invite());
    let second = invite()
        .with("Via", "SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKsecond;rport")
        .with("Call-ID", "second");

    let answers = world.exchange(trunk(), &second);

    assert_eq!(code(&answers[0]), Some(503));
    let wait: u32 = header(&answers[0], "Retry-After").parse().unwrap();
    assert!((2..=6).contains(&wait));
    assert_eq!(world.parties[0].endpoint.counters().refused_overload, 1);
}

#[test]
fn an_empty_datagram_is_a_keep_alive() {
    let mut world = world();
    world.inject(stranger(), address(1), "\r\n\r\n");
    world.run_for(50);

    assert!(world.stray.is_empty());
    assert_eq!(world.parties[0].endpoint.counters().keep_alives, 1);
    assert_eq!(world.now, START + Duration::from_millis(50));
}

#[test]
fn a_page_that_comes_from_a_trunks_address_proves_itself_like_any_other() {
    for (transport, status) in [
        (Transport::Tcp, 100),
        (Transport::Ws, 401),
        (Transport::Wss, 401),
    ] {
        let mut desk = Desk::new();
        let flow = Flow {
            transport,
            local: address(1),
            remote: trunk(),
            connection: Some(ConnectionId((1 << 63) | 7)),
        };
        desk.endpoint.handle_connected(desk.now, flow, &[]);
        let via = transport.via_name();
        let via = format!("SIP/2.0/{via} page.invalid;branch=z9hG4bK1;rport");
        desk.hear(flow, &invite().with("Via", &via).text());
        let (_, answer) = &desk.sent[0];
        let answer = Message::parse(answer.clone(), Framing::Stream).unwrap();
        assert_eq!(code(&answer), Some(status), "{transport:?}");
    }
}
