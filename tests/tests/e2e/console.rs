//! The console in a browser, over a call that was made before.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use tests::console::Console;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::voice::Voice;

#[test]
fn people_see_and_hear_a_call_in_the_console() {
    let server = Server::start("console");
    let admin = server.api("admin");
    let far = Voice::speaking(AGENT);
    let outside = Sipp::await_call(&server, far.port());
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110517", near.port());
    near.hears_tone(AGENT, WHILE, SHORTLY);
    caller.nudge();
    caller.succeeds();
    outside.succeeds();
    admin.finished_record();

    Console::begin(&server, "console", "admin").succeeds();
}
