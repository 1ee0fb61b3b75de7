//! Connections are used for what comes later, and what is lost with them is found again.

use sip::{EndKind, Event, Transport};

use crate::desk::{Desk, udp};
use crate::handmade::{Handmade, code, header};
use crate::network::{ANSWER, OFFER, address, invite_to, neighbours, trunk_at};

/// What a browser gives as its address (RFC 7118 §5).
const NOWHERE: &str = "<sip:8001@df7jal23ls0d.invalid;transport=ws>";
const PHONE: &str = "<sip:8001@10.0.0.7:5060;transport=tcp>;+sip.instance=\"<urn:uuid:1>\"";

fn titles(sent: &[(String, sip::Flow)]) -> Vec<&str> {
    sent.iter().map(|(title, _)| title.as_str()).collect()
}

#[test]
fn a_phone_is_only_ever_reached_over_the_connection_that_it_opened() {
    for transport in [
        Transport::Tcp,
        Transport::Tls,
        Transport::Ws,
        Transport::Wss,
    ] {
        let mut desk = Desk::new();
        let flow = desk.connect(transport, 9);
        let session = desk.called(flow, NOWHERE);
        desk.act(|endpoint, now| endpoint.hang_up(now, session, None).unwrap());

        let sent = desk.take_sent();
        assert_eq!(titles(&sent), ["ACK", "BYE"], "{transport:?}");
        assert!(sent.iter().all(|(_, over)| *over == flow), "{transport:?}");
        assert!(desk.connects.is_empty());
    }
}

#[test]
fn via_and_contact_name_the_transport_of_the_flow() {
    for (transport, via, parameter) in [
        (
            Transport::Tcp,
            "SIP/2.0/TCP 192.0.2.1:5060;",
            ";transport=tcp>",
        ),
        (
            Transport::Tls,
            "SIP/2.0/TLS 192.0.2.1:5060;",
            ";transport=tls>",
        ),
        (
            Transport::Ws,
            "SIP/2.0/WS 192.0.2.1:5060;",
            ";transport=ws>",
        ),
        (
            Transport::Wss,
            "SIP/2.0/WSS 192.0.2.1:5060;",
            ";transport=ws>",
        ),
    ] {
        let mut desk = Desk::new();
        let flow = desk.connect(transport, 9);
        let request = desk.request(flow, NOWHERE);
        desk.register(flow, &request);
        desk.call();
        let invite = desk.last();
        assert!(header(&invite, "Via").starts_with(via), "{transport:?}");
        assert!(
            header(&invite, "Contact").ends_with(parameter),
            "{transport:?}"
        );
    }
}

#[test]
fn a_phone_that_is_reached_by_sips_gets_a_sips_contact_over_tls_alone() {
    for (transport, contact) in [
        (Transport::Tls, "<sips:192.0.2.1:5060>"),
        (Transport::Wss, "<sips:192.0.2.1:5060;transport=ws>"),
        (Transport::Tcp, "<sip:192.0.2.1:5060;transport=tcp>"),
    ] {
        let mut desk = Desk::new();
        let flow = desk.connect(transport, 9);
        let session = desk.called(flow, "<sips:8001@10.0.0.7>");
        desk.act(|endpoint, now| {
            endpoint
                .offer(now, session, bytes::Bytes::from_static(OFFER))
                .unwrap();
        });
        let invite = desk.last();
        assert_eq!(header(&invite, "Contact"), contact);
        assert_eq!(invite.request_uri().unwrap().as_str(), "sips:8001@10.0.0.7");
    }
}

