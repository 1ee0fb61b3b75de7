//! The endpoint's settings.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use crate::timer::Timers;
use crate::trace::TraceConfig;
use crate::transport::{Flow, Transport};
use crate::trunk::LocalAddresses;

/// How the endpoint presents itself and what it may use.
#[derive(Debug, Clone)]
pub struct Config {
    /// The digest realm; accounts' hashes are made over it.
    pub realm: String,
    /// What User-Agent and Server say.
    pub user_agent: String,
    /// The host names under which phones address us; any name if there are none.
    pub domains: Vec<String>,
    /// The addresses put into Via and Contact.
    pub advertise: Advertise,
    /// The protocol's base timers.
    pub timers: Timers,
    /// How long sessions live without a sign of life.
    pub session_timers: SessionTimers,
    /// What may exist at once.
    pub limits: Limits,
    /// What is kept of the messages for whoever looks into a call.
    pub trace: TraceConfig,
    /// How the bindings of phones are kept alive.
    pub registrations: Registrations,
    /// How those who guess passwords are slowed down and shut out.
    pub barring: Barring,
}

impl Config {
    /// The usual settings for a realm.
    pub fn new(realm: impl Into<String>, user_agent: impl Into<String>) -> Self {
        Self {
            realm: realm.into(),
            user_agent: user_agent.into(),
            domains: Vec::new(),
            advertise: Advertise::default(),
            timers: Timers::default(),
            session_timers: SessionTimers::default(),
            limits: Limits::default(),
            trace: TraceConfig::default(),
            registrations: Registrations::default(),
            barring: Barring::default(),
        }
    }
}

/// How the bindings of phones are kept alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registrations {
    /// What Service-Route says (RFC 3608): URIs that phones put in front of their requests.
    pub service_route: Vec<String>,
    /// How long a flow of a phone that knows Outbound may be silent (Flow-Timer of RFC 5626).
    pub flow_timer: Duration,
    /// How long a phone behind NAT may be silent before it is sent OPTIONS; never if none.
    pub probe_after: Option<Duration>,
}

impl Default for Registrations {
    fn default() -> Self {
        Self {
            service_route: Vec::new(),
            flow_timer: Duration::from_mins(2),
            probe_after: None,
        }
    }
}

/// How those who guess passwords are slowed down and shut out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Barring {
    /// Failed credentials of one source that cost it nothing.
    pub free_failures: u32,
    /// How long a source waits to be heard after one more; doubles with each.
    pub first_delay: Duration,
    /// Failed credentials of one source after which it is barred.
    pub failures: u32,
    /// How long failures are remembered, from the last on.
    pub memory: Duration,
    /// How long a source is barred at the first time; doubles with each.
    pub shortest: Duration,
    /// The longest time for which a source is barred.
    pub longest: Duration,
    /// Failed credentials for one user within `memory` after which sources that the user was never
    /// seen at are heard once in `first_delay` only.
    pub user_failures: u32,
    /// Requests of one source without credentials that are answered at once.
    pub burst: u32,
    /// Requests of one source without credentials that are answered in a second.
    pub requests_per_second: u32,
}

impl Default for Barring {
    fn default() -> Self {
        Self {
            free_failures: 3,
            first_delay: Duration::from_millis(250),
            failures: 20,
            memory: Duration::from_mins(10),
            shortest: Duration::from_mins(1),
            longest: Duration::from_hours(1),
            user_failures: 50,
            burst: 200,
            requests_per_second: 50,
        }
    }
}

/// The addresses that peers are shown, each those of its family; where none is given, the local
/// address of the flow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Advertise {
    /// For UDP.
    pub udp: LocalAddresses,
    /// For TCP.
    pub tcp: LocalAddresses,
    /// For TLS.
    pub tls: LocalAddresses,
}

impl Advertise {
    /// What a flow shows: WebSocket peers reach nobody but over their flow, and an address of the
    /// other family means nothing to a peer.
    pub(crate) fn on(&self, flow: Flow) -> SocketAddr {
        let configured = match flow.transport {
            Transport::Udp => self.udp,
            Transport::Tcp => self.tcp,
            Transport::Tls => self.tls,
            Transport::Ws | Transport::Wss => LocalAddresses::default(),
        };
        let shown = configured.towards(flow.remote.ip()).unwrap_or(flow.local);
        SocketAddr::new(shown.ip().to_canonical(), shown.port())
    }
}

/// How long a session lives without a sign of life (RFC 4028), and at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimers {
    /// The interval that we ask for and the longest that we grant.
    pub expires: Duration,
    /// The shortest interval that we grant, at least 90 s; shorter wishes get 422.
    pub shortest: Duration,
    /// After which a call ends whatever is said in it.
    pub longest_life: Option<Duration>,
}

impl Default for SessionTimers {
    fn default() -> Self {
        Self {
            expires: Duration::from_mins(30),
            shortest: Duration::from_secs(90),
            longest_life: Some(Duration::from_hours(24)),
        }
    }
}

/// What may exist at once in one endpoint.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Live transactions, lingering ones included; new calls are refused with 503 beyond.
    pub transactions: usize,
    /// Live sessions, closing ones included.
    pub sessions: usize,
    /// Requests of ours outside of dialogs that wait for their answer.
    pub requests: usize,
    /// Requests to phones without a connection that wait for the next one.
    pub waiting: usize,
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
    /// Sources and users whose failed credentials are remembered.
    pub sources: usize,
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
            sessions: 100_000,
            requests: 10_000,
            waiting: 10_000,
            forks: 8,
            users: 50_000,
            contacts: 5,
            connections: 20_000,
            queued_bytes: 65_536,
            sources: 10_000,
            shortest_registration: Duration::from_secs(30),
            longest_registration: Duration::from_hours(1),
            unanswered: Duration::from_mins(10),
            retry_after: Duration::from_secs(5),
        }
    }
}

/// Who may register and call with digest credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// The same network by its lowest address.
    pub(crate) fn normalised(&self) -> Self {
        match self.address.to_canonical() {
            IpAddr::V4(address) => {
                let prefix = self.prefix.min(32);
                let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
                Self {
                    address: Ipv4Addr::from(u32::from(address) & mask).into(),
                    prefix,
                }
            }
            IpAddr::V6(address) => {
                let prefix = self.prefix.min(128);
                let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
                Self {
                    address: Ipv6Addr::from(u128::from(address) & mask).into(),
                    prefix,
                }
            }
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
