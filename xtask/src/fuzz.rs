//! `cargo xtask fuzz [TARGET] [SECONDS]`: the fuzz targets under libFuzzer, which needs a nightly compiler.
//!
//! `cargo xtask test` runs the same targets on their corpus and on mutations of it without one.

use crate::tool::{root, run, target};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// How long a target runs if nothing else is said.
const SECONDS: &str = "60";
/// A datagram cannot be longer.
const LENGTH: u16 = u16::MAX;

/// Fuzzes all targets, or the named one.
pub(crate) fn targets(words: &[&str]) -> Result<()> {
    let (named, seconds) = match words {
        [] => (None, SECONDS),
        [name] => (Some(*name), SECONDS),
        [name, seconds, ..] => (Some(*name), *seconds),
    };
    if seconds.parse::<u32>().is_err() {
        bail!("`{seconds}` is no number of seconds");
    }
    let known = known()?;
    let chosen: Vec<&String> = known
        .iter()
        .filter(|target| named.is_none_or(|name| name == target.as_str()))
        .collect();
    if chosen.is_empty() {
        bail!("the targets are: {}", known.join(", "));
    }
    install()?;
    chosen.into_iter().try_for_each(|name| fuzz(name, seconds))
}

/// What it finds new goes below the build's folder; only what is worth keeping is copied into the corpus by hand.
fn fuzz(name: &str, seconds: &str) -> Result<()> {
    let found = target().join("fuzz").join(name);
    fs::create_dir_all(&found).with_context(|| format!("making {}", found.display()))?;
    let mut command = cargo_fuzz(&["run", name]);
    command
        .arg(found)
        .arg(corpus().join(name))
        .arg("--")
        .args([
            format!("-max_total_time={seconds}"),
            format!("-max_len={LENGTH}"),
        ])
        .arg(format!("-dict={}", root().join("fuzz/sip.dict").display()));
    run(command)
}

/// A target is what has a corpus.
fn known() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(corpus())? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn corpus() -> PathBuf {
    root().join("fuzz/corpus")
}

fn install() -> Result<()> {
    let mut version = cargo_fuzz(&["--version"]);
    version.stdout(Stdio::null()).stderr(Stdio::null());
    if version.status().is_ok_and(|status| status.success()) {
        return Ok(());
    }
    let mut install = nightly();
    install.args(["install", "--locked", "cargo-fuzz"]);
    run(install).context("libFuzzer needs a nightly compiler: rustup toolchain install nightly")
}

fn cargo_fuzz(arguments: &[&str]) -> Command {
    let mut command = nightly();
    command.arg("fuzz").args(arguments);
    command
}

/// The cargo that runs this task is a stable one, and says so to its children.
fn nightly() -> Command {
    let mut command = Command::new("cargo");
    command
        .arg("+nightly")
        .current_dir(root())
        .env_remove("CARGO")
        .env_remove("RUSTC")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("CARGO_TARGET_DIR", target().join("fuzz-build"));
    command
}