#[test]
fn a_websocket_message_is_a_whole_message_without_a_length() {
    let mut desk = Desk::new();
    let flow = desk.connect(Transport::Wss, 9);
    let offer = str::from_utf8(OFFER).unwrap();
    let invite = Handmade::new("INVITE", flow.remote).body("application/sdp", offer);
    let text = invite
        .text()
        .replace(&format!("Content-Length: {}\r\n", offer.len()), "");
    desk.hear(flow, &text);
    assert_eq!(titles(&desk.take_sent()), ["401"]);

    desk.hear(flow, "\r\n\r\n");
    assert_eq!(desk.sent, [(flow, bytes::Bytes::from_static(b"\r\n"))]);
}

#[test]
fn a_phone_that_registered_again_gets_the_bye_of_its_call_over_its_new_connection() {
    for contact in [NOWHERE, PHONE] {
        let mut desk = Desk::new();
        let first = desk.connect(Transport::Ws, 9);
        let session = desk.called(first, contact);
        desk.close(first);
        let second = desk.connect(Transport::Ws, 10);
        let request = desk.request(second, contact);
        desk.register(second, &request);

        desk.act(|endpoint, now| {
            endpoint
                .offer(now, session, bytes::Bytes::from_static(OFFER))
                .unwrap();
        });
        desk.act(|endpoint, now| endpoint.hang_up(now, session, None).unwrap());

        let sent = desk.take_sent();
        assert_eq!(sent[0].0, "INVITE", "{contact}");
        assert!(sent.iter().any(|(title, _)| title == "BYE"), "{contact}");
        assert!(sent.iter().all(|(_, flow)| *flow == second), "{contact}");
        assert!(desk.connects.is_empty());
    }
}

#[test]
fn another_phone_of_the_same_user_is_not_taken_for_the_one_that_is_gone() {
    let mut desk = Desk::new();
    let first = desk.connect(Transport::Tcp, 9);
    let session = desk.called(first, PHONE);
    desk.take_sent();
    desk.close(first);
    let other = desk.connect(Transport::Tcp, 10);
    let request = desk.request(other, &PHONE.replace("uuid:1", "uuid:2"));
    desk.register(other, &request);

    desk.act(|endpoint, now| endpoint.hang_up(now, session, None).unwrap());

    assert!(desk.take_sent().is_empty());
    desk.run_for(60);
    assert_eq!(desk.endpoint.occupancy().sessions, 0);
}

#[test]
fn calls_outlive_a_restart_that_closes_every_connection() {
    let mut desk = Desk::new();
    let first = desk.connect(Transport::Tls, 9);
    let session = desk.called(first, PHONE);
    desk.take_sent();
    desk.restart(&[session]);
    assert!(desk.endpoint.contacts(desk.now, "8001").is_empty());

    let second = desk.connect(Transport::Tls, 9);
    let request = desk.request(second, PHONE);
    desk.register(second, &request);
    desk.act(|endpoint, now| endpoint.hang_up(now, session, None).unwrap());

    assert_eq!(desk.take_sent(), [("BYE".to_owned(), second)]);
}

#[test]
fn a_udp_phone_that_moved_is_followed_by_its_instance() {
    let mut desk = Desk::new();
    let session = desk.called(udp(9), PHONE);
    desk.take_sent();
    let request = desk.request(udp(10), PHONE);
    desk.register(udp(10), &request);

    desk.act(|endpoint, now| endpoint.hang_up(now, session, None).unwrap());

    assert_eq!(desk.take_sent(), [("BYE".to_owned(), udp(10))]);
}

#[test]
fn a_call_that_rings_on_a_connection_that_dies_has_failed_at_once() {
    let mut desk = Desk::new();
    let flow = desk.connect(Transport::Tcp, 9);
    let request = desk.request(flow, PHONE);
    desk.register(flow, &request);
    let session = desk.call();

    desk.close(flow);

    let refused = desk.events.iter().any(
        |event| matches!(event, Event::Refused { session: id, status: 503, .. } if *id == session),
    );
    assert!(refused, "{:?}", desk.events);
    let gone = Event::Registered {
        user: "8001".to_owned(),
        contacts: 0,
    };
    assert!(desk.events.contains(&gone), "{:?}", desk.events);
    assert_eq!(desk.endpoint.occupancy().transactions, 0);
}

