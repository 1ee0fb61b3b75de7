//! Numbers that a trunk may not dial: nothing of them reaches the carrier.

use crate::bots::{self, Bot};
use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::net::UdpSocket;
use std::time::Instant;
use tests::api::Api;
use tests::baresip::{Baresip, Manner};
use tests::patience::{eventually, until};
use tests::server::Server;
use tests::sipp::Sipp;
use tests::voice::Voice;

const TRUNK: &str = "local-out";
const ABROAD: &str = "00447700900000";
const REFUSED: &str = "trunkline_dials_forbidden_total";

/// Who sits where the carrier is, and counts what it is sent.
struct Carrier(UdpSocket);

impl Carrier {
    fn of(server: &Server) -> Self {
        let socket = UdpSocket::bind(server.outbound_peer).unwrap();
        socket.set_nonblocking(true).unwrap();
        Self(socket)
    }

    fn was_sent_nothing(&self) {
        let mut bytes = [0; 4_096];
        let sent = self.0.recv(&mut bytes);
        let nothing = matches!(&sent, Err(error) if error.kind() == ErrorKind::WouldBlock);
        assert!(nothing, "{sent:?} {}", String::from_utf8_lossy(&bytes));
    }
}

fn audit_lines(admin: &Api) -> Vec<Value> {
    let log = admin.get("/audit-log").json();
    let lines = log["items"].as_array().cloned().unwrap_or_default();
    let forbidden = |line: &Value| line["action"] == "dial_forbidden";
    lines.into_iter().filter(forbidden).collect()
}

#[test]
fn a_forbidden_number_is_refused_to_a_telephone_and_nothing_leaves() {
    let mut server = Server::start("forbidden-phone");
    let admin = server.api("admin");
    // Whoever calls from this address has to prove who it is: agents do.
    admin.change_trunk("local", |settings| {
        settings["inbound"]["sources"] = json!(["192.0.2.0/24"]);
    });
    let carrier = Carrier::of(&server);
    let phone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));

    phone.command("dial", ABROAD);
    phone.says("403 Forbidden", SHORTLY);

    let record = admin.finished_record();
    assert_eq!(record["ending"]["reason"], "forbidden", "{record:#}");
    assert_eq!(record["called"], ABROAD);
    let story = admin.story(&record);
    let told = story.iter().find(|it| it["kind"] == "dial_forbidden");
    let told = told.expect("the story tells why");
    assert_eq!(told["trunk"]["name"], TRUNK, "{told:#}");
    assert_eq!(told["rule"], "abroad");
    let line = eventually("a line of the audit log", SHORTLY, || {
        let mut lines = audit_lines(&admin).into_iter();
        lines.find(|line| line["subject"] == ABROAD)
    });
    for (field, name) in [("trunk", TRUNK), ("agent", "1001")] {
        let changes = line["changes"].as_array().unwrap();
        let said = changes.iter().find(|it| it["field"] == field);
        assert_eq!(said.unwrap()["after_name"], name, "{line:#}");
    }
    until("a count", SHORTLY, || server.metric(REFUSED) >= 1.0);
    carrier.was_sent_nothing();
    drop(carrier);

    admin.change_trunk(TRUNK, |settings| {
        settings["dialing"]["allowed_prefixes"] = json!(["+447700"]);
    });
    let far = Voice::speaking(CALLER);
    let outside = Sipp::await_call(&server, far.port());
    phone.command("dial", ABROAD);
    phone.is_in_a_call();
    far.hears_tone(AGENT, WHILE, SHORTLY);
    phone.command("hangup", "");
    outside.succeeds();
    server.comes_to_rest();
}

#[test]
fn a_caller_of_no_trunk_is_shown_and_its_source_can_be_added() {
    let server = Server::start("stranger");
    let admin = server.api("admin");
    admin.change_trunk("local", |settings| {
        settings["inbound"]["sources"] = json!(["192.0.2.0/24"]);
    });
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110513", near.port());
    until("a stranger", SHORTLY, || {
        let strangers = admin.get("/strangers").json();
        let stranger = &strangers["items"][0];
        stranger["source"] == "127.0.0.1" && stranger["dialled"] == "4008110513"
    });
    drop(caller);

    admin.change_trunk("local", |settings| {
        settings["inbound"]["sources"] = json!(["192.0.2.0/24", "127.0.0.1"]);
    });
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110513", near.port());
    near.hears_sound(Instant::now(), 1.0, SHORTLY);
    caller.nudge();
    caller.succeeds();
    server.comes_to_rest();
}

#[test]
fn a_flow_that_transfers_to_a_forbidden_number_goes_on_without_it() {
    let server = Server::start("forbidden-flow");
    let admin = server.api("admin");
    admin.change_trunk(TRUNK, |settings| {
        settings["dialing"]["allowed_prefixes"] = json!(["1"]);
    });
    let carrier = Carrier::of(&server);
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110516", voice.port());

    caller.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["ending"]["reason"], "flow_ended", "{record:#}");
    let story = admin.story(&record);
    let told = story.iter().find(|it| it["kind"] == "dial_forbidden");
    assert_eq!(told.expect("the story tells why")["number"], "2000");
    carrier.was_sent_nothing();
    server.comes_to_rest();
}

#[test]
fn a_bot_hands_nobody_over_to_a_forbidden_number() {
    let bot = Bot::start();
    let transfer = json!({"kind": "number", "number": "${handoff}"});
    let server = bots::server_that("forbidden-bot", bot.address, &transfer);
    let admin = server.api("admin");
    let carrier = Carrier::of(&server);
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, bots::NUMBER, voice.port());
    bot.hears("start");
    until("a call in progress", SHORTLY, || !admin.calls().is_empty());

    let twiml = format!("Twiml=<Response><Dial>{ABROAD}</Dial></Response>");
    let (status, answer) = bot.asks(&server, (&twiml, bots::TOKEN));
    assert_eq!(status, 200, "{answer}");
    caller.succeeds();

    let record = admin.finished_record();
    let story = admin.story(&record);
    let told = story.iter().find(|it| it["kind"] == "dial_forbidden");
    assert_eq!(told.expect("the story tells why")["number"], ABROAD);
    carrier.was_sent_nothing();
    server.comes_to_rest();
}
