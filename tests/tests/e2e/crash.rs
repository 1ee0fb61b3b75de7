//! The serving process is killed in the middle of calls, and the calls go on.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use std::net::UdpSocket;
use std::time::{Duration, Instant};
use tests::baresip::{Baresip, Manner};
use tests::patience::until;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound::{self, Wav};
use tests::voice::Voice;

/// What is allowed to be missing of a sound around a kill. The pause itself is some hundred
/// milliseconds; the rest is what machines under load need to start a process.
const PAUSE: f64 = 4.0;

#[test]
fn a_call_in_the_flow_goes_on_after_a_kill() {
    let server = Server::start("kill-in-flow");
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let begun = Instant::now();
    let caller = Sipp::call(&server, "4008110513", voice.port());
    voice.hears_sound(begun, 2.0, SHORTLY);
    let before = voice.heard_since(begun);

    server.kill_worker();
    let killed = Instant::now();
    voice.hears_sound(killed, 9.0, Duration::from_secs(14));
    voice.press("5");
    caller.succeeds();

    let after = voice.heard_since(killed);
    let (last, first) = (before.last().unwrap(), after.last().unwrap());
    assert_eq!(first.ssrc, last.ssrc, "one source all the time");
    assert!(voice.longest_gap_since(begun) < Duration::from_secs_f64(PAUSE));
    let record = admin.finished_record();
    assert_eq!(record["ending"]["reason"], "flow_ended", "{record:#}");
    let resumed = admin
        .story(&record)
        .into_iter()
        .any(|it| it["kind"] == "resumed");
    assert!(resumed, "the story tells of the restart");
    let lasted = record["duration_ms"].as_f64().unwrap() / 1_000.0;
    assert!(
        (lasted - begun.elapsed().as_secs_f64()).abs() < 3.0,
        "{lasted} s"
    );
    server.comes_to_rest();
    nothing_drifted(&server);
}

#[test]
fn a_recorded_conversation_goes_on_after_two_kills() {
    let server = Server::start("kill-while-talking");
    let admin = server.api("admin");
    let far = Voice::speaking(AGENT);
    let outside = Sipp::await_call(&server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110517", near.port());
    near.hears_tone(AGENT, WHILE, SHORTLY);
    let talking = Instant::now();
    far.hears_tone(CALLER, WHILE, SHORTLY);

    for _ in 0..2 {
        server.kill_worker();
        near.hears_tone(AGENT, WHILE, SHORTLY);
        far.hears_tone(CALLER, WHILE, SHORTLY);
    }
    let pause = near.longest_gap_since(talking).as_secs_f64();
    eprintln!("{pause:.3} s of silence");
    assert!(pause < PAUSE, "{pause} s of silence");
    outside.nudge_called();
    outside.succeeds();
    caller.succeeds();

    let record = admin.finished_record();
    let lasted = record["duration_ms"].as_f64().unwrap() / 1_000.0;
    let wav = Wav::read(&admin.recording(&record));
    assert!(
        (wav.seconds() - lasted).abs() <= 0.3,
        "{} s of {lasted} s",
        wav.seconds()
    );
    let [customer, party] = &wav.channels[..] else {
        panic!("{} channels", wav.channels.len());
    };
    for (channel, hz) in [(customer, CALLER), (party, AGENT)] {
        let heard = sound::seconds_of(channel, hz);
        assert!(
            heard > lasted - 2.0 * pause - 1.5,
            "{heard} s of {hz} Hz in {lasted} s"
        );
    }
    server.comes_to_rest();
    nothing_drifted(&server);
}

#[test]
fn an_agent_goes_on_talking_after_a_kill_and_takes_the_next_call() {
    let mut server = Server::start("kill-with-agent");
    let admin = server.api("admin");
    let phone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110510", voice.port());
    admin.newest_enters("choose_language");
    voice.press("1");
    admin.newest_enters("main_menu");
    voice.press("1");
    voice.hears_tone(AGENT, WHILE, SHORTLY);

    server.kill_worker();
    admin.agent_is("1001", "talking");
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();

    phone.is_left();
    assert!(sound::seconds_of(&phone.heard(), CALLER) > 2.0);
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    assert_eq!(record["extension"], "1001");
    let talk = record["talk_ms"].as_f64().unwrap() / 1_000.0;
    let wav = Wav::read(&admin.recording(&record));
    assert!(
        (wav.seconds() - talk).abs() <= 0.3,
        "{} s of {talk} s",
        wav.seconds()
    );
    admin.agent_is("1001", "idle");

    let again = Voice::speaking(CALLER);
    let second = Sipp::call(&server, "4008110511", again.port());
    again.hears_tone(AGENT, WHILE, SHORTLY);
    second.nudge();
    second.succeeds();
    server.comes_to_rest();
    nothing_drifted(&server);
}

#[test]
fn a_telephone_on_tcp_goes_on_talking_after_a_kill() {
    let mut server = Server::start("kill-with-tcp");
    let admin = server.api("admin");
    let manner = Manner {
        transport: "tcp",
        ..Manner::answering("1001", AGENT)
    };
    let _phone = Baresip::registered(&mut server, manner);
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());
    voice.hears_tone(AGENT, WHILE, SHORTLY);

    server.kill_worker();
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();

    // baresip names the port of its broken connection as its contact: nobody can tell it of the
    // end before it registers again, and nothing must wait for that.
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "customer", "{record:#}");
    server.comes_to_rest();
    nothing_drifted(&server);
}

