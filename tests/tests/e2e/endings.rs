//! Calls that end for reasons other than a party's wish, and many that end at once.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::json;
use std::time::Duration;
use tests::baresip::{Baresip, Manner};
use tests::patience::until;
use tests::server::Server;
use tests::sipp::{self, Sipp};
use tests::sound::Wav;
use tests::voice::Voice;

/// An answer is repeated for 64 times T1 (RFC 3261 section 13.3.1.4).
const GIVEN_UP: Duration = Duration::from_secs(40);

#[test]
fn an_operator_ends_a_call_for_both_sides() {
    let server = Server::start("operator");
    let admin = server.api("admin");
    let far = Voice::speaking(AGENT);
    let outside = Sipp::await_call(&server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110516", near.port());
    near.hears_tone(AGENT, WHILE, SHORTLY);

    let live = admin.calls();
    assert_eq!(live.len(), 1, "{live:?}");
    let call = live[0]["id"].as_str().unwrap();
    let answer = admin.post(&format!("/calls/{call}/hangup"), &json!({}));
    assert!((200..300).contains(&answer.status), "{}", answer.json());
    caller.succeeds();
    outside.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "system", "{record:#}");
    assert_eq!(record["ending"]["reason"], "operator");
    server.comes_to_rest();
}

#[test]
fn a_server_that_is_told_to_stop_hangs_up_and_ends() {
    let mut server = Server::start("stop");
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110515", voice.port());
    admin.newest_enters("prompt");

    let ended = server.stop();

    assert!(ended.success(), "{ended}");
    let messages = caller.succeeds();
    assert!(messages.contains("\nBYE sip:"), "the caller is told");
    server.start_again();
    let admin = server.api("admin");
    let record = admin.finished_record();
    assert_eq!(record["ending"]["reason"], "shutdown", "{record:#}");
    let lasted = record["duration_ms"].as_f64().unwrap() / 1_000.0;
    let wav = Wav::read(&admin.recording(&record));
    assert!((wav.seconds() - lasted).abs() <= 0.3, "{} s", wav.seconds());
    server.comes_to_rest();
}

#[test]
fn a_crowd_comes_and_goes_and_nothing_is_left() {
    let server = Server::start("crowd");
    let voice = Voice::speaking(CALLER);

    let crowd = crowd(&server, "4008110515", (40, voice.port()));

    crowd.succeeds();
    everybody_left(&server, 40);
}

#[test]
fn a_crowd_does_not_notice_that_the_server_is_killed() {
    let server = Server::start("crowd-and-kills");
    let voice = Voice::speaking(CALLER);

    let crowd = crowd(&server, "4008110515", (80, voice.port()));
    for n in 1..=3 {
        until("calls in progress", SHORTLY, || {
            crowd.messages().matches("\nACK sip:").count() >= n * 15
        });
        server.kill_worker();
    }

    crowd.succeeds();
    everybody_left(&server, 80);
}

#[test]
fn agents_under_a_crowd_are_free_after_it_whatever_was_killed() {
    let mut server = Server::start("crowd-in-line");
    let admin = server.api("admin");
    let mut phones = Vec::new();
    for user in ["1001", "1002"] {
        phones.push(Baresip::registered(
            &mut server,
            Manner::answering(user, AGENT),
        ));
        server.api(user).take_calls();
    }
    let voice = Voice::speaking(CALLER);

    let crowd = crowd(&server, "4008110511", (60, voice.port()));
    for n in 1..=3 {
        until("calls in progress", SHORTLY, || {
            crowd.messages().matches("\nACK sip:").count() >= n * 15
        });
        server.kill_worker();
    }

    crowd.succeeds();
    for user in ["1001", "1002"] {
        admin.agent_is(user, "idle");
    }
    everybody_left(&server, 60);
}

/// Many call `number`, listen for two seconds and hang up.
fn crowd(server: &Server, number: &str, (calls, media_port): (u32, u16)) -> Sipp {
    let manner = sipp::Manner {
        calls,
        ..sipp::Manner::of("passer")
    };
    Sipp::call_in(manner, server, number, media_port)
}

/// Every call has a record that says that the caller hung up, with a recording of its length.
fn everybody_left(server: &Server, calls: usize) {
    let admin = server.api("admin");
    let mut records = Vec::new();
    until("a record of each call", SHORTLY, || {
        let page = admin.get("/call-records?limit=100").json();
        records = page["items"].as_array().cloned().unwrap_or_default();
        records.len() == calls && records.iter().all(|record| record["ended_at"].is_string())
    });
    server.comes_to_rest();
    for record in &records {
        assert_eq!(record["ending"]["by"], "customer", "{record:#}");
        if record["recording"].is_null() {
            continue;
        }
        let talked = record["bridged_at"].is_string();
        let length = if talked { "talk_ms" } else { "duration_ms" };
        let lasted = record[length].as_f64().unwrap() / 1_000.0;
        let wav = Wav::read(&admin.recording(record));
        let off = (wav.seconds() - lasted).abs();
        assert!(off <= 0.3, "{} s of {record:#}", wav.seconds());
    }
    let report = server.verify();
    assert!(report.trim_end().ends_with(" 0 differences"), "{report}");
}

#[test]
fn a_caller_who_never_acknowledges_is_given_up() {
    let server = Server::start("no-ack");
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let manner = sipp::Manner::of("no_ack");

    let caller = Sipp::call_in(manner, &server, "4008110513", voice.port());
    caller.succeeds_within(GIVEN_UP);

    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "network", "{record:#}");
    assert_eq!(record["ending"]["reason"], "signalling_timeout");
    server.comes_to_rest();
}
