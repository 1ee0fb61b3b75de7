//! Agents who hold, resume and hand the caller on from telephones that others wrote.

use crate::tls::{certify, start};
use crate::{AGENT, CALLER, SHORTLY, WHILE};
use std::time::Instant;
use tempfile::TempDir;
use tests::baresip::{Baresip, Manner};
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound;
use tests::voice::Voice;

const THIRD: f64 = 1_300.0;

/// Holds, resumes and hands on to an outside number; the caller and that number hear each other.
fn holds_resumes_and_hands_on(server: &Server, phone: &Baresip) {
    let admin = server.api("admin");
    server.api("1001").take_calls();
    let far = Voice::speaking(THIRD);
    let outside = Sipp::await_call(server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(server, "4008110511", near.port());
    near.hears_tone(AGENT, WHILE, SHORTLY);

    phone.command("hold", "");
    admin.newest_comes_to("hold_changed");
    let held = Instant::now();
    near.hears_sound(held, 2.0, SHORTLY);
    let music = near.sound_since(held);
    assert!(sound::seconds_of(&music, AGENT) < 0.5, "music, no agent");
    phone.command("resume", "");
    near.hears_tone(AGENT, WHILE, SHORTLY);
    phone.command("transfer", &format!("sip:13912345678@{}", server.sip));

    near.hears_tone(THIRD, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    phone.is_left();
    admin.agent_is("1001", "idle");
    caller.nudge();
    caller.succeeds();
    outside.succeeds();
    assert!(sound::seconds_of(&phone.heard(), CALLER) > 1.0);
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    assert_eq!(record["extension"], "1001");
    admin.shows_no_call();
    server.comes_to_rest();
}

#[test]
fn a_telephone_over_tls_holds_resumes_and_hands_the_caller_on() {
    let folder = TempDir::new().unwrap();
    certify(folder.path());
    let (mut server, address) = start("tls-hands-on", folder.path());
    let phone = Baresip::registered(&mut server, Manner::over_tls("1001", AGENT, address));
    holds_resumes_and_hands_on(&server, &phone);
}

#[test]
fn a_telephone_over_tcp_holds_resumes_and_hands_the_caller_on() {
    let mut server = Server::start("tcp-hands-on");
    let manner = Manner {
        transport: "tcp",
        ..Manner::answering("1001", AGENT)
    };
    let phone = Baresip::registered(&mut server, manner);
    holds_resumes_and_hands_on(&server, &phone);
}
