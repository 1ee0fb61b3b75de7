//! Reading a connection together with the kernel's note of when the bytes arrived.
#![expect(unsafe_code, reason = "std does not hand over the kernel's notes")]

use super::{
    check_size,
    datagram::{NOTE_BYTES, Notes, arrived_at},
};
use std::{
    io::{self, Read},
    mem,
    net::TcpStream,
    os::fd::AsRawFd as _,
    ptr,
    time::Duration,
};

/// A connection that remembers when the oldest bytes that were read had arrived.
#[derive(Debug)]
pub(crate) struct Stamped<'a> {
    socket: &'a TcpStream,
    arrived: Option<Duration>,
}

impl<'a> Stamped<'a> {
    pub(crate) fn new(socket: &'a TcpStream) -> Self {
        Self {
            socket,
            arrived: None,
        }
    }

    /// The wall clock's time, where the socket has timestamps.
    pub(crate) fn arrived(&self) -> Option<Duration> {
        self.arrived
    }
}

impl Read for Stamped<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut notes = Notes([0; NOTE_BYTES]);
        let mut piece = libc::iovec {
            iov_base: buffer.as_mut_ptr().cast(),
            iov_len: buffer.len(),
        };
        // SAFETY: msghdr is integers and pointers, for which all zero bytes are a value.
        let mut head: libc::msghdr = unsafe { mem::zeroed() };
        head.msg_iov = ptr::from_mut(&mut piece);
        head.msg_iovlen = 1;
        head.msg_control = notes.0.as_mut_ptr().cast();
        head.msg_controllen = NOTE_BYTES;
        // SAFETY: the head points at one piece, which covers the buffer, and at the notes with
        // their length; all of them outlive the call.
        let read = check_size(unsafe {
            libc::recvmsg(self.socket.as_raw_fd(), &raw mut head, libc::MSG_DONTWAIT)
        })?;
        if self.arrived.is_none() {
            self.arrived = arrived_at(&head);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syscall::{option::set_timestamps, time};
    use std::io::Write as _;
    use std::net::TcpListener;

    #[test]
    fn bytes_of_a_connection_tell_when_they_arrived() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut theirs = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (ours, _) = listener.accept().unwrap();
        set_timestamps(&ours).unwrap();
        let before = time::wall();
        theirs.write_all(b"INVITE").unwrap();
        let after = time::wall();
        let mut stamped = Stamped::new(&ours);
        let mut buffer = [0; 16];
        let read = loop {
            match stamped.read(&mut buffer) {
                Ok(read) => break read,
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
            }
        };
        assert_eq!(&buffer[..read], b"INVITE");
        let at = stamped.arrived().unwrap();
        assert!(before <= at && at <= after, "{before:?} {at:?} {after:?}");
    }
}
