//! Session descriptions: which audio both sides agreed on and where it goes.
//!
//! Reads RFC 4566 and RFC 8866 text as tolerantly as the field requires, and answers offers by
//! RFC 3264.

mod attributes;
mod base64;
mod formats;
mod negotiate;
mod parse;
mod print;
mod protect;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::codec::Wishes;
use crate::security::Security;
use crate::{Codec, RtcpPath, Understood};

pub use negotiate::{accept, answer};
pub use print::offer;
pub use protect::{Policy, Protection};

/// Our side of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Local {
    /// Address that peers send to.
    pub address: IpAddr,
    /// RTP port.
    pub port: u16,
    /// Fixed for the session (the origin line).
    pub session_id: u64,
    /// Grows by one with every changed description.
    pub session_version: u64,
    /// Codecs, preferred first.
    pub codecs: Vec<Codec>,
    /// Whether key presses may go as telephone events (RFC 4733).
    pub telephone_events: bool,
    /// How the media may be protected.
    pub protection: Protection,
}

/// What offer and answer settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// Where we send media.
    pub remote: SocketAddr,
    /// Codec of the audio.
    pub codec: Codec,
    /// Payload type of the audio.
    pub payload_type: u8,
    /// Payload type of RFC 4733 events.
    pub telephone_event: Option<u8>,
    /// Packet length that the peer asks for.
    pub ptime: Duration,
    /// What we do.
    pub direction: Direction,
    /// Where reports go.
    pub rtcp: RtcpPath,
    /// Other payload types that the peer may change to, and what they are.
    pub understood: Understood,
    /// What protects the media; nothing for media in the clear.
    pub security: Option<Box<Security>>,
    /// What the peer asks of Opus.
    pub wishes: Wishes,
}

/// Who sends, from our point of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// Both sides send.
    SendRecv,
    /// We send, the peer listens.
    SendOnly,
    /// The peer sends, we listen.
    RecvOnly,
    /// Nobody sends.
    Inactive,
}

impl Direction {
    /// Whether we send media.
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// The same arrangement from the other side.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::SendRecv => Self::SendRecv,
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            Self::Inactive => Self::Inactive,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }
}

/// Why a description cannot be used. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SdpError {
    /// The text is longer than any honest description.
    #[error("description of {0} bytes is longer than {max}", max = parse::SIZE_MAX)]
    TooLong(usize),
    /// More lines or media than any honest description has.
    #[error("line {line}: more than {max} {what}")]
    TooMany {
        /// The first line beyond the bound.
        line: usize,
        /// The bound.
        max: usize,
        /// What there is too much of.
        what: &'static str,
    },
    /// A line that is not `x=value`.
    #[error("line {line}: not of the form x=value")]
    NotAField {
        /// The line.
        line: usize,
    },
    /// A field whose value cannot be read.
    #[error("line {line}: {field} cannot be read: {value:?}")]
    BadField {
        /// The line.
        line: usize,
        /// What the line should hold.
        field: &'static str,
        /// What it holds, cut to 60 characters.
        value: String,
    },
    /// No audio stream with a port.
    #[error("no usable audio stream is described")]
    NoAudio,
    /// Audio, but only over a profile that we do not speak, such as encrypted ones.
    #[error("line {line}: audio over {protocol}")]
    UnsupportedProfile {
        /// The line of the audio stream.
        line: usize,
        /// The profile.
        protocol: String,
    },
    /// No connection line applies to the audio.
    #[error("line {line}: the audio stream has no connection address")]
    NoAddress {
        /// The line of the audio stream.
        line: usize,
    },
    /// Audio, but no codec that we speak.
    #[error("line {line}: no codec in common, offered: {offered}")]
    NoCommonCodec {
        /// The line of the audio stream.
        line: usize,
        /// The offered formats.
        offered: String,
    },
}
