//! sipvicious, whole: it finds nothing, slows nothing, and is shut out.

use crate::{CALLER, SHORTLY, WHILE};
use serde_json::json;
use std::time::Instant;
use tests::server::Server;
use tests::sipp::Sipp;
use tests::sipvicious::{svcrack, svmap, svwar};
use tests::voice::Voice;

/// An address that no trunk knows.
const STRANGER: &str = "127.0.0.66";

#[test]
fn a_scan_finds_nothing_and_callers_do_not_notice_it() {
    let server = Server::start("scanners");
    let admin = server.api("admin");
    admin.change_trunk("local", |settings| {
        settings["inbound"]["sources"] = json!(["127.0.0.1/32"]);
    });
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, "4008110515", voice.port());
    voice.hears_sound(Instant::now(), 1.0, SHORTLY);
    let begun = Instant::now();

    let extensions = svwar(&server, STRANGER, "1000-1020");
    assert!(!extensions.contains("| 1001"), "{extensions}");
    let cracked = svcrack(&server, STRANGER, "1001", "100-160");
    assert!(!cracked.contains("| 1001"), "{cracked}");
    let map = svmap(&server, STRANGER);
    assert!(!map.contains("Trunkline"), "{map}");

    let gap = voice.longest_gap_since(begun);
    assert!(gap < WHILE / 4, "{gap:?} without sound during the scan");
    drop(caller);
    let audit = admin.get("/audit-log?limit=100").json();
    assert!(
        audit.to_string().contains(STRANGER),
        "no line about {STRANGER}: {audit:#}"
    );
}
