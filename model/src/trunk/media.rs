//! What a trunk's calls sound like on the wire.

use serde::{Deserialize, Serialize};

/// Codecs, key presses and repairs of session descriptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrunkMedia {
    /// The codecs offered and accepted, best first; at least one.
    pub codecs: Vec<Codec>,
    /// How key presses travel.
    pub dtmf: DtmfMode,
    /// What is set right in session descriptions, because this carrier needs it.
    pub fixups: Vec<SdpFixup>,
    /// Whether media is encrypted (RFC 3711).
    pub srtp: SrtpPolicy,
    /// After how many seconds in which nothing came from any side a call is ended; none for never.
    pub timeout_seconds: Option<u32>,
}

impl TrunkMedia {
    /// The time-out of a trunk that says nothing of it, and of calls among phones.
    pub const TIMEOUT_SECONDS: u32 = 30;
}

impl Default for TrunkMedia {
    fn default() -> Self {
        Self {
            codecs: vec![Codec::Pcma, Codec::Pcmu],
            dtmf: DtmfMode::default(),
            fixups: Vec::new(),
            srtp: SrtpPolicy::default(),
            timeout_seconds: Some(Self::TIMEOUT_SECONDS),
        }
    }
}

/// A codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Codec {
    /// G.711 A-law.
    Pcma,
    /// G.711 µ-law.
    Pcmu,
    /// G.722, wide-band.
    G722,
    /// Opus, wide-band, which costs the most to transcode.
    Opus,
    /// G.729, which is passed on between two peers that speak it and never heard or made here.
    G729,
}

/// How key presses travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DtmfMode {
    /// As telephone events in RTP (RFC 4733).
    #[default]
    Rfc4733,
    /// As INFO with `application/dtmf-relay`.
    Info,
    /// As tones in the audio alone; telephone events are not offered.
    Inband,
}

/// Whether media is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SrtpPolicy {
    /// Never, whatever the other side could do.
    Off,
    /// Where the other side can. Keys are offered only over TLS, where nobody else can read them,
    /// and accepted over any transport.
    #[default]
    Optional,
    /// Always, over any transport; a call that cannot have it is refused.
    Required,
}

/// One repair of session descriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SdpFixup {
    /// Theirs: media goes to the address that the signalling came from, whatever `c=` says.
    AddressFromSource,
    /// Theirs: telephone events are taken as offered with payload type 101 where none are.
    AssumeTelephoneEvent,
    /// Ours: `a=sendrecv`, which is what its absence means, is left out.
    OmitSendrecv,
    /// Ours: `a=ptime` is left out.
    OmitPtime,
}
