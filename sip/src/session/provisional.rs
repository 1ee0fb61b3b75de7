//! What a caller is told before the answer, reliably or not (RFC 3262 §3).

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::event::Progress;
use crate::message::{Message, Name};
use crate::timer::Backoff;

/// The tag of the extension.
pub(crate) const OPTION: &str = "100rel";

/// Most reliable responses that wait for the one before.
pub(crate) const MAX_QUEUED: usize = 8;

/// The provisional responses of a call that comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Provisional {
    pub(crate) support: Support,
    /// The RSeq of the latest reliable response; 0 if there was none.
    pub(crate) number: u32,
    pub(crate) unconfirmed: Option<Unconfirmed>,
    pub(crate) queued: Vec<Progress>,
    /// The 200's session description, while the 200 waits for a PRACK.
    pub(crate) held: Option<Bytes>,
    /// When the latest response is repeated, so that no proxy on the way gives the call up.
    pub(crate) repeat_at: Option<Duration>,
}

/// Whether a caller confirms provisional responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Support {
    No,
    Yes,
    Insists,
}

/// A reliable response that is repeated until its PRACK comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unconfirmed {
    pub(crate) content: Content,
    /// None once the final answer was sent, which ends the repeating but not the waiting (§3).
    pub(crate) resend: Option<Backoff>,
    pub(crate) give_up_at: Duration,
}

/// What a reliable response is in the exchange of offer and answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Content {
    Nothing,
    Answer,
    Offer,
}

/// How far the exchange that an INVITE began has come before its final answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Agreement {
    /// Nothing but what may be said again differently in the 200.
    Open,
    /// Our offer is in a reliable response.
    Offered,
    /// Both sides have each other's description.
    Reached,
}

impl Provisional {
    pub(crate) fn of(invite: &Message) -> Self {
        let support = if invite.lists(Name::Require, OPTION) {
            Support::Insists
        } else if invite.lists(Name::Supported, OPTION) {
            Support::Yes
        } else {
            Support::No
        };
        Self {
            support,
            ..Self::none()
        }
    }

    /// What a call that we make begins with.
    pub(crate) fn none() -> Self {
        Self {
            support: Support::No,
            number: 0,
            unconfirmed: None,
            queued: Vec::new(),
            held: None,
            repeat_at: None,
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Duration> {
        let unconfirmed = self
            .unconfirmed
            .as_ref()
            .and_then(|sent| Some(sent.resend?.at().min(sent.give_up_at)));
        unconfirmed.into_iter().chain(self.repeat_at).min()
    }

    /// Whether the 200 has to wait for a PRACK.
    pub(crate) fn holds_answer_back(&self) -> bool {
        self.unconfirmed
            .as_ref()
            .is_some_and(|sent| sent.content != Content::Nothing)
    }
}
