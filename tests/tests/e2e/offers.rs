//! What the two sides of a conversation agree on, and change while they talk.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use std::time::Instant;
use tests::baresip::{self, Baresip};
use tests::server::Server;
use tests::sipp::{self, Sipp};
use tests::sound::{self, Wav};
use tests::voice::Voice;

#[test]
fn an_agent_puts_the_caller_on_hold_and_comes_back() {
    let mut server = Server::start("hold");
    let admin = server.api("admin");
    let phone = Baresip::registered(&mut server, baresip::Manner::answering("1001", AGENT));
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());
    voice.hears_tone(AGENT, WHILE, SHORTLY);

    phone.command("hold", "");
    admin.newest_comes_to("hold_changed");
    let held = Instant::now();
    voice.hears_sound(held, 2.0, SHORTLY);
    let music = voice.sound_since(held);
    assert!(
        sound::seconds_of(&music, AGENT) < 0.5,
        "the agent is not heard"
    );
    phone.command("resume", "");
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();

    let record = admin.finished_record();
    let talk = record["talk_ms"].as_f64().unwrap() / 1_000.0;
    let wav = Wav::read(&admin.recording(&record));
    assert!(
        (wav.seconds() - talk).abs() <= 0.2,
        "{} s of {talk} s",
        wav.seconds()
    );
    server.comes_to_rest();
}

#[test]
fn parties_with_different_codecs_hear_each_other() {
    let server = Server::start("transcoding");
    let far = Voice::speaking(AGENT);
    let outside = Sipp::await_call(&server, far.port());
    let near = Voice::speaking_alaw(CALLER);
    let manner = sipp::Manner {
        payload_type: 8,
        ..sipp::Manner::of("caller")
    };
    let caller = Sipp::call_in(manner, &server, "4008110517", near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    outside.succeeds();

    let admin = server.api("admin");
    let wav = Wav::read(&admin.recording(&admin.finished_record()));
    assert!(sound::seconds_of(&wav.channels[0], CALLER) > 3.0);
    assert!(sound::seconds_of(&wav.channels[1], AGENT) > 3.0);
    server.comes_to_rest();
}

#[test]
fn a_caller_without_an_offer_is_made_one() {
    let server = Server::start("late-offer");
    let far = Voice::speaking(AGENT);
    let outside = Sipp::await_call(&server, far.port());
    let near = Voice::speaking(CALLER);
    let manner = sipp::Manner::of("late_offer");
    let caller = Sipp::call_in(manner, &server, "4008110516", near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    outside.succeeds();
    server.comes_to_rest();
}
