//! What a phone does with sound: encodes what is spoken, decodes what is heard.

use media::codec::{
    Codec, Decoder, Encoder, FRAME_MAX, PACKET_BYTES_MAX, PACKET_SAMPLES_MAX, Rate, Resampler,
};

use crate::world::{EVENT_TYPE, Heard};

/// The dynamic payload type of Opus.
const OPUS_TYPE: u8 = 96;

pub(crate) fn payload_type(codec: Codec) -> u8 {
    codec.static_payload_type().unwrap_or(OPUS_TYPE)
}

/// The speaking side.
pub(crate) struct Mouth {
    pub(crate) codec: Codec,
    encoder: Option<Encoder>,
    resampler: Resampler,
}

impl Mouth {
    pub(crate) fn new(codec: Codec) -> Self {
        let encoder = Encoder::new(codec, Rate::Wide);
        let rate = encoder.as_ref().map_or(Rate::Narrow, Encoder::rate);
        Self {
            codec,
            encoder,
            resampler: Resampler::new(8_000, rate.hertz()),
        }
    }

    /// 20 ms of sound, narrow-band or at the encoder's own rate. G.729 is only a pattern here.
    pub(crate) fn encode(&mut self, sound: &[i16]) -> Vec<u8> {
        let Some(encoder) = &mut self.encoder else {
            let digest = sound
                .iter()
                .fold(0_u8, |sum, &s| sum.wrapping_mul(31) ^ s as u8);
            return (0..20).map(|n| digest.wrapping_add(n)).collect();
        };
        let mut frame = [0; FRAME_MAX];
        let count = if sound.len() == encoder.rate().frame() {
            frame[..sound.len()].copy_from_slice(sound);
            sound.len()
        } else {
            self.resampler.process(sound, &mut frame)
        };
        let mut bytes = [0; PACKET_BYTES_MAX];
        let length = encoder.encode(&frame[..count], &mut bytes);
        bytes[..length].to_vec()
    }
}

/// What was heard at 8 kHz, laid out by RTP time.
pub(crate) fn audio(codec: Codec, heard: &[Heard]) -> Vec<i16> {
    let mut samples = Vec::new();
    let (Some(first), Some(mut decoder)) = (heard.first(), Decoder::new(codec)) else {
        return samples;
    };
    let mut resampler = Resampler::new(decoder.rate().hertz(), 8_000);
    let scale = codec.clock() / 8_000;
    for heard in heard.iter().filter(|h| h.header.payload_type != EVENT_TYPE) {
        let mut pcm = [0; PACKET_SAMPLES_MAX];
        let count = decoder.decode(&heard.payload, &mut pcm);
        let mut narrow = [0; PACKET_SAMPLES_MAX];
        let narrow = if decoder.rate() == Rate::Narrow {
            &pcm[..count]
        } else {
            let count = resampler.process(&pcm[..count], &mut narrow);
            &narrow[..count]
        };
        let at = heard.header.timestamp.wrapping_sub(first.header.timestamp) / scale;
        let (at, end) = (at as usize, at as usize + narrow.len());
        samples.resize(samples.len().max(end), 0);
        samples[at..end].copy_from_slice(narrow);
    }
    samples
}
