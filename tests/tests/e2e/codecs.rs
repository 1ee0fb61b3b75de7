//! Telephones that speak wide-band codecs only, and callers who speak none of these.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use tests::baresip::{Baresip, Manner, Speech};
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound;
use tests::voice::Voice;

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
