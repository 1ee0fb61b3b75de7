//! Flows drawn in the console, and the call that takes what was published.

use crate::{CALLER, SHORTLY};
use serde_json::{Value, json};
use tests::console::Console;
use tests::patience::until;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound::{self, Wav};
use tests::voice::Voice;

/// Leads to `echo-digits`, which asks for digits until the story makes it hang up at once.
const NUMBER: &str = "4008110512";

#[test]
fn a_flow_is_drawn_published_and_taken_by_the_next_call() {
    let server = Server::start("designer");
    let admin = server.api("admin");

    Console::begin(&server, "flows", "admin").succeeds();

    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());
    caller.succeeds();
    let mut entered = None;
    until("a call in the published version", SHORTLY, || {
        let events = admin.story(&admin.finished_record());
        entered = events
            .into_iter()
            .find(|event| event["kind"] == "flow_entered");
        entered.is_some()
    });
    assert_eq!(entered.unwrap()["version"], 2);
    server.comes_to_rest();
}

#[test]
fn a_time_scheme_is_kept_and_drawn_beside_the_other_nodes_that_ask() {
    let server = Server::start("schedules");

    Console::begin(&server, "schedules", "admin").succeeds();
}

#[test]
fn a_draft_is_simulated_and_published_only_once_its_tests_pass() {
    let server = Server::start("simulation");

    Console::begin(&server, "simulation", "admin").succeeds();

    let admin = server.api("admin");
    let flows = admin.get("/flows").json();
    let demo = flows["items"].as_array().unwrap().iter();
    let demo = demo.clone().find(|flow| flow["name"] == "demo").unwrap();
    assert_eq!(demo["version"], 2);
}

#[test]
fn what_callers_did_is_counted_on_the_canvas_and_their_calls_are_replayed() {
    let server = Server::start("counts");
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110510", voice.port());
    admin.newest_enters("choose_language");
    caller.nudge();
    caller.succeeds();
    admin.finished_record();

    Console::begin(&server, "counts", "admin").succeeds();
    server.comes_to_rest();
}

#[test]
fn a_draft_is_called_from_the_designer_and_counts_in_no_figure() {
    let server = Server::start("calling");
    let admin = server.api("admin");

    Console::begin(&server, "calling", "admin").succeeds();
    server.comes_to_rest();

    assert_eq!(admin.records(), Vec::<Value>::new(), "no caller was there");
    let trials = admin.get("/call-records?call_type=trial").json();
    let trials = trials["items"].as_array().unwrap().clone();
    let reasons: Vec<_> = trials.iter().map(|it| &it["ending"]["reason"]).collect();
    assert_eq!(reasons, ["flow_ended", "hung_up"]);
    assert_eq!(trials[1]["caller"], "13800138000");
    let message = Wav::read(&admin.recording(&trials[1]));
    assert!(message.seconds() > 2.0, "{} s", message.seconds());
    assert!(
        sound::loudness(&message.channels[0]) > 100.0,
        "the microphone is heard"
    );
    let flows = admin.get("/flows").json();
    let mut flows = flows["items"].as_array().unwrap().iter();
    let demo = flows.find(|flow| flow["name"] == "demo").unwrap();
    let path = format!("/flows/{}/counts?version=1", demo["id"].as_str().unwrap());
    let counts = admin.get(&path).json();
    assert_eq!(counts["nodes"], json!([]), "{counts:#}");
    let audit = admin.get("/audit-log").json();
    let tried = audit["items"].as_array().unwrap().iter();
    assert_eq!(tried.filter(|it| it["action"] == "flow_tried").count(), 2);
    let report = server.verify();
    assert!(report.trim_end().ends_with(" 0 differences"), "{report}");
}
