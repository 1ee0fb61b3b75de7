//! epoll.
#![expect(unsafe_code, reason = "epoll has no safe form in std")]

use super::check;
use std::{
    io,
    os::fd::{AsFd, AsRawFd as _, FromRawFd as _, OwnedFd},
    ptr,
    time::Duration,
};

/// What a descriptor is watched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interest {
    Read,
    ReadWrite,
}

impl Interest {
    fn bits(self) -> u32 {
        let read = libc::EPOLLIN | libc::EPOLLRDHUP;
        let bits = match self {
            Self::Read => read,
            Self::ReadWrite => read | libc::EPOLLOUT,
        };
        bits.cast_unsigned()
    }
}

/// A descriptor that has something for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ready {
    pub(crate) token: u64,
    /// The peer is gone, or there are bytes, or an error waits.
    pub(crate) readable: bool,
    pub(crate) writable: bool,
}

/// A set of watched descriptors.
#[derive(Debug)]
pub(crate) struct Poller {
    descriptor: OwnedFd,
    events: Vec<libc::epoll_event>,
}

const EVENTS: usize = 256;

impl Poller {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: the call takes an integer only.
        let descriptor = check(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        Ok(Self {
            // SAFETY: the kernel has just given this descriptor to nobody else.
            descriptor: unsafe { OwnedFd::from_raw_fd(descriptor) },
            events: vec![libc::epoll_event { events: 0, u64: 0 }; EVENTS],
        })
    }

    pub(crate) fn add(&self, watched: &impl AsFd, token: u64, for_: Interest) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, watched, token, for_)
    }

    pub(crate) fn change(&self, watched: &impl AsFd, token: u64, for_: Interest) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_MOD, watched, token, for_)
    }

    pub(crate) fn remove(&self, watched: &impl AsFd) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_DEL, watched, 0, Interest::Read)
    }

    fn control(
        &self,
        operation: libc::c_int,
        watched: &impl AsFd,
        token: u64,
        interest: Interest,
    ) -> io::Result<()> {
        let mut event = libc::epoll_event {
            events: interest.bits(),
            u64: token,
        };
        let watched = watched.as_fd().as_raw_fd();
        // SAFETY: `event` is valid and outlives the call, which keeps no pointer to it.
        let outcome = unsafe {
            libc::epoll_ctl(
                self.descriptor.as_raw_fd(),
                operation,
                watched,
                &raw mut event,
            )
        };
        check(outcome).map(drop)
    }

    /// Waits until something is ready or `timeout` has passed; the number that is ready.
    pub(crate) fn wait(&mut self, timeout: Option<Duration>) -> io::Result<usize> {
        let time = timeout.map(|timeout| libc::timespec {
            tv_sec: libc::time_t::try_from(timeout.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: libc::c_long::from(timeout.subsec_nanos().cast_signed()),
        });
        let time = time.as_ref().map_or(ptr::null(), ptr::from_ref);
        let room = libc::c_int::try_from(self.events.len()).unwrap_or(1);
        // SAFETY: the events are writable for the number given; the time is null or valid; a null
        // signal set is allowed.
        let outcome = unsafe {
            libc::epoll_pwait2(
                self.descriptor.as_raw_fd(),
                self.events.as_mut_ptr(),
                room,
                time,
                ptr::null(),
            )
        };
        match check(outcome) {
            Ok(ready) => Ok(usize::try_from(ready).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// The descriptor number `index` of the last wait.
    pub(crate) fn ready(&self, index: usize) -> Ready {
        let event = self.events[index];
        let bits = event.events.cast_signed();
        Ready {
            token: event.u64,
            readable: bits & !libc::EPOLLOUT != 0,
            writable: bits & (libc::EPOLLOUT | libc::EPOLLERR | libc::EPOLLHUP) != 0,
        }
    }
}
