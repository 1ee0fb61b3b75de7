//! The demo flows that need no agent.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use std::time::{Duration, Instant};
use tests::server::Server;
use tests::sipp::{self, Sipp};
use tests::sound::{self, Wav};
use tests::voice::Voice;

#[test]
fn typed_digits_are_read_back() {
    let server = Server::start("echo-digits");
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110512", voice.port());

    voice.hears_sound(Instant::now(), 1.0, SHORTLY);
    voice.press("305#");
    admin.newest_enters("read_back");
    let reading = Instant::now();
    admin.newest_enters("goodbye");
    let read = sound::seconds_of_sound(&voice.sound_since(reading));
    caller.succeeds();

    assert!(read > 3.0, "{read} s were read");
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "system", "{record:#}");
    assert_eq!(record["ending"]["reason"], "flow_ended");
    server.comes_to_rest();
}

#[test]
fn a_prompt_of_ten_seconds_is_ten_seconds_long() {
    let server = Server::start("ten-seconds");
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let begun = Instant::now();
    let caller = Sipp::call(&server, "4008110513", voice.port());

    let prompt = Duration::from_secs(14);
    tests::patience::until("the end of the prompt", prompt, || {
        sound::seconds_of_sound(&voice.sound_since(begun)) >= 9.0
            && sound::loudness(&last_half_second(&voice)) < 50.0
    });
    voice.press("7");

    caller.succeeds();
    let heard = voice.sound_since(begun);
    let seconds = heard.len() as f64 / sound::RATE as f64;
    assert!((10.0..12.5).contains(&seconds), "{seconds} s were sent");
    let record = admin.finished_record();
    assert_eq!(record["ending"]["reason"], "flow_ended", "{record:#}");
    server.comes_to_rest();
}

fn last_half_second(voice: &Voice) -> Vec<i16> {
    let since = Instant::now().checked_sub(Duration::from_millis(500));
    voice.sound_since(since.unwrap())
}

#[test]
fn a_message_is_kept() {
    let server = Server::start("voicemail");
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110514", voice.port());

    admin.newest_comes_to("voicemail_started");
    let begun = Instant::now();
    tests::patience::until("the message", SHORTLY, || begun.elapsed() > WHILE);
    voice.press("#");
    caller.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "system", "{record:#}");
    let wav = Wav::read(&admin.recording(&record));
    assert!((1.8..4.0).contains(&wav.seconds()), "{} s", wav.seconds());
    assert!(sound::seconds_of(&wav.channels[0], CALLER) > wav.seconds() - 0.5);
    server.comes_to_rest();
}

#[test]
fn an_outside_number_is_reached_and_the_caller_hangs_up() {
    let server = Server::start("outside");
    let admin = server.api("admin");
    let far = Voice::speaking(AGENT);
    let outside = Sipp::await_call(&server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110516", near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    near.press("9");
    tests::patience::until("the key at the far end", SHORTLY, || {
        far.keys_heard() == [9]
    });
    caller.nudge();
    caller.succeeds();

    outside.succeeds();
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    assert_eq!(record["recording"], serde_json::Value::Null);
    server.comes_to_rest();
}

#[test]
fn an_outside_number_hangs_up_and_the_caller_is_told() {
    let server = Server::start("outside-hangs-up");
    let admin = server.api("admin");
    let far = Voice::speaking(AGENT);
    let outside = Sipp::await_call(&server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110517", near.port());

    near.hears_tone(AGENT, WHILE, SHORTLY);
    outside.nudge_called();
    outside.succeeds();

    caller.succeeds();
    let record = admin.finished_record();
    assert_eq!(record["ending"]["stage"], "talking", "{record:#}");
    let wav = Wav::read(&admin.recording(&record));
    assert!(sound::seconds_of(&wav.channels[0], CALLER) > 1.5);
    assert!(sound::seconds_of(&wav.channels[1], AGENT) > 1.5);
    server.comes_to_rest();
}

#[test]
fn an_outside_number_is_busy_and_the_caller_is_told_so() {
    let server = Server::start("outside-busy");
    let admin = server.api("admin");
    let manner = sipp::Manner::of("busy");
    let far = Voice::speaking(AGENT);
    let outside = Sipp::await_call_in(manner, &server, far.port());
    let near = Voice::speaking(CALLER);
    let begun = Instant::now();
    let caller = Sipp::call(&server, "4008110516", near.port());

    outside.succeeds();
    near.hears_sound(begun, 1.0, SHORTLY);
    caller.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "system", "{record:#}");
    let busy = admin
        .story(&record)
        .into_iter()
        .any(|event| event["kind"] == "dial_failed" && event["sip_code"] == 486);
    assert!(busy, "the story tells why");
    server.comes_to_rest();
}
