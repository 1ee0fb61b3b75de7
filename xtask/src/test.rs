//! `cargo xtask test`: every check, to the end, whatever fails on the way.
//!
//! The last line is `N passed, N failed`: tests are counted one by one, any other check counts as one.
//! The console in Chromium (`npm run e2e`) needs a server with a recorded call, which the end-to-end tests make:
//! they start it, so it counts as one of them.

mod audit;
mod counts;
mod instruments;
mod schema;
mod tally;

use crate::tool::{cargo, npm, target};
use crate::{console, lint};
use anyhow::Result;
use std::process::{Command, ExitCode};
use tally::Tally;

/// Runs everything and reports.
pub(crate) fn everything() -> Result<ExitCode> {
    let mut tally = Tally::default();
    tally.step("test instruments", instruments::install);
    tally.check("formatting", lint::format());
    web(&mut tally);
    rust(&mut tally);
    tally.step("audit of the dependencies", audit::dependencies);
    tally.report()
}

/// The console comes before the server, which embeds what it builds.
fn web(tally: &mut Tally) {
    tally.step("console: packages", console::install);
    tally.check("console: lint", npm(&["run", "lint"]));
    tally.check("console: types", npm(&["run", "typecheck"]));
    tally.tests("console: tests", npm(&["run", "test"]), counts::vitest);
    tally.step("console: build", console::build);
    tally.step("console: API types are current", schema::is_current);
}

fn rust(tally: &mut Tally) {
    tally.check("clippy", lint::clippy());
    let mut documentation = cargo(&["doc", "--workspace", "--no-deps"]);
    documentation.env("RUSTDOCFLAGS", "-D warnings");
    tally.check("documentation", documentation);
    tally.check("server binary", cargo(&["build", "-p", "trunkline-server"]));
    let nextest = [
        "nextest",
        "run",
        "--workspace",
        "--no-fail-fast",
        "--no-tests=pass",
    ];
    tally.tests("tests", with_server(cargo(&nextest)), counts::nextest);
    let doctest = ["test", "--doc", "--workspace", "--no-fail-fast"];
    tally.tests("documentation's examples", cargo(&doctest), counts::libtest);
}

/// Tells tests from outside which server to start.
fn with_server(mut command: Command) -> Command {
    command.env("TRUNKLINE_BINARY", target().join("debug/trunkline"));
    command
}
