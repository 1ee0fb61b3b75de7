//! UDP as the media threads and the reactor need it: connecting, disconnecting, batches.
#![expect(
    unsafe_code,
    reason = "std can neither disconnect a socket nor receive in batches"
)]

use super::{address::RawAddress, check, check_size, time};
use std::{
    io, mem,
    net::{SocketAddr, UdpSocket},
    os::fd::AsRawFd as _,
    ptr,
    time::Duration,
};

/// Receives one datagram without waiting.
pub(crate) fn receive(socket: &UdpSocket, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
    let mut from = RawAddress::empty();
    // SAFETY: the buffer is writable for its length; the address has room for the length that it
    // states; both outlive the call.
    let received = check_size(unsafe {
        libc::recvfrom(
            socket.as_raw_fd(),
            buffer.as_mut_ptr().cast(),
            buffer.len(),
            libc::MSG_DONTWAIT,
            from.pointer_mut(),
            from.length_mut(),
        )
    })?;
    Ok((received, from.read()?))
}

/// Sends to the connected peer, or to `to` if there is one.
pub(crate) fn send(socket: &UdpSocket, bytes: &[u8], to: Option<SocketAddr>) -> io::Result<()> {
    let address = to.map(RawAddress::from);
    let (pointer, length) = match &address {
        Some(address) => (address.pointer(), address.length()),
        None => (ptr::null(), 0),
    };
    // SAFETY: the bytes are readable for their length; the address is null with length zero or
    // valid for its length; both outlive the call.
    let sent = unsafe {
        libc::sendto(
            socket.as_raw_fd(),
            bytes.as_ptr().cast(),
            bytes.len(),
            libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL,
            pointer,
            length,
        )
    };
    check_size(sent).map(drop)
}

/// Dissolves the connection: the socket hears everyone. It keeps its port only if it was bound to
/// that number; the kernel takes back a port that it chose itself.
pub(crate) fn disconnect(socket: &UdpSocket) -> io::Result<()> {
    let mut nobody = RawAddress::empty();
    // SAFETY: the pointer covers a whole sockaddr_storage, of which the family alone, zero and so
    // AF_UNSPEC, is read.
    let outcome =
        unsafe { libc::connect(socket.as_raw_fd(), nobody.pointer_mut(), nobody.length()) };
    check(outcome).map(drop)
}

/// How many datagrams one call takes.
pub(crate) const BATCH: usize = 32;
/// The longest datagram of UDP over IPv4 is a little shorter.
const DATAGRAM_BYTES: usize = 65_536;

/// Room for the kernel's notes on a datagram: the time at which it arrived, and its head.
pub(super) const NOTE_BYTES: usize = 64;

/// Notes of the kernel, aligned as it wants them.
#[derive(Clone, Copy)]
#[repr(C, align(8))]
pub(super) struct Notes(pub(super) [u8; NOTE_BYTES]);

/// Buffers into which up to [`BATCH`] datagrams are received by one call.
pub(crate) struct Batch {
    bytes: Vec<u8>,
    addresses: [RawAddress; BATCH],
    lengths: [usize; BATCH],
    notes: [Notes; BATCH],
    arrivals: [Option<Duration>; BATCH],
}

impl Batch {
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![0; BATCH * DATAGRAM_BYTES],
            addresses: [RawAddress::empty(); BATCH],
            lengths: [0; BATCH],
            notes: [Notes([0; NOTE_BYTES]); BATCH],
            arrivals: [None; BATCH],
        }
    }

    /// Receives what has arrived, without waiting; the datagrams are at [`Batch::datagram`].
    pub(crate) fn receive(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        let mut pieces: [libc::iovec; BATCH] = [libc::iovec {
            iov_base: ptr::null_mut(),
            iov_len: 0,
        }; BATCH];
        // SAFETY: mmsghdr is integers and pointers, for which all zero bytes are a value.
        let mut heads: [libc::mmsghdr; BATCH] = unsafe { mem::zeroed() };
        let buffers = self.bytes.chunks_exact_mut(DATAGRAM_BYTES);
        for ((((head, piece), buffer), address), notes) in heads
            .iter_mut()
            .zip(&mut pieces)
            .zip(buffers)
            .zip(&mut self.addresses)
            .zip(&mut self.notes)
        {
            *address = RawAddress::empty();
            piece.iov_base = buffer.as_mut_ptr().cast();
            piece.iov_len = buffer.len();
            head.msg_hdr.msg_iov = ptr::from_mut(piece);
            head.msg_hdr.msg_iovlen = 1;
            head.msg_hdr.msg_namelen = address.length();
            head.msg_hdr.msg_name = address.pointer_mut().cast();
            head.msg_hdr.msg_control = notes.0.as_mut_ptr().cast();
            head.msg_hdr.msg_controllen = NOTE_BYTES;
        }
        // SAFETY: each head points at one piece, which covers its own part of `bytes`, at its own
        // address with that address's length and at its own notes with theirs; all of them outlive the call, and no reference
        // to any of them is used while it runs.
        let received = check(unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                heads.as_mut_ptr(),
                libc::c_uint::try_from(BATCH).unwrap_or(1),
                libc::MSG_DONTWAIT,
                ptr::null_mut(),
            )
        })?;
        let received = usize::try_from(received).unwrap_or_default().min(BATCH);
        for (length, head) in self.lengths.iter_mut().zip(&heads[..received]) {
            *length = usize::try_from(head.msg_len).unwrap_or_default();
        }
        for (arrival, head) in self.arrivals.iter_mut().zip(&heads[..received]) {
            *arrival = arrived_at(&head.msg_hdr);
        }
        Ok(received)
    }

    /// The datagram number `index` of the last call: its sender, its bytes and, where the socket has
    /// timestamps, the wall clock's time at which it arrived.
    pub(crate) fn datagram(
        &self,
        index: usize,
    ) -> io::Result<(SocketAddr, &[u8], Option<Duration>)> {
        let start = index * DATAGRAM_BYTES;
        let length = self.lengths[index].min(DATAGRAM_BYTES);
        Ok((
            self.addresses[index].read()?,
            &self.bytes[start..start + length],
            self.arrivals[index],
        ))
    }
}

