//! Known vulnerabilities in the locked dependencies, where the offline auditor stands beside the repository.

use crate::tool::{root, run};
use anyhow::Result;
use std::process::Command;

const AUDITOR: &str = "../shared/tools/audit.py";

/// Audits `Cargo.lock`; a checkout without the auditor passes, and says so.
pub(super) fn dependencies() -> Result<()> {
    if !root().join(AUDITOR).is_file() {
        eprintln!("skipped: {AUDITOR} is not there");
        return Ok(());
    }
    let mut audit = Command::new("python3");
    audit.args([AUDITOR, "Cargo.lock"]).current_dir(root());
    run(audit)
}
