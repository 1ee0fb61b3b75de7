//! Calls that end for reasons other than a party's wish, and many that end at once.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::json;
use tests::patience::until;
use tests::server::Server;
use tests::sipp::{self, Sipp};
use tests::voice::Voice;

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
    let caller = Sipp::call(&server, "4008110513", voice.port());
    admin.newest_enters("prompt");

    let ended = server.stop();

    assert!(ended.success(), "{ended}");
    let messages = caller.succeeds();
    assert!(messages.contains("\nBYE sip:"), "the caller is told");
    server.start_again();
    let record = server.api("admin").finished_record();
    assert_eq!(record["ending"]["reason"], "shutdown", "{record:#}");
    server.comes_to_rest();
}

#[test]
fn a_crowd_comes_and_goes_and_nothing_is_left() {
    let server = Server::start("crowd");
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let manner = sipp::Manner {
        calls: 40,
        ..sipp::Manner::of("passer")
    };
    let crowd = Sipp::call_in(manner, &server, "4008110515", voice.port());

    crowd.succeeds();

    until("a record of each call", SHORTLY, || {
        let records = admin.get("/call-records?limit=100").json();
        let records = records["items"].as_array().cloned().unwrap_or_default();
        records.len() == 40
            && records
                .iter()
                .all(|record| record["ending"]["by"] == "customer")
    });
    server.comes_to_rest();
    let report = server.verify();
    assert!(report.trim_end().ends_with(" 0 differences"), "{report}");
}
