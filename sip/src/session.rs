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

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::dialog::Dialog;
use crate::event::{ReasonHeader, SessionId};
use crate::message::{Message, Method, Name};
use crate::referral::Transfers;
use crate::timer::Backoff;
use crate::transaction::table::Slot;
use crate::transport::Flow;

pub(crate) mod change;
pub(crate) mod interval;
mod outgoing;
pub(crate) mod provisional;

use change::{Change, Step};
use interval::Interval;
use provisional::{Agreement, Provisional};

pub(crate) use outgoing::{Outgoing, Over, Verdict};

/// One session with all that must outlive a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: SessionId,
    /// Its place in the order in which sessions began; 0 until the endpoint gives it one.
    pub(crate) age: u64,
    pub(crate) dialog: Dialog,
    pub(crate) stage: Stage,
    pub(crate) owner: Owner,
    /// What a CANCEL or BYE that is yet to be sent gives as reason.
    pub(crate) cause: Option<ReasonHeader>,
    pub(crate) unacknowledged: Option<Unacknowledged>,
    pub(crate) acknowledged: Vec<Acknowledged>,
    pub(crate) early: Vec<Early>,
    /// What our INVITE says and where else it may go, until its final answer.
    pub(crate) outgoing: Option<Box<Outgoing>>,
    /// The gateway that our call went to: the only one that our credentials are shown to.
    pub(crate) over: Option<Over>,
    /// When INVITEs that we gave up before they were answered are forgotten.
    pub(crate) abandoned_until: Option<Duration>,
    pub(crate) transfers: Transfers,
    pub(crate) role: Role,
    /// Whether the peer takes an UPDATE.
    pub(crate) peer_updates: bool,
    pub(crate) provisional: Provisional,
    pub(crate) agreement: Agreement,
    pub(crate) change: Option<Change>,
    /// An offer of the owner that waits until nothing else is open.
    pub(crate) wanted: Option<Bytes>,
    pub(crate) interval: Option<Interval>,
    /// The shortest session interval that the peer's side has asked for.
    pub(crate) shortest_interval: Option<Duration>,
    /// When the session ends whatever is said in it.
    pub(crate) lives_until: Option<Duration>,
    /// What we last described ourselves as.
    pub(crate) local_sdp: Bytes,
    /// Fingerprint of what the peer last described itself as.
    pub(crate) remote_sdp: u64,
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

/// Who made the call, and so its Call-ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Role {
    Caller,
    Callee,
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
    pub(crate) cseq: u32,
    pub(crate) ack: Bytes,
    pub(crate) flow: Flow,
}

