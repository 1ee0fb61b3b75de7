//! A call of ours on its way to somebody who takes it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::event::{Invite, ReasonHeader};
use crate::message::Status;
use crate::trunk::{Hunt, TrunkId, Way};

/// What a call of ours says, and where else it may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outgoing {
    pub(crate) invite: Invite,
    /// The gateways that may take it; none for a call to a phone.
    pub(crate) hunt: Option<Hunt>,
    /// When an address that has said nothing at all is left for the next one.
    pub(crate) silent_until: Option<Duration>,
    /// The same address over UDP, while a large INVITE tries TCP (RFC 3261 §18.1.1).
    pub(crate) fallback: Option<Way>,
    /// What is reported if nobody takes it.
    pub(crate) verdict: Verdict,
}

/// Why a call of ours failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verdict {
    pub(crate) status: u16,
    pub(crate) reason: Option<ReasonHeader>,
    pub(crate) contacts: Vec<String>,
}

impl Verdict {
    pub(crate) fn of(status: Status) -> Self {
        Self {
            status: status.code(),
            reason: None,
            contacts: Vec::new(),
        }
    }
}

/// The gateway that a call of ours went to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Over {
    pub(crate) trunk: TrunkId,
    pub(crate) way: Way,
}
