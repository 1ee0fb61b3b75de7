//! Calls over a trunk: which gateway takes them, and what becomes of those that none takes.

use std::time::Duration;

use bytes::Bytes;
use sip::message::Method;
use sip::{Event, Gateway, Invite, Question, Record, TrunkConfig, WhenUnavailable};

use crate::carrier::{Carrier, TRUNK, call_to, gateway, response, trunk};
use crate::network::{ANSWER, OFFER, address};

const CONTACT: (&str, &str) = ("Contact", "<sip:callee@192.0.2.11:5060>");

fn addresses(last: &[u8]) -> Vec<Record> {
    let record = |last: &u8| Record::Address {
        ip: address(*last).ip(),
        ttl: Duration::from_mins(5),
    };
    last.iter().map(record).collect()
}

/// A trunk with one gateway that has a name and several addresses.
fn named() -> TrunkConfig {
    TrunkConfig {
        gateways: vec![Gateway {
            host: "Carrier.example".to_owned(),
            port: Some(5060),
            ..Gateway::default()
        }],
        ..trunk(&[])
    }
}

fn question() -> Question {
    Question::Addresses("carrier.example".to_owned())
}

#[test]
fn an_offer_of_ours_ends_with_the_gateway_that_had_agreed_early() {
    let mut carrier = Carrier::new(trunk(&[11, 12]));
    let session = carrier.call();
    let first = carrier.next();
    let headers = [
        CONTACT,
        ("Require", "100rel"),
        ("RSeq", "1"),
        ("Allow", "UPDATE"),
    ];
    let answer = str::from_utf8(ANSWER).unwrap();
    let text = response(&first, "183 Session Progress", &headers).replace(
        "Content-Length: 0\r\n\r\n",
        &format!("Content-Length: {}\r\n\r\n{answer}", answer.len()),
    );
    carrier.hear(first.flow, &text);
    carrier.act(|it, now| it.offer(now, session, Bytes::from_static(OFFER)).unwrap());
    assert_eq!(carrier.rest(), ["PRACK", "UPDATE"]);
    carrier.events.clear();

    carrier.reply(&first, "503 Service Unavailable", &[]);

    assert_eq!(carrier.rest(), ["ACK", "INVITE"]);
    assert!(matches!(
        carrier.events[..],
        [Event::OfferRefused { status: 487, .. }]
    ));
}

#[test]
fn a_503_sends_the_call_to_the_next_gateway_in_a_transaction_of_its_own() {
    let mut carrier = Carrier::new(trunk(&[11, 12]));
    let session = carrier.call();
    let first = carrier.next();
    carrier.reply(&first, "503 Service Unavailable", &[]);
    assert_eq!(carrier.next().method(), "ACK");
    let second = carrier.next();

    assert_eq!(second.flow.remote, address(12));
    assert_ne!(second.branch(), first.branch());
    assert!(second.cseq() > first.cseq());
    assert_eq!(second.header("Call-ID"), first.header("Call-ID"));
    assert_eq!(second.uri(), "sip:13800138000@192.0.2.12:5060");
    assert!(carrier.events.is_empty(), "nobody is told of the 503");

    carrier.reply(&second, "200 OK", &[CONTACT]);
    assert_eq!(carrier.rest(), ["ACK"]);
    assert!(matches!(carrier.events[..], [Event::Answered { .. }]));
    let gateway = carrier.endpoint.gateway_of(session);
    assert_eq!(gateway, Some((TRUNK, "192.0.2.12")));
}

#[test]
fn a_503_of_the_last_gateway_is_told_as_500_with_its_cause() {
    let mut carrier = Carrier::new(trunk(&[11, 12]));
    carrier.call();
    for _ in 0..2 {
        let sent = carrier.next_of(Method::Invite);
        carrier.reply(&sent, "503 Service Unavailable", &[]);
    }
    let Some(Event::Refused { status, reason, .. }) = carrier.events.pop() else {
        panic!("nobody was told");
    };
    assert_eq!(status, 500);
    assert_eq!(reason.unwrap().cause, 503);
    assert_eq!(carrier.rest(), ["ACK"]);
}

