//! Trunks as carriers want them: with credentials, registrations, several gateways.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tests::patience::until;
use tests::server::{Server, free_address};
use tests::sipp::{self, Sipp};
use tests::voice::Voice;

/// The demo's trunk for calls to outside numbers, and a number that leads there.
const TRUNK: &str = "local-out";
const OUTSIDE: &str = "4008110516";
/// Half of a registration of a minute, and some.
const RENEWAL: Duration = Duration::from_mins(1);

fn gateway(address: SocketAddr, priority: u16) -> Value {
    json!({
        "host": address.ip().to_string(),
        "port": address.port(),
        "transport": "udp",
        "priority": priority,
    })
}

#[test]
fn a_carrier_that_asks_who_calls_is_told() {
    let server = Server::start("trunk-digest");
    let admin = server.api("admin");
    admin.change_trunk(TRUNK, |settings| {
        settings["outbound"]["credentials"] = json!({"user": "joe", "password": "schmo"});
    });
    let far = Voice::speaking(AGENT);
    let manner = sipp::Manner::of("callee_digest");
    let outside = Sipp::await_call_in(manner, &server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, OUTSIDE, near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    outside.succeeds();
    server.comes_to_rest();
}

#[test]
fn a_carrier_whose_nonce_has_gone_stale_is_told_again_with_the_next() {
    for scenario in ["callee_stale", "callee_stale_proxy"] {
        let server = Server::start(scenario);
        let admin = server.api("admin");
        admin.change_trunk(TRUNK, |settings| {
            settings["outbound"]["credentials"] = json!({"user": "joe", "password": "schmo"});
        });
        let far = Voice::speaking(AGENT);
        let outside = Sipp::await_call_in(sipp::Manner::of(scenario), &server, far.port());
        let near = Voice::speaking(CALLER);
        let caller = Sipp::call(&server, OUTSIDE, near.port());

        near.hears_tone(AGENT, WHILE, SHORTLY);
        far.hears_tone(CALLER, WHILE, SHORTLY);
        caller.nudge();
        caller.succeeds();
        outside.succeeds();

        let record = admin.finished_record();
        assert_eq!(record["ending"]["by"], "customer", "{record:#}");
        assert_eq!(record["ending"]["stage"], "talking");
        admin.shows_no_call();
        server.comes_to_rest();
    }
}

#[test]
fn a_call_that_one_gateway_cannot_serve_goes_to_the_next() {
    let server = Server::start("trunk-failover");
    let admin = server.api("admin");
    let second = free_address();
    admin.change_trunk(TRUNK, |settings| {
        let first = gateway(server.outbound_peer, 0);
        settings["outbound"]["gateways"] = json!([first, gateway(second, 1)]);
    });
    let busy = Sipp::await_call_in(sipp::Manner::of("unavailable"), &server, 9);
    let far = Voice::speaking(AGENT);
    let manner = sipp::Manner::of("callee");
    let outside = Sipp::await_call_at(second, manner, &server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, OUTSIDE, near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    busy.succeeds();
    outside.succeeds();
    server.comes_to_rest();
}

#[test]
fn a_gateway_that_is_down_is_seen_and_not_called() {
    let server = Server::start("trunk-health");
    let admin = server.api("admin");
    let (dead, alive) = (free_address(), server.outbound_peer);
    let far = Voice::speaking(AGENT);
    let manner = sipp::Manner {
        calls: 1_000,
        ..sipp::Manner::of("carrier")
    };
    let outside = Sipp::await_call_in(manner, &server, far.port());
    admin.change_trunk(TRUNK, |settings| {
        settings["outbound"]["gateways"] = json!([gateway(dead, 0), gateway(alive, 1)]);
        settings["outbound"]["health_seconds"] = json!(5);
    });
    until("a gateway that is seen to be down", RENEWAL, || {
        let trunk = admin.trunk(TRUNK);
        let lives = |at: usize| trunk["status"]["gateways"][at]["alive"].as_bool();
        lives(0) == Some(false) && lives(1) == Some(true)
    });
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, OUTSIDE, near.port());

    near.hears_tone(AGENT, WHILE, Duration::from_secs(5));
    caller.nudge();
    caller.succeeds();
    drop(outside);
    server.comes_to_rest();
}

#[test]
fn a_trunk_registers_and_renews_in_time() {
    let server = Server::start("trunk-registers");
    let admin = server.api("admin");
    let registrar = Sipp::await_call_in(sipp::Manner::of("registrar"), &server, 9);
    admin.change_trunk(TRUNK, |settings| {
        settings["outbound"]["credentials"] = json!({"user": "joe", "password": "schmo"});
        settings["outbound"]["registration"] =
            json!({"user": "joe", "domain": "carrier.example", "expires_seconds": 60});
    });

    until("a registered trunk", SHORTLY, || {
        admin.trunk(TRUNK)["status"]["registration"]["state"] == "registered"
    });
    registrar.succeeds_within(RENEWAL);
}

#[test]
fn a_caller_whom_only_its_password_makes_known_is_let_in() {
    let server = Server::start("trunk-account");
    let admin = server.api("admin");
    admin.change_trunk("local", |settings| {
        settings["inbound"] = json!({
            "sources": ["192.0.2.0/24"],
            "account": {"user": "pbx", "password": "open-sesame-7"},
        });
    });
    let voice = Voice::speaking(CALLER);
    let manner = sipp::Manner::of("caller_digest");
    let caller = Sipp::call_in(manner, &server, "4008110513", voice.port());

    voice.hears_sound(std::time::Instant::now(), 1.0, SHORTLY);
    caller.nudge();
    caller.succeeds();
    server.comes_to_rest();
}
