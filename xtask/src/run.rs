//! `cargo xtask run`: from a fresh clone to a server that answers calls.

use crate::console;
use crate::tool::{cargo, root, run, target};
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Builds what changed and becomes `trunkline serve --demo`.
pub(crate) fn demo(arguments: &[&str]) -> Result<()> {
    console::install()?;
    console::build()?;
    run(cargo(&["build", "--release", "-p", "trunkline-server"]))?;
    let server = target().join("release/trunkline");
    let mut command = Command::new(&server);
    command
        .args(["serve", "--demo"])
        .args(arguments)
        .current_dir(root());
    // The server takes this process's place, so that signals and the exit status are its own.
    Err(command.exec()).with_context(|| format!("{} cannot be started", server.display()))
}
