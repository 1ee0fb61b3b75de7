//! The formats of an audio stream: which are codecs and which key presses, read and written.

use std::fmt::{Display, Formatter, Result as Written};

use super::parse::Media;
use crate::Codec;
use crate::codec::Wishes;

/// The payload type that we offer for Opus.
const OPUS_PAYLOAD_TYPE: u8 = 96;
/// The payload type that we offer for telephone events at 8 kHz, and at Opus' clock.
const EVENT_PAYLOAD_TYPE: u8 = 101;
const OPUS_EVENT_PAYLOAD_TYPE: u8 = 102;

/// Formats in the order of preference.
#[derive(Debug, Default)]
pub(super) struct Formats {
    pub(super) codecs: Vec<(u8, Codec)>,
    /// Telephone events and their clocks.
    pub(super) events: Vec<(u8, u32)>,
    /// The rate that we ask for in Opus, where it is not the highest that is decoded here.
    pub(super) playback_hertz: Option<u32>,
}

impl Formats {
    /// Those that we offer. Events go at the clock of each codec, so that their times are right.
    pub(super) fn offered(codecs: &[Codec], with_events: bool) -> Self {
        let mut formats = Self::default();
        for &codec in codecs {
            let payload_type = codec.static_payload_type().unwrap_or(OPUS_PAYLOAD_TYPE);
            formats.codecs.push((payload_type, codec));
            let event = match codec {
                Codec::Opus => (OPUS_EVENT_PAYLOAD_TYPE, codec.clock()),
                Codec::Pcmu | Codec::Pcma | Codec::G722 | Codec::G729 => {
                    (EVENT_PAYLOAD_TYPE, codec.clock())
                }
            };
            if with_events && !formats.events.contains(&event) {
                formats.events.push(event);
            }
        }
        formats
    }

    /// Those of a stream that we know, by `rtpmap` or by static type.
    pub(super) fn read(media: &Media) -> Self {
        let mut formats = Self::default();
        let types = media.formats.iter();
        for payload_type in types.filter_map(|format| format.parse().ok()) {
            match mapping(media, payload_type) {
                Some(("telephone-event", clock)) => formats.events.push((payload_type, clock)),
                Some(mapping) => {
                    let codec = codec_of(mapping);
                    formats
                        .codecs
                        .extend(codec.map(|codec| (payload_type, codec)));
                }
                None => {
                    let codec = Codec::of_payload_type(payload_type);
                    formats
                        .codecs
                        .extend(codec.map(|codec| (payload_type, codec)));
                }
            }
        }
        formats
    }

    /// The payload type of events at the clock of a codec; at another their times would be wrong.
    pub(super) fn event_of(&self, codec: Codec) -> Option<u8> {
        let mut events = self.events.iter();
        let event = events.find(|(_, clock)| *clock == codec.clock())?;
        Some(event.0)
    }

    /// What we ask of a peer's encoder: of Opus (RFC 7587 §6.1) redundancy, one channel, no more than
    /// is mixed here and than the peer itself has a use for; of G.729 (RFC 4856 §2.1.9) no silence
    /// suppression, which could not be decoded.
    fn parameters(&self, codec: Codec) -> Option<String> {
        match codec {
            Codec::Opus => {
                let decoded = Wishes::DECODED_HERTZ;
                let hertz = self.playback_hertz.map_or(decoded, |it| it.min(decoded));
                Some(format!(
                    "useinbandfec=1;stereo=0;maxplaybackrate={hertz};maxaveragebitrate=40000"
                ))
            }
            Codec::G729 => Some("annexb=no".to_owned()),
            Codec::Pcmu | Codec::Pcma | Codec::G722 => None,
        }
    }

    /// All payload types.
    pub(super) fn payload_types(&self) -> impl Iterator<Item = u8> {
        let events = self.events.iter().map(|event| event.0);
        self.codecs.iter().map(|codec| codec.0).chain(events)
    }
}

/// The attributes.
impl Display for Formats {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        for &(payload_type, codec) in &self.codecs {
            let (name, clock) = (codec.encoding_name(), codec.clock());
            let channels = if codec == Codec::Opus { "/2" } else { "" };
            write!(f, "a=rtpmap:{payload_type} {name}/{clock}{channels}\r\n")?;
            if let Some(parameters) = self.parameters(codec) {
                write!(f, "a=fmtp:{payload_type} {parameters}\r\n")?;
            }
        }
        for (payload_type, clock) in &self.events {
            write!(f, "a=rtpmap:{payload_type} telephone-event/{clock}\r\n")?;
            write!(f, "a=fmtp:{payload_type} 0-15\r\n")?;
        }
        Ok(())
    }
}

fn codec_of((encoding, clock): (&str, u32)) -> Option<Codec> {
    match (encoding, clock) {
        ("pcmu", 8_000) => Some(Codec::Pcmu),
        ("pcma", 8_000) => Some(Codec::Pcma),
        // Some say what the codec's sampling rate is, against RFC 3551 §4.5.2.
        ("g722", 8_000 | 16_000) => Some(Codec::G722),
        ("opus", 48_000) => Some(Codec::Opus),
        ("g729", 8_000) => Some(Codec::G729),
        _ => None,
    }
}

pub(super) fn mapping(media: &Media, payload_type: u8) -> Option<(&str, u32)> {
    let mut mappings = media.mappings.iter();
    let mapping = mappings.find(|mapping| mapping.payload_type == payload_type)?;
    Some((&mapping.encoding, mapping.clock_rate))
}