#[test]
fn what_is_wrong_with_the_callee_or_the_number_is_tried_nowhere_else() {
    for status in ["404", "484", "486", "600", "603", "403", "408", "480"] {
        let mut carrier = Carrier::new(trunk(&[11, 12]));
        carrier.call();
        let sent = carrier.next();
        carrier.reply(&sent, &format!("{status} No"), &[]);
        assert_eq!(carrier.rest(), ["ACK"], "{status}");
        assert_eq!(carrier.refusals(), [status.parse::<u16>().unwrap()]);
    }
    for status in ["500", "502", "504"] {
        let mut carrier = Carrier::new(trunk(&[11, 12]));
        carrier.call();
        let sent = carrier.next();
        carrier.reply(&sent, &format!("{status} No"), &[]);
        assert_eq!(carrier.rest(), ["ACK", "INVITE"], "{status}");
    }
}

#[test]
fn a_callee_who_cannot_be_reached_is_tried_over_the_next_gateway_where_the_trunk_says_so() {
    for status in ["408", "480"] {
        let mut carrier = Carrier::new(TrunkConfig {
            when_unavailable: WhenUnavailable::NextGateway,
            ..trunk(&[11, 12])
        });
        carrier.call();
        let sent = carrier.next();
        carrier.reply(&sent, &format!("{status} No"), &[]);
        assert_eq!(carrier.rest(), ["ACK", "INVITE"], "{status}");
    }
}

#[test]
fn a_gateway_that_says_nothing_is_left_after_four_seconds_and_turned_away_when_it_wakes() {
    let mut carrier = Carrier::new(trunk(&[11, 12]));
    carrier.call();
    let first = carrier.next();
    carrier.wait(3_900);
    assert_eq!(
        carrier.rest(),
        ["INVITE"; 3],
        "repeated after 0.5, 1.5, 3.5 s"
    );
    carrier.wait(200);
    let second = carrier.next();
    assert_eq!(second.flow.remote, address(12));
    carrier.reply(&second, "100 Trying", &[]);

    carrier.reply(&first, "180 Ringing", &[]);
    let cancel = carrier.next();
    assert_eq!(
        (cancel.method(), cancel.branch()),
        ("CANCEL", first.branch())
    );
    carrier.reply(&second, "200 OK", &[CONTACT]);
    assert_eq!(carrier.rest(), ["ACK"]);
    carrier.reply(&first, "200 OK", &[("Contact", "<sip:late@192.0.2.11>")]);
    assert_eq!(carrier.rest(), ["ACK", "BYE"], "the one who came too late");
    let answers = carrier
        .events
        .iter()
        .filter(|event| matches!(event, Event::Answered { .. }));
    assert_eq!(answers.count(), 1);
    carrier.wait(40_000);
    assert_eq!(carrier.endpoint.occupancy().transactions, 0);
}

#[test]
fn the_last_gateway_is_waited_for_until_timer_b() {
    let mut carrier = Carrier::new(trunk(&[11]));
    carrier.call();
    carrier.wait(31_900);
    assert_eq!(carrier.refusals(), [0; 0]);
    carrier.wait(200);
    assert_eq!(carrier.refusals(), [408]);
    assert_eq!(carrier.endpoint.occupancy().sessions, 0);
}

#[test]
fn all_gateways_silent_end_with_408_and_leave_nothing_behind() {
    let mut carrier = Carrier::new(trunk(&[11, 12, 13]));
    carrier.call();
    carrier.wait(100_000);
    assert_eq!(carrier.refusals(), [408]);
    let left = carrier.endpoint.occupancy();
    assert_eq!(
        (left.sessions, left.transactions, left.deadlines),
        (0, 0, 0)
    );
}

#[test]
fn a_gateway_that_asks_to_be_left_alone_gets_no_call_until_its_time_is_over() {
    let mut carrier = Carrier::new(trunk(&[11, 12]));
    carrier.call();
    let first = carrier.next();
    carrier.reply(&first, "503 Busy", &[("Retry-After", "60")]);
    carrier.rest();

    carrier.call();
    assert_eq!(carrier.next().flow.remote, address(12));
    carrier.wait(60_000);
    carrier.rest();
    carrier.call();
    assert_eq!(carrier.next().flow.remote, address(11));
}

#[test]
fn no_call_is_sent_to_more_than_eight_addresses() {
    let mut carrier = Carrier::new(named());
    let all: Vec<u8> = (20..50).collect();
    carrier.names.insert(question(), addresses(&all));
    carrier.call();
    let mut tried = 0;
    while carrier.refusals().is_empty() {
        let sent = carrier.next_of(Method::Invite);
        carrier.reply(&sent, "503 No", &[]);
        tried += 1;
    }
    assert_eq!(tried, 8);
}

