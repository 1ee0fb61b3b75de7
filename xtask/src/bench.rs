//! `cargo xtask bench [NAME]`: the benchmarks, always against release builds.

use crate::tool::{cargo, run, target};
use anyhow::Result;

/// All benchmarks, or the named one.
pub(crate) fn benchmarks(words: &[&str]) -> Result<()> {
    run(cargo(&["build", "--release", "-p", "trunkline-server"]))?;
    let mut command = cargo(&["run", "--release", "-p", "trunkline-bench", "--"]);
    command.args(words);
    run(command)?;
    if words.first() == Some(&"sip") {
        rivals()?;
    }
    Ok(())
}

/// Libraries that would change how the product is built, if they were beside it.
fn rivals() -> Result<()> {
    let mut command = cargo(&["run", "--release", "--manifest-path"]);
    command
        .arg("bench/rivals/Cargo.toml")
        .env("CARGO_TARGET_DIR", target().join("rivals"));
    run(command)
}
