//! Trunks that are made and changed while the server runs.

use crate::{CALLER, SHORTLY};
use serde_json::{Value, json};
use std::time::Instant;
use tests::api::Api;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::voice::Voice;

/// A number of the trunk that the story makes, and how the carrier writes it.
const NUMBER: &str = "4000000000";
const DIALLED: &str = "00864000000000";

#[test]
fn a_trunk_takes_calls_as_soon_as_it_is_saved_and_after_a_crash() {
    let server = Server::start("trunk-made");
    let admin = server.api("admin");
    let trunk = made(&admin, "/trunks", &narrower());
    let flow = flow_of(&admin, "4008110513");
    let number = json!({
        "number": NUMBER,
        "trunk": trunk["id"],
        "destination": {"to": "flow", "flow": flow}
    });
    made(&admin, "/trunk-numbers", &number);

    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, DIALLED, voice.port());
    voice.hears_sound(Instant::now(), 1.0, SHORTLY);
    let call = admin.calls()[0]["id"].as_str().unwrap().to_owned();
    let ladder = admin.get(&format!("/calls/{call}/sip")).json();
    let state = admin.get("/trunks").json();
    caller.nudge();
    caller.succeeds();

    let first = ladder["messages"][0]["first_line"].as_str().unwrap();
    assert!(
        first.starts_with(&format!("INVITE sip:{DIALLED}@")),
        "{first}"
    );
    let busy = state["items"].as_array().unwrap().iter();
    let busy: Vec<_> = busy.filter(|it| it["status"]["calls"] == 1).collect();
    assert_eq!(busy.len(), 1);
    assert_eq!(busy[0]["settings"]["name"], "narrower");
    let record = admin.finished_record();
    assert_eq!(record["trunk_number"], NUMBER, "{record:#}");

    server.kill_worker();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, DIALLED, voice.port());
    voice.hears_sound(Instant::now(), 1.0, SHORTLY);
    caller.nudge();
    caller.succeeds();
    server.comes_to_rest();
}

/// A trunk for a part of what the demo's trunk is for, so that its calls are taken over.
fn narrower() -> Value {
    json!({
        "name": "narrower",
        "inbound": {"sources": ["127.0.0.1/32"]},
        "rules": {"called_in": [{"prefix": "0086", "strip": 4}]},
        "outbound": {
            "gateways": [{"host": "127.0.0.1", "port": 5099, "transport": "udp"}],
            "credentials": {"user": "me", "password": "open sesame"}
        }
    })
}

fn made(admin: &Api, path: &str, body: &Value) -> Value {
    let answer = admin.post(path, body);
    assert_eq!(answer.status, 201, "{}", answer.json());
    answer.json()
}

/// The flow that a number leads to.
fn flow_of(admin: &Api, number: &str) -> Value {
    let numbers = admin.get("/trunk-numbers").json();
    let numbers = numbers["items"].as_array().unwrap();
    let found = numbers.iter().find(|it| it["number"] == number);
    found.unwrap()["destination"]["flow"]["id"].clone()
}