/// The timestamp among the kernel's notes, if there is one.
pub(super) fn arrived_at(head: &libc::msghdr) -> Option<Duration> {
    // SAFETY: `head` was filled by the kernel, and the notes that it points at are still there.
    let note = unsafe { libc::CMSG_FIRSTHDR(head).as_ref() }?;
    let is_time = note.cmsg_level == libc::SOL_SOCKET && note.cmsg_type == libc::SCM_TIMESTAMPNS;
    let holds_time = note.cmsg_len >= size_of::<libc::cmsghdr>() + size_of::<libc::timespec>();
    if !is_time || !holds_time {
        return None;
    }
    // SAFETY: the note's level and type say that its data is a timespec, and its length that all
    // of it is there; the kernel does not promise its alignment.
    let time = unsafe { ptr::read_unaligned(libc::CMSG_DATA(note).cast::<libc::timespec>()) };
    Some(time::span(time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn pair() -> (UdpSocket, UdpSocket) {
        let bind = || UdpSocket::bind("127.0.0.1:0").unwrap();
        (bind(), bind())
    }

    #[test]
    fn a_disconnected_socket_keeps_its_port_and_hears_everyone() {
        let (chosen, theirs) = pair();
        let (address, stranger) = (chosen.local_addr().unwrap(), pair().0);
        drop(chosen);
        let ours = UdpSocket::bind(address).unwrap();
        ours.connect(theirs.local_addr().unwrap()).unwrap();
        disconnect(&ours).unwrap();
        assert_eq!(ours.local_addr().unwrap(), address);
        assert!(ours.peer_addr().is_err());
        stranger.send_to(b"hello", address).unwrap();
        ours.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut buffer = [0; 16];
        let (length, from) = ours.recv_from(&mut buffer).unwrap();
        assert_eq!(
            (&buffer[..length], from),
            (&b"hello"[..], stranger.local_addr().unwrap())
        );
    }

    #[test]
    fn a_batch_holds_each_datagram_with_its_sender() {
        let (ours, theirs) = pair();
        let address = ours.local_addr().unwrap();
        for number in 0..40_u8 {
            send(&theirs, &vec![number; usize::from(number)], Some(address)).unwrap();
        }
        let mut batch = Batch::new();
        let mut seen = 0;
        while seen < 40 {
            let count = batch.receive(&ours).unwrap();
            for index in 0..count {
                let (from, bytes, _) = batch.datagram(index).unwrap();
                assert_eq!(from, theirs.local_addr().unwrap());
                assert_eq!(bytes.len(), seen);
                seen += 1;
            }
        }
        let empty = batch.receive(&ours).unwrap_err();
        assert_eq!(empty.kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn a_datagram_tells_when_it_arrived() {
        let (ours, theirs) = pair();
        crate::syscall::option::set_timestamps(&ours).unwrap();
        let before = time::wall();
        send(&theirs, b"x", Some(ours.local_addr().unwrap())).unwrap();
        let mut batch = Batch::new();
        while batch.receive(&ours).is_err() {}
        // The kernel may deliver it after the sender's call is over.
        let after = time::wall();
        let (_, _, at) = batch.datagram(0).unwrap();
        let at = at.unwrap();
        assert!(before <= at && at <= after, "{before:?} {at:?} {after:?}");
    }

    #[test]
    fn nobody_at_the_other_end_is_an_error_that_passes() {
        let (ours, theirs) = pair();
        let gone = theirs.local_addr().unwrap();
        drop(theirs);
        ours.connect(gone).unwrap();
        let outcomes: Vec<_> = (0..4).map(|_| send(&ours, b"x", None)).collect();
        let refused = |outcome: &io::Result<()>| {
            outcome
                .as_ref()
                .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
        };
        assert!(outcomes.iter().any(refused) && outcomes.iter().any(Result::is_ok));
    }
}
