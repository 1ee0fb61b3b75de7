//! Audio codecs, and what stands between two of them.

pub mod activity;
pub mod comfort_noise;
pub mod conceal;
mod decoder;
mod encoder;
pub mod g711;
mod opus;
mod rate;
mod resample;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::clock::FRAME_SAMPLES;
pub use decoder::Decoder;
pub use encoder::{Encoder, PACKET_BYTES_MAX};
use g711::Law;
pub use opus::Wishes;
pub use rate::{FRAME_MAX, PACKET_SAMPLES_MAX, Rate};
pub use resample::Resampler;

/// Frames after which an encoder's memory of its start has faded.
const SETTLING_FRAMES: usize = 25;
const G729_FRAME_BYTES: u32 = 10;
const G729_FRAME_UNITS: u32 = 80;

/// How the audio of a stream is coded (RFC 3551, RFC 7587).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Codec {
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
    /// G.722 at 64 kbit/s, wide-band.
    G722,
    /// Opus (RFC 6716), mono.
    Opus,
    /// G.729, which is passed on and never decoded here.
    G729,
}

impl Codec {
    /// The companding law, if this is G.711.
    pub const fn law(self) -> Option<Law> {
        match self {
            Self::Pcmu => Some(Law::Mu),
            Self::Pcma => Some(Law::A),
            Self::G722 | Self::Opus | Self::G729 => None,
        }
    }

    /// RTP timestamp units a second. G.722's is that of a historical error (RFC 3551 §4.5.2).
    pub const fn clock(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 | Self::G729 => 8_000,
            Self::Opus => 48_000,
        }
    }

    /// Samples a second of the audio itself.
    pub const fn sample_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma | Self::G729 => 8_000,
            Self::G722 => 16_000,
            Self::Opus => 48_000,
        }
    }

    /// The payload type that needs no `rtpmap` (RFC 3551 §6).
    pub const fn static_payload_type(self) -> Option<u8> {
        match self {
            Self::Pcmu => Some(0),
            Self::Pcma => Some(8),
            Self::G722 => Some(9),
            Self::G729 => Some(18),
            Self::Opus => None,
        }
    }

    /// The codec of a static payload type.
    pub const fn of_payload_type(payload_type: u8) -> Option<Self> {
        match payload_type {
            0 => Some(Self::Pcmu),
            8 => Some(Self::Pcma),
            9 => Some(Self::G722),
            18 => Some(Self::G729),
            _ => None,
        }
    }

    /// The name in an `rtpmap`.
    pub const fn encoding_name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
            Self::G722 => "G722",
            Self::Opus => "opus",
            Self::G729 => "G729",
        }
    }

    /// The rate that its audio is decoded at.
    pub const fn decoded_rate(self) -> Rate {
        match self {
            Self::Pcmu | Self::Pcma | Self::G729 => Rate::Narrow,
            Self::G722 | Self::Opus => Rate::Wide,
        }
    }

    /// How long a payload lasts in units of 1/8000 s, if it is one of this codec.
    pub fn units(self, payload: &[u8]) -> Option<u32> {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 => Some(payload.len() as u32),
            Self::Opus => opus::units(payload),
            Self::G729 => Some(payload.len() as u32 / G729_FRAME_BYTES * G729_FRAME_UNITS),
        }
    }

    /// Whether its audio can be heard and made here.
    pub const fn is_transcodable(self) -> bool {
        !matches!(self, Self::G729)
    }
}

/// A packet of 20 ms of silence; nothing for a codec that is not made here.
pub fn silence(codec: Codec) -> &'static [u8] {
    static G722: LazyLock<Vec<u8>> = LazyLock::new(|| encoded_silence(Codec::G722));
    static OPUS: LazyLock<Vec<u8>> = LazyLock::new(|| encoded_silence(Codec::Opus));
    static MU: [u8; FRAME_SAMPLES] = [Law::Mu.silence(); FRAME_SAMPLES];
    static A: [u8; FRAME_SAMPLES] = [Law::A.silence(); FRAME_SAMPLES];
    match codec {
        Codec::Pcmu => &MU,
        Codec::Pcma => &A,
        Codec::G722 => &G722,
        Codec::Opus => &OPUS,
        Codec::G729 => &[],
    }
}

/// The packet that an encoder settles on when it hears nothing.
fn encoded_silence(codec: Codec) -> Vec<u8> {
    let mut bytes = [0; PACKET_BYTES_MAX];
    let mut length = 0;
    if let Some(mut encoder) = Encoder::new(codec, Rate::Narrow) {
        let frame = [0; FRAME_MAX];
        for _ in 0..SETTLING_FRAMES {
            length = encoder.encode(&frame[..encoder.rate().frame()], &mut bytes);
        }
    }
    bytes[..length].to_vec()
}

impl From<Law> for Codec {
    fn from(law: Law) -> Self {
        match law {
            Law::Mu => Self::Pcmu,
            Law::A => Self::Pcma,
        }
    }
}

#[cfg(test)]
mod tests;
