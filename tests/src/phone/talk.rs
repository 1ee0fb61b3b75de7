//! One call as a phone holds it.

use super::voice::Voice;
use super::wire::Heard;
use std::time::Duration;

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// We rang and wait.
    Calling,
    /// It rings here.
    Ringing,
    /// Answered.
    Up,
    /// Over.
    Over,
}

/// Who ended a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ender {
    /// This phone.
    Us,
    /// The other side.
    Them,
}

/// What the INVITE of a phone carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// An ordinary offer.
    Early,
    /// None; the answer goes into the ACK.
    Late,
    /// Only a codec that nobody here speaks.
    Foreign,
}

/// One call.
#[derive(Debug)]
pub struct Talk {
    /// Its Call-ID.
    pub call_id: String,
    /// How far it is.
    pub stage: Stage,
    /// The final status that refused it.
    pub refused: Option<u16>,
    /// The Warning of the last refusal of an INVITE.
    pub warning: Option<String>,
    /// Who ended it.
    pub ender: Option<Ender>,
    /// When the first INVITE was sent or came.
    pub began_at: Duration,
    /// When it was answered.
    pub up_at: Option<Duration>,
    /// When it was over.
    pub over_at: Option<Duration>,
    /// Its audio.
    pub voice: Voice,
    /// How a transfer that was asked for went, report by report.
    pub reports: Vec<u16>,
    /// The Reason header with which the other side ended it.
    pub reason: Option<String>,
    /// Changes that the other side asked for.
    pub changes: usize,
    /// How often credentials were sent with the INVITE.
    pub(super) proofs: u8,
    pub(super) local: String,
    pub(super) remote: String,
    /// The other side's name with its tag, before the answer.
    pub(super) early_remote: String,
    pub(super) target: String,
    pub(super) sequence: u32,
    /// The INVITE that rings here.
    pub invite: Option<Heard>,
    /// Branch and CSeq of our INVITE, and the request line's URI.
    pub(super) sent: (String, u32, String),
    pub(super) offer: Offer,
    /// The highest provisional status that came.
    pub(super) progress: Option<u16>,
    pub(super) cancel_wanted: bool,
    /// Whether a BYE of the other side came.
    pub(super) parted: bool,
}

impl Talk {
    /// Whether this phone made it, and was told that it rings or is answered.
    pub fn has_rung_there(&self) -> bool {
        self.invite.is_none() && (self.progress > Some(100) || self.up_at.is_some())
    }

    /// The lines that every request in the dialog has.
    pub(super) fn headers(&self, via: &str, sequence: &str, contact: &str) -> Vec<String> {
        vec![
            format!("Via: {via}"),
            "Max-Forwards: 70".to_owned(),
            format!("From: {}", self.local),
            format!("To: {}", self.remote),
            format!("Call-ID: {}", self.call_id),
            format!("CSeq: {sequence}"),
            format!("Contact: <{contact}>"),
        ]
    }

    pub(super) fn end(&mut self, now: Duration, ender: Ender) {
        if self.stage != Stage::Over {
            self.stage = Stage::Over;
            self.ender = Some(ender);
            self.over_at = Some(now);
            self.voice.stop();
        }
    }

    /// Whether it is not over.
    pub fn is_live(&self) -> bool {
        self.stage != Stage::Over
    }
}
