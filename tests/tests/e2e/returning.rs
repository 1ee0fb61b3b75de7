//! Telephones on connections that end with the serving process, and come back.

use crate::tls::{certify, start};
use crate::{AGENT, CALLER, SHORTLY, WHILE};
use std::time::Duration;
use tempfile::TempDir;
use tests::baresip::{Baresip, Manner};
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound;
use tests::voice::Voice;

/// From the kill to the telephone's next registration, which it makes when that is due.
const RETURN: Duration = Duration::from_secs(45);

/// A server with the telephone of an agent who takes calls.
fn with_agent(story: &str, folder: &TempDir) -> (Server, Baresip) {
    certify(folder.path());
    let (mut server, address) = start(story, folder.path());
    let phone = Baresip::registered(&mut server, Manner::over_tls("1001", AGENT, address));
    server.api("1001").take_calls();
    (server, phone)
}

#[test]
fn a_telephone_over_tls_is_told_of_a_hang_up_when_it_is_back_after_a_crash() {
    let folder = TempDir::new().unwrap();
    let (server, phone) = with_agent("tls-hang-up", &folder);
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());
    voice.hears_tone(AGENT, WHILE, SHORTLY);

    server.kill_worker();
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();

    phone.says("audio: destroyed", RETURN);
    assert!(sound::seconds_of(&phone.heard(), CALLER) > 1.0);
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    server.comes_to_rest();
}

#[test]
fn a_call_waits_for_the_telephone_over_tls_of_an_agent_after_a_crash() {
    let folder = TempDir::new().unwrap();
    let (server, phone) = with_agent("tls-offer", &folder);
    let admin = server.api("admin");
    server.kill_worker();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());

    voice.hears_tone(AGENT, WHILE, RETURN);
    caller.nudge();
    caller.succeeds();

    phone.is_left();
    assert!(sound::seconds_of(&phone.heard(), CALLER) > 0.5);
    admin.finished_record();
    server.comes_to_rest();
}
