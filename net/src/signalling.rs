//! The engine thread's sockets: SIP over UDP, TCP and TLS in one epoll, with a waker for other
//! threads.
//!
//! [`Reactor::poll`] gives what arrived as [`Event`]s; the senders never block. Whatever a peer
//! does, memory is bounded: connections, bytes waiting for a connection and bytes read a turn all
//! have a limit in [`Limits`].

mod connections;
mod reactor;
mod stream;

use crate::tls;
use bytes::Bytes;
use std::{
    net::{SocketAddr, TcpListener, UdpSocket},
    sync::Arc,
    time::Duration,
};

pub use reactor::Reactor;

/// Ids from here on are given to accepted connections; whoever opens a connection chooses an id
/// below.
pub const ACCEPTED: u64 = 1 << 63;

/// The sockets that a reactor watches, all non-blocking.
#[derive(Debug, Default)]
pub struct Sockets {
    /// Sockets for datagrams.
    pub datagrams: Vec<UdpSocket>,
    /// Listeners for plain streams.
    pub plain: Vec<TcpListener>,
    /// Listeners for streams inside TLS.
    pub secure: Vec<TcpListener>,
}

/// How streams are protected; without a side its connections are refused.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    /// For accepted connections.
    pub server: Option<Arc<tls::Server>>,
    /// For connections that are asked for.
    pub client: Option<Arc<tls::Client>>,
}

/// How a connection is to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Security {
    /// As it is.
    Plain,
    /// Inside TLS, to a peer that proves to have this name, or its address if there is none.
    Tls(Option<String>),
}

/// How an open connection is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protection {
    /// Not at all.
    None,
    /// By TLS.
    Tls {
        /// The DNS names and URIs in the certificate of the peer, which was verified; none if it
        /// showed none.
        names: Vec<String>,
    },
}

/// The bounds of a reactor.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Open connections. Default 4,096.
    pub connections: usize,
    /// Open connections with one remote address. Default 256.
    pub connections_per_address: usize,
    /// Bytes that wait for one connection to take them; more closes it. Default 256 KiB.
    pub unsent_bytes: usize,
    /// A connection without a byte for so long is closed. Default 10 minutes.
    pub idle: Duration,
    /// How long a connection may take to open. Default 5 s.
    pub connect: Duration,
    /// How long a TLS handshake may take. Default 5 s.
    pub handshake: Duration,
    /// TLS handshakes of accepted connections in progress. Default 512.
    pub handshakes: usize,
    /// Datagrams taken from one socket a turn. Default 256.
    pub datagrams_a_turn: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4_096,
            connections_per_address: 256,
            unsent_bytes: 256 << 10,
            idle: Duration::from_mins(10),
            connect: Duration::from_secs(5),
            handshake: Duration::from_secs(5),
            handshakes: 512,
            datagrams_a_turn: 1_024,
        }
    }
}

/// What the sockets brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A datagram.
    Datagram {
        /// The socket's address.
        local: SocketAddr,
        /// The sender.
        remote: SocketAddr,
        /// What it holds.
        data: Bytes,
        /// How long it lay in the kernel's queue.
        waited: Duration,
    },
    /// A peer connected.
    Accepted {
        /// The id that the reactor gave it, [`ACCEPTED`] or above.
        connection: u64,
        /// The listener's address as the peer sees it.
        local: SocketAddr,
        /// The peer.
        remote: SocketAddr,
        /// How it is protected.
        protection: Protection,
    },
    /// A connection that was asked for is open.
    Connected {
        /// Its id.
        connection: u64,
        /// Our end.
        local: SocketAddr,
        /// The peer.
        remote: SocketAddr,
        /// How it is protected.
        protection: Protection,
    },
    /// Bytes of a connection, in order.
    Data {
        /// Its id.
        connection: u64,
        /// The bytes.
        data: Bytes,
        /// How long the oldest of them lay in the kernel.
        waited: Duration,
    },
    /// A connection is gone, or could not be opened.
    Closed {
        /// Its id.
        connection: u64,
        /// Why.
        reason: CloseReason,
    },
}

/// Why a connection is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The peer closed it.
    Peer,
    /// It could not be opened.
    Refused,
    /// The peer broke the rules of TLS, is not who it should be, or took too long to say.
    Handshake,
    /// It did not open in time.
    ConnectTimeout,
    /// No byte for [`Limits::idle`].
    Idle,
    /// The peer does not take what it is sent: more than [`Limits::unsent_bytes`] waited.
    Unsent,
    /// It broke.
    Failed,
}

/// What the reactor has seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams received.
    pub datagrams_in: u64,
    /// Datagrams sent.
    pub datagrams_out: u64,
    /// Datagrams that the kernel refused to send.
    pub datagrams_refused: u64,
    /// Connections accepted.
    pub accepted: u64,
    /// Connections turned away because a limit was reached.
    pub turned_away: u64,
    /// Connections that did not get through their TLS handshake.
    pub handshakes_failed: u64,
    /// Connections closed because the peer did not take what it was sent.
    pub unsent: u64,
    /// Connections closed because they were idle.
    pub idle: u64,
}
