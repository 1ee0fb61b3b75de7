//! A change of the session that we ask for (RFC 3261 §14.1, RFC 3311 §5.1).
//!
//! ```text
//! Queued ──nothing else is open──▶ Asked ──2xx──▶ done
//!    ▲                              │ │ └──2xx with an offer──▶ Answered ──our ACK──▶ done
//!    │                              │ └──nothing but 1xx──▶ Cancelled ──any answer──▶ done
//!    └──the wait is over── Waiting ◀┘ 491
//! ```

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// How often a request that crosses the peer's own is made.
const MAX_TRIES: u8 = 5;

/// The re-INVITE or UPDATE of ours that is open, or will be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    pub(crate) aim: Aim,
    /// What is offered; empty to ask for an offer.
    pub(crate) sdp: Bytes,
    /// The early dialog that it is for, by the peer's tag.
    pub(crate) early: Option<String>,
    /// The CSeq of the latest request.
    pub(crate) cseq: u32,
    pub(crate) tries: u8,
    pub(crate) step: Step,
}

/// What a change is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Aim {
    /// The owner of the session offers.
    Offer,
    /// The session timer asks for a sign of life.
    Refresh,
}

/// How far a change has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    /// Something else is open.
    Queued,
    /// The peer was asking as well; both wait, for different times.
    Waiting { until: Duration },
    /// The request is on its way.
    Asked { give_up_at: Duration },
    /// The peer is silent for so long that the request was cancelled.
    Cancelled { give_up_at: Duration },
    /// The 2xx carried an offer, whose answer our ACK owes.
    Answered { give_up_at: Duration },
}

impl Change {
    pub(crate) fn new(aim: Aim, sdp: Bytes) -> Self {
        Self {
            aim,
            sdp,
            early: None,
            cseq: 0,
            tries: 0,
            step: Step::Queued,
        }
    }

    /// Whether a request of ours has no final answer yet, or its answer is not acknowledged.
    pub(crate) fn is_open(&self) -> bool {
        match self.step {
            Step::Asked { .. } | Step::Cancelled { .. } | Step::Answered { .. } => true,
            Step::Queued | Step::Waiting { .. } => false,
        }
    }

    /// Whether an offer of ours is open, or a re-INVITE, beside which there may be no other.
    pub(crate) fn offers(&self, peer_updates: bool) -> bool {
        let is_silent = self.aim == Aim::Refresh && peer_updates;
        self.is_open() && !is_silent
    }

    /// Whether it may be tried once more.
    pub(crate) fn has_tries_left(&self) -> bool {
        self.tries < MAX_TRIES
    }

    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        match self.step {
            Step::Queued => None,
            Step::Waiting { until: at }
            | Step::Asked { give_up_at: at }
            | Step::Cancelled { give_up_at: at }
            | Step::Answered { give_up_at: at } => Some(at),
        }
    }
}
