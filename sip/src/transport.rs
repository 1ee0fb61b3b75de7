//! Where messages come from and go to: the socket layer's view of a peer (RFC 3261 §18).

use std::net::SocketAddr;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// A transport protocol that carries SIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Transport {
    /// Datagrams: the transactions retransmit.
    Udp,
    /// A byte stream: nothing is retransmitted but 2xx answers.
    Tcp,
}

impl Transport {
    /// The protocol's name in a Via header.
    pub fn via_name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
        }
    }

    /// Whether the transport delivers in order and retransmits by itself.
    pub fn is_reliable(self) -> bool {
        match self {
            Self::Udp => false,
            Self::Tcp => true,
        }
    }
}

/// One stream connection.
///
/// The socket layer numbers the connections it accepts, from 2^63 on; those that the endpoint asks
/// for with [`Output::Connect`](crate::Output::Connect) lie below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConnectionId(pub u64);

/// A path between one of our sockets and a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flow {
    /// The protocol spoken.
    pub transport: Transport,
    /// The address of our socket; unspecified when the socket layer may choose one.
    pub local: SocketAddr,
    /// The peer's address as seen from here.
    pub remote: SocketAddr,
    /// The stream, for stream transports.
    pub connection: Option<ConnectionId>,
}

/// Bytes to be sent over a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmit {
    /// The path to send over.
    pub flow: Flow,
    /// One whole message, or a keep-alive.
    pub data: Bytes,
}
