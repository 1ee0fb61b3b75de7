//! Whether gateways are alive, asked with OPTIONS, and what calls make of it.

use std::collections::BTreeSet;
use std::time::Duration;

use sip::message::Method;
use sip::{Event, GatewayStatus, TrunkConfig, TrunkId};

use crate::carrier::{Carrier, TRUNK, trunk};
use crate::handmade::Handmade;
use crate::network::address;

fn watched(gateways: &[u8]) -> TrunkConfig {
    TrunkConfig {
        health: Some(Duration::from_secs(30)),
        ..trunk(gateways)
    }
}

fn status(carrier: &Carrier, at: usize) -> GatewayStatus {
    let status = carrier.endpoint.trunk_status(carrier.now, TRUNK).unwrap();
    status.gateways[at].clone()
}

#[test]
fn a_gateway_that_answers_anything_but_503_is_alive() {
    for (answer, alive) in [
        ("200 OK", true),
        ("404 Not Found", true),
        ("405 Not Allowed", true),
        ("401 Unauthorized", true),
        ("503 Service Unavailable", false),
    ] {
        let mut carrier = Carrier::new(watched(&[11]));
        let sent = carrier.due(Method::Options);
        assert_eq!(sent.uri(), "sip:192.0.2.11:5060");
        assert_eq!(sent.header("Contact"), "<sip:192.0.2.1:5060>");
        carrier.reply(&sent, answer, &[]);
        assert_eq!(status(&carrier, 0).alive, alive, "{answer}");
        assert!(status(&carrier, 0).last_status.is_some());
        assert_eq!(carrier.events.len(), usize::from(!alive));
    }
}

#[test]
fn a_dead_gateway_gets_no_call_until_it_answers_again() {
    let mut carrier = Carrier::new(watched(&[11, 12]));
    for _ in 0..2 {
        let sent = carrier.due(Method::Options);
        let is_first = sent.flow.remote == address(11);
        let answer = if is_first { "503 No" } else { "200 OK" };
        carrier.reply(&sent, answer, &[]);
    }
    assert_eq!(carrier.events, [Event::TrunkChanged { trunk: TRUNK }]);
    carrier.rest();
    carrier.call();
    assert_eq!(carrier.next().flow.remote, address(12));
    carrier.rest();

    loop {
        let sent = carrier.due(Method::Options);
        carrier.reply(&sent, "200 OK", &[]);
        if sent.flow.remote == address(11) {
            break;
        }
    }
    assert!(status(&carrier, 0).alive);
    carrier.rest();
    carrier.call();
    assert_eq!(carrier.next_of(Method::Invite).flow.remote, address(11));
}

#[test]
fn a_gateway_that_does_not_answer_is_dead_and_a_trunk_without_a_live_one_fails_at_once() {
    let mut carrier = Carrier::new(watched(&[11]));
    carrier.wait(37_100);
    assert!(!status(&carrier, 0).alive);
    assert_eq!(status(&carrier, 0).last_status, Some(408));
    carrier.rest();
    carrier.call();
    assert_eq!(carrier.refusals(), [500]);
}

#[test]
fn a_gateway_that_failed_a_call_is_asked_at_once_and_gets_the_next_call_when_it_answers() {
    let mut carrier = Carrier::new(watched(&[11, 12]));
    for _ in 0..2 {
        let sent = carrier.due(Method::Options);
        carrier.reply(&sent, "200 OK", &[]);
    }
    carrier.call();
    let sent = carrier.next();
    carrier.reply(&sent, "503 No", &[]);
    assert!(!status(&carrier, 0).alive);
    let failed_at = carrier.now;
    let probe = carrier.due(Method::Options);
    assert!(carrier.now <= failed_at + Duration::from_secs(2));
    assert_eq!(probe.flow.remote, address(11));
    carrier.reply(&probe, "200 OK", &[]);
    assert!(status(&carrier, 0).alive);
}

#[test]
fn a_gateway_that_names_a_time_is_not_asked_before() {
    let mut carrier = Carrier::new(watched(&[11]));
    let sent = carrier.due(Method::Options);
    let asked_at = carrier.now;
    carrier.reply(&sent, "503 No", &[("Retry-After", "100")]);
    carrier.due(Method::Options);
    assert!(carrier.now >= asked_at + Duration::from_secs(100));
}

#[test]
fn gateways_are_not_asked_at_one_instant() {
    let trunks = (0..40)
        .map(|at| TrunkConfig {
            id: TrunkId(at),
            ..watched(&[11])
        })
        .collect();
    let mut carrier = Carrier::with(trunks);
    let mut moments = BTreeSet::new();
    let mut asked = 0;
    while asked < 80 {
        carrier.now = carrier.endpoint.poll_timeout().unwrap();
        carrier.act(sip::Endpoint::handle_timeout);
        for title in carrier.rest() {
            if title == "OPTIONS" {
                moments.insert(carrier.now);
                asked += 1;
            }
        }
    }
    assert!(moments.len() >= 60, "{} moments", moments.len());
}

#[test]
fn we_answer_the_options_of_a_trunk_with_our_contact() {
    let mut config = trunk(&[11]);
    config.sources = vec![sip::TrustedSource {
        address: address(11).ip(),
        prefix: 32,
    }];
    let mut carrier = Carrier::new(config);
    carrier.hear_from(address(11), &Handmade::new("OPTIONS", address(11)).text());
    let answer = carrier.next();
    assert_eq!(answer.message.status().unwrap().code(), 200);
    assert_eq!(answer.header("Contact"), "<sip:192.0.2.1:5060>");
    assert!(answer.header("Allow").contains("INVITE"));
}

#[test]
fn what_is_known_of_gateways_outlives_a_restart() {
    let mut carrier = Carrier::new(watched(&[11]));
    let sent = carrier.due(Method::Options);
    carrier.reply(&sent, "503 No", &[]);
    let before = status(&carrier, 0);
    carrier.restart(vec![watched(&[11])], &[]);
    assert_eq!(status(&carrier, 0), before);
}
