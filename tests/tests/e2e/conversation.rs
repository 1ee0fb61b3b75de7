//! A caller reaches an agent; both hear each other; either hangs up.

use std::time::{Duration, Instant};
use tests::baresip::{Baresip, Manner};
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sound::{self, Wav};
use tests::voice::Voice;

const CALLER: f64 = 440.0;
const AGENT: f64 = 1_000.0;
const SHORTLY: Duration = Duration::from_secs(10);

#[test]
fn the_caller_hangs_up_and_the_agent_is_free_again() {
    let mut server = Server::start("caller-hangs-up");
    let agent = server.api("1001");
    let phone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));
    agent.take_calls();

    let voice = Voice::speaking(CALLER);
    let begun = Instant::now();
    let caller = Sipp::call(&server, "caller", "4008110511", voice.port());
    voice.hears_tone(AGENT, Duration::from_secs(2), SHORTLY);
    caller.nudge();
    caller.succeeds();
    phone.is_left();
    drop(begun);

    let heard = phone.heard();
    assert!(sound::seconds_of(&heard, CALLER) > 1.5);
    let admin = server.api("admin");
    let record = admin.finished_record();
    eprintln!("{record:#}");
    let wav = Wav::read(&admin.recording(&record));
    eprintln!("{} s", wav.seconds());
    server.comes_to_rest();
}
