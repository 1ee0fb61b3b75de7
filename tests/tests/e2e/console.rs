//! The console in a browser, over a call that was made before.

use crate::{AGENT, CALLER, SHORTLY, WHILE};
use std::path::{Path, PathBuf};
use std::process::Command;
use tests::server::{PASSWORD, Server};
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

    let web = web();
    assert!(
        web.join("dist/index.html").exists(),
        "run `cargo xtask web`"
    );
    if !web.join("node_modules").exists() {
        let installed = Command::new("npm").arg("ci").current_dir(&web).status();
        assert!(installed.unwrap().success());
    }
    let walked = Command::new("node")
        .arg("e2e/console.mjs")
        .current_dir(&web)
        .env("TRUNKLINE_URL", server.url())
        .env("TRUNKLINE_PASSWORD", PASSWORD)
        .env("TRUNKLINE_SHOTS", server.folder().join("shots"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&walked.stdout);
    let complained = String::from_utf8_lossy(&walked.stderr);
    assert!(walked.status.success(), "{said}\n{complained}");
}

fn web() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web")
}
