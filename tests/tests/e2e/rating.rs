//! Callers rate how they were served, once the agent has hung up.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::json;
use tests::baresip::{Baresip, Manner};
use tests::console::Console;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound;
use tests::voice::Voice;

/// The question and the thanks.
const QUESTION: f64 = 700.0;
const THANKS: f64 = 1_300.0;

#[test]
fn a_caller_rates_an_agent_who_hung_up_and_a_crash_only_asks_again() {
    let mut server = Server::start("rating");
    let admin = server.api("admin");
    for (name, hz, seconds) in [("question", QUESTION, 30), ("thanks", THANKS, 4)] {
        let file = sound::wav(&sound::tone(hz, 0, seconds * sound::RATE));
        let made = admin.post_wav(&format!("/sounds?name={name}"), &file);
        assert_eq!(made.status, 201, "{:#}", made.json());
    }
    admin.publish(&json!({
        "name": "echo-digits",
        "language": "zh-CN",
        "start": "sales",
        "nodes": {
            "sales": {"kind": "queue", "queue": "sales"},
            "rate": {
                "kind": "survey",
                "items": [{"sound": "question"}],
                "scores": {"1": 5, "2": 4, "3": 1},
            },
            "thanks": {"kind": "hangup", "items": [{"sound": "thanks"}]},
            "bye": {"kind": "hangup"},
        },
        "edges": [
            {"from": "sales", "exit": "talked", "to": "rate"},
            {"from": "sales", "exit": "default", "to": "bye"},
            {"from": "rate", "exit": "ok", "to": "thanks"},
            {"from": "rate", "exit": "default", "to": "bye"},
        ],
    }));
    let phone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110512", voice.port());
    voice.hears_tone(AGENT, WHILE, SHORTLY);

    phone.command("hangup", "");
    voice.hears_tone(QUESTION, WHILE, SHORTLY);
    admin.agent_is("1001", "wrap_up");
    assert_eq!(admin.calls()[0]["stage"], "survey");
    server.kill_worker();
    voice.hears_tone(QUESTION, WHILE, SHORTLY);
    voice.press("2");
    voice.hears_tone(THANKS, WHILE, SHORTLY);
    caller.succeeds();

    phone.is_left();
    let heard = phone.heard();
    assert!(sound::seconds_of(&heard, CALLER) > 1.0);
    assert!(
        sound::seconds_of(&heard, QUESTION) < 0.2,
        "the agent hears no survey"
    );
    let record = admin.finished_record();
    assert_eq!(record["surveyed"], true, "{record:#}");
    assert_eq!(record["rating"], json!({"score": 4, "scale": "stars"}));
    assert_eq!(record["extension"], "1001");
    assert_eq!(record["ending"]["reason"], "flow_ended");
    let story = admin.story(&record);
    let kinds = |kind: &str| story.iter().filter(|it| it["kind"] == kind).count();
    assert_eq!(
        (kinds("survey_offered"), kinds("rated")),
        (1, 1),
        "{story:#?}"
    );
    admin.shows_no_call();
    admin.agent_is("1001", "idle");
    server.comes_to_rest();
    Console::begin(&server, "rating", "admin").succeeds();
    let report = server.verify();
    assert!(report.trim_end().ends_with(" 0 differences"), "{report}");
}
