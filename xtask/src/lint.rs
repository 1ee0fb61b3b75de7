//! `cargo xtask lint`: formatting and clippy, the two checks that a commit needs in any case.

use crate::tool::{cargo, run};
use anyhow::Result;
use std::process::Command;

/// Both checks; the earlier one that fails ends the task.
pub(crate) fn all() -> Result<()> {
    run(format())?;
    run(clippy())
}

/// Formatting, without changing anything.
pub(crate) fn format() -> Command {
    cargo(&["fmt", "--all", "--check"])
}

/// Clippy over every target of the workspace; a warning fails it.
pub(crate) fn clippy() -> Command {
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])
}
