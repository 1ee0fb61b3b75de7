//! The endpoint's settings.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use crate::timer::Timers;
use crate::transport::{Flow, Transport};

/// How the endpoint presents itself and what it may use.
#[derive(Debug, Clone)]
pub struct Config {
    /// The digest realm; accounts' hashes are made over it.
    pub realm: String,
    /// What User-Agent and Server say.
    pub user_agent: String,
    /// The addresses put into Via and Contact.
    pub advertise: Advertise,
    /// The protocol's base timers.
    pub timers: Timers,
    /// What may exist at once.
    pub limits: Limits,
}

/// The addresses that peers are shown; where none is given, the local address of the flow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Advertise {
    /// For UDP.
    pub udp: Option<SocketAddr>,
    /// For TCP.
    pub tcp: Option<SocketAddr>,
    /// For TLS.
    pub tls: Option<SocketAddr>,
}

impl Advertise {
    /// What a flow shows: WebSocket peers reach nobody but over their flow, and an address of the
    /// other family means nothing to a peer.
    pub(crate) fn on(&self, flow: Flow) -> SocketAddr {
        let configured = match flow.transport {
            Transport::Udp => self.udp,
            Transport::Tcp => self.tcp,
            Transport::Tls => self.tls,
            Transport::Ws | Transport::Wss => None,
        };
        let remote = flow.remote.ip().to_canonical();
        let shown = configured
            .filter(|address| address.is_ipv4() == remote.is_ipv4())
            .unwrap_or(flow.local);
        SocketAddr::new(shown.ip().to_canonical(), shown.port())
    }
}

/// What may exist at once in one endpoint.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Live transactions, lingering ones included; new calls are refused with 503 beyond.
    pub transactions: usize,
    /// Live sessions, closing ones included.
    pub sessions: usize,
    /// Early dialogs and answers kept of one forked INVITE.
    pub forks: usize,
    /// Registered users.
    pub users: usize,
    /// Bindings of one user.
    pub contacts: usize,
    /// Stream connections known at once.
    pub connections: usize,
    /// Bytes kept for one connection that is being opened.
    pub queued_bytes: usize,
    /// Sources whose failed credentials are remembered.
    pub sources: usize,
    /// Failed credentials of one source within a minute before it is refused unheard.
    pub failures: u32,
    /// Shortest registration granted; shorter wishes get 423.
    pub shortest_registration: Duration,
    /// Longest registration granted.
    pub longest_registration: Duration,
    /// How long a call may wait for its answer.
    pub unanswered: Duration,
    /// What Retry-After says with 503.
    pub retry_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            transactions: 200_000,
            sessions: 50_000,
            forks: 8,
            users: 50_000,
            contacts: 5,
            connections: 20_000,
            queued_bytes: 65_536,
            sources: 10_000,
            failures: 20,
            shortest_registration: Duration::from_secs(30),
            longest_registration: Duration::from_hours(1),
            unanswered: Duration::from_mins(10),
            retry_after: Duration::from_secs(5),
        }
    }
}

/// Who may register and call with digest credentials.
#[derive(Debug, Clone)]
pub struct Account {
    /// The user name, which is also the user of the address of record.
    pub user: String,
    /// MD5 of `user:realm:password`.
    pub ha1_md5: [u8; 16],
    /// SHA-256 of `user:realm:password`.
    pub ha1_sha256: [u8; 32],
}

/// A network whose INVITE and OPTIONS need no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedSource {
    /// Any address of the network.
    pub address: IpAddr,
    /// Length of the network's prefix in bits.
    pub prefix: u8,
}

impl TrustedSource {
    /// Whether `address` lies in the network.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = u32::MAX
                    .checked_shl(32 - u32::from(self.prefix.min(32)))
                    .unwrap_or(0);
                u32::from(network) & mask == u32::from(address) & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.prefix.min(128)))
                    .unwrap_or(0);
                u128::from(network) & mask == u128::from(address) & mask
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str, prefix: u8) -> TrustedSource {
        TrustedSource {
            address: address.parse().unwrap(),
            prefix,
        }
    }

    #[test]
    fn a_network_holds_the_addresses_of_its_prefix() {
        assert!(network("10.1.2.3", 8).contains("10.200.0.1".parse().unwrap()));
        assert!(!network("10.1.2.3", 16).contains("10.200.0.1".parse().unwrap()));
        assert!(network("192.0.2.1", 32).contains("192.0.2.1".parse().unwrap()));
        assert!(!network("192.0.2.1", 32).contains("192.0.2.2".parse().unwrap()));
        assert!(network("0.0.0.0", 0).contains("203.0.113.9".parse().unwrap()));
        assert!(network("2001:db8::", 32).contains("2001:db8:1::1".parse().unwrap()));
        assert!(!network("0.0.0.0", 0).contains("2001:db8::1".parse().unwrap()));
    }

    #[test]
    fn an_ipv4_address_in_ipv6_clothes_is_the_same_address() {
        assert!(network("192.0.2.0", 24).contains("::ffff:192.0.2.7".parse().unwrap()));
    }
}