#[test]
fn the_answer_to_a_trunk_whose_connection_died_goes_to_where_it_listens() {
    let mut desk = Desk::new();
    let mut flow = desk.connect(Transport::Tcp, 9);
    flow.remote = ([192, 0, 2, 50], 31_000).into();
    desk.close(flow);
    desk.endpoint.handle_connected(desk.now, flow, &[]);
    let offer = str::from_utf8(OFFER).unwrap();
    let invite = Handmade::new("INVITE", flow.remote)
        .with("Via", "SIP/2.0/TCP 192.0.2.50:5080;branch=z9hG4bK1;rport")
        .body("application/sdp", offer);
    desk.hear(flow, &invite.text());
    let Some(Event::Incoming { session, .. }) = desk.events.pop() else {
        panic!("no call came in");
    };
    desk.close(flow);
    desk.take_sent();

    desk.act(|endpoint, now| {
        endpoint
            .answer(now, session, bytes::Bytes::from_static(ANSWER))
            .unwrap();
    });

    let (connection, transport, remote, _) = desk.connects.remove(0);
    assert_eq!(
        (transport, remote.to_string()),
        (Transport::Tcp, "192.0.2.50:5080".to_owned())
    );
    let opened = sip::Flow {
        remote,
        connection: Some(connection),
        ..flow
    };
    desk.endpoint.handle_connected(desk.now, opened, &[]);
    desk.act(|_, _| ());
    assert_eq!(titles(&desk.take_sent()), ["200"]);
}

#[test]
fn a_peer_that_asks_for_it_is_called_over_the_connection_that_it_opened() {
    let mut desk = Desk::new();
    let mut flow = desk.connect(Transport::Tcp, 9);
    flow.remote = ([192, 0, 2, 50], 31_000).into();
    desk.close(flow);
    desk.endpoint.handle_connected(desk.now, flow, &[]);
    for (host, is_reused) in [("192.0.2.51", false), ("192.0.2.50", true)] {
        let via = format!("SIP/2.0/TCP {host}:5080;branch=z9hG4bK{host};alias");
        let options = Handmade::new("OPTIONS", flow.remote).with("Via", &via);
        desk.hear(flow, &options.text());
        assert_eq!(code(&desk.last()), Some(200));
        desk.take_sent();
        let peer = (host.parse::<std::net::IpAddr>().unwrap(), 5080).into();
        let trunk = trunk_at(peer, Transport::Tcp);
        let target = sip::Target::Trunk {
            trunk: trunk.id,
            user: "1".to_owned(),
        };
        let trunks = neighbours(address(1)).into_iter().chain([trunk]).collect();
        desk.act(|endpoint, now| endpoint.set_trunks(now, trunks));
        let invite = sip::Invite {
            target,
            ..invite_to(address(2))
        };
        desk.act(|endpoint, now| endpoint.invite(now, invite).unwrap());
        assert_eq!(titles(&desk.take_sent()) == ["INVITE"], is_reused, "{host}");
        assert_eq!(desk.connects.pop().is_none(), is_reused, "{host}");
    }
}

#[test]
fn a_call_over_a_connection_that_nobody_comes_back_to_leaves_nothing() {
    let mut desk = Desk::new();
    let flow = desk.connect(Transport::Wss, 9);
    let session = desk.called(flow, NOWHERE);
    desk.close(flow);
    desk.act(|endpoint, now| endpoint.hang_up(now, session, None).unwrap());
    desk.run_for(120);

    let left = desk.endpoint.occupancy();
    assert_eq!((left.sessions, left.transactions), (0, 0));
    assert!(desk.connects.is_empty());
    let ended = |event: &Event| matches!(event, Event::Ended { by, .. } if by.kind == EndKind::Bye);
    assert!(!desk.events.iter().any(ended));
}
