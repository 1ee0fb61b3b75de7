//! How a trunk is doing.

use crate::time::At;
use call::{LiveGateway, LiveRegistration, LiveTrunk};
use serde::Serialize;
use utoipa::ToSchema;

/// How a trunk is doing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrunkStatus)]
pub(crate) struct Status {
    /// Calls in progress over it.
    calls: usize,
    /// How its registration is, if it registers.
    registration: Option<Registration>,
    /// How its gateways are, as far as they are watched or in use.
    gateways: Vec<Gateway>,
}

/// How a trunk's registration is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
#[schema(as = TrunkRegistrationStatus)]
pub(crate) enum Registration {
    /// Nothing has been answered yet.
    Trying,
    /// The other side knows us.
    Registered {
        /// Since when.
        since: At,
        /// When it ends unless it is renewed.
        until: At,
    },
    /// The other side refused, or did not answer.
    Failed {
        /// What it said, none for silence.
        status: Option<u16>,
        /// When it is asked again.
        retry_at: At,
    },
}

/// How a gateway is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrunkGatewayStatus)]
pub(crate) struct Gateway {
    /// Its name or address as configured.
    name: String,
    /// The address it was last reached at.
    address: Option<String>,
    /// Whether calls are sent to it.
    alive: bool,
    /// What it last answered.
    last_status: Option<u16>,
    /// Since when it is alive or not.
    since: At,
}

impl From<&LiveTrunk> for Status {
    fn from(live: &LiveTrunk) -> Self {
        Self {
            calls: live.calls,
            registration: live.registration.as_ref().map(Registration::from),
            gateways: live.gateways.iter().map(Gateway::from).collect(),
        }
    }
}

impl From<&LiveRegistration> for Registration {
    fn from(live: &LiveRegistration) -> Self {
        match *live {
            LiveRegistration::Trying => Self::Trying,
            LiveRegistration::Registered { since, until } => Self::Registered {
                since: At(since),
                until: At(until),
            },
            LiveRegistration::Failed { status, retry_at } => Self::Failed {
                status,
                retry_at: At(retry_at),
            },
        }
    }
}

impl From<&LiveGateway> for Gateway {
    fn from(live: &LiveGateway) -> Self {
        Self {
            name: live.name.clone(),
            address: live.address.map(|address| address.to_string()),
            alive: live.alive,
            last_status: live.last_status,
            since: At(live.since),
        }
    }
}
