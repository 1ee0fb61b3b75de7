//! Opus (RFC 6716) as a telephone uses it: mono, speech, 20 ms, with in-band redundancy.
//!
//! Decoded at 16 kHz whatever was sent, encoded from 8 or 16 kHz: above that the cost doubles for
//! what no telephone at the other end can play.

use serde::{Deserialize, Serialize};

use opus_rs::{Application, OpusDecoder, OpusEncoder};

use super::rate::{PACKET_SAMPLES_MAX, Rate};

/// Bits a second.
const NARROW_BITS: u32 = 16_000;
const WIDE_BITS: u32 = 24_000;
/// The same with redundancy, for which Opus finds no room in fewer at any loss from 1 to 25 %.
const REDUNDANT_NARROW_BITS: u32 = 20_000;
const REDUNDANT_WIDE_BITS: u32 = 28_000;
/// Higher ones search longer for hardly a difference in speech.
const COMPLEXITY: i32 = 1;
/// Loss that redundancy is made for until the peer reports another one.
const LOSS_PERCENT: u8 = 5;
/// Units of 8 kHz in the longest packet: 120 ms (RFC 6716 §3.2.5).
const UNITS_MAX: u32 = 960;

/// What a peer asks of whoever sends it Opus (RFC 7587 §6.1). It may ask for `stereo` and `usedtx`
/// as well: what is made here has one channel, which every decoder plays, and never pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// The highest sampling rate that it plays.
    pub playback_hertz: u32,
    /// Bits a second at most.
    pub bits_max: Option<u32>,
    /// Whether it makes use of in-band redundancy.
    pub redundancy: bool,
}

impl Wishes {
    /// The highest rate that is decoded here, and so the highest that we ask for.
    pub(crate) const DECODED_HERTZ: u32 = 16_000;
    /// What is said of nothing.
    const PLAYBACK_HERTZ: u32 = 48_000;
    /// The lowest rate of bits that carries speech at all (RFC 6716 §2.1.1).
    const BITS_LEAST: u32 = 6_000;

    /// Reads the parameters of a format; what is not understood is passed over.
    pub(crate) fn read(parameters: &str) -> Self {
        let mut wishes = Self::default();
        for parameter in parameters.split(';') {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let number = value.trim().parse::<u32>();
            match (name.trim().to_ascii_lowercase().as_str(), number) {
                ("maxplaybackrate", Ok(hertz)) => wishes.playback_hertz = hertz,
                ("maxaveragebitrate", Ok(bits)) => {
                    wishes.bits_max = Some(bits.max(Self::BITS_LEAST));
                }
                ("useinbandfec", Ok(wanted)) => wishes.redundancy = wanted == 1,
                _ => {}
            }
        }
        wishes
    }

    /// The rate to encode from, of audio that could be had at `rate`.
    pub(crate) fn limit(&self, rate: Rate) -> Rate {
        if self.playback_hertz < Rate::Wide.hertz() {
            Rate::Narrow
        } else {
            rate
        }
    }
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            playback_hertz: Self::PLAYBACK_HERTZ,
            bits_max: None,
            redundancy: false,
        }
    }
}

/// The decoder of one stream.
pub(super) struct Decoder {
    inner: OpusDecoder,
    samples: Box<[f32; PACKET_SAMPLES_MAX]>,
}

impl Decoder {
    pub(super) fn new() -> Self {
        let inner = OpusDecoder::new(16_000, 1).expect("16 kHz mono is a mode of Opus");
        Self {
            inner,
            samples: Box::new([0.0; PACKET_SAMPLES_MAX]),
        }
    }

    /// Decodes a packet; how many samples it held, none if it is no Opus packet.
    pub(super) fn decode(&mut self, packet: &[u8], pcm: &mut [i16]) -> usize {
        let Some(samples) = wide_samples(packet) else {
            return 0;
        };
        let decoded = self
            .inner
            .decode(packet, samples, self.samples.as_mut_slice());
        self.hand_over(decoded, pcm)
    }

