//! Trunks: the carriers and gateways that calls come from and go to.
//!
//! A [`TrunkConfig`] is what the owner of the endpoint knows of one. What the endpoint learns of it
//! (which gateways are alive, whether it is registered, which challenges it was sent) is kept in
//! one file a matter below.

mod choice;
mod conflicts;
mod gateway;
mod registration;
mod status;
mod strangers;
mod table;
mod wallet;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::endpoint::config::{Account, TrustedSource};
use crate::transport::Transport;

pub use conflicts::{Conflict, conflicts};
pub use status::{GatewayStatus, RegistrationState, TrunkStatus};
pub use strangers::Stranger;

pub(crate) use choice::{Hunt, Next, Way};
pub(crate) use gateway::Gatekeeping;
pub(crate) use registration::{Home, Registration, share};
pub(crate) use strangers::Strangers;
pub(crate) use table::{SavedTrunk, Trunk, Trunks};
pub(crate) use wallet::{Answer, Signing, Wallet};

/// The identity of a trunk, given by the owner of the endpoint.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default,
)]
pub struct TrunkId(pub u128);

/// How calls of a trunk are recognised, and how it is called.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrunkConfig {
    /// Its identity.
    pub id: TrunkId,
    /// Sources whose calls belong to it; over all trunks the longest matching prefix wins.
    pub sources: Vec<TrustedSource>,
    /// Names of certificates whose owners' calls belong to it.
    pub tls_names: Vec<String>,
    /// The account with which the other side proves by digest that a call belongs to it.
    pub account: Option<Account>,
    /// Whether what it says of callers in P-Asserted-Identity and its kin is believed
    /// (RFC 3325 §7).
    pub trusts_identity: bool,
    /// Where its calls go; none for a trunk that only receives.
    pub gateways: Vec<Gateway>,
    /// What we prove ourselves with where its gateways ask.
    pub credentials: Option<Credentials>,
    /// The registration to keep up.
    pub registration: Option<RegistrationConfig>,
    /// How often each gateway is asked with OPTIONS whether it is alive; never if none.
    pub health: Option<Duration>,
    /// The host that From shows; our address if none.
    pub from_domain: Option<String>,
    /// Whether requests of more than 1300 bytes go over TCP (RFC 3261 §18.1.1).
    pub prefers_tcp_when_large: bool,
    /// Whether a 3xx is followed, to the trunk's own gateways only.
    pub follows_redirects: bool,
    /// What becomes of a call when a gateway answers 408 or 480.
    pub when_unavailable: WhenUnavailable,
    /// Our addresses towards it.
    pub local: LocalAddresses,
}

/// One gateway of a trunk: a host, or a domain with several.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
pub struct Gateway {
    /// A name or an address.
    pub host: String,
    /// Its port; by SRV if none, and where there is no SRV the usual one.
    pub port: Option<u16>,
    /// How it is spoken to; by NAPTR and SRV if none, and where there are none UDP.
    pub transport: Option<Transport>,
    /// Lower is tried before.
    pub priority: u16,
    /// The share of calls among gateways of one priority.
    pub weight: u16,
}

impl Gateway {
    /// What tells it from the trunk's other gateways.
    pub(crate) fn label(&self) -> String {
        let host = self.host.to_ascii_lowercase();
        match self.port {
            Some(port) => format!("{host}:{port}"),
            None => host,
        }
    }
}

/// A user and a password, shown to nobody but the trunk's own gateways, hashed.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user of the digest.
    pub user: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    /// Shows no password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Credentials({})", self.user)
    }
}

/// A registration that we keep up at a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationConfig {
    /// The user of the address of record.
    pub user: String,
    /// Its domain, which is also whom the REGISTER is for.
    pub domain: String,
    /// The lifetime that is asked for.
    pub expires: Duration,
}

/// What becomes of a call when a gateway answers that the callee cannot be reached at this time
/// (480) or did not answer (408).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenUnavailable {
    /// The call has failed.
    #[default]
    End,
    /// The next gateway is tried: it may know another way to the callee.
    NextGateway,
}

/// Addresses of ours, one for each family that a peer may be reached over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LocalAddresses {
    /// Towards IPv4 addresses.
    pub v4: Option<SocketAddr>,
    /// Towards IPv6 addresses.
    pub v6: Option<SocketAddr>,
}

impl LocalAddresses {
    /// Our address towards a peer; none if there is none of its family.
    pub fn towards(&self, peer: IpAddr) -> Option<SocketAddr> {
        if peer.to_canonical().is_ipv4() {
            self.v4
        } else {
            self.v6
        }
    }
}

impl From<SocketAddr> for LocalAddresses {
    fn from(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V4(_) => Self {
                v4: Some(address),
                v6: None,
            },
            SocketAddr::V6(_) => Self {
                v4: None,
                v6: Some(address),
            },
        }
    }
}
