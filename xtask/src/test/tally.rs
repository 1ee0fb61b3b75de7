//! What passed and what failed, and the report at the end.

use super::counts::Counts;
use crate::tool::{shown, transcribe};
use anyhow::{Result, bail};
use std::io::Write;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// The sum over all checks so far.
#[derive(Default)]
pub(super) struct Tally {
    counts: Counts,
    failures: Vec<String>,
}

impl Tally {
    /// A check that is a function.
    pub(super) fn step(&mut self, name: &str, action: impl FnOnce() -> Result<()>) {
        self.count(name, || {
            action()?;
            Ok(Counts::PASSED)
        });
    }

    /// A check that is a command.
    pub(super) fn check(&mut self, name: &str, command: Command) {
        let shown = shown(&command);
        self.step(name, || {
            if transcribe(command)?.success {
                return Ok(());
            }
            bail!("`{shown}` failed")
        });
    }

    /// A command that runs tests and says how many; without such a word it counts as one failure.
    pub(super) fn tests(&mut self, name: &str, command: Command, read: fn(&str) -> Option<Counts>) {
        let shown = shown(&command);
        self.count(name, || {
            let transcript = transcribe(command)?;
            match read(&transcript.text) {
                Some(counts) if transcript.success || counts.failed > 0 => Ok(counts),
                Some(_) | None => bail!("`{shown}` did not run its tests to the end"),
            }
        });
    }

    fn count(&mut self, name: &str, action: impl FnOnce() -> Result<Counts>) {
        eprintln!("\n== {name}");
        let start = Instant::now();
        let (counts, failure) = match action() {
            Ok(counts) if counts.failed == 0 => (counts, None),
            Ok(counts) => (
                counts,
                Some(format!("{} of the tests failed", counts.failed)),
            ),
            Err(error) => (Counts::FAILED, Some(format!("{error:#}"))),
        };
        self.counts += counts;
        let verdict = failure.as_deref().unwrap_or("passed");
        eprintln!(
            "== {name}: {verdict} ({:.1} s)",
            start.elapsed().as_secs_f64()
        );
        self.failures
            .extend(failure.map(|failure| format!("{name}: {failure}")));
    }

    /// Lists what failed and ends with the one line that others read.
    pub(super) fn report(self) -> Result<ExitCode> {
        for failure in &self.failures {
            eprintln!("FAILED {failure}");
        }
        let Counts { passed, failed } = self.counts;
        writeln!(std::io::stdout(), "{passed} passed, {failed} failed")?;
        Ok(if failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
