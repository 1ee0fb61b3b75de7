//! A caller reaches an agent; both hear each other; either hangs up.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::Value;
use std::time::Instant;
use tests::api::{Api, recording_path};
use tests::baresip::{Baresip, Manner};
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound::{self, Wav};
use tests::voice::Voice;

#[test]
fn a_caller_walks_the_menus_reaches_an_agent_and_hangs_up() {
    let mut server = Server::start("caller-hangs-up");
    let admin = server.api("admin");
    let phone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let begun = Instant::now();
    let caller = Sipp::call(&server, "4008110510", voice.port());

    voice.hears_sound(begun, 1.0, SHORTLY);
    voice.press("2");
    admin.newest_enters("main_menu");
    voice.press("2");
    admin.newest_enters("enter_order");
    voice.press("1230#");
    admin.newest_enters("read_order");
    let reading = Instant::now();
    voice.hears_sound(reading, 3.0, SHORTLY);
    voice.press("1");
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    admin.agent_is("1001", "talking");
    caller.nudge();
    caller.succeeds();

    phone.is_left();
    assert!(
        phone.log().contains("BYE sip:1001"),
        "the agent's phone gets BYE"
    );
    assert!(sound::seconds_of(&phone.heard(), CALLER) > 1.0);
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    assert_eq!(record["ending"]["reason"], "hung_up");
    assert_eq!(record["caller"], "13800138000");
    assert_eq!(record["flow"]["name"], "demo");
    typed(&admin, &record, "enter_order", "1230");
    talked_to_1001(&admin, &record);
    admin.agent_is("1001", "idle");
    server.comes_to_rest();
}

#[test]
fn an_agent_hangs_up_and_the_caller_is_told() {
    let mut server = Server::start("agent-hangs-up");
    let admin = server.api("admin");
    let phone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());

    voice.hears_tone(AGENT, WHILE, SHORTLY);
    phone.command("hangup", "");

    let messages = caller.succeeds();
    assert!(messages.contains("\nBYE sip:"), "the caller gets BYE");
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "agent", "{record:#}");
    talked_to_1001(&admin, &record);
    server.comes_to_rest();
}

#[test]
fn two_telephones_talk_and_the_caller_types_on_its_keys() {
    let mut server = Server::start("two-telephones");
    let admin = server.api("admin");
    let phone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));
    server.api("1001").take_calls();
    let caller = Baresip::start(&mut server, Manner::trunk("2000", CALLER));
    let sip = server.sip;

    caller.command("dial", &format!("sip:4008110510@{sip}"));
    caller.is_in_a_call();
    caller.command("sndcode", "1");
    admin.newest_enters("main_menu");
    caller.command("sndcode", "1");
    phone.is_in_a_call();
    admin.agent_is("1001", "talking");
    let talking = Instant::now();
    tests::patience::until("a while of talk", SHORTLY, || talking.elapsed() > WHILE);
    caller.command("hangup", "");

    phone.is_left();
    assert!(sound::seconds_of(&phone.heard(), CALLER) > 1.0);
    caller.is_left();
    assert!(sound::seconds_of(&caller.heard(), AGENT) > 1.0);
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    talked_to_1001(&admin, &record);
    server.comes_to_rest();
}

fn typed(admin: &Api, record: &Value, node: &str, keys: &str) {
    let left = admin
        .story(record)
        .into_iter()
        .find(|event| event["kind"] == "node_left" && event["node"] == node)
        .unwrap();
    assert!(left["keys"].as_str().unwrap().starts_with(keys), "{left}");
}

/// The record and the recording of a conversation with agent 1001 from the queue `sales`.
fn talked_to_1001(admin: &Api, record: &Value) {
    assert_eq!(record["queue"]["name"], "sales", "{record:#}");
    assert_eq!(record["extension"], "1001");
    assert_eq!(record["answer_mode"], "sip");
    assert_eq!(record["ending"]["stage"], "talking");
    let talk = record["talk_ms"].as_f64().unwrap() / 1_000.0;
    assert!((1.5..30.0).contains(&talk), "{talk} s of talk");
    let file = admin.recording(record);
    let wav = Wav::read(&file);
    assert!(
        (wav.seconds() - talk).abs() <= 0.2,
        "{} s of {talk}",
        wav.seconds()
    );
    let [customer, agent] = &wav.channels[..] else {
        panic!("{} channels", wav.channels.len());
    };
    let enough = talk - 0.7;
    assert!(
        sound::seconds_of(customer, CALLER) > enough,
        "the caller is left"
    );
    assert!(
        sound::seconds_of(agent, AGENT) > enough,
        "the agent is right"
    );
    assert!(sound::seconds_of(customer, AGENT) < 0.2, "nobody bleeds");
    serves_ranges(admin, record, &file);
}

fn serves_ranges(admin: &Api, record: &Value, file: &[u8]) {
    let path = recording_path(record);
    let part = admin.get_range(&path, Some("bytes=1000-1999"));
    assert_eq!(part.status, 206);
    assert_eq!(part.body, &file[1_000..2_000]);
    let expected = format!("bytes 1000-1999/{}", file.len());
    assert_eq!(part.content_range.as_deref(), Some(&*expected));
    let beyond = admin.get_range(&path, Some("bytes=999999999-"));
    assert_eq!(beyond.status, 416);
}
