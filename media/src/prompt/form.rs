//! A prompt in a codec of frames, made once and heard by everybody.
//!
//! The engine that plays it first makes it a few frames a tick, faster than it is heard, and keeps
//! it with the prompt when it is whole.

use std::sync::Arc;

use super::Prompt;
use crate::Law;
use crate::clock::FRAME_SAMPLES;
use crate::codec::{Codec, Encoder, FRAME_MAX, PACKET_BYTES_MAX, Rate, Resampler};

/// Bytes of a frame that room is made for ahead.
const FRAME_BYTES: usize = 64;

/// The frames of a prompt in one codec.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    bytes: Vec<u8>,
    /// Where each frame ends.
    ends: Vec<u32>,
}

impl Form {
    /// The nth frame, if it is made yet.
    pub(crate) fn frame(&self, nth: usize) -> Option<&[u8]> {
        let end = *self.ends.get(nth)? as usize;
        let start = nth
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        Some(&self.bytes[start..end])
    }
}

/// A form that is being made.
#[derive(Debug)]
pub(crate) struct Making {
    prompt: Arc<Prompt>,
    encoder: Encoder,
    resampler: Option<Resampler>,
    form: Form,
}

impl Making {
    /// Begins to make a prompt's form in a codec of frames.
    pub(crate) fn new(prompt: Arc<Prompt>, codec: Codec) -> Option<Self> {
        // Prompts are narrow-band, so there is nothing that a wide-band encoder could add.
        let encoder = Encoder::new(codec, Rate::Narrow)?;
        let differs = encoder.rate() != Rate::Narrow;
        let resampler =
            differs.then(|| Resampler::new(Rate::Narrow.hertz(), encoder.rate().hertz()));
        let frames = prompt.len().div_ceil(FRAME_SAMPLES);
        let form = Form {
            bytes: Vec::with_capacity(frames * FRAME_BYTES),
            ends: Vec::with_capacity(frames),
        };
        Some(Self {
            prompt,
            encoder,
            resampler,
            form,
        })
    }

    /// Whether it makes this form.
    pub(crate) fn makes(&self, prompt: &Arc<Prompt>, codec: Codec) -> bool {
        Arc::ptr_eq(&self.prompt, prompt) && self.encoder.codec() == codec
    }

    /// What is made yet.
    pub(crate) fn form(&self) -> &Form {
        &self.form
    }

    /// Makes the next frame; whether the form is whole and with its prompt.
    pub(crate) fn advance(&mut self) -> bool {
        let start = self.form.ends.len() * FRAME_SAMPLES;
        let Some(rest) = self
            .prompt
            .bytes(Law::Mu)
            .get(start..)
            .filter(|rest| !rest.is_empty())
        else {
            let form = std::mem::take(&mut self.form);
            self.prompt.keep_form(self.encoder.codec(), form);
            return true;
        };
        let mut narrow = [0; FRAME_SAMPLES];
        for (sample, &byte) in narrow.iter_mut().zip(rest) {
            *sample = Law::Mu.decode(byte);
        }
        let mut wide = [0; FRAME_MAX];
        let frame = match &mut self.resampler {
            Some(resampler) => {
                let count = resampler.process(&narrow, &mut wide);
                &wide[..count]
            }
            None => &narrow[..],
        };
        let mut packet = [0; PACKET_BYTES_MAX];
        let length = self.encoder.encode(frame, &mut packet);
        self.form.bytes.extend_from_slice(&packet[..length]);
        self.form.ends.push(self.form.bytes.len() as u32);
        false
    }
}
