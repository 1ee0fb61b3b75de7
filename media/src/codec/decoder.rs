//! From packets to linear samples, whatever the codec.

use audio_codec::Decoder as _;
use audio_codec::g722::G722Decoder;

use super::rate::Rate;
use super::{Codec, Law, opus};

/// Decodes one stream. Nothing is allocated after its making.
#[derive(Debug)]
pub struct Decoder(Kind);

enum Kind {
    G711(Law),
    G722(Box<G722Decoder>),
    Opus(Box<opus::Decoder>),
}

impl Decoder {
    /// A decoder of a codec, unless that is one that is only passed on.
    pub fn new(codec: Codec) -> Option<Self> {
        let kind = match codec {
            Codec::Pcmu => Kind::G711(Law::Mu),
            Codec::Pcma => Kind::G711(Law::A),
            Codec::G722 => Kind::G722(Box::default()),
            Codec::Opus => Kind::Opus(Box::new(opus::Decoder::new())),
            Codec::G729 => return None,
        };
        Some(Self(kind))
    }

    /// The codec that it decodes.
    pub fn codec(&self) -> Codec {
        match &self.0 {
            Kind::G711(law) => (*law).into(),
            Kind::G722(_) => Codec::G722,
            Kind::Opus(_) => Codec::Opus,
        }
    }

    /// The rate of its samples.
    pub fn rate(&self) -> Rate {
        self.codec().decoded_rate()
    }

    /// Decodes a payload into `pcm`; how many samples it held. What does not fit or cannot be
    /// decoded is left out.
    pub fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        match &mut self.0 {
            Kind::G711(law) => {
                for (sample, &byte) in pcm.iter_mut().zip(payload) {
                    *sample = law.decode(byte);
                }
                payload.len().min(pcm.len())
            }
            Kind::G722(decoder) => {
                let fitting = payload.len().min(pcm.len() / 2);
                decoder.decode_into(&payload[..fitting], pcm).unwrap_or(0)
            }
            Kind::Opus(decoder) => decoder.decode(payload, pcm),
        }
    }

    /// Fills `pcm` with what was lost just before the payload `following`, if the codec sends
    /// redundancy; how many samples were filled.
    pub fn recover(&mut self, following: &[u8], pcm: &mut [i16]) -> usize {
        match &mut self.0 {
            Kind::G711(_) | Kind::G722(_) => 0,
            Kind::Opus(decoder) => decoder.recover(following, pcm),
        }
    }

    /// Fills `pcm` in the codec's own way of covering a loss, if it has one; how many samples were
    /// filled.
    pub fn conceal(&mut self, pcm: &mut [i16]) -> usize {
        match &mut self.0 {
            Kind::G711(_) | Kind::G722(_) => 0,
            Kind::Opus(decoder) => decoder.conceal(pcm),
        }
    }
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::G711(law) => write!(f, "{law:?}"),
            Self::G722(_) => f.write_str("G722"),
            Self::Opus(_) => f.write_str("Opus"),
        }
    }
}
