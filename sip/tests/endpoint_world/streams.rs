//! Calls over TCP: connections asked for, used in both directions, lost.

use bytes::Bytes;
use sip::{ConnectionId, Event, Invite, Output, Target, Transport};

use crate::network::{ANSWER, World, address, invite_to, pair, trunk_at};

pub(crate) fn over_tcp() -> Invite {
    Invite {
        target: Target::Trunk {
            trunk: trunk_at(address(2), Transport::Tcp).id,
            user: "4008110513".to_owned(),
        },
        ..invite_to(address(2))
    }
}

#[test]
fn a_call_over_tcp_asks_for_a_connection_once_and_repeats_nothing() {
    let mut world = pair();
    let caller = world.act(0, |a, now| a.invite(now, over_tcp()).unwrap());
    world.run_for(3000);
    let callee = world.incoming(1);
    world.act(1, |b, now| {
        b.answer(now, callee, Bytes::from_static(ANSWER)).unwrap();
    });
    world.run_for(3000);
    world.act(0, |a, now| a.hang_up(now, caller, None).unwrap());
    world.run_until_idle();

    assert_eq!(
        world.ladder,
        [
            "0.0s a connect →",
            "0.0s a INVITE →",
            "0.0s b 100 →",
            "0.0s b Incoming",
            "3.0s b 200 →",
            "3.0s a ACK →",
            "3.0s a Answered",
            "3.0s b Confirmed",
            "6.0s a BYE →",
            "6.0s b 200 →",
            "6.0s b Ended Bye",
        ]
    );
    world.assert_at_rest("a call over TCP");
}

#[test]
fn a_call_whose_connection_cannot_be_opened_fails() {
    let mut world = World::new(1);
    world.add("a", 1);
    let endpoint = &mut world.parties[0].endpoint;
    endpoint.invite(world.now, over_tcp()).unwrap();
    let Some(Output::Connect { connection, .. }) = endpoint.poll_output() else {
        panic!("no connection was asked for");
    };

    endpoint.handle_closed(world.now, connection);

    let output = endpoint.poll_output();
    assert!(
        matches!(
            output,
            Some(Output::Event(Event::Refused { status: 500, .. }))
        ),
        "{output:?}"
    );
    world.run_until_idle();
    world.assert_at_rest("a refused connection");
}

#[test]
fn a_stream_is_read_in_any_pieces_and_its_keep_alives_are_answered() {
    let mut world = World::new(1);
    world.add("a", 1);
    let now = world.now;
    let connection = ConnectionId((1 << 63) | 4);
    let endpoint = &mut world.parties[0].endpoint;
    let flow = sip::Flow {
        transport: Transport::Tcp,
        local: address(1),
        remote: address(50),
        connection: Some(connection),
    };
    endpoint.handle_connected(now, flow, &[]);
    let request = crate::network::Handmade::new("OPTIONS", address(50)).text();
    let stream = format!("\r\n\r\n{request}{request}");
    for byte in stream.as_bytes().chunks(7) {
        endpoint.handle_stream(now, connection, byte);
    }

    let mut sent = Vec::new();
    while let Some(Output::Transmit(transmit)) = endpoint.poll_output() {
        assert_eq!(transmit.flow, flow);
        sent.push(String::from_utf8_lossy(&transmit.data[..]).into_owned());
    }
    assert_eq!(sent[0], "\r\n");
    assert_eq!(sent.len(), 3);
    assert!(sent[1].starts_with("SIP/2.0 200 OK"));
    endpoint.handle_closed(now, connection);
    assert_eq!(endpoint.occupancy().connections, 0);
}

#[test]
fn a_stream_that_cannot_be_followed_is_given_up() {
    let mut world = World::new(1);
    world.add("a", 1);
    let connection = ConnectionId((1 << 63) | 4);
    let flow = sip::Flow {
        transport: Transport::Tcp,
        local: address(1),
        remote: address(50),
        connection: Some(connection),
    };
    let now = world.now;
    let endpoint = &mut world.parties[0].endpoint;
    endpoint.handle_connected(now, flow, &[]);
    endpoint.handle_stream(now, connection, b"OPTIONS sip:a SIP/2.0\r\nTo: x\r\n\r\n");

    assert_eq!(endpoint.poll_output(), Some(Output::Close(connection)));
    assert_eq!(endpoint.occupancy().connections, 0);
    assert_eq!(endpoint.counters().parse_errors, 1);
}
