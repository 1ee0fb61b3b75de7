//! What the owner of the endpoint may know of a trunk at any time.

use std::net::SocketAddr;
use std::time::Duration;

/// The state of a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkStatus {
    /// Its registration.
    pub registration: RegistrationState,
    /// Its gateways, in the order of the configuration.
    pub gateways: Vec<GatewayStatus>,
}

/// The state of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationState {
    /// None is wanted.
    Off,
    /// It is asked for and was not granted yet.
    Registering,
    /// It is granted.
    Registered {
        /// When it lapses unless it is refreshed.
        until: Duration,
    },
    /// It was refused, or nobody answered.
    Failed {
        /// The status code; 408 when nobody answered, 503 when nobody could be reached.
        status: u16,
        /// When it is tried again.
        retry_at: Duration,
    },
}

/// The state of one gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayStatus {
    /// Its host as configured.
    pub name: String,
    /// The address that was used last.
    pub address: Option<SocketAddr>,
    /// Whether calls are sent to it.
    pub alive: bool,
    /// The status code of its last answer that told whether it is alive; 408 for none.
    pub last_status: Option<u16>,
    /// Since when it is alive or not.
    pub since: Duration,
}
