//! What a phone must be told while its connection is gone waits for the next one.

use bytes::Bytes;
use sip::{Event, Flow, Invite, SessionId, Target, Transport};

use crate::desk::{Desk, udp};
use crate::handmade::{code, header};
use crate::network::{ANSWER, address, config, invite_to};

const PHONE: &str = "<sip:8001@10.0.0.7:5060;transport=tls>;+sip.instance=\"<urn:uuid:1>\"";
const NAMELESS: &str = "<sip:8001@10.0.0.7:5060;transport=tls>";
const LISTENING: &str = "<sip:8001@203.0.113.9:5070;transport=tcp>";

/// A desk whose phone is in a call, and has lost its connection.
fn lost(transport: Transport, contact: &str) -> (Desk, SessionId) {
    let mut desk = Desk::new();
    let flow = desk.connect(transport, 9);
    let session = desk.called(flow, contact);
    desk.take_sent();
    desk.close(flow);
    (desk, session)
}

/// Lets the phone register over a connection of its own.
fn come_back(desk: &mut Desk, transport: Transport, contact: &str) -> Flow {
    let flow = desk.connect(transport, 10);
    let request = desk.request(flow, contact);
    assert_eq!(code(&desk.register(flow, &request)), Some(200));
    flow
}

fn hang_up(desk: &mut Desk, session: SessionId) {
    desk.act(|endpoint, now| endpoint.hang_up(now, session, None).unwrap());
}

fn refused(desk: &Desk, session: SessionId) -> Option<u16> {
    desk.events.iter().find_map(|event| match event {
        Event::Refused {
            session: id,
            status,
            ..
        } if *id == session => Some(*status),
        _ => None,
    })
}

#[test]
fn a_bye_waits_for_the_next_registration_of_the_phone() {
    for transport in [
        Transport::Tcp,
        Transport::Tls,
        Transport::Ws,
        Transport::Wss,
    ] {
        for contact in [PHONE, NAMELESS] {
            let (mut desk, session) = lost(transport, contact);
            hang_up(&mut desk, session);
            assert!(desk.sent.is_empty(), "{transport:?}");
            desk.run_for(31);

            let flow = come_back(&mut desk, transport, contact);

            assert_eq!(desk.take_sent(), [("BYE".to_owned(), flow)]);
            assert!(desk.connects.is_empty(), "{transport:?}");
        }
    }
}

#[test]
fn a_bye_that_nobody_comes_back_for_ends_with_its_transaction() {
    let (mut desk, session) = lost(Transport::Tls, PHONE);
    hang_up(&mut desk, session);
    assert_eq!(desk.endpoint.occupancy().waiting, 1);
    desk.run_for(33);

    let left = desk.endpoint.occupancy();
    assert_eq!((left.sessions, left.transactions, left.waiting), (0, 0, 0));
    come_back(&mut desk, Transport::Tls, PHONE);
    assert_eq!(desk.take_sent(), []);
}

#[test]
fn a_bye_that_waits_outlives_another_restart() {
    let (mut desk, session) = lost(Transport::Tls, PHONE);
    hang_up(&mut desk, session);
    desk.restart(&[session]);
    assert_eq!(desk.endpoint.occupancy().waiting, 1);

    let flow = come_back(&mut desk, Transport::Tls, PHONE);

    assert_eq!(desk.take_sent(), [("BYE".to_owned(), flow)]);
}

#[test]
fn a_bye_whose_answer_was_lost_with_the_connection_is_sent_again_as_the_same() {
    let mut desk = Desk::new();
    let first = desk.connect(Transport::Tls, 9);
    let session = desk.called(first, PHONE);
    desk.take_sent();
    hang_up(&mut desk, session);
    let bye = desk.last();
    desk.close(first);

    come_back(&mut desk, Transport::Tls, PHONE);

    let again = desk.last();
    assert_eq!(header(&again, "Via"), header(&bye, "Via"));
    assert_eq!(header(&again, "CSeq"), header(&bye, "CSeq"));
}

#[test]
fn a_request_that_goes_another_way_in_the_end_names_that_way() {
    let (mut desk, session) = lost(Transport::Tls, PHONE);
    hang_up(&mut desk, session);

    let request = desk.request(udp(9), PHONE);
    desk.register(udp(9), &request);

    let bye = desk.last();
    assert!(header(&bye, "Via").starts_with("SIP/2.0/UDP 192.0.2.1:5060;"));
    desk.take_sent();
    desk.run_for(1);
    assert_eq!(desk.take_sent(), [("BYE".to_owned(), udp(9))]);
}

