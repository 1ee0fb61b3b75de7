//! JsSIP in Chromium, over WSS and WS.

use crate::SHORTLY;
use crate::https::start;
use serde_json::json;
use tempfile::TempDir;
use tests::jssip::Browser;
use tests::patience::until;
use tests::server::Server;

#[test]
fn telephones_in_tabs_register_talk_in_text_and_hear_why_they_cannot_call() {
    let folder = TempDir::new().unwrap();
    let (server, _) = start("jssip-wss", &folder);
    let mut browser = Browser::start(&server);
    let mut first = browser.registered("first", "1001");
    let mut second = browser.registered("second", "1002");

    browser.order(&first, "options", json!({"target": "1002"}));
    first.says(&browser, "answered 200");
    let text = json!({"target": "1002", "text": "good morning"});
    browser.order(&first, "message", text);
    second.says(&browser, "message: good morning");
    browser.order(&first, "call", json!({"target": "1002"}));
    let refusal = first.says(&browser, "failed: remote");
    assert!(refusal.contains("Busy 486"), "{refusal}");

    browser.order(&first, "unregister", json!({}));
    first.says(&browser, "unregistered");
    let mut stranger = browser.open_with("stranger", "1003", "wrong");
    browser.order(&stranger, "register", json!({}));
    stranger.says(&browser, "registration failed: Authentication Error 401");
}

#[test]
fn a_telephone_in_a_tab_is_lost_with_the_tab_and_comes_back_after_a_crash() {
    let server = Server::start("jssip-ws");
    let admin = server.api("admin");
    let mut browser = Browser::start(&server);
    let mut phone = browser.registered("phone", "1001");
    let registered = |wanted: bool| admin.agent("1001")["registered"] == wanted;
    until("a device", SHORTLY, || registered(true));

    server.kill_worker();
    phone.says(&browser, "disconnected");
    phone.says(&browser, "connected");
    browser.order(&phone, "register", json!({}));
    phone.says(&browser, "registered");
    until("the device again", SHORTLY, || registered(true));

    browser.order(&phone, "close", json!({}));
    until("no device", SHORTLY, || registered(false));
}