#[test]
fn a_name_with_two_addresses_fails_over_to_the_second() {
    let mut carrier = Carrier::new(named());
    carrier.names.insert(question(), addresses(&[11, 12]));
    carrier.call();
    let first = carrier.next();
    assert_eq!(first.uri(), "sip:13800138000@Carrier.example:5060");
    assert_eq!(first.flow.remote, address(11));
    carrier.reply(&first, "503 No", &[]);
    assert_eq!(carrier.next_of(Method::Invite).flow.remote, address(12));
}

#[test]
fn a_name_that_nobody_knows_fails_the_call_and_a_silent_name_server_after_five_seconds() {
    let mut carrier = Carrier::new(named());
    carrier.call();
    assert_eq!(carrier.refusals(), [500]);

    let mut carrier = Carrier::new(named());
    carrier.are_names_silent = true;
    carrier.call();
    carrier.wait(4_900);
    assert_eq!(carrier.refusals(), [0; 0]);
    carrier.wait(200);
    assert_eq!(carrier.refusals(), [500]);
    assert_eq!(carrier.endpoint.occupancy().deadlines, 0);
}

#[test]
fn a_caller_who_hangs_up_while_names_are_looked_up_leaves_nothing_behind() {
    let mut carrier = Carrier::new(named());
    carrier.are_names_silent = true;
    let session = carrier.call();
    carrier.act(|endpoint, now| endpoint.hang_up(now, session, None).unwrap());
    assert_eq!(carrier.endpoint.occupancy().sessions, 0);
    carrier.wait(10_000);
    assert!(carrier.rest().is_empty());
    assert!(carrier.events.is_empty());
}

#[test]
fn a_caller_who_hung_up_is_not_called_for_at_the_next_gateway() {
    let mut carrier = Carrier::new(trunk(&[11, 12]));
    let session = carrier.call();
    let first = carrier.next();
    carrier.act(|endpoint, now| endpoint.hang_up(now, session, None).unwrap());
    carrier.reply(&first, "503 No", &[]);
    assert_eq!(carrier.rest(), ["ACK"]);
    assert!(carrier.events.is_empty());
}

#[test]
fn a_restart_while_names_are_looked_up_asks_again_and_the_call_goes_on() {
    let mut carrier = Carrier::new(named());
    carrier.are_names_silent = true;
    let session = carrier.call();
    carrier.are_names_silent = false;
    carrier.names.insert(question(), addresses(&[11]));
    carrier.restart(vec![named()], &[session]);
    assert_eq!(carrier.next().flow.remote, address(11));
}

#[test]
fn a_restart_in_the_middle_of_a_hunt_goes_on_with_the_next_gateway() {
    let mut carrier = Carrier::new(trunk(&[11, 12]));
    let session = carrier.call();
    let first = carrier.next();
    carrier.restart(vec![trunk(&[11, 12])], &[session]);
    carrier.reply(&first, "503 No", &[]);
    let second = carrier.next_of(Method::Invite);
    assert_eq!(second.flow.remote, address(12));
    assert!(second.cseq() > first.cseq());
}

#[test]
fn a_trunk_that_is_taken_away_fails_the_calls_that_wait_for_its_names() {
    let mut carrier = Carrier::new(named());
    carrier.are_names_silent = true;
    carrier.call();
    carrier.configure(Vec::new());
    assert_eq!(carrier.refusals(), [500]);
    let refused = carrier.act(|endpoint, now| endpoint.invite(now, call_to("1")));
    assert_eq!(refused, Err(sip::Error::UnknownTrunk(TRUNK)));
}

#[test]
fn weights_share_the_calls_and_priorities_come_before_them() {
    let weighted = |last, priority, weight| Gateway {
        weight,
        ..gateway(last, priority)
    };
    let mut carrier = Carrier::new(TrunkConfig {
        gateways: vec![
            weighted(11, 1, 30),
            weighted(12, 1, 10),
            weighted(13, 2, 100),
        ],
        ..trunk(&[])
    });
    let mut taken = [0; 3];
    for _ in 0..400 {
        carrier.call();
        let last = carrier.next().flow.remote;
        let at = [11, 12, 13].map(address).iter().position(|it| *it == last);
        taken[at.unwrap()] += 1;
    }
    assert!((270..330).contains(&taken[0]), "{taken:?}");
    assert_eq!(taken[2], 0);
}

#[test]
fn a_redirection_is_reported_and_followed_nowhere_unless_the_trunk_allows_it() {
    let mut carrier = Carrier::new(trunk(&[11, 12]));
    carrier.call();
    let sent = carrier.next();
    let contact = "<sip:13900139000@192.0.2.12>, <sip:2@evil.example>";
    carrier.reply(&sent, "302 Moved", &[("Contact", contact)]);
    assert_eq!(carrier.rest(), ["ACK"]);
    let Some(Event::Refused {
        status, contacts, ..
    }) = carrier.events.pop()
    else {
        panic!("nobody was told");
    };
    assert_eq!(status, 302);
    assert_eq!(
        contacts,
        ["sip:13900139000@192.0.2.12", "sip:2@evil.example"]
    );
}

