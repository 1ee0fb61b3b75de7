//! Route sets, targets and reachability.

use bytes::Bytes;

use super::*;
use crate::message::Framing;
use crate::transport::Transport;

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn dialog(routes: &[&str], target: &str, peer: &str) -> Dialog {
    Dialog {
        call_id: "c".to_owned(),
        local: b"<sip:a@h>;tag=1".to_vec(),
        remote: b"<sip:b@h>;tag=2".to_vec(),
        remote_tag: "2".to_owned(),
        local_cseq: 0,
        remote_cseq: Some(7),
        target: target.to_owned(),
        routes: routes.iter().map(|route| (*route).to_owned()).collect(),
        flow: Flow {
            transport: Transport::Udp,
            local: address("203.0.113.1:5060"),
            remote: address(peer),
            connection: None,
        },
        reach: Reach::Address,
        peer_name: None,
        phone: None,
    }
}

fn written(dialog: &Dialog) -> Message {
    let via = "SIP/2.0/UDP 203.0.113.1:5060;branch=z9hG4bK1";
    let bytes: Bytes = dialog.request(Method::Bye, 1, via, HOPS).build();
    Message::parse(bytes, Framing::Stream).unwrap()
}

fn written_routes(message: &Message) -> Vec<&str> {
    message
        .headers(Name::Route)
        .map(|value| str::from_utf8(value).unwrap())
        .collect()
}

#[test]
fn a_loose_router_leaves_the_target_in_the_request_line() {
    let routes = ["<sip:p1.example;lr>", "<sip:p2.example;lr>"];
    let message = written(&dialog(&routes, "sip:b@198.51.100.2", "198.51.100.1:5060"));

    assert_eq!(
        message.request_uri().unwrap().as_str(),
        "sip:b@198.51.100.2"
    );
    assert_eq!(written_routes(&message), routes);
}

#[test]
fn a_strict_router_takes_the_request_line_and_the_target_goes_last() {
    let routes = ["<sip:p1.example>", "<sip:p2.example;lr>"];
    let message = written(&dialog(&routes, "sip:b@198.51.100.2", "198.51.100.1:5060"));

    assert_eq!(message.request_uri().unwrap().as_str(), "sip:p1.example");
    assert_eq!(
        written_routes(&message),
        ["<sip:p2.example;lr>", "<sip:b@198.51.100.2>"]
    );
}

#[test]
fn the_headers_of_a_target_or_strict_router_stay_out_of_the_request_line() {
    let message = written(&dialog(
        &[],
        "sip:b@198.51.100.2?Subject=lr",
        "198.51.100.1:5060",
    ));
    assert_eq!(
        message.request_uri().unwrap().as_str(),
        "sip:b@198.51.100.2"
    );
    let routes = ["<sip:p1.example?Subject=lr>"];
    let message = written(&dialog(&routes, "sip:b@198.51.100.2", "198.51.100.1:5060"));

    assert_eq!(message.request_uri().unwrap().as_str(), "sip:p1.example");
    assert_eq!(written_routes(&message), ["<sip:b@198.51.100.2>"]);
}

#[test]
fn another_host_is_reached_by_its_address_unless_it_hides_behind_nat() {
    let cases = [
        (
            "sip:b@198.51.100.2:5070",
            "198.51.100.1:5060",
            "198.51.100.2:5070",
        ),
        (
            "sip:b@198.51.100.1:5070",
            "198.51.100.1:40000",
            "198.51.100.1:40000",
        ),
        ("sip:b@10.0.0.2", "198.51.100.1:5060", "198.51.100.1:5060"),
        ("sip:b@10.0.0.2", "10.0.0.1:5060", "10.0.0.2:5060"),
        (
            "sip:b@phone.invalid",
            "198.51.100.1:5060",
            "198.51.100.1:5060",
        ),
        ("tel:+8610", "198.51.100.1:5060", "198.51.100.1:5060"),
    ];
    for (target, peer, expected) in cases {
        let mut dialog = dialog(&[], target, peer);
        assert_eq!(dialog.datagram_flow().remote, address(expected), "{target}");
        dialog.reach = Reach::Flow;
        assert_eq!(
            dialog.datagram_flow().remote,
            address(peer),
            "{target} behind NAT"
        );
    }
}

#[test]
fn only_lower_numbers_are_out_of_order() {
    let mut dialog = dialog(&[], "sip:b@h", "198.51.100.1:5060");

    assert_eq!(dialog.note_sequence(6), Order::TooLow);
    assert_eq!(dialog.note_sequence(7), Order::Next);
    assert_eq!(dialog.note_sequence(90), Order::Next);
    assert_eq!(dialog.note_sequence(89), Order::TooLow);
}

#[test]
fn a_tag_names_its_session() {
    let id = SessionId(0x00ab_cdef_0123_4567);

    assert_eq!(tag(id), "00abcdef01234567");
    assert_eq!(session_of(&tag(id)), Some(id));
    assert_eq!(session_of("abc"), None);
    assert_eq!(session_of("+0abcdef01234567"), None);
}