/// An early dialog of a call of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Early {
    pub(crate) dialog: Dialog,
    /// The RSeq of the latest reliable response (RFC 3262 §4).
    pub(crate) number: Option<u32>,
    /// Whether that was an offer, whose answer our PRACK owes.
    pub(crate) owes_answer: bool,
    pub(crate) agreement: Agreement,
    /// What the callee described itself as, once agreed.
    pub(crate) remote_sdp: Bytes,
    /// Whether that came with an UPDATE, and so is newer than any answer to the INVITE.
    pub(crate) is_updated: bool,
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
            age: 0,
            dialog,
            stage,
            owner: Owner::Attached,
            cause: None,
            unacknowledged: None,
            acknowledged: Vec::new(),
            early: Vec::new(),
            outgoing: None,
            over: None,
            abandoned_until: None,
            transfers: Transfers::default(),
            role: match stage {
                Stage::Incoming { .. } => Role::Callee,
                Stage::Calling { .. }
                | Stage::Leaving { .. }
                | Stage::Answered { .. }
                | Stage::Confirmed
                | Stage::Closing => Role::Caller,
            },
            peer_updates: false,
            provisional: Provisional::none(),
            agreement: Agreement::Open,
            change: None,
            wanted: None,
            interval: None,
            shortest_interval: None,
            lives_until: None,
            local_sdp: Bytes::new(),
            remote_sdp: 0,
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
        let change = self.change.as_ref().and_then(Change::poll_timeout);
        let life = match self.stage {
            Stage::Confirmed => {
                let interval = self.interval.as_ref().map(Interval::poll_timeout);
                interval.into_iter().chain(self.lives_until).min()
            }
            Stage::Incoming { .. } => self.provisional.poll_timeout(),
            Stage::Calling { .. }
            | Stage::Leaving { .. }
            | Stage::Answered { .. }
            | Stage::Closing => None,
        };
        let silence = match (self.stage, &self.outgoing) {
            (
                Stage::Calling {
                    heard: Heard::Nothing,
                    ..
                },
                Some(outgoing),
            ) => outgoing.silent_until,
            _ => None,
        };
        let abandoned = self.abandoned_until;
        [stage, ack, change, life, transfers, silence, abandoned]
            .into_iter()
            .flatten()
            .min()
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
        if let Some(at) = self.early_at(remote_tag) {
            return Some(Branch::Early(at));
        }
        self.acknowledged
            .iter()
            .any(|sent| sent.remote_tag == remote_tag)
            .then_some(Branch::Loser)
    }

    /// The dialog that a request of ours to this tag is in: before the answer an early one.
    pub(crate) fn dialog_to(&mut self, remote_tag: &str) -> &mut Dialog {
        let is_waiting = matches!(self.stage, Stage::Calling { .. } | Stage::Leaving { .. });
        match self.early_at(remote_tag).filter(|_| is_waiting) {
            Some(at) => &mut self.early[at].dialog,
            None => &mut self.dialog,
        }
    }

    /// The place of the early dialog with this tag.
    pub(crate) fn early_at(&self, remote_tag: &str) -> Option<usize> {
        self.early
            .iter()
            .position(|early| early.dialog.remote_tag == remote_tag)
    }

    /// Notes an early dialog, unless it is known or there are too many; returns its place.
    pub(crate) fn note_early(&mut self, dialog: Dialog, most: usize) -> Option<usize> {
        let known = self.early_at(&dialog.remote_tag);
        if known.is_some() || dialog.remote_tag.is_empty() || self.early.len() >= most {
            return known;
        }
        self.early.push(Early {
            dialog,
            number: None,
            owes_answer: false,
            agreement: Agreement::Open,
            remote_sdp: Bytes::new(),
            is_updated: false,
        });
        Some(self.early.len() - 1)
    }

    /// Drops what was kept for copies of the answers to an INVITE of ours, whose transaction is
    /// over, and for the callees that did not win.
    pub(crate) fn forget_copies(&mut self, cseq: u32) {
        self.acknowledged.retain(|sent| sent.cseq != cseq);
        match self.stage {
            Stage::Confirmed | Stage::Closing => self.early.clear(),
            Stage::Incoming { .. }
            | Stage::Calling { .. }
            | Stage::Leaving { .. }
            | Stage::Answered { .. } => (),
        }
    }

    /// Notes what a message of the peer says that it understands.
    pub(crate) fn note_abilities(&mut self, message: &Message) {
        if message.header(Name::Allow).is_some() {
            self.peer_updates = message.lists(Name::Allow, "UPDATE");
        } else if message.is_request() && message.method() == Method::Update {
            self.peer_updates = true;
        }
    }

    /// Notes what the peer describes itself as; returns whether that is new.
    pub(crate) fn note_remote(&mut self, sdp: &[u8]) -> bool {
        let mut hasher = DefaultHasher::new();
        sdp.hash(&mut hasher);
        let fingerprint = hasher.finish();
        std::mem::replace(&mut self.remote_sdp, fingerprint) != fingerprint
    }

    /// Leaves only what is still on its way of the changes that we ask for, until `until` at most.
    pub(crate) fn leave_change(&mut self, until: Option<Duration>) {
        self.wanted = None;
        if let Some(change) = &mut self.change {
            match &mut change.step {
                Step::Asked { give_up_at } | Step::Cancelled { give_up_at } => {
                    *give_up_at = until.unwrap_or(*give_up_at).min(*give_up_at);
                }
                Step::Queued | Step::Waiting { .. } | Step::Answered { .. } => self.change = None,
            }
        }
    }

    /// Whether only lingering transactions keep the session.
    pub(crate) fn is_over(&self) -> bool {
        self.stage == Stage::Closing && self.unacknowledged.is_none() && self.transfers.is_empty()
    }
}
