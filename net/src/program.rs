//! Programs of other people that the worker starts: on a short leash, and gone as a whole.

use crate::syscall::process;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// Makes the program lead a process group of its own, lets neither it nor what it starts write a
/// file longer than `longest_file` bytes, and has it die with the thread that starts it.
pub fn confine(command: &mut Command, longest_file: u64) {
    command.process_group(0);
    process::bound_files(command, longest_file);
}

/// The process group of a program that was started [confined](confine), killed when this is dropped.
#[derive(Debug)]
pub struct Group(u32);

impl Group {
    /// The group of the program with this process id.
    pub fn of(leader: u32) -> Self {
        Self(leader)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        match process::kill_group(self.0) {
            Ok(()) => {}
            // All of it has ended.
            Err(error) if error.raw_os_error() == Some(process::NO_SUCH_PROCESS) => {}
            Err(error) => tracing::warn!(%error, "a program that was started cannot be ended"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;
    use std::process::Stdio;

    #[test]
    fn a_group_is_killed_with_all_that_it_started() {
        let mut command = Command::new("sh");
        // The pipe is closed when nobody of the group holds it any more.
        command.args(["-c", "sleep 600 & echo begun; sleep 600"]);
        command.stdout(Stdio::piped());
        confine(&mut command, 1 << 20);
        let mut child = command.spawn().unwrap();
        let group = Group::of(child.id());
        let mut output = child.stdout.take().unwrap();
        let mut begun = [0; 6];
        output.read_exact(&mut begun).unwrap();
        drop(group);
        assert_eq!(output.read(&mut begun).unwrap(), 0);
        assert!(!child.wait().unwrap().success());
    }

    #[test]
    fn a_file_that_grows_too_long_ends_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("long");
        let mut command = Command::new("dd");
        command.args(["if=/dev/zero", "bs=4096", "count=64"]);
        command.arg(format!("of={}", file.display()));
        command.stderr(Stdio::null());
        confine(&mut command, 8_192);
        assert!(!command.status().unwrap().success());
        assert_eq!(std::fs::metadata(&file).unwrap().len(), 8_192);
    }

    #[test]
    fn a_group_that_has_ended_is_let_be() {
        let mut command = Command::new("true");
        confine(&mut command, 1);
        let mut child = command.spawn().unwrap();
        let group = Group::of(child.id());
        child.wait().unwrap();
        drop(group);
    }
}
