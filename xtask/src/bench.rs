//! `cargo xtask bench [NAME]`: the benchmarks, always against release builds.

use crate::tool::{cargo, run};
use anyhow::Result;

/// All benchmarks, or the named one.
pub(crate) fn benchmarks(name: &[&str]) -> Result<()> {
    run(cargo(&["build", "--release", "-p", "trunkline-server"]))?;
    let mut command = cargo(&["run", "--release", "-p", "trunkline-bench", "--"]);
    command.args(name);
    run(command)
}
