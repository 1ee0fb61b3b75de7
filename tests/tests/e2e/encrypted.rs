//! Telephones whose audio is encrypted with keys of the session description.

use crate::tls::{certify, start_with};
use crate::{AGENT, CALLER, SHORTLY, WHILE};
use tempfile::TempDir;
use tests::baresip::{Baresip, Manner};
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound::{self, Wav};
use tests::voice::Voice;

/// A server with the telephone over TLS of an agent. Where the policy is `required`, it will not
/// speak in the clear.
fn with_agent(story: &str, folder: &TempDir, policy: &str) -> (Server, Baresip) {
    certify(folder.path());
    let settings = [("TRUNKLINE__MEDIA__PHONE_SRTP", policy.to_owned())];
    let (mut server, address) = start_with(story, folder.path(), &settings);
    let encryption = match policy {
        "required" => "srtp-mand",
        _ => "srtp",
    };
    let manner = Manner {
        encryption: Some(encryption),
        ..Manner::over_tls("1001", AGENT, address)
    };
    let phone = Baresip::registered(&mut server, manner);
    server.api("1001").take_calls();
    (server, phone)
}

#[test]
fn a_telephone_that_encrypts_talks_to_one_that_does_not_and_goes_on_after_a_crash() {
    let folder = TempDir::new().unwrap();
    let (server, phone) = with_agent("srtp", &folder, "required");
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());
    voice.hears_tone(AGENT, WHILE, SHORTLY);

    server.kill_worker();
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();

    let record = admin.finished_record();
    let file = Wav::read(&admin.recording(&record));
    // More than either side of the crash alone; how long the gap is depends on the machine.
    assert!(sound::seconds_of(&file.channels[0], CALLER) > 2.5);
    assert!(sound::seconds_of(&file.channels[1], AGENT) > 2.5);
    phone.says("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:", SHORTLY);
    server.comes_to_rest();
}

#[test]
fn an_encrypted_telephone_is_put_on_hold_and_heard_again() {
    let folder = TempDir::new().unwrap();
    let (server, phone) = with_agent("srtp-hold", &folder, "optional");
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    phone.command("hold", "");
    phone.says("a=sendonly", SHORTLY);
    phone.command("resume", "");
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    phone.is_left();
    assert!(sound::seconds_of(&phone.heard(), CALLER) > 1.0);
    admin.finished_record();
    server.comes_to_rest();
}
