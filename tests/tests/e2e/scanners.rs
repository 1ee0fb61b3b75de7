//! sipvicious, whole: it finds nothing, slows nothing, and is shut out.

use crate::{CALLER, SHORTLY, WHILE};
use serde_json::json;
use std::time::Instant;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sipvicious::{svcrack, svmap, svwar};
use tests::voice::Voice;

#[test]
fn a_scan_finds_nothing_and_a_call_does_not_notice_it() {
    let server = Server::start("scanners");
    let admin = server.api("admin");
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110510", voice.port());
    voice.hears_sound(Instant::now(), 1.0, SHORTLY);
    // From here on the address belongs to nobody; the call goes on.
    admin.change_trunk("local", |settings| {
        settings["inbound"]["sources"] = json!(["192.0.2.0/24"]);
    });

    let map = svmap(&server);
    assert!(!map.contains("Trunkline"), "{map}");
    let extensions = svwar(&server, "1000-1020");
    assert!(!extensions.contains("| 1001"), "{extensions}");
    let cracked = svcrack(&server, "1001", "100-160");
    assert!(!cracked.contains("| 1001"), "{cracked}");

    assert!(server.is_ready());
    let guesses = server.metric(r#"trunkline_sip_events_total{what="auth_failures"}"#);
    let unheard = server.metric(r#"trunkline_sip_events_total{what="dropped_throttled"}"#);
    assert!(guesses >= 1.0, "the guesses are counted");
    assert!(
        guesses < 20.0 || unheard > 0.0,
        "{guesses} guesses were heard"
    );
    let answered = Instant::now();
    caller.nudge();
    caller.succeeds();
    assert!(answered.elapsed() < WHILE, "the call ends as any other");
    server.comes_to_rest();
}
