//! A UDP socket on loopback that receives in batches, with the kernel's time of arrival.

use nix::sys::socket::sockopt::{RcvBuf, RcvBufForce, ReceiveTimestampns};
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, setsockopt,
};
use nix::sys::time::TimeSpec;
use std::io::{self, IoSliceMut};
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd};
use std::time::SystemTime;

/// Datagrams taken by one call.
const BATCH: usize = 64;
const DATAGRAM_BYTES: usize = 2_048;
const RECEIVE_BYTES: usize = 64 << 20;
/// Batches taken from a socket before others have their turn.
const BATCHES_A_TURN: usize = 256;

/// A datagram that has arrived.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival<'a> {
    /// Nanoseconds since the Unix epoch.
    pub(crate) at: u64,
    pub(crate) from: SocketAddrV4,
    pub(crate) bytes: &'a [u8],
}

/// See the module.
pub(crate) struct Socket {
    bound: UdpSocket,
    headers: MultiHeaders<SockaddrIn>,
    buffers: Vec<[u8; DATAGRAM_BYTES]>,
}

impl Socket {
    /// Binds a free port.
    pub(crate) fn bind() -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        // Without the privilege the buffer is as large as the system allows.
        if setsockopt(&socket, RcvBufForce, &RECEIVE_BYTES).is_err() {
            setsockopt(&socket, RcvBuf, &RECEIVE_BYTES)?;
        }
        setsockopt(&socket, ReceiveTimestampns, &true)?;
        let space = nix::cmsg_space!(TimeSpec);
        Ok(Self {
            bound: socket,
            headers: MultiHeaders::preallocate(BATCH, Some(space)),
            buffers: vec![[0; DATAGRAM_BYTES]; BATCH],
        })
    }

    pub(crate) fn port(&self) -> io::Result<u16> {
        Ok(self.bound.local_addr()?.port())
    }

    /// Sends without waiting. A refusal is a lost datagram, as on any network.
    pub(crate) fn send(&self, bytes: &[u8], to: SocketAddrV4) {
        let _ = self.bound.send_to(bytes, to);
    }

    /// Hands over what has arrived.
    pub(crate) fn receive(&mut self, mut take: impl FnMut(Arrival<'_>)) {
        for _ in 0..BATCHES_A_TURN {
            if self.receive_batch(&mut take) < BATCH {
                return;
            }
        }
    }

    fn receive_batch(&mut self, take: &mut impl FnMut(Arrival<'_>)) -> usize {
        let buffers = self.buffers.iter_mut();
        let mut pieces: Vec<_> = buffers.map(|buffer| [IoSliceMut::new(buffer)]).collect();
        let received = recvmmsg(
            self.bound.as_raw_fd(),
            &mut self.headers,
            pieces.iter_mut(),
            MsgFlags::MSG_DONTWAIT,
            None,
        );
        let Ok(received) = received else {
            return 0;
        };
        let now = realtime();
        let mut count = 0;
        for message in received {
            count += 1;
            let stamp = message
                .cmsgs()
                .ok()
                .and_then(|mut all| all.find_map(|it| stamp(&it)));
            if let (Some(from), Some(bytes)) = (message.address, message.iovs().next()) {
                take(Arrival {
                    at: stamp.unwrap_or(now),
                    from: from.into(),
                    bytes,
                });
            }
        }
        count
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.bound.as_fd()
    }
}

fn stamp(message: &ControlMessageOwned) -> Option<u64> {
    if let ControlMessageOwned::ScmTimestampns(time) = *message {
        let seconds = u64::try_from(time.tv_sec()).ok()?;
        Some(seconds * 1_000_000_000 + u64::try_from(time.tv_nsec()).ok()?)
    } else {
        None
    }
}

/// Nanoseconds since the Unix epoch, on the clock of the kernel's stamps.
pub(crate) fn realtime() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
    })
}
