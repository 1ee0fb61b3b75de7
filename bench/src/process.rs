//! What the system says of a process, and where it runs.

use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;
use std::fs;
use std::io;
use std::time::Duration;

/// A tick of `/proc/PID/stat`: Linux fixes it at 10 ms for user space.
const TICK: Duration = Duration::from_millis(10);

/// What some processes have used so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// Time on a processor.
    pub(crate) cpu: Duration,
    /// Resident memory in KiB.
    pub(crate) resident_kib: u64,
}

impl Usage {
    /// The sum over `processes`; one that is gone counts nothing.
    pub(crate) fn of(processes: &[u32]) -> Self {
        processes.iter().fold(Self::default(), |sum, process| Self {
            cpu: sum.cpu + cpu(*process).unwrap_or_default(),
            resident_kib: sum.resident_kib + resident_kib(*process).unwrap_or_default(),
        })
    }
}

fn cpu(process: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in parentheses may hold spaces; user and system time are fields 14 and 15.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(TICK * (user + system))
}

fn resident_kib(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The process and those that it has started.
pub(crate) fn family(process: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    let children = children.unwrap_or_default();
    let children = children.split_whitespace().filter_map(|id| id.parse().ok());
    std::iter::once(process).chain(children).collect()
}

/// Keeps this thread, and what it starts from here on, on one processor. On a machine with a
/// single one this changes nothing.
pub(crate) fn stay_on(processor: usize) -> io::Result<()> {
    let count = fs::read_to_string("/proc/stat")?
        .lines()
        .filter(|line| line.starts_with("cpu") && !line.starts_with("cpu "))
        .count();
    let mut set = CpuSet::new();
    set.set(processor % count.max(1))?;
    sched_setaffinity(Pid::from_raw(0), &set)?;
    Ok(())
}
