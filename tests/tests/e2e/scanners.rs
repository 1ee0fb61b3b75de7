//! sipvicious, whole: it finds nothing, slows nothing, and is shut out.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use serde_json::json;
use std::time::Instant;
use tests::baresip::{Baresip, Manner};
use tests::patience::until;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sipvicious::{svcrack, svmap, svwar};
use tests::sound;
use tests::voice::{Heard, Voice};

#[test]
fn a_scan_finds_nothing_and_a_call_does_not_notice_it() {
    let mut server = Server::start("scanners");
    let admin = server.api("admin");
    let phone = Baresip::registered(&mut server, Manner::answering("1001", AGENT));
    server.api("1001").take_calls();
    let near = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110511", near.port());
    near.hears_tone(AGENT, WHILE, SHORTLY);
    let scanned = Instant::now();
    // From here on the address belongs to nobody; the call goes on.
    admin.change_trunk("local", |settings| {
        settings["inbound"]["sources"] = json!(["192.0.2.0/24"]);
    });

    let map = svmap(&server);
    assert!(!map.contains("Trunkline"), "{map}");
    let extensions = svwar(&server, "1000-1020");
    assert!(!extensions.contains("| 1001"), "{extensions}");
    let cracked = svcrack(&server, "1001", "1000-1300");
    assert!(!cracked.contains("| 1001"), "{cracked}");

    let scan = scanned.elapsed();
    assert_eq!(interruptions(&near, scanned), 0);
    near.hears_tone(AGENT, WHILE, SHORTLY);
    until("a line of the audit log", SHORTLY, || {
        let log = admin.get("/audit-log").json();
        let mut lines = log["items"].as_array().into_iter().flatten();
        lines.any(|line| line["action"] == "source_barred" && line["subject"] == "127.0.0.1")
    });
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
    phone.is_left();
    assert!(answered.elapsed() < WHILE, "the call ends as any other");
    assert!(sound::seconds_of(&phone.heard(), CALLER) > scan.as_secs_f64() - 0.5);
    server.comes_to_rest();
}

/// How often a packet was missing or out of its place since `since`.
fn interruptions(voice: &Voice, since: Instant) -> usize {
    let heard = voice.heard_since(since);
    assert!(!heard.is_empty(), "the call goes on");
    let follows = |pair: &[Heard]| pair[1].sequence == pair[0].sequence.wrapping_add(1);
    heard.windows(2).filter(|pair| !follows(pair)).count()
}