    /// Fills `pcm` with what was lost before `following`, from the redundancy in it.
    pub(super) fn recover(&mut self, following: &[u8], pcm: &mut [i16]) -> usize {
        if wide_samples(following).is_none() {
            return self.conceal(pcm);
        }
        let recovered = self
            .inner
            .decode_fec(following, pcm.len(), self.samples.as_mut_slice());
        self.hand_over(recovered, pcm)
    }

    /// Fills `pcm` by what went before.
    pub(super) fn conceal(&mut self, pcm: &mut [i16]) -> usize {
        let concealed = self
            .inner
            .decode(&[], pcm.len(), self.samples.as_mut_slice());
        self.hand_over(concealed, pcm)
    }

    fn hand_over(&self, decoded: Result<usize, &'static str>, pcm: &mut [i16]) -> usize {
        let count = decoded.unwrap_or(0).min(pcm.len());
        for (sample, &level) in pcm[..count].iter_mut().zip(self.samples.iter()) {
            *sample = (level * 32_768.0) as i16;
        }
        count
    }
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("opus::Decoder")
    }
}

/// The encoder of one stream.
pub(super) struct Encoder {
    inner: OpusEncoder,
    rate: Rate,
    wishes: Wishes,
    loss_percent: u8,
}

impl Encoder {
    pub(super) fn new(rate: Rate) -> Self {
        let hertz = rate.hertz() as i32;
        let mut inner = OpusEncoder::new(hertz, 1, Application::Voip)
            .expect("8 and 16 kHz mono are modes of Opus");
        inner.complexity = COMPLEXITY;
        let mut encoder = Self {
            inner,
            rate,
            wishes: Wishes::default(),
            loss_percent: LOSS_PERCENT,
        };
        encoder.adjust();
        encoder
    }

    pub(super) fn rate(&self) -> Rate {
        self.rate
    }

    pub(super) fn heed(&mut self, wishes: &Wishes) {
        self.wishes = *wishes;
        self.adjust();
    }

    pub(super) fn set_loss(&mut self, percent: u8) {
        self.loss_percent = percent.min(100);
        self.adjust();
    }

    /// Without redundancy nothing else is to be given up for the sake of losses either.
    fn adjust(&mut self) {
        let redundant = self.wishes.redundancy && self.loss_percent > 0;
        let usual = match (self.rate, redundant) {
            (Rate::Narrow, false) => NARROW_BITS,
            (Rate::Wide, false) => WIDE_BITS,
            (Rate::Narrow, true) => REDUNDANT_NARROW_BITS,
            (Rate::Wide, true) => REDUNDANT_WIDE_BITS,
        };
        let bits = self.wishes.bits_max.map_or(usual, |most| usual.min(most));
        self.inner.bitrate_bps = bits as i32;
        self.inner.use_inband_fec = redundant;
        self.inner.packet_loss_perc = if redundant {
            self.loss_percent.into()
        } else {
            0
        };
    }

    /// Encodes 20 ms; how many bytes they take.
    pub(super) fn encode(&mut self, frame: &[i16], bytes: &mut [u8]) -> usize {
        self.inner
            .encode_i16(frame, frame.len(), bytes)
            .unwrap_or(0)
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "opus::Encoder({:?})", self.rate)
    }
}

fn wide_samples(packet: &[u8]) -> Option<usize> {
    units(packet).map(|units| units as usize * Rate::Wide.factor())
}

/// How long a packet lasts in units of 8 kHz, by its first bytes (RFC 6716 §3.1, §3.2).
pub(super) fn units(packet: &[u8]) -> Option<u32> {
    let (&toc, rest) = packet.split_first()?;
    let frame = match toc >> 3 {
        config @ 0..=11 => [80, 160, 320, 480][usize::from(config & 3)],
        config @ 12..=15 => [80, 160][usize::from(config & 1)],
        config => [20, 40, 80, 160][usize::from(config & 3)],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(rest.first()? & 63),
    };
    let units = frame * frames;
    (1..=UNITS_MAX).contains(&units).then_some(units)
}