#[test]
fn a_phone_hears_in_order_what_waited_for_it() {
    let (mut desk, session) = lost(Transport::Wss, PHONE);
    desk.act(|endpoint, now| {
        let key = Bytes::from_static(b"Signal=5\r\nDuration=160\r\n");
        endpoint
            .info(now, session, "application/dtmf-relay", key)
            .unwrap();
    });
    hang_up(&mut desk, session);

    let flow = come_back(&mut desk, Transport::Wss, PHONE);

    let both = ["INFO", "BYE"].map(|title| (title.to_owned(), flow));
    assert_eq!(desk.take_sent(), both);
}

#[test]
fn a_request_that_never_reached_the_phone_does_not_end_its_call() {
    let (mut desk, session) = lost(Transport::Wss, PHONE);
    desk.act(|endpoint, now| {
        let key = Bytes::from_static(b"Signal=5\r\nDuration=160\r\n");
        endpoint
            .info(now, session, "application/dtmf-relay", key)
            .unwrap();
        endpoint
            .offer(now, session, Bytes::from_static(ANSWER))
            .unwrap();
    });
    desk.run_for(40);

    assert_eq!(desk.endpoint.occupancy().waiting, 0);
    let is_over = |event: &Event| matches!(event, Event::Ended { .. });
    assert!(!desk.events.iter().any(is_over), "{:?}", desk.events);
    let answered = |event: &Event| matches!(event, Event::InfoResult { status: 503, .. });
    assert!(desk.events.iter().any(answered), "{:?}", desk.events);
    come_back(&mut desk, Transport::Wss, PHONE);
    desk.take_sent();
    hang_up(&mut desk, session);
    assert_eq!(desk.take_sent()[0].0, "BYE");
}

/// A desk with a call offered to a phone whose connection has closed meanwhile.
fn offered() -> (Desk, SessionId) {
    let mut desk = Desk::new();
    let flow = desk.connect(Transport::Tls, 9);
    let request = desk.request(flow, PHONE);
    desk.register(flow, &request);
    let binding = desk.endpoint.contacts(desk.now, "8001").remove(0);
    desk.close(flow);
    let invite = Invite {
        target: Target::Contact(binding),
        ..invite_to(address(2))
    };
    let session = desk.act(|endpoint, now| endpoint.invite(now, invite).unwrap());
    assert!(desk.sent.is_empty());
    (desk, session)
}

#[test]
fn an_offered_call_rings_when_the_phone_is_back() {
    let (mut desk, session) = offered();
    desk.run_for(31);

    let flow = come_back(&mut desk, Transport::Tls, PHONE);

    assert_eq!(desk.take_sent(), [("INVITE".to_owned(), flow)]);
    assert_eq!(refused(&desk, session), None);
    desk.run_for(31);
    assert_eq!(refused(&desk, session), None, "its time begins anew");
}

#[test]
fn an_offered_call_that_finds_no_phone_has_timed_out() {
    let (mut desk, session) = offered();
    desk.run_for(33);

    assert_eq!(refused(&desk, session), Some(408));
    assert_eq!(desk.endpoint.occupancy().sessions, 0);
}

#[test]
fn a_phone_never_hears_of_a_call_that_was_given_up_before_it_came_back() {
    let (mut desk, session) = offered();
    hang_up(&mut desk, session);
    assert_eq!(desk.endpoint.occupancy().sessions, 0);

    come_back(&mut desk, Transport::Tls, PHONE);
    assert_eq!(desk.take_sent(), []);
}

#[test]
fn a_call_that_rang_before_a_restart_is_cancelled_when_the_phone_is_back() {
    let mut desk = Desk::new();
    let first = desk.connect(Transport::Tls, 9);
    let request = desk.request(first, PHONE);
    desk.register(first, &request);
    let session = desk.call();
    let invite = desk.last();
    let text = |name| header(&invite, name);
    let ringing = format!(
        "SIP/2.0 180 Ringing\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=phone\r\nCall-ID: {}\r\nCSeq: {}\r\nContent-Length: 0\r\n\r\n",
        text("Via"),
        text("From"),
        text("To"),
        text("Call-ID"),
        text("CSeq"),
    );
    desk.hear(first, &ringing);
    desk.restart(&[session]);
    desk.take_sent();
    hang_up(&mut desk, session);
    assert!(desk.sent.is_empty());

    let second = come_back(&mut desk, Transport::Tls, PHONE);

    assert_eq!(desk.take_sent(), [("CANCEL".to_owned(), second)]);
    let gone = ringing
        .replace("180 Ringing", "487 Request Terminated")
        .replace("Content", "Server: phone\r\nContent");
    desk.hear(second, &gone);
    assert_eq!(desk.take_sent(), [("ACK".to_owned(), second)]);
}

