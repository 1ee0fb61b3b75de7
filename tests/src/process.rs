//! A program that a test started, ended with the test.

use crate::patience::eventually;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

/// A running program. It stays in the test's process group, so that a test runner that gives up on
/// the test ends it too.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts `command`; what it prints goes to `log`.
    pub fn start(command: &mut Command, log: &Path) -> Self {
        Self(spawn(command.stdin(Stdio::null()), log))
    }

    /// The same for a program that is told things while it runs.
    pub fn start_with_input(command: &mut Command, log: &Path) -> (Self, ChildStdin) {
        let mut child = spawn(command.stdin(Stdio::piped()), log);
        let input = child.stdin.take().expect("it is piped");
        (Self(child), input)
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    /// Waits for its end.
    pub fn wait(&mut self, most: Duration) -> ExitStatus {
        eventually("the end of a program", most, || self.ended())
    }
}

fn spawn(command: &mut Command, log: &Path) -> Child {
    let out = File::create(log).unwrap();
    command
        .stdout(out.try_clone().unwrap())
        .stderr(out)
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()))
}

impl Drop for Process {
    fn drop(&mut self) {
        // A program that has ended already cannot be killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Kills a process as a crash would.
pub fn kill(id: u32) {
    signal(id, Signal::KILL);
}

/// Asks a process to end.
pub fn terminate(id: u32) {
    signal(id, Signal::TERM);
}

/// Tells a process to read its files again.
pub fn hang_up(id: u32) {
    signal(id, Signal::HUP);
}

fn signal(id: u32, signal: Signal) {
    let id = i32::try_from(id).ok().and_then(Pid::from_raw).unwrap();
    kill_process(id, signal).unwrap();
}

/// The children of a process.
pub fn children(id: u32) -> Vec<u32> {
    std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"))
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .collect()
}
