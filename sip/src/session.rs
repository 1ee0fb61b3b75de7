//! An INVITE session (RFC 3261 §13–15): one dialog usage from the INVITE to the last lingering
//! transaction.
//!
//! ```text
//! Incoming ──200 sent────────▶ Confirmed ──BYE either way──▶ Closing ──last transaction──▶ gone
//!    └──refused, CANCEL, BYE──────────────────────────────▶ Closing
//!
//! Calling ──2xx──▶ Confirmed
//!    │     └──2xx with an offer──▶ Answered ──our ACK──▶ Confirmed
//!    ├──3xx–6xx, nobody there───────────────────────────▶ Closing
//!    └──hang_up──▶ Leaving ──2xx: ACK and BYE, 3xx–6xx──▶ Closing
//! ```

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::dialog::Dialog;
use crate::event::{ReasonHeader, SessionId};
use crate::referral::Transfers;
use crate::timer::Backoff;
use crate::transaction::table::Slot;
use crate::transport::Flow;

/// One session with all that must outlive a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    pub(crate) dialog: Dialog,
    pub(crate) stage: Stage,
    pub(crate) owner: Owner,
    /// What a CANCEL or BYE that is yet to be sent gives as reason.
    pub(crate) cause: Option<ReasonHeader>,
    pub(crate) unacknowledged: Option<Unacknowledged>,
    pub(crate) acknowledged: Vec<Acknowledged>,
    pub(crate) early: Vec<Early>,
    pub(crate) transfers: Transfers,
    #[serde(skip)]
    pub(crate) transactions: SmallVec<[Slot; 4]>,
    /// The deadline it is scheduled for.
    #[serde(skip)]
    pub(crate) due: Option<Duration>,
}

/// Where the session is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stage {
    /// The peer called and was not answered yet.
    Incoming { give_up_at: Duration },
    /// We called and have no final answer yet.
    Calling { heard: Heard, give_up_at: Duration },
    /// We called and gave up, but have no final answer yet.
    Leaving {
        heard: Heard,
        give_up_at: Option<Duration>,
    },
    /// We called without an offer and owe the answer in our ACK.
    Answered { give_up_at: Duration },
    /// Both sides are in the call.
    Confirmed,
    /// Nothing is left but transactions that absorb copies.
    Closing,
}

/// Whether the callee has sent anything: a CANCEL may not go out before (§9.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Heard {
    Nothing,
    Provisional,
}

/// Whether anybody wants to be told about the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Owner {
    Attached,
    Released,
}

/// A 2xx of ours that is repeated until its ACK comes (§13.3.1.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unacknowledged {
    pub(crate) answer: Bytes,
    pub(crate) flow: Flow,
    pub(crate) cseq: u32,
    pub(crate) exchange: Exchange,
    pub(crate) resend: Backoff,
    pub(crate) give_up_at: Duration,
}

/// What the ACK of a 2xx completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Exchange {
    pub(crate) request: Opening,
    pub(crate) offer: Offerer,
}

/// Whether an INVITE opens the session or changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Opening {
    First,
    Change,
}

/// Who made the offer of an INVITE transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Offerer {
    /// The peer, in its INVITE.
    Peer,
    /// We, in our 2xx: the ACK carries the answer.
    Us,
}

/// An ACK of ours, sent again for each copy of the 2xx (§13.2.2.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Acknowledged {
    pub(crate) remote_tag: String,
    pub(crate) ack: Bytes,
    pub(crate) flow: Flow,
}

/// An early dialog of a call of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Early {
    pub(crate) remote_tag: String,
    pub(crate) remote_cseq: Option<u32>,
}

/// Which of a session's dialogs a request belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Branch {
    /// The one that the session is about.
    Main,
    /// An early dialog of our call.
    Early(usize),
    /// A fork that answered too late and was sent BYE.
    Loser,
}

impl Session {
    pub(crate) fn new(id: SessionId, dialog: Dialog, stage: Stage) -> Self {
        Self {
            id,
            dialog,
            stage,
            owner: Owner::Attached,
            cause: None,
            unacknowledged: None,
            acknowledged: Vec::new(),
            early: Vec::new(),
            transfers: Transfers::default(),
            transactions: SmallVec::new(),
            due: None,
        }
    }

    /// When the session itself, not one of its transactions, must act.
    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let stage = match self.stage {
            Stage::Incoming { give_up_at }
            | Stage::Calling { give_up_at, .. }
            | Stage::Answered { give_up_at } => Some(give_up_at),
            Stage::Leaving { give_up_at, .. } => give_up_at,
            Stage::Confirmed | Stage::Closing => None,
        };
        let ack = self
            .unacknowledged
            .as_ref()
            .map(|answer| answer.resend.at().min(answer.give_up_at));
        let transfers = self.transfers.poll_timeout();
        stage.into_iter().chain(ack).chain(transfers).min()
    }

    /// The dialog that the peer's tag names.
    pub(crate) fn branch(&self, remote_tag: &str) -> Option<Branch> {
        let is_open = match self.stage {
            Stage::Calling { .. } | Stage::Leaving { .. } => false,
            Stage::Incoming { .. } | Stage::Answered { .. } | Stage::Confirmed | Stage::Closing => {
                true
            }
        };
        if is_open && self.dialog.remote_tag == remote_tag {
            return Some(Branch::Main);
        }
        if let Some(at) = self
            .early
            .iter()
            .position(|early| early.remote_tag == remote_tag)
        {
            return Some(Branch::Early(at));
        }
        self.acknowledged
            .iter()
            .any(|sent| sent.remote_tag == remote_tag)
            .then_some(Branch::Loser)
    }

    /// Notes an early dialog, unless it is known or there are too many.
    pub(crate) fn note_early(&mut self, remote_tag: &str, most: usize) {
        let is_known = self
            .early
            .iter()
            .any(|early| early.remote_tag == remote_tag);
        if !remote_tag.is_empty() && !is_known && self.early.len() < most {
            self.early.push(Early {
                remote_tag: remote_tag.to_owned(),
                remote_cseq: None,
            });
        }
    }

    /// The last CSeq seen in the early dialog of this tag.
    pub(crate) fn early_sequence(&self, remote_tag: &str) -> Option<u32> {
        self.early
            .iter()
            .find(|early| early.remote_tag == remote_tag)?
            .remote_cseq
    }

    /// Whether only lingering transactions keep the session.
    pub(crate) fn is_over(&self) -> bool {
        self.stage == Stage::Closing && self.unacknowledged.is_none() && self.transfers.is_empty()
    }
}
