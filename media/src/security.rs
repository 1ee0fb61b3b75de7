//! What protects a leg's media, as its session description settled it.

use std::fmt::{Debug, Formatter, Result as Written};

use serde::{Deserialize, Serialize};

use crate::srtp::Keys;
use crate::{Line, Quality};

/// The protection of one leg. A leg that has it never sends nor takes media in the clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Security {
    /// The keys: from the session description (RFC 4568), or once a handshake has brought them.
    pub keys: Option<Keys>,
    /// How the keys are agreed on (RFC 5763), if not in the description.
    pub handshake: Option<Handshake>,
    /// How the peer proves its address (RFC 8445).
    pub ice: Option<Ice>,
}

/// What a DTLS handshake needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handshake {
    /// Who begins.
    pub role: Role,
    /// SHA-256 of the certificate that the peer has to show.
    pub fingerprint: [u8; 32],
}

/// Who begins a DTLS handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// We do (`a=setup:active`).
    Client,
    /// The peer does (`a=setup:passive`).
    Server,
}

/// The credentials of connectivity checks. The peer makes them all: we are ICE-lite.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ice {
    /// Our user name fragment.
    pub ours: String,
    /// Our password, which every check is keyed with.
    pub password: String,
    /// The peer's user name fragment.
    pub theirs: String,
}

impl Debug for Ice {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        write!(f, "Ice({}:{})", self.ours, self.theirs)
    }
}

/// Where a leg stands, for the process that follows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Its numbering.
    pub line: Line,
    /// How it has sounded.
    pub quality: Quality,
    /// The counts of one that is protected.
    pub progress: Option<Progress>,
}

/// How far the counts of a protected leg have come, for the process that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What was sent.
    pub sent: crate::srtp::Sent,
    /// What was heard last.
    pub heard: Option<crate::srtp::Stream>,
}
