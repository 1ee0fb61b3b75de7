//! Recordings of real calls: pauses, digests, a folder that cannot be written.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;
use tests::baresip::{Baresip, Manner};
use tests::patience::until;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::voice::Voice;

/// The job looks every 2 s, and what it says goes through the journal.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn an_agent_pauses_the_recording_and_its_file_is_what_its_record_says() {
    let mut server = Server::start("recording-pauses");
    let admin = server.api("admin");
    let _phone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));
    let agent = server.api("1001");
    agent.take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    let id = admin.calls()[0]["id"].as_str().unwrap().to_owned();
    let order = |what: &str| agent.post(&format!("/calls/{id}/recording/{what}"), &json!({}));

    assert_eq!(order("pause").status, 204);
    assert_eq!(
        server
            .api("1002")
            .post(&format!("/calls/{id}/recording/pause"), &json!({}))
            .status,
        404
    );
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    assert_eq!(order("resume").status, 204);
    caller.nudge();
    caller.succeeds();

    let record = admin.finished_record();
    let story = admin.story(&record);
    let said = |kind: &str| -> Value {
        let found = story.iter().find(|event| event["kind"] == kind);
        found
            .unwrap_or_else(|| panic!("no {kind}: {story:#?}"))
            .clone()
    };
    let (from, until) = (said("recording_paused"), said("recording_resumed"));
    assert!(from["by"]["name"].is_string(), "{from:#}");
    assert!(from["at_ms"].as_i64() < until["at_ms"].as_i64());
    let sha256 = record["recording_file"]["sha256"].as_str().unwrap();
    assert_eq!(sha256.len(), 64);
    server.comes_to_rest();
    assert!(
        server
            .verify()
            .trim_end()
            .ends_with(" 1 files, 0 differences")
    );

    let path = wave(&server.folder().join("data/recordings")).unwrap();
    fs::write(path, b"something else").unwrap();
    let report = server.verify();
    assert!(
        report.contains("not what it was when it was closed"),
        "{report}"
    );
}

#[test]
fn a_call_goes_on_where_no_recording_can_be_made_and_its_record_says_why() {
    let mut server = Server::start("recording-refused");
    let admin = server.api("admin");
    let phone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));
    server.api("1001").take_calls();
    // A file where the folder ought to be.
    fs::write(server.folder().join("data/recordings"), b"").unwrap();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());

    voice.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    phone.is_left();

    let record = admin.finished_record();
    let file = &record["recording_file"];
    assert_eq!(file["state"], "faulty", "{record:#}");
    assert!(file["fault"].is_string(), "{record:#}");
    assert!(server.metric("trunkline_recordings_failing") > 0.5);
    assert!(server.is_ready());
    assert!(server.log().contains("a recording could not be written"));
    server.comes_to_rest();
}

/// The first WAV file below a folder.
fn wave(folder: &std::path::Path) -> Option<std::path::PathBuf> {
    let entries = fs::read_dir(folder).ok()?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find_map(|path| {
            if path.is_dir() {
                return wave(&path);
            }
            path.extension()
                .is_some_and(|it| it == "wav")
                .then_some(path)
        })
}

#[test]
fn a_recording_is_made_small_after_its_call_and_served_as_what_it_is() {
    let compress = ("TRUNKLINE__RECORDING__COMPRESS", "opus".to_owned());
    let mut server = Server::start_with("recording-compressed", &[compress]);
    let admin = server.api("admin");
    let _phone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();

    let record = admin.finished_record();
    let path = format!("/call-records/{}", record["id"].as_str().unwrap());
    let folder = server.folder().join("data/recordings");
    until("a small recording", PATIENCE, || {
        let file = &admin.get(&path).json()["recording_file"];
        file["format"] == "opus" && wave(&folder).is_none()
    });
    let small = admin.recording(&record);
    assert!(small.starts_with(b"OggS"));
    let range = admin.get_range(&format!("{path}/recording"), Some("bytes=0-3"));
    assert_eq!((range.status, range.body.as_slice()), (206, &b"OggS"[..]));
    let file = &admin.get(&path).json()["recording_file"];
    assert_eq!(file["size_bytes"], small.len());
    assert!(
        server
            .verify()
            .trim_end()
            .ends_with(" 1 files, 0 differences")
    );
    server.comes_to_rest();
}