#[test]
fn a_call_that_was_on_its_way_at_a_restart_rings_when_the_phone_is_back() {
    let mut desk = Desk::new();
    let first = desk.connect(Transport::Tls, 9);
    let request = desk.request(first, PHONE);
    desk.register(first, &request);
    let session = desk.call();
    let sent = desk.last();
    desk.restart(&[session]);
    desk.take_sent();

    let second = come_back(&mut desk, Transport::Tls, PHONE);

    let again = desk.last();
    assert_eq!(header(&again, "Via"), header(&sent, "Via"));
    assert_eq!(desk.take_sent(), [("INVITE".to_owned(), second)]);
}

#[test]
fn a_phone_that_listens_where_it_speaks_from_is_connected_to() {
    let (mut desk, session) = lost(Transport::Tcp, LISTENING);
    hang_up(&mut desk, session);
    let (connection, transport, remote, name) = desk.connects.remove(0);
    assert_eq!((transport, name), (Transport::Tcp, None));
    assert_eq!(remote.to_string(), "203.0.113.9:5070");

    let flow = Flow {
        transport,
        local: address(1),
        remote,
        connection: Some(connection),
    };
    desk.endpoint.handle_connected(desk.now, flow, &[]);
    desk.act(|_, _| ());

    assert_eq!(desk.take_sent(), [("BYE".to_owned(), flow)]);
}

#[test]
fn a_phone_that_takes_no_connection_is_waited_for() {
    let (mut desk, session) = lost(Transport::Tcp, LISTENING);
    hang_up(&mut desk, session);
    let (connection, ..) = desk.connects.remove(0);
    desk.endpoint.handle_closed(desk.now, connection);
    desk.act(|_, _| ());
    assert!(desk.connects.is_empty(), "it is asked once");

    let flow = come_back(&mut desk, Transport::Tcp, LISTENING);
    assert_eq!(desk.take_sent(), [("BYE".to_owned(), flow)]);
}

#[test]
fn no_phone_is_connected_to_that_names_another_address_or_speaks_over_tls() {
    for (transport, contact) in [
        (Transport::Tls, "<sip:8001@203.0.113.9:5070;transport=tls>"),
        (Transport::Tls, LISTENING),
        (Transport::Wss, LISTENING),
        (Transport::Tcp, "<sip:8001@203.0.113.10:5070;transport=tcp>"),
        (
            Transport::Tcp,
            "<sip:8001@phone.example:5070;transport=tcp>",
        ),
        (Transport::Tcp, "<sip:8001@203.0.113.9:5070>"),
    ] {
        let (mut desk, session) = lost(transport, contact);
        hang_up(&mut desk, session);
        assert!(desk.connects.is_empty(), "{transport:?} {contact}");
    }
}

#[test]
fn a_phone_that_listens_is_called_after_a_restart_and_gone_once_it_takes_no_connection() {
    let mut desk = Desk::new();
    let first = desk.connect(Transport::Tcp, 9);
    let request = desk.request(first, LISTENING);
    assert_eq!(code(&desk.register(first, &request)), Some(200));
    desk.restart(&[]);
    let session = desk.call();
    let (connection, ..) = desk.connects.remove(0);

    desk.endpoint.handle_closed(desk.now, connection);
    desk.act(|_, _| ());

    assert!(desk.endpoint.contacts(desk.now, "8001").is_empty());
    let gone = Event::Registered {
        user: "8001".to_owned(),
        contacts: 0,
    };
    assert!(desk.events.contains(&gone), "{:?}", desk.events);
    assert_eq!(refused(&desk, session), None);
    desk.run_for(33);
    assert_eq!(refused(&desk, session), Some(408));
}

#[test]
fn no_more_requests_wait_than_may() {
    let mut config = config(address(1));
    config.limits.waiting = 1;
    let mut desk = Desk::with(config);
    let flow = desk.connect(Transport::Tls, 9);
    let sessions = [desk.called(flow, PHONE), desk.called(flow, PHONE)];
    desk.take_sent();
    desk.close(flow);
    for session in sessions {
        hang_up(&mut desk, session);
    }
    assert_eq!(desk.endpoint.occupancy().waiting, 1);

    come_back(&mut desk, Transport::Tls, PHONE);
    assert_eq!(desk.take_sent().len(), 1);
}
