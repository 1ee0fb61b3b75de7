//! Telephones that speak wide-band codecs only, and callers who speak none of these.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::json;
use std::time::{Duration, Instant};
use tests::baresip::{Baresip, Manner, Speech};
use tests::patience::until;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound;
use tests::voice::Voice;

/// From the end of a call to its recording made small.
const WAIT: Duration = Duration::from_secs(30);
/// Where the demo's calls come in.
const TRUNK: &str = "local";

#[test]
fn a_caller_of_g711_and_an_agent_of_g722_hear_each_other() {
    hear_each_other("g722", Speech::G722, "a=rtpmap:9 G722/8000");
}

#[test]
fn a_caller_of_g711_and_an_agent_of_opus_hear_each_other() {
    hear_each_other("opus", Speech::Opus, "opus/48000/2");
}

fn hear_each_other(name: &str, speech: Speech, mapping: &str) {
    let mut server = Server::start(&format!("agent-speaks-{name}"));
    let phone = Baresip::registered(&mut server, Manner::wide("1001", AGENT, speech));
    server.api("1001").take_calls();
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", voice.port());

    voice.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();

    phone.is_left();
    assert!(phone.log().contains(mapping), "{}", phone.log());
    let heard = phone.heard();
    let seconds = sound::seconds_of(&heard, CALLER);
    assert!(seconds > 0.5, "{seconds} s of {}", heard.len());
    server.comes_to_rest();
}

#[test]
fn a_call_between_wide_band_phones_is_recorded_wide_band() {
    let compress = ("TRUNKLINE__RECORDING__COMPRESS", "opus".to_owned());
    for (name, more) in [("wide", None), ("wide-small", Some(compress))] {
        let more: Vec<_> = more.into_iter().collect();
        let mut server = Server::start_with(&format!("recording-{name}"), &more);
        let admin = server.api("admin");
        admin.change_trunk(TRUNK, |trunk| trunk["media"]["codecs"] = json!(["g722"]));
        let agent = Baresip::registered(&mut server, Manner::wide("1001", AGENT, Speech::Opus));
        server.api("1001").take_calls();
        let manner = Manner {
            speech: Speech::G722,
            ..Manner::trunk("2000", CALLER)
        };
        let caller = Baresip::start(&mut server, manner);
        caller.command("dial", &format!("sip:4008110511@{}", server.sip));
        agent.is_in_a_call();
        admin.agent_is("1001", "talking");
        let talking = Instant::now();
        until("a while of talk", SHORTLY, || talking.elapsed() > WHILE);
        caller.command("hangup", "");

        agent.is_left();
        assert!(seconds_of(&agent, CALLER) > 1.0);
        let record = admin.finished_record();
        let path = format!("/call-records/{}", record["id"].as_str().unwrap());
        let format = if more.is_empty() { "wav" } else { "opus" };
        until("its recording", WAIT, || {
            admin.get(&path).json()["recording_file"]["format"] == format
        });
        let file = admin.recording(&record);
        if more.is_empty() {
            // Linear samples, two channels, 16 kHz.
            assert_eq!(file[20..28], [1, 0, 2, 0, 0x80, 0x3E, 0, 0]);
            for (channel, hz) in [(0, CALLER), (1, AGENT)] {
                let samples = file[58..].chunks_exact(2).skip(channel).step_by(2);
                let samples = samples.map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
                let narrow: Vec<i16> = samples.step_by(2).collect();
                let seconds = sound::seconds_of(&narrow, hz);
                assert!(seconds > 1.0, "{seconds} s of {hz} Hz");
            }
            let length = record["recording_file"]["duration_ms"].as_i64().unwrap();
            assert!((file.len() as i64 - 58 - length * 64).abs() < 64);
        } else {
            // The rate of the input in the head of the stream (RFC 7845 §5.1).
            let head = file.windows(8).position(|it| it == b"OpusHead").unwrap();
            assert_eq!(file[head + 12..head + 16], 16_000_u32.to_le_bytes());
        }
        let report = server.verify();
        assert!(report.trim_end().ends_with(" 0 differences"), "{report}");
        server.comes_to_rest();
    }
}

fn seconds_of(phone: &Baresip, hz: f64) -> f64 {
    sound::seconds_of(&phone.heard(), hz)
}
