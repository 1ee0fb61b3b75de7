//! What a caller types where it is sensitive is found in nothing that the server writes or shows.

use crate::{CALLER, bots};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use tests::patience::{eventually, until};
use tests::sipp::{Manner, Sipp};
use tests::voice::Voice;

const NUMBER: &str = "4008110512";
const TYPED: &str = "86429753";

/// Every file below a folder but those of the journal: it holds the caller's walk as it stands, with
/// what they typed, so that a crash does not make them type it again.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "journal") {
            files(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

fn assert_absent(what: &str, bytes: &[u8], secret: &str) {
    let at = bytes
        .windows(secret.len())
        .position(|window| window == secret.as_bytes());
    let around = at.map(|at| {
        let from = at.saturating_sub(200);
        String::from_utf8_lossy(&bytes[from..(at + 40).min(bytes.len())]).into_owned()
    });
    assert_eq!(around, None, "{what} holds {secret}");
}

fn asking_for(digits: u8) -> serde_json::Value {
    json!({
        "name": "echo-digits",
        "language": "zh-CN",
        "start": "card",
        "nodes": {
            "card": {
                "kind": "collect",
                "items": [{"clip": "enter_digits"}],
                "variable": "card",
                "max_length": digits,
                "sensitive": true,
            },
            "copied": {"kind": "set", "variable": "again", "value": "${card}"},
            "bye": {"kind": "hangup", "items": [{"say": "digits", "text": "${again}"}]},
        },
        "edges": [
            {"from": "card", "exit": "default", "to": "copied"},
            {"from": "copied", "exit": "ok", "to": "bye"},
        ],
    })
}

/// Calls, types, and looks for what was typed.
fn nothing_is_left(story: &str, manner: &'static str, digits: u8) {
    let log = [("TRUNKLINE__LOG__FILTER", "trace".to_owned())];
    let server = bots::server_with_flow(story, &log, &asking_for(digits));
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call_in(Manner::of(manner), &server, NUMBER, voice.port());
    admin.newest_enters("card");
    let call = eventually("the live call", crate::SHORTLY, || {
        let calls = admin.calls();
        Some(calls.first()?["id"].as_str()?.to_owned())
    });
    let secret = if manner == "caller" {
        voice.press(TYPED);
        TYPED
    } else {
        caller.nudge();
        "Signal="
    };
    admin.newest_enters("bye");
    let shown = admin.get(&format!("/calls/{call}/sip"));
    assert_eq!(shown.status, 200);
    assert_absent("the ladder", &shown.body, secret);
    let captured = admin.get(&format!("/calls/{call}/sip.pcap"));
    assert_eq!(captured.status, 200);
    assert!(captured.body.len() > 1_000, "{} bytes", captured.body.len());
    assert_absent("the capture", &captured.body, secret);
    caller.succeeds();
    let record = admin.finished_record();
    let id = record["id"].as_str().unwrap();
    for path in ["", "/events", "/sip"] {
        let answer = admin.get(&format!("/call-records/{id}{path}"));
        assert_absent(path, &answer.body, secret);
    }
    server.comes_to_rest();
    until("a log in every detail", crate::SHORTLY, || {
        server.log().contains("DEBUG")
    });
    let mut written = vec![server.folder().join("server.log")];
    files(&server.folder().join("data"), &mut written);
    assert!(written.len() > 3, "{written:?}");
    for path in written {
        let bytes = fs::read(&path).unwrap();
        assert_absent(&path.display().to_string(), &bytes, secret);
    }
}

#[test]
fn a_card_number_is_in_no_log_database_record_or_ladder() {
    nothing_is_left("secret-digits", "caller", 8);
}

#[test]
fn a_key_by_info_is_in_no_log_database_record_or_ladder() {
    nothing_is_left("secret-info", "info_digits", 1);
}
