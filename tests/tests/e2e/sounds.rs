//! Recordings of an enterprise's own, heard by callers.

use crate::{AGENT, CALLER, SHORTLY};
use serde_json::json;
use std::time::Duration;
use tests::console::Console;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound;
use tests::voice::Voice;

const NUMBER: &str = "4008110512";
/// What the sound is replaced by.
const OTHER: f64 = 700.0;
const SECOND: Duration = Duration::from_secs(1);

fn tone(hz: f64, seconds: usize) -> Vec<u8> {
    sound::wav(&sound::tone(hz, 0, seconds * sound::RATE))
}

#[test]
fn a_caller_hears_a_sound_as_it_was_when_the_call_began_to_play_it() {
    let server = Server::start("sounds");
    let admin = server.api("admin");
    let made = admin.post_wav("/sounds?name=spring%20offer", &tone(AGENT, 8));
    assert_eq!(made.status, 201, "{:#}", made.json());
    admin.publish(&json!({
        "name": "echo-digits",
        "language": "zh-CN",
        "start": "offer",
        "nodes": {
            "offer": {"kind": "play", "items": [{"sound": "spring offer"}], "interruptible": true},
            "bye": {"kind": "hangup"},
        },
        "edges": [{"from": "offer", "exit": "ok", "to": "bye"}],
    }));
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());
    voice.hears_tone(AGENT, SECOND, SHORTLY);

    let path = format!("/sounds/{}", made.json()["id"].as_str().unwrap());
    let replaced = admin.put_wav(&format!("{path}/audio"), &json!(1), &tone(OTHER, 3));
    assert_eq!(replaced.status, 200, "{:#}", replaced.json());
    assert_eq!(replaced.json()["used_by"], json!(["echo-digits"]));
    voice.hears_tone(AGENT, SECOND, SHORTLY);
    voice.press("1");
    caller.succeeds();

    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());
    voice.hears_tone(OTHER, SECOND, SHORTLY);
    caller.succeeds();

    assert_eq!(admin.finished_record()["ending"]["reason"], "flow_ended");
    server.comes_to_rest();
}

#[test]
fn a_sound_is_uploaded_heard_and_drawn_in_a_browser() {
    let server = Server::start("sounds-console");

    Console::begin(&server, "sounds", "admin").succeeds();
}