#[test]
fn a_telephone_that_rings_can_be_answered_after_a_kill() {
    let mut server = Server::start("kill-while-ringing");
    let admin = server.api("admin");
    let phone = Baresip::registered(&mut server, Manner::ringing("1001", AGENT));
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());
    phone.says("180 Ringing", SHORTLY);

    server.kill_worker();
    admin.agent_is("1001", "ringing");
    phone.command("accept", "");
    voice.hears_tone(AGENT, WHILE, SHORTLY);
    phone.command("hangup", "");
    caller.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "agent", "{record:#}");
    assert_eq!(record["offers"], 1);
    server.comes_to_rest();
    nothing_drifted(&server);
}

#[test]
fn whoever_waits_keeps_waiting_after_a_kill_and_is_answered() {
    let mut server = Server::start("kill-while-waiting");
    let admin = server.api("admin");
    let _phone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));
    server.api("1001").take_calls();
    let talking = Voice::speaking(CALLER);
    let talker = Sipp::call(&server, "4008110511", talking.port());
    talking.hears_tone(AGENT, WHILE, SHORTLY);
    let waiting = Voice::speaking(CALLER);
    let waiter = Sipp::call(&server, "4008110511", waiting.port());
    waiting.hears_sound(Instant::now(), 1.0, SHORTLY);

    server.kill_worker();
    waiting.hears_sound(Instant::now(), 1.0, SHORTLY);
    talker.nudge();
    talker.succeeds();
    waiting.hears_tone(AGENT, WHILE, SHORTLY);
    waiter.nudge();
    waiter.succeeds();

    let record = admin.finished_record();
    assert_eq!(record["extension"], "1001", "{record:#}");
    assert!(record["queue_ms"].as_i64().unwrap() > 4_000, "{record:#}");
    server.comes_to_rest();
    nothing_drifted(&server);
}

#[test]
fn a_conversation_goes_on_after_the_whole_server_was_killed() {
    let mut server = Server::start("kill-everything");
    let far = Voice::speaking(AGENT);
    let outside = Sipp::await_call(&server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110517", near.port());
    near.hears_tone(AGENT, WHILE, SHORTLY);

    server.kill_everything();
    near.hears_tone(AGENT, WHILE, SHORTLY);
    far.hears_tone(CALLER, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    outside.succeeds();

    let admin = server.api("admin");
    let record = admin.finished_record();
    let lasted = record["duration_ms"].as_f64().unwrap() / 1_000.0;
    let wav = Wav::read(&admin.recording(&record));
    assert!(
        (wav.seconds() - lasted).abs() <= 0.3,
        "{} s of {lasted} s",
        wav.seconds()
    );
    server.comes_to_rest();
    nothing_drifted(&server);
}

#[test]
fn a_message_keeps_its_length_through_a_kill() {
    let server = Server::start("kill-in-message");
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110514", voice.port());
    admin.newest_comes_to("voicemail_started");
    let begun = Instant::now();

    server.kill_worker();
    until("some more of the message", SHORTLY, || {
        begun.elapsed() > WHILE * 2
    });
    voice.press("#");
    let lasted = begun.elapsed().as_secs_f64();
    caller.succeeds();

    let record = admin.finished_record();
    let wav = Wav::read(&admin.recording(&record));
    assert!(
        (wav.seconds() - lasted).abs() < 0.7,
        "{} s of {lasted} s",
        wav.seconds()
    );
    assert!(sound::seconds_of(&wav.channels[0], CALLER) > lasted - 2.0);
    server.comes_to_rest();
    nothing_drifted(&server);
}

#[test]
fn a_call_whose_port_was_taken_is_closed_with_a_reason() {
    let mut server = Server::start("port-taken");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110515", voice.port());
    voice.hears_sound(Instant::now(), 1.0, SHORTLY);
    let talked = Instant::now();

    let port = voice.remote().unwrap();
    let stranger = server.kill_everything_and(|| UdpSocket::bind(port).unwrap());

    let messages = caller.succeeds();
    assert!(messages.contains("\nBYE sip:"), "the caller is told");
    let admin = server.api("admin");
    let record = admin.finished_record();
    assert_eq!(record["ending"]["by"], "system", "{record:#}");
    assert_eq!(record["ending"]["reason"], "server_failure");
    let lasted = record["duration_ms"].as_f64().unwrap() / 1_000.0;
    let most = talked.elapsed().as_secs_f64() + 1.0;
    assert!((0.9..most).contains(&lasted), "{lasted} s of {most} s");
    let wav = Wav::read(&admin.recording(&record));
    assert!(
        (wav.seconds() - lasted).abs() < 0.5,
        "{} s of {lasted} s",
        wav.seconds()
    );
    drop(stranger);
    server.comes_to_rest();
    nothing_drifted(&server);
}

fn nothing_drifted(server: &Server) {
    let report = server.verify();
    assert!(report.trim_end().ends_with(" 0 differences"), "{report}");
}
