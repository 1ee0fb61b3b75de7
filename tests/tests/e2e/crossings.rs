//! What parties and the server send at the same time, early, or by another way than expected.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tests::patience::until;
use tests::server::{Server, free_address};
use tests::sipp::{self, Sipp};
use tests::voice::Voice;

const TRUNK: &str = "local-out";
/// Where the call goes on to the outside number.
const OUTSIDE: &str = "4008110516";
/// A label of a domain is 63 bytes at most; three of them make any INVITE large.
const LABEL: usize = 63;

fn gateway(address: SocketAddr, priority: u16) -> Value {
    json!({
        "host": address.ip().to_string(),
        "port": address.port(),
        "transport": "udp",
        "priority": priority,
    })
}

#[test]
fn a_telephone_that_answers_while_the_caller_gives_up_is_hung_up() {
    let server = Server::start("answers-late");
    let admin = server.api("admin");
    let manner = sipp::Manner::of("callee_answers_late");
    let outside = Sipp::await_call_in(manner, &server, 9);
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, OUTSIDE, near.port());

    until("a ringing party", SHORTLY, || outside.saw("SIP/2.0 180 "));
    caller.nudge();
    caller.succeeds();
    outside.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    assert_eq!(record["talk_ms"], 0);
    admin.shows_no_call();
    server.comes_to_rest();
}

#[test]
fn what_is_spoken_before_the_answer_is_heard() {
    let server = Server::start("early-media");
    let far = Voice::speaking(AGENT);
    let manner = sipp::Manner::of("callee_early");
    let outside = Sipp::await_call_in(manner, &server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, OUTSIDE, near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    assert!(!outside.saw("SIP/2.0 200 "), "nobody has answered yet");
    outside.nudge_called();
    until("the answer", SHORTLY, || outside.saw("ACK sip:"));
    near.hears_tone(AGENT, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    outside.nudge_called();
    outside.succeeds();
    caller.succeeds();

    let record = server.api("admin").finished_record();
    assert_eq!(record["ending"]["stage"], "talking", "{record:#}");
    server.comes_to_rest();
}

#[test]
fn an_agent_who_requires_reliable_progress_gets_it_with_early_media() {
    let server = Server::start("requires-reliable");
    // Who calls from here belongs to no trunk and has to prove itself.
    server.api("admin").change_trunk("local", |settings| {
        settings["inbound"]["sources"] = json!(["192.0.2.0/24"]);
    });
    let far = Voice::speaking(AGENT);
    let manner = sipp::Manner::of("callee_early");
    let outside = Sipp::await_call_in(manner, &server, far.port());
    let near = Voice::speaking(CALLER);
    let manner = sipp::Manner::of("caller_reliable");
    let caller = Sipp::call_in(manner, &server, "13912345678", near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    until("the confirmed progress", SHORTLY, || {
        caller.saw("PRACK sip:")
    });
    outside.nudge_called();
    far.hears_tone(CALLER, WHILE, SHORTLY);
    near.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    outside.succeeds();
    server.comes_to_rest();
}

#[test]
fn descriptions_that_cross_are_refused_on_both_sides_and_offered_again() {
    let server = Server::start("crossing-offers");
    let admin = server.api("admin");
    let far = Voice::speaking(AGENT);
    let manner = sipp::Manner::of("callee_crossing");
    let outside = Sipp::await_call_in(manner, &server, far.port());
    // The two speak different codecs. After each change of the caller's the server offers the other
    // side the caller's codec.
    let near = Voice::speaking_alaw(CALLER);
    let manner = sipp::Manner {
        payload_type: 8,
        ..sipp::Manner::of("holds")
    };
    let caller = Sipp::call_in(manner, &server, OUTSIDE, near.port());

    until("both refusals", SHORTLY, || {
        outside.messages().matches("\nSIP/2.0 491 ").count() >= 2
    });
    until("both descriptions", SHORTLY, || {
        outside.saw("CSeq: 2 ACK") && outside.messages().matches("\nACK sip:").count() >= 5
    });
    caller.nudge();
    near.hears_tone(AGENT, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    outside.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    admin.shows_no_call();
    server.comes_to_rest();
}

#[test]
fn a_gateway_that_names_another_one_is_followed() {
    let server = Server::start("moved");
    let admin = server.api("admin");
    let second = free_address();
    admin.change_trunk(TRUNK, |settings| {
        let first = gateway(server.outbound_peer, 0);
        settings["outbound"]["gateways"] = json!([first, gateway(second, 1)]);
        settings["outbound"]["follow_redirects"] = json!(true);
    });
    let manner = sipp::Manner::of("moved");
    let moved = Sipp::await_call_in(manner, &server, second.port());
    let far = Voice::speaking(AGENT);
    let manner = sipp::Manner::of("callee");
    let outside = Sipp::await_call_at(second, manner, &server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, OUTSIDE, near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    moved.succeeds();
    caller.nudge();
    caller.succeeds();
    outside.succeeds();
    server.comes_to_rest();
}

#[test]
fn an_invite_too_large_for_a_datagram_goes_over_tcp() {
    let server = Server::start("large");
    let admin = server.api("admin");
    let label = "a".repeat(LABEL);
    admin.change_trunk(TRUNK, |settings| {
        settings["outbound"]["tcp_when_large"] = json!(true);
        settings["outbound"]["from_domain"] = json!([&*label, &label, &label, "example"].join("."));
    });
    let far = Voice::speaking(AGENT);
    let manner = sipp::Manner {
        transport: "t1",
        ..sipp::Manner::of("callee")
    };
    let outside = Sipp::await_call_in(manner, &server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, OUTSIDE, near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    let messages = outside.succeeds();
    assert!(messages.contains("Via: SIP/2.0/TCP "), "{messages}");
    server.comes_to_rest();
}

#[test]
fn a_large_invite_goes_over_udp_where_nobody_takes_tcp() {
    let server = Server::start("large-udp");
    let admin = server.api("admin");
    let label = "a".repeat(LABEL);
    admin.change_trunk(TRUNK, |settings| {
        settings["outbound"]["tcp_when_large"] = json!(true);
        settings["outbound"]["from_domain"] = json!([&*label, &label, &label, "example"].join("."));
    });
    let far = Voice::speaking(AGENT);
    let outside = Sipp::await_call(&server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, OUTSIDE, near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    outside.succeeds();
    server.comes_to_rest();
}
