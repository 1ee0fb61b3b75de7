//! From linear samples to packets of 20 ms, whatever the codec.

use audio_codec::Encoder as _;
use audio_codec::g722::G722Encoder;

use super::rate::Rate;
use super::{Codec, Law, Wishes, opus};

/// Bytes in the longest packet that an encoder makes.
pub const PACKET_BYTES_MAX: usize = 320;

/// Encodes one stream. Nothing is allocated after its making.
#[derive(Debug)]
pub struct Encoder(Kind);

enum Kind {
    G711(Law),
    G722(Box<G722Encoder>),
    Opus(Box<opus::Encoder>),
}

impl Encoder {
    /// An encoder of a codec for audio of a rate, as far as the codec has a choice; nothing for a
    /// codec that is only passed on.
    pub fn new(codec: Codec, rate: Rate) -> Option<Self> {
        let kind = match codec {
            Codec::Pcmu => Kind::G711(Law::Mu),
            Codec::Pcma => Kind::G711(Law::A),
            Codec::G722 => Kind::G722(Box::default()),
            Codec::Opus => Kind::Opus(Box::new(opus::Encoder::new(rate))),
            Codec::G729 => return None,
        };
        Some(Self(kind))
    }

    /// The codec that it encodes to.
    pub fn codec(&self) -> Codec {
        match &self.0 {
            Kind::G711(law) => (*law).into(),
            Kind::G722(_) => Codec::G722,
            Kind::Opus(_) => Codec::Opus,
        }
    }

    /// The rate of the samples that it takes.
    pub fn rate(&self) -> Rate {
        match &self.0 {
            Kind::G711(_) => Rate::Narrow,
            Kind::G722(_) => Rate::Wide,
            Kind::Opus(encoder) => encoder.rate(),
        }
    }

    /// Takes over what the peer asks of Opus.
    pub fn heed(&mut self, wishes: &Wishes) {
        if let Kind::Opus(encoder) = &mut self.0 {
            encoder.heed(wishes);
        }
    }

    /// Says how much is lost on the way, so that as much redundancy is sent.
    pub fn set_loss(&mut self, percent: u8) {
        if let Kind::Opus(encoder) = &mut self.0 {
            encoder.set_loss(percent);
        }
    }

    /// Encodes 20 ms of its rate; how many of the bytes they take.
    pub fn encode(&mut self, frame: &[i16], bytes: &mut [u8; PACKET_BYTES_MAX]) -> usize {
        match &mut self.0 {
            Kind::G711(law) => {
                for (byte, &sample) in bytes.iter_mut().zip(frame) {
                    *byte = law.encode(sample);
                }
                frame.len().min(PACKET_BYTES_MAX)
            }
            Kind::G722(encoder) => encoder.encode_into(frame, bytes).unwrap_or(0),
            Kind::Opus(encoder) => encoder.encode(frame, bytes),
        }
    }
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::G711(law) => write!(f, "{law:?}"),
            Self::G722(_) => f.write_str("G722"),
            Self::Opus(encoder) => encoder.fmt(f),
        }
    }
}