#[test]
fn a_redirection_is_followed_to_the_trunks_own_gateways_with_the_same_number_three_times_at_most() {
    let follows = || TrunkConfig {
        follows_redirects: true,
        ..trunk(&[11, 12])
    };
    let mut carrier = Carrier::new(follows());
    carrier.call();
    let sent = carrier.next();
    let evil = "<sip:13800138000@evil.example>, <sip:13800138000@192.0.2.99>";
    carrier.reply(&sent, "302 Moved", &[("Contact", evil)]);
    assert_eq!(carrier.rest(), ["ACK"]);
    assert_eq!(carrier.refusals(), [302]);

    let mut carrier = Carrier::new(follows());
    carrier.call();
    let sent = carrier.next();
    let premium = "<sip:1900555@192.0.2.12>, <sip:192.0.2.12>";
    carrier.reply(&sent, "302 Moved", &[("Contact", premium)]);
    assert_eq!(carrier.rest(), ["ACK"]);
    assert_eq!(carrier.refusals(), [302]);

    let mut carrier = Carrier::new(follows());
    carrier.call();
    let mut hops = 0;
    while carrier.refusals().is_empty() {
        let sent = carrier.next_of(Method::Invite);
        if hops > 0 {
            assert_eq!(sent.uri(), "sip:13800138000@192.0.2.12:5060");
        }
        let contact = (
            "Contact",
            "<sip:1@evil.example>, <sip:13800138000@192.0.2.12>",
        );
        carrier.reply(&sent, "302 Moved", &[contact]);
        hops += 1;
    }
    assert_eq!(hops, 4);
}

fn large() -> Invite {
    Invite {
        headers: vec![("X-Padding".to_owned(), "x".repeat(1300))],
        ..call_to("1")
    }
}

#[test]
fn a_large_invite_goes_over_tcp_where_the_trunk_prefers_that() {
    for prefers in [false, true] {
        let mut carrier = Carrier::new(TrunkConfig {
            prefers_tcp_when_large: prefers,
            ..trunk(&[11])
        });
        carrier.act(|endpoint, now| endpoint.invite(now, large()).unwrap());
        let sent = carrier.next();
        assert_eq!(sent.flow.connection.is_some(), prefers);
        assert_eq!(sent.header("Via").starts_with("SIP/2.0/TCP"), prefers);
        carrier.act(|it, now| it.invite(now, call_to("2")).unwrap());
        assert!(carrier.next_of(Method::Invite).flow.connection.is_none());
    }
}

#[test]
fn a_large_invite_goes_over_udp_if_tcp_cannot_be_had() {
    let mut carrier = Carrier::new(TrunkConfig {
        prefers_tcp_when_large: true,
        ..trunk(&[11, 12])
    });
    carrier.refuses_streams = true;
    carrier.act(|endpoint, now| endpoint.invite(now, large()).unwrap());
    let sent = carrier.next();
    assert_eq!(sent.flow.remote, address(11));
    assert!(sent.header("Via").starts_with("SIP/2.0/UDP"));
    carrier.reply(&sent, "486 Busy", &[]);
    assert_eq!(carrier.refusals(), [486]);
}

#[test]
fn a_message_outside_of_a_call_fails_over_like_a_call() {
    let mut carrier = Carrier::new(trunk(&[11, 12]));
    let request = sip::Request {
        target: call_to("1").target,
        method: Method::Options,
        from_user: "10086".to_owned(),
        to_user: "1".to_owned(),
        headers: Vec::new(),
        content_type: String::new(),
        body: Bytes::new(),
    };
    let id = carrier.act(|endpoint, now| endpoint.request(now, request).unwrap());
    let first = carrier.next();
    carrier.reply(&first, "503 No", &[]);
    let second = carrier.next();
    assert_eq!(second.flow.remote, address(12));
    assert_ne!(first.branch(), second.branch());
    carrier.reply(&second, "200 OK", &[]);
    assert_eq!(
        carrier.events,
        [Event::RequestAnswered {
            request: id,
            status: 200,
            body: Bytes::new()
        }]
    );
    carrier.wait(40_000);
    assert_eq!(carrier.endpoint.occupancy().transactions, 0);
}
