//! Telephones in tabs, whose audio is encrypted and whose address is proven, in calls with others.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::json;
use tests::baresip::{Baresip, Manner};
use tests::jssip::{Browser, Telephone};
use tests::patience::until;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound::{self, Wav};
use tests::voice::Voice;

/// Waits until the telephone hears the caller for two seconds.
fn hears_the_caller(browser: &mut Browser, phone: &mut Telephone) {
    browser.order(phone, "listen", json!({"hz": CALLER}));
    phone.says(browser, "hears 440");
}

#[test]
fn a_browser_and_a_caller_hear_each_other_through_hold_keys_and_a_crash() {
    let server = Server::start("browser-talks");
    let admin = server.api("admin");
    let mut browser = Browser::speaking(&server, AGENT);
    let mut phone = browser.registered("phone", "1001");
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());
    phone.says(&browser, "offered m=audio");
    browser.order(&phone, "answer", json!({}));
    phone.says(&browser, "confirmed");
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    hears_the_caller(&mut browser, &mut phone);

    browser.order(&phone, "press", json!({"keys": "5"}));
    until("the key", SHORTLY, || voice.keys_heard() == [5]);
    browser.order(&phone, "hold", json!({}));
    phone.says(&browser, "held: local");
    browser.order(&phone, "resume", json!({}));
    phone.says(&browser, "resumed: local");
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    hears_the_caller(&mut browser, &mut phone);

    server.kill_worker();
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    hears_the_caller(&mut browser, &mut phone);
    browser.order(&phone, "register", json!({}));
    caller.nudge();
    caller.succeeds();
    phone.says(&browser, "ended");

    let record = admin.finished_record();
    let file = Wav::read(&admin.recording(&record));
    assert!(sound::seconds_of(&file.channels[0], CALLER) > 4.0);
    assert!(sound::seconds_of(&file.channels[1], AGENT) > 4.0);
    server.comes_to_rest();
}

#[test]
fn a_browser_that_hangs_up_ends_the_call_for_both() {
    let server = Server::start("browser-hangs-up");
    let admin = server.api("admin");
    let mut browser = Browser::speaking(&server, AGENT);
    let mut phone = browser.registered("phone", "1001");
    server.api("1001").take_calls();
    let voice = Voice::speaking_alaw(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());
    phone.says(&browser, "offered m=audio");
    browser.order(&phone, "answer", json!({}));
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    browser.order(&phone, "hangup", json!({}));
    phone.says(&browser, "ended");
    assert!(caller.succeeds().contains("\nBYE sip:"));
    assert_eq!(admin.finished_record()["ending"]["by"], "agent");
    server.comes_to_rest();
}

#[test]
fn two_browsers_call_each_other() {
    let server = Server::start("browsers-talk");
    let admin = server.api("admin");
    let mut browser = Browser::speaking(&server, CALLER);
    let mut first = browser.registered("first", "1001");
    let mut second = browser.registered("second", "1002");
    for agent in ["1001", "1002"] {
        server.api(agent).take_calls();
    }
    browser.order(&first, "call", json!({"target": "1002"}));
    second.says(&browser, "offered m=audio");
    browser.order(&second, "answer", json!({}));
    first.says(&browser, "confirmed");
    hears_the_caller(&mut browser, &mut first);
    hears_the_caller(&mut browser, &mut second);
    browser.order(&second, "hangup", json!({}));
    first.says(&browser, "ended");
    admin.finished_record();
    server.comes_to_rest();
}

#[test]
fn a_browser_and_a_desk_phone_hear_each_other() {
    let mut server = Server::start("browser-and-baresip");
    let desk = Baresip::registered(&mut server, Manner::answering("1001", CALLER));
    let admin = server.api("admin");
    let mut browser = Browser::speaking(&server, AGENT);
    let mut phone = browser.registered("phone", "1002");
    for agent in ["1001", "1002"] {
        server.api(agent).take_calls();
    }

    browser.order(&phone, "call", json!({"target": "1001"}));
    phone.says(&browser, "confirmed");
    hears_the_caller(&mut browser, &mut phone);
    until("the browser's tone at the desk", SHORTLY, || {
        sound::seconds_of(&desk.heard(), AGENT) > 1.0
    });
    browser.order(&phone, "hangup", json!({}));
    phone.says(&browser, "ended");

    desk.is_left();
    admin.finished_record();
    server.comes_to_rest();
}
