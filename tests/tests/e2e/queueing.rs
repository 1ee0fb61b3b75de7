//! Nobody answers, or the caller does not wait.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use std::time::{Duration, Instant};
use tests::baresip::{Baresip, Manner};
use tests::server::Server;
use tests::sipp::Sipp;
use tests::voice::Voice;

const NEXT_AGENT: f64 = 1_300.0;
/// The queue `sales` lets a telephone ring for 20 s.
const RING: Duration = Duration::from_secs(25);

#[test]
fn a_telephone_that_nobody_answers_gives_way_to_the_next_agent() {
    let mut server = Server::start("ring-no-answer");
    let admin = server.api("admin");
    let silent = Baresip::registered(&mut server, Manner::ringing("1001", AGENT));
    let _next = Baresip::registered(&mut server, Manner::answering("1002", NEXT_AGENT));
    server.api("1001").take_calls();
    admin.agent_is("1001", "idle");
    server.api("1002").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());

    admin.agent_is("1001", "ringing");
    voice.hears_tone(NEXT_AGENT, WHILE, RING + WHILE);
    assert!(silent.log().contains("\nCANCEL sip:1001"));
    admin.agent_is("1001", "idle");
    caller.nudge();
    caller.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["extension"], "1002", "{record:#}");
    assert_eq!(record["offers"], 2);
    let ring = record["ring_ms"].as_i64().unwrap();
    assert!((19_500..23_000).contains(&ring), "rang for {ring} ms");
    server.comes_to_rest();
}

#[test]
fn an_agent_who_declines_gives_way_to_the_next() {
    let mut server = Server::start("declines");
    let admin = server.api("admin");
    let busy = Baresip::registered(&mut server, Manner::ringing("1001", AGENT));
    let _next = Baresip::registered(&mut server, Manner::answering("1002", NEXT_AGENT));
    server.api("1001").take_calls();
    admin.agent_is("1001", "idle");
    server.api("1002").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());

    busy.says("180 Ringing", SHORTLY);
    busy.command("hangup", "");
    voice.hears_tone(NEXT_AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["extension"], "1002", "{record:#}");
    let declined = admin
        .story(&record)
        .into_iter()
        .any(|event| event["kind"] == "offer_ended" && event["outcome"] == "rejected");
    assert!(declined, "the story tells who declined");
    server.comes_to_rest();
}

#[test]
fn a_telephone_that_is_switched_off_gives_way_to_the_next_agent() {
    let mut server = Server::start("switched-off");
    let admin = server.api("admin");
    let gone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));
    let _next = Baresip::registered(&mut server, Manner::answering("1002", NEXT_AGENT));
    server.api("1001").take_calls();
    admin.agent_is("1001", "idle");
    server.api("1002").take_calls();
    drop(gone);
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());

    voice.hears_tone(NEXT_AGENT, WHILE, RING * 2);
    caller.nudge();
    caller.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["extension"], "1002", "{record:#}");
    server.comes_to_rest();
}

#[test]
fn a_caller_who_gives_up_while_it_rings_frees_the_agent() {
    let mut server = Server::start("gives-up-ringing");
    let admin = server.api("admin");
    let phone = Baresip::registered(&mut server, Manner::ringing("1001", AGENT));
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());

    admin.agent_is("1001", "ringing");
    phone.says("180 Ringing", SHORTLY);
    caller.nudge();
    caller.succeeds();

    phone.says("\nCANCEL sip:1001", SHORTLY);
    phone.says("487 Request Terminated", SHORTLY);
    admin.agent_is("1001", "idle");
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    assert_eq!(record["ending"]["stage"], "ringing");
    assert_eq!(record["talk_ms"], 0);
    assert_eq!(record["recording"], serde_json::Value::Null);
    server.comes_to_rest();
}

#[test]
fn a_caller_who_gives_up_in_the_line_disturbs_nobody() {
    let mut server = Server::start("gives-up-waiting");
    let admin = server.api("admin");
    let _phone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));
    server.api("1001").take_calls();
    let talking = Voice::speaking(CALLER);
    let talker = Sipp::call(&server, "4008110511", talking.port());
    talking.hears_tone(AGENT, WHILE, SHORTLY);

    let waiting = Voice::speaking(CALLER);
    let begun = Instant::now();
    let waiter = Sipp::call(&server, "4008110511", waiting.port());
    waiting.hears_sound(begun, 1.5, SHORTLY);
    waiter.nudge();
    waiter.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    assert_eq!(record["ending"]["stage"], "queue");
    assert_eq!(record["offers"], 0);
    assert!(record["queue_ms"].as_i64().unwrap() > 1_000);
    admin.agent_is("1001", "talking");
    talking.hears_tone(AGENT, WHILE, SHORTLY);
    talker.nudge();
    talker.succeeds();
    server.comes_to_rest();
}
