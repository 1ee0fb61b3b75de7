//! Where messages come from and go to: the socket layer's view of a peer (RFC 3261 §18).

use std::net::SocketAddr;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// A transport protocol that carries SIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Transport {
    /// Datagrams: the transactions retransmit.
    Udp,
    /// A byte stream: nothing is retransmitted but 2xx answers.
    Tcp,
    /// A byte stream inside TLS.
    Tls,
    /// WebSocket messages (RFC 7118).
    Ws,
    /// WebSocket messages inside TLS.
    Wss,
}

impl Transport {
    /// The protocol's name in a Via header.
    pub fn via_name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Ws => "WS",
            Self::Wss => "WSS",
        }
    }

    /// What a URI says behind its host to be reached this way; nothing for UDP.
    ///
    /// RFC 7118 §5.3 has one name for WebSocket with and without TLS.
    pub fn uri_parameter(self) -> &'static str {
        match self {
            Self::Udp => "",
            Self::Tcp => ";transport=tcp",
            Self::Tls => ";transport=tls",
            Self::Ws | Self::Wss => ";transport=ws",
        }
    }

    /// The port of a URI that names none.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 5060,
            Self::Tls => 5061,
            Self::Ws => 80,
            Self::Wss => 443,
        }
    }

    /// Whether the transport delivers in order and retransmits by itself.
    pub fn is_reliable(self) -> bool {
        self != Self::Udp
    }

    /// Whether nobody on the way can read or change what is sent.
    pub fn is_secure(self) -> bool {
        matches!(self, Self::Tls | Self::Wss)
    }

    /// Whether messages come whole, one in each WebSocket message.
    pub fn is_websocket(self) -> bool {
        matches!(self, Self::Ws | Self::Wss)
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
    /// One whole message, or a keep-alive; one WebSocket message where the flow is one.
    pub data: Bytes,
}
