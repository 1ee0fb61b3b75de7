//! Where things are, and how another program is run.

use anyhow::{Context, Result, bail};
use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().map(Path::to_path_buf).unwrap_or(manifest)
}

/// The console's folder.
pub(crate) fn web() -> PathBuf {
    root().join("web")
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// A cargo command at the top of the repository, by the cargo that runs this task.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(root());
    command
}

/// An npm command in the console's folder.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(web());
    command
}

/// The command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

/// Runs a command that must succeed.
pub(crate) fn run(mut command: Command) -> Result<()> {
    let name = shown(&command);
    eprintln!("$ {name}");
    let status = command
        .status()
        .with_context(|| format!("`{name}` cannot be started"))?;
    if !status.success() {
        bail!("`{name}` ended with {status}");
    }
    Ok(())
}

/// What a command wrote, and whether it succeeded.
pub(crate) struct Transcript {
    /// Both of its streams, without order between them.
    pub(crate) text: String,
    /// Whether it ended with status 0.
    pub(crate) success: bool,
}

/// Runs a command, showing what it writes while keeping it.
pub(crate) fn transcribe(mut command: Command) -> Result<Transcript> {
    let name = shown(&command);
    eprintln!("$ {name}");
    let mut child = command
        .env("NO_COLOR", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("`{name}` cannot be started"))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let text = thread::scope(|scope| {
        let first = scope.spawn(|| stdout.map(echo).unwrap_or_default());
        let second = stderr.map(echo).unwrap_or_default();
        first.join().unwrap_or_default() + &second
    });
    let success = child.wait()?.success();
    Ok(Transcript { text, success })
}

fn echo(stream: impl Read) -> String {
    let mut kept = String::new();
    for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        // A closed terminal must not end the checks.
        let _ = writeln!(std::io::stderr(), "{line}");
        kept.push_str(&line);
        kept.push('\n');
    }
    kept
}
