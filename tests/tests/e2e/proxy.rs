//! Kamailio between the server and its peers: routes are followed, and it finds nothing to mend.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use std::time::Instant;
use tests::kamailio::Kamailio;
use tests::patience::until;
use tests::server::{Server, free_address};
use tests::sipp::{self, Sipp};
use tests::sound;
use tests::voice::Voice;

const OUTSIDE: &str = "4008110516";

#[test]
fn a_call_over_a_proxy_that_stays_in_the_way_follows_its_route() {
    let server = Server::start("over-a-proxy");
    let admin = server.api("admin");
    let proxy = Kamailio::in_front_of(&server);
    let far = Voice::speaking(AGENT);
    let manner = sipp::Manner::of("callee_routed");
    let outside = Sipp::await_call_at(proxy.peer, manner, &server, far.port());
    let near = Voice::speaking(CALLER);
    let manner = sipp::Manner::of("caller_routed");
    let caller = Sipp::call_over(proxy.address, manner, (&server, OUTSIDE), near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    let messages = outside.succeeds();

    // The ACK and the BYE of the server came over the proxy, which put its own Via on top.
    for method in ["ACK", "BYE"] {
        assert_eq!(vias(&messages, method), 2, "{method} over the proxy");
    }
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    server.comes_to_rest();
}

#[test]
fn the_far_side_of_a_proxy_hangs_up() {
    let server = Server::start("proxy-far-end");
    let proxy = Kamailio::in_front_of(&server);
    let far = Voice::speaking(AGENT);
    let manner = sipp::Manner::of("callee_routed");
    let outside = Sipp::await_call_at(proxy.peer, manner, &server, far.port());
    let near = Voice::speaking(CALLER);
    let manner = sipp::Manner::of("caller_routed");
    let caller = Sipp::call_over(proxy.address, manner, (&server, OUTSIDE), near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    outside.nudge_called();
    outside.succeeds();
    let messages = caller.succeeds();

    assert_eq!(vias(&messages, "BYE"), 2, "the caller's BYE over the proxy");
    server.comes_to_rest();
}

#[test]
fn a_call_that_rings_behind_a_proxy_is_given_up() {
    let server = Server::start("proxy-cancel");
    let admin = server.api("admin");
    let proxy = Kamailio::in_front_of(&server);
    let manner = sipp::Manner::of("callee_given_up");
    let outside = Sipp::await_call_at(proxy.peer, manner, &server, 9);
    let near = Voice::speaking(CALLER);
    let manner = sipp::Manner::of("caller_routed");
    let caller = Sipp::call_over(proxy.address, manner, (&server, OUTSIDE), near.port());

    until("a ringing party", SHORTLY, || outside.saw("SIP/2.0 180 "));
    caller.nudge();
    caller.succeeds();
    outside.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    server.comes_to_rest();
}

#[test]
fn a_caller_behind_a_proxy_holds_and_resumes() {
    let server = Server::start("proxy-holds");
    let proxy = Kamailio::in_front_of(&server);
    let far = Voice::speaking(AGENT);
    let manner = sipp::Manner::of("callee_routed");
    let outside = Sipp::await_call_at(proxy.peer, manner, &server, far.port());
    let near = Voice::speaking(CALLER);
    let manner = sipp::Manner::of("holds_routed");
    let caller = Sipp::call_over(proxy.address, manner, (&server, OUTSIDE), near.port());

    until("the hold", SHORTLY, || caller.saw("CSeq: 2 ACK"));
    let held = Instant::now();
    until("a while on hold", SHORTLY, || held.elapsed() > WHILE);
    let heard = sound::seconds_of(&near.sound_since(held), AGENT);
    assert!(heard < 0.5, "{heard} s of the other side on hold");
    caller.nudge();
    near.hears_tone(AGENT, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    outside.succeeds();
    server.comes_to_rest();
}

#[test]
fn the_far_side_of_a_proxy_holds_and_resumes() {
    let server = Server::start("proxy-far-side-holds");
    let admin = server.api("admin");
    let proxy = Kamailio::in_front_of(&server);
    let far = Voice::speaking(AGENT);
    let manner = sipp::Manner::of("callee_holds_routed");
    let outside = Sipp::await_call_at(proxy.peer, manner, &server, far.port());
    let near = Voice::speaking(CALLER);
    let manner = sipp::Manner::of("caller_routed");
    let caller = Sipp::call_over(proxy.address, manner, (&server, OUTSIDE), near.port());
    near.hears_tone(AGENT, WHILE, SHORTLY);

    outside.nudge_called();
    admin.newest_comes_to("hold_changed");
    let held = Instant::now();
    until("a while on hold", SHORTLY, || held.elapsed() > WHILE);
    let heard = sound::seconds_of(&far.sound_since(held), CALLER);
    assert!(heard < 0.5, "{heard} s of the caller on hold");
    outside.nudge_called();
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
fn a_telephone_that_registered_over_a_proxy_is_called_over_it() {
    let server = Server::start("path");
    let admin = server.api("admin");
    let proxy = Kamailio::in_front_of(&server);
    let address = free_address();
    Sipp::register(&server, proxy.address, address);
    server.api("1001").take_calls();
    let voice = Voice::speaking(AGENT);
    let manner = sipp::Manner::of("callee_routed");
    let phone = Sipp::await_call_at(address, manner, &server, voice.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    voice.hears_tone(CALLER, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    let messages = phone.succeeds();

    for method in ["INVITE", "ACK", "BYE"] {
        assert_eq!(vias(&messages, method), 2, "{method} over the proxy");
    }
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    assert_eq!(record["extension"], "1001");
    admin.shows_no_call();
    admin.agent_is("1001", "idle");
    server.comes_to_rest();
}

/// How many Via lines the first request of this method had that came in.
fn vias(messages: &str, method: &str) -> usize {
    let start = format!("\n{method} sip:");
    let (_, from) = messages.split_once(&start).expect("such a request");
    let headers = from.split("\n\n").next().unwrap_or_default();
    let headers = headers.split("\r\n\r\n").next().unwrap_or_default();
    headers
        .lines()
        .filter(|line| line.starts_with("Via:"))
        .count()
}
