//! Processes, signals and memory files, as the parent needs them.
#![expect(
    unsafe_code,
    reason = "signals, prctl and memfd have no safe form in std"
)]

use super::check;
use std::{
    fs::File,
    io::{self, Read as _},
    mem,
    os::{
        fd::{FromRawFd as _, OwnedFd, RawFd},
        unix::process::CommandExt as _,
    },
    process::Command,
    ptr, thread,
};

/// The signals that the parent waits for.
pub(crate) const AWAITED: [libc::c_int; 5] = [
    libc::SIGTERM,
    libc::SIGINT,
    libc::SIGCHLD,
    libc::SIGUSR2,
    libc::SIGHUP,
];

fn awaited_set() -> libc::sigset_t {
    // SAFETY: sigset_t is plain integers, for which all zero bytes are a value.
    let mut set = unsafe { mem::zeroed() };
    // SAFETY: `set` is a valid sigset_t; the numbers are those of existing signals.
    unsafe {
        libc::sigemptyset(&raw mut set);
        for signal in AWAITED {
            libc::sigaddset(&raw mut set, signal);
        }
    }
    set
}

/// The awaited signals as something to read; they do not interrupt this thread.
#[derive(Debug)]
pub(crate) struct Signals {
    file: File,
}

impl Signals {
    /// Blocks the awaited signals in this thread.
    pub(crate) fn catch() -> io::Result<Self> {
        let set = awaited_set();
        // SAFETY: `set` is valid; a null old set is allowed.
        let outcome =
            unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, ptr::null_mut()) };
        if outcome != 0 {
            return Err(io::Error::from_raw_os_error(outcome));
        }
        // SAFETY: `set` is valid and outlives the call; -1 asks for a descriptor of its own.
        let made =
            unsafe { libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) };
        // SAFETY: the kernel has just given this descriptor to nobody else.
        let descriptor = unsafe { OwnedFd::from_raw_fd(check(made)?) };
        Ok(Self {
            file: File::from(descriptor),
        })
    }

    /// The next signal that has arrived.
    pub(crate) fn take(&self) -> Option<libc::c_int> {
        let mut record = [0; size_of::<libc::signalfd_siginfo>()];
        let read = (&self.file).read(&mut record).ok()?;
        // The signal's number is the record's first field.
        let number = record.first_chunk().filter(|_| read == record.len())?;
        Some(i32::from_ne_bytes(*number))
    }
}

impl std::os::fd::AsFd for Signals {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// Sends a signal to a child that has not been waited for.
pub(crate) fn signal(process: u32, signal: libc::c_int) -> io::Result<()> {
    let process = libc::pid_t::try_from(process).map_err(|_| io::ErrorKind::InvalidInput)?;
    if process <= 0 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: the call takes integers only.
    check(unsafe { libc::kill(process, signal) }).map(drop)
}

/// Makes the program die with the thread that starts it, and hear signals again. It does not hear
/// SIGHUP until it asks to.
pub(crate) fn bind_life_to_ours(command: &mut Command) {
    let parent = std::process::id();
    let set = awaited_set();
    let hook = move || {
        // SAFETY: prctl with PR_SET_PDEATHSIG takes integers only; `set` is valid, a null old set
        // is allowed; signal sets no handler; getppid takes nothing. All are async-signal-safe.
        unsafe {
            check(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL))?;
            // Before it is let through: a program that has not said what it does at a SIGHUP must
            // not end of it.
            if libc::signal(libc::SIGHUP, libc::SIG_IGN) == libc::SIG_ERR {
                return Err(io::Error::last_os_error());
            }
            check(libc::sigprocmask(
                libc::SIG_UNBLOCK,
                &raw const set,
                ptr::null_mut(),
            ))?;
            // The parent may have died before the first line.
            if u32::try_from(libc::getppid()) != Ok(parent) {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
        }
        Ok(())
    };
    // SAFETY: between fork and exec the hook makes system calls only: it takes no lock, and its
    // errors are made without allocating.
    unsafe { command.pre_exec(hook) };
}

/// The error of a process that is not there.
pub(crate) const NO_SUCH_PROCESS: i32 = libc::ESRCH;

/// Kills every process of the group that this process leads or led.
pub(crate) fn kill_group(leader: u32) -> io::Result<()> {
    let group = libc::pid_t::try_from(leader).map_err(|_| io::ErrorKind::InvalidInput)?;
    if group <= 1 {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: the call takes integers only.
    check(unsafe { libc::kill(-group, libc::SIGKILL) }).map(drop)
}

/// Makes the program die with the thread that starts it, and bounds the files that it writes.
pub(crate) fn bound_files(command: &mut Command, longest_file: u64) {
    let parent = std::process::id();
    let limit = libc::rlimit {
        rlim_cur: longest_file,
        rlim_max: longest_file,
    };
    let hook = move || {
        // SAFETY: prctl with PR_SET_PDEATHSIG takes integers only; `limit` is valid and outlives
        // the call; getppid takes nothing. All are async-signal-safe.
        unsafe {
            check(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL))?;
            check(libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit))?;
            // The parent may have died before the first line.
            if u32::try_from(libc::getppid()) != Ok(parent) {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
        }
        Ok(())
    };
    // SAFETY: between fork and exec the hook makes system calls only: it takes no lock, and its
    // errors are made without allocating.
    unsafe { command.pre_exec(hook) };
}

/// A file in memory that a started program inherits.
pub(crate) fn memory_file() -> io::Result<File> {
    // SAFETY: the name is a C string that outlives the call.
    let made = unsafe { libc::memfd_create(c"trunkline".as_ptr(), 0) };
    // SAFETY: the kernel has just given this descriptor to nobody else.
    Ok(File::from(unsafe { OwnedFd::from_raw_fd(check(made)?) }))
}

/// Takes a descriptor that the process which started this one left open for it.
///
/// # Safety
/// Nothing else in this process owns the descriptor or will ever own it.
pub(crate) unsafe fn adopt(descriptor: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: F_GETFD takes no argument and touches no memory of ours.
    check(unsafe { libc::fcntl(descriptor, libc::F_GETFD) })?;
    // SAFETY: it is open, and the caller promises that nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Keeps the calling thread on one processor.
pub(crate) fn pin_thread(processor: usize) -> io::Result<()> {
    // SAFETY: cpu_set_t is plain integers, for which all zero bytes are a value.
    let mut set: libc::cpu_set_t = unsafe { mem::zeroed() };
    if processor >= 8 * size_of::<libc::cpu_set_t>() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: the number is below the set's bits.
    unsafe { libc::CPU_SET(processor, &mut set) };
    // SAFETY: `set` is valid for its size and outlives the call; 0 is the calling thread.
    let outcome =
        unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set) };
    check(outcome).map(drop)
}

/// Lets other threads go first: the calling thread, and what it starts from here on, gets less of a
/// processor that others want as well.
pub(crate) fn lower_priority(nice: libc::c_int) -> io::Result<()> {
    // SAFETY: the call takes integers only; on Linux 0 is the calling thread.
    check(unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, nice) }).map(drop)
}

/// How many processors this process may use.
pub(crate) fn processors() -> usize {
    thread::available_parallelism().map_or(1, Into::into)
}
