//! An eventfd: wakes a thread that waits in epoll.
#![expect(unsafe_code, reason = "eventfd has no safe form in std")]

use super::check;
use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    os::fd::{AsFd, BorrowedFd, FromRawFd as _, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Wakes the thread that owns the other end; any thread may hold a copy.
#[derive(Debug, Clone)]
pub struct Waker {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    file: File,
    /// A wake is on its way, so another would be a wasted system call.
    pending: AtomicBool,
}

impl Waker {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: the call takes integers only.
        let made = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) };
        // SAFETY: the kernel has just given this descriptor to nobody else.
        let descriptor = unsafe { OwnedFd::from_raw_fd(check(made)?) };
        Ok(Self {
            shared: Arc::new(Shared {
                file: File::from(descriptor),
                pending: AtomicBool::new(false),
            }),
        })
    }

    /// Wakes the other end. What was written before this call is seen by it afterwards.
    pub fn wake(&self) {
        if !self.shared.pending.swap(true, Ordering::AcqRel) {
            // The write fails only when the counter is full, and then a wake is on its way.
            let _ = (&self.shared.file).write(&1_u64.to_ne_bytes());
        }
    }

    /// Takes the wake after epoll told of it and before looking for what it was about.
    pub(crate) fn take(&self) {
        // In the other order a wake between the two would be read away and leave `pending` set,
        // and no later one would be written.
        let _ = (&self.shared.file).read(&mut [0; 8]);
        self.shared.pending.swap(false, Ordering::AcqRel);
    }
}

impl AsFd for Waker {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.shared.file.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syscall::poll::{Interest, Poller};
    use std::time::Duration;

    #[test]
    fn many_wakes_are_one_event_and_none_is_left_over() {
        let waker = Waker::new().unwrap();
        let mut poller = Poller::new().unwrap();
        poller.add(&waker, 7, Interest::Read).unwrap();
        assert_eq!(poller.wait(Some(Duration::ZERO)).unwrap(), 0);
        for _ in 0..3 {
            waker.wake();
        }
        assert_eq!(poller.wait(Some(Duration::from_secs(5))).unwrap(), 1);
        assert_eq!(poller.ready(0).token, 7);
        waker.take();
        assert_eq!(poller.wait(Some(Duration::ZERO)).unwrap(), 0);
        waker.wake();
        assert_eq!(poller.wait(Some(Duration::from_secs(5))).unwrap(), 1);
    }
}
