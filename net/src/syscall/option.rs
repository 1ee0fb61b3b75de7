//! Socket and descriptor options that std does not know.
#![expect(unsafe_code, reason = "setsockopt and fcntl have no safe form in std")]

use super::{address::RawAddress, check, length_of};
use std::{
    io,
    net::{SocketAddr, TcpStream, UdpSocket},
    os::fd::{AsFd, AsRawFd as _, FromRawFd as _, OwnedFd},
};

fn set(socket: &impl AsFd, level: i32, name: i32, value: i32) -> io::Result<()> {
    let descriptor = socket.as_fd().as_raw_fd();
    let pointer = (&raw const value).cast();
    // SAFETY: the pointer is valid for one c_int, which is the length given.
    let outcome =
        unsafe { libc::setsockopt(descriptor, level, name, pointer, length_of::<libc::c_int>()) };
    check(outcome).map(drop)
}

/// Asks for a receive buffer, past the system's limit if this process may.
pub(crate) fn set_receive_buffer(socket: &impl AsFd, bytes: i32) -> io::Result<()> {
    set(socket, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, bytes)
        .or_else(|_| set(socket, libc::SOL_SOCKET, libc::SO_RCVBUF, bytes))
}

/// Has the kernel note when each datagram arrived.
pub(crate) fn set_timestamps(socket: &impl AsFd) -> io::Result<()> {
    set(socket, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)
}

/// Marks what the socket sends with a DSCP code point (RFC 2474).
pub(crate) fn set_dscp(socket: &impl AsFd, local: SocketAddr, dscp: u8) -> io::Result<()> {
    let traffic_class = i32::from(dscp) << 2;
    match local {
        SocketAddr::V4(_) => set(socket, libc::IPPROTO_IP, libc::IP_TOS, traffic_class),
        SocketAddr::V6(_) => set(socket, libc::IPPROTO_IPV6, libc::IPV6_TCLASS, traffic_class),
    }
}

const RTP_RECEIVE_BYTES: i32 = 256 << 10;
/// Expedited forwarding (RFC 3246) for voice.
const RTP_DSCP: u8 = 46;

/// Gives a socket the buffer and the mark of those that carry voice.
pub(crate) fn prepare_rtp(socket: &UdpSocket, local: SocketAddr) -> io::Result<()> {
    set_receive_buffer(socket, RTP_RECEIVE_BYTES)?;
    set_dscp(socket, local, RTP_DSCP)
}

/// Whether a descriptor goes over to a program that this process starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inheritance {
    Inherited,
    Closed,
}

/// Sets what happens to the descriptor when a program is started.
pub(crate) fn set_inheritance(descriptor: &impl AsFd, inheritance: Inheritance) -> io::Result<()> {
    let flags = match inheritance {
        Inheritance::Inherited => 0,
        Inheritance::Closed => libc::FD_CLOEXEC,
    };
    // SAFETY: F_SETFD takes an int and touches no memory of ours.
    let outcome = unsafe { libc::fcntl(descriptor.as_fd().as_raw_fd(), libc::F_SETFD, flags) };
    check(outcome).map(drop)
}

/// Begins a TCP connection without waiting for it.
pub(crate) fn begin_connect(remote: SocketAddr) -> io::Result<TcpStream> {
    let family = match remote {
        SocketAddr::V4(_) => libc::AF_INET,
        SocketAddr::V6(_) => libc::AF_INET6,
    };
    let kind = libc::SOCK_STREAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: the call takes integers only.
    let descriptor = check(unsafe { libc::socket(family, kind, 0) })?;
    // SAFETY: the kernel has just given this descriptor to nobody else.
    let stream = TcpStream::from(unsafe { OwnedFd::from_raw_fd(descriptor) });
    let address = RawAddress::from(remote);
    // SAFETY: the address is valid for its length and outlives the call.
    let outcome = unsafe { libc::connect(descriptor, address.pointer(), address.length()) };
    match check(outcome) {
        Err(error) if error.raw_os_error() != Some(libc::EINPROGRESS) => Err(error),
        _ => Ok(stream),
    }
}

/// What kind of socket to bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Datagram,
    Listener,
}

/// Connections that may wait to be accepted.
const BACKLOG: libc::c_int = 1_024;

/// Binds a socket that hears IPv6 alone, so that the same port can be bound for IPv4 beside it.
pub(crate) fn bind_v6(address: SocketAddr, kind: Kind) -> io::Result<OwnedFd> {
    let stream = match kind {
        Kind::Datagram => libc::SOCK_DGRAM,
        Kind::Listener => libc::SOCK_STREAM,
    };
    // SAFETY: the call takes integers only.
    let made = check(unsafe { libc::socket(libc::AF_INET6, stream | libc::SOCK_CLOEXEC, 0) })?;
    // SAFETY: the kernel has just given this descriptor to nobody else.
    let socket = unsafe { OwnedFd::from_raw_fd(made) };
    set(&socket, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, 1)?;
    if kind == Kind::Listener {
        set(&socket, libc::SOL_SOCKET, libc::SO_REUSEADDR, 1)?;
    }
    let raw = RawAddress::from(address);
    // SAFETY: the address is valid for its length and outlives the call.
    check(unsafe { libc::bind(made, raw.pointer(), raw.length()) })?;
    if kind == Kind::Listener {
        // SAFETY: the call takes integers only.
        check(unsafe { libc::listen(made, BACKLOG) })?;
    }
    Ok(socket)
}

/// Binds a second socket of IPv4 to the address of a first one of our own. Nobody else can bind
/// there: the first one shares its port for the length of this call alone.
pub(crate) fn bind_beside(first: &UdpSocket) -> io::Result<UdpSocket> {
    let kind = libc::SOCK_DGRAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: the call takes integers only.
    let made = check(unsafe { libc::socket(libc::AF_INET, kind, 0) })?;
    // SAFETY: the kernel has just given this descriptor to nobody else.
    let second = UdpSocket::from(unsafe { OwnedFd::from_raw_fd(made) });
    let raw = RawAddress::from(first.local_addr()?);
    set(&second, libc::SOL_SOCKET, libc::SO_REUSEPORT, 1)?;
    set(first, libc::SOL_SOCKET, libc::SO_REUSEPORT, 1)?;
    // SAFETY: the address is valid for its length and outlives the call.
    let bound = check(unsafe { libc::bind(made, raw.pointer(), raw.length()) });
    set(first, libc::SOL_SOCKET, libc::SO_REUSEPORT, 0)?;
    bound.map(|_| second)
}

/// Raises the number of descriptors that this process may hold as far as it may; gives the number.
pub(crate) fn raise_descriptor_limit() -> io::Result<u64> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: `limit` is a valid rlimit that outlives the call.
    check(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) })?;
    limit.rlim_cur = limit.rlim_max;
    // SAFETY: as above.
    check(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) })?;
    Ok(limit.rlim_cur)
}
