//! Which address of ours a peer sees, where a socket listens on every address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// Peers remembered at most; beyond it the table starts over.
const REMEMBERED: usize = 10_000;

/// Remembers for each peer the address from which the system reaches it.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    /// The addresses that SIP datagrams are sent from.
    bound: Vec<SocketAddr>,
    known: HashMap<IpAddr, IpAddr>,
}

impl Routes {
    pub(crate) fn new(bound: Vec<SocketAddr>) -> Self {
        Self {
            bound,
            known: HashMap::new(),
        }
    }

    /// The socket from which a datagram of `local` leaves: its own, or the one that listens on
    /// every address.
    pub(crate) fn socket(&self, local: SocketAddr) -> SocketAddr {
        let everywhere =
            |bound: &&SocketAddr| bound.ip().is_unspecified() && bound.is_ipv4() == local.is_ipv4();
        let own = self.bound.iter().find(|bound| **bound == local);
        own.or_else(|| self.bound.iter().find(everywhere))
            .copied()
            .unwrap_or(local)
    }

    /// The address of ours in a conversation with `remote` over a socket bound to `bound`.
    pub(crate) fn local(&mut self, bound: SocketAddr, remote: IpAddr) -> SocketAddr {
        if !bound.ip().is_unspecified() {
            return bound;
        }
        if let Some(address) = self.known.get(&remote) {
            return SocketAddr::new(*address, bound.port());
        }
        let Some(address) = ask_system(remote) else {
            return bound;
        };
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(remote, address);
        SocketAddr::new(address, bound.port())
    }
}

/// The source address that the system would choose for `remote`. Connecting a datagram socket asks
/// for a route and sends nothing.
pub(crate) fn ask_system(remote: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = match remote {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((remote, 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_on_loopback_sees_us_on_loopback() {
        let everywhere: SocketAddr = "0.0.0.0:5060".parse().unwrap();
        let seen = Routes::default().local(everywhere, "127.0.0.9".parse().unwrap());

        assert!(seen.ip().is_loopback());
        assert_eq!(seen.port(), 5060);
    }
}
