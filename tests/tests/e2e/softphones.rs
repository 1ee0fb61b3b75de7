//! Telephones in tabs, and how calls to them end: answered, given up, refused, hung up.

use crate::https::start;
use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::jssip::{Browser, Telephone};
use tests::server::Server;
use tests::sipp::Sipp;
use tests::voice::Voice;

/// A call that is over leaves nothing in the tab.
fn is_in_no_call(browser: &mut Browser, phone: &mut Telephone) {
    browser.order(phone, "count", json!({}));
    phone.says(browser, "in 0 calls");
}

/// The telephone answers and the two hear each other.
fn talks(browser: &mut Browser, phone: &mut Telephone, caller: &Voice) {
    browser.order(phone, "answer", json!({}));
    phone.says(browser, "confirmed");
    caller.hears_tone(AGENT, WHILE, SHORTLY);
    browser.order(phone, "listen", json!({"hz": CALLER}));
    phone.says(browser, "hears 440");
}

#[test]
fn a_tab_over_wss_answers_a_caller_who_gave_up_once_and_hangs_up() {
    let folder = TempDir::new().unwrap();
    let (server, _) = start("softphone-answers", &folder);
    let admin = server.api("admin");
    let mut browser = Browser::speaking(&server, AGENT);
    let mut phone = browser.registered("phone", "1001");
    server.api("1001").take_calls();

    let impatient = Sipp::call(&server, "4008110511", 9);
    phone.says(&browser, "offered m=audio");
    impatient.nudge();
    impatient.succeeds();
    phone.says(&browser, "failed: remote Canceled");
    is_in_no_call(&mut browser, &mut phone);
    admin.agent_is("1001", "idle");
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    assert_eq!(record["ending"]["stage"], "ringing", "{record:#}");

    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());
    phone.says(&browser, "offered m=audio");
    talks(&mut browser, &mut phone, &voice);
    browser.order(&phone, "hangup", json!({}));
    phone.says(&browser, "ended");
    assert!(caller.succeeds().contains("\nBYE sip:"));
    is_in_no_call(&mut browser, &mut phone);
    admin.shows_no_call();
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "agent", "{record:#}");
    server.comes_to_rest();
}

#[test]
fn what_one_tab_refuses_as_busy_rings_at_the_next() {
    let server = Server::start("softphone-refuses");
    let admin = server.api("admin");
    let mut browser = Browser::speaking(&server, AGENT);
    let mut first = browser.registered("first", "1001");
    let mut second = browser.registered("second", "1002");
    server.api("1001").take_calls();

    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());
    first.says(&browser, "offered m=audio");
    server.api("1002").take_calls();
    browser.order(&first, "refuse", json!({"status": 486}));
    first.says(&browser, "failed: local");
    second.says(&browser, "offered m=audio");
    talks(&mut browser, &mut second, &voice);
    is_in_no_call(&mut browser, &mut first);
    caller.nudge();
    caller.succeeds();
    second.says(&browser, "ended");

    admin.shows_no_call();
    let record = admin.finished_record();
    assert_eq!(record["extension"], "1002", "{record:#}");
    let story = admin.story(&record);
    let outcomes = story.iter().filter(|it| it["kind"] == "offer_ended");
    let outcomes: Vec<&Value> = outcomes.map(|it| &it["outcome"]).collect();
    assert_eq!(outcomes, ["rejected", "answered"], "{story:#?}");
    server.comes_to_rest();
}

#[test]
fn a_tab_that_calls_another_gives_up_and_is_told_of_a_busy_one() {
    let server = Server::start("softphone-calls");
    let admin = server.api("admin");
    let mut browser = Browser::start(&server);
    let mut first = browser.registered("first", "1001");
    let mut second = browser.registered("second", "1002");
    for agent in ["1001", "1002"] {
        server.api(agent).take_calls();
    }

    browser.order(&first, "call", json!({"target": "1002"}));
    second.says(&browser, "offered m=audio");
    browser.order(&first, "hangup", json!({}));
    first.says(&browser, "failed: local Canceled");
    second.says(&browser, "failed: remote Canceled");
    for phone in [&mut first, &mut second] {
        is_in_no_call(&mut browser, phone);
    }
    admin.agent_is("1002", "idle");

    browser.order(&first, "call", json!({"target": "1002"}));
    second.says(&browser, "offered m=audio");
    browser.order(&second, "refuse", json!({"status": 486}));
    let refusal = first.says(&browser, "failed: remote");
    assert!(refusal.contains("Busy 486"), "{refusal}");
    admin.shows_no_call();
    let record = admin.finished_record();
    assert_eq!(record["ending"]["reason"], "busy", "{record:#}");
    server.comes_to_rest();
}
