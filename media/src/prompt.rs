//! Audio that is ready to send: encoded once in both laws, cut into frames by copying. Codecs of
//! frames have it in a [`form`] of their own.

mod form;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;

use crate::Law;
use crate::clock::{FRAME_SAMPLES, Micros};
use crate::codec::Codec;

pub(crate) use form::{Form, Making};

/// Narrow-band audio held as G.711 bytes of both laws.
#[derive(Clone, Debug)]
pub struct Prompt {
    mu: Bytes,
    a: Bytes,
    g722: OnceLock<Form>,
    opus: OnceLock<Form>,
}

/// A piece of what a leg plays.
#[derive(Clone, Debug)]
pub enum Segment {
    /// Recorded audio.
    Audio(Arc<Prompt>),
    /// A pause.
    Silence(Duration),
}

impl Prompt {
    /// Encodes linear samples at 8 kHz.
    pub fn from_pcm(samples: &[i16]) -> Self {
        let mu: Vec<u8> = samples.iter().map(|&s| Law::Mu.encode(s)).collect();
        Self::from_mulaw(mu.into())
    }

    /// Takes µ-law bytes at 8 kHz and derives the A-law ones.
    pub fn from_mulaw(mu: Bytes) -> Self {
        let mut a = mu.to_vec();
        Law::Mu.transcode(Law::A, &mut a);
        Self {
            mu,
            a: a.into(),
            g722: OnceLock::new(),
            opus: OnceLock::new(),
        }
    }

    /// Length in samples.
    pub fn len(&self) -> usize {
        self.mu.len()
    }

    /// Whether it holds no audio.
    pub fn is_empty(&self) -> bool {
        self.mu.is_empty()
    }

    /// The bytes of one law.
    pub fn bytes(&self, law: Law) -> &[u8] {
        match law {
            Law::Mu => &self.mu,
            Law::A => &self.a,
        }
    }
}

impl Prompt {
    /// Its frames in a codec of frames, if they were made.
    pub(crate) fn form(&self, codec: Codec) -> Option<&Form> {
        self.place(codec)?.get()
    }

    /// Keeps its frames in a codec. Another thread may have been faster, with the same frames.
    pub(crate) fn keep_form(&self, codec: Codec, form: Form) {
        if let Some(place) = self.place(codec) {
            let _ = place.set(form);
        }
    }

    fn place(&self, codec: Codec) -> Option<&OnceLock<Form>> {
        match codec {
            Codec::G722 => Some(&self.g722),
            Codec::Opus => Some(&self.opus),
            Codec::Pcmu | Codec::Pcma | Codec::G729 => None,
        }
    }
}

impl Segment {
    fn samples(&self) -> u64 {
        match self {
            Self::Audio(prompt) => prompt.len() as u64,
            Self::Silence(span) => Micros::from(*span).samples(),
        }
    }
}

/// A place in a list of segments.
#[derive(Debug)]
pub(crate) struct Cursor {
    pub(crate) play: u64,
    segments: Vec<Segment>,
    repeat: bool,
    index: usize,
    offset: u64,
}

impl Cursor {
    /// A cursor at the beginning, or nothing if the segments hold no sample.
    pub(crate) fn new(play: u64, segments: Vec<Segment>, repeat: bool) -> Option<Self> {
        let audible = segments.iter().any(|segment| segment.samples() > 0);
        audible.then_some(Self {
            play,
            segments,
            repeat,
            index: 0,
            offset: 0,
        })
    }

    /// Fills the next frame; whether it was the last one. A last frame is padded with silence.
    pub(crate) fn fill(&mut self, law: Law, frame: &mut [u8; FRAME_SAMPLES]) -> bool {
        let mut filled = 0;
        while filled < FRAME_SAMPLES {
            let Some(segment) = self.segments.get(self.index) else {
                frame[filled..].fill(law.silence());
                return true;
            };
            let left = segment.samples() - self.offset;
            let take = left.min((FRAME_SAMPLES - filled) as u64) as usize;
            let target = &mut frame[filled..filled + take];
            match segment {
                Segment::Audio(prompt) => {
                    let start = self.offset as usize;
                    target.copy_from_slice(&prompt.bytes(law)[start..start + take]);
                }
                Segment::Silence(_) => target.fill(law.silence()),
            }
            filled += take;
            self.advance(take as u64, left);
        }
        self.index == self.segments.len()
    }

    /// Reads where it is; the number means nothing.
    #[inline]
    pub(crate) fn glance(&self) -> u64 {
        self.segments.get(self.index).map_or(0, Segment::samples)
    }

    /// The prompts that it plays.
    pub(crate) fn prompts(&self) -> impl Iterator<Item = &Arc<Prompt>> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Audio(prompt) => Some(prompt),
            Segment::Silence(_) => None,
        })
    }

    /// The prompt whose frame is due and the number of that frame, or nothing in a pause.
    pub(crate) fn due(&self) -> Option<(&Arc<Prompt>, usize)> {
        match self.segments.get(self.index)? {
            Segment::Audio(prompt) => Some((prompt, self.offset as usize / FRAME_SAMPLES)),
            Segment::Silence(_) => None,
        }
    }

    /// Steps over a frame of a codec of frames, none of which belongs to two segments; whether it
    /// was the last one.
    pub(crate) fn step(&mut self) -> bool {
        if let Some(segment) = self.segments.get(self.index) {
            let left = segment.samples() - self.offset;
            self.advance(left.min(FRAME_SAMPLES as u64), left);
        }
        self.index == self.segments.len()
    }

    fn advance(&mut self, taken: u64, left: u64) {
        self.offset += taken;
        if taken < left {
            return;
        }
        self.offset = 0;
        self.index += 1;
        self.skip_empty();
        if self.index == self.segments.len() && self.repeat {
            self.index = 0;
            self.skip_empty();
        }
    }

    fn skip_empty(&mut self) {
        while self
            .segments
            .get(self.index)
            .is_some_and(|s| s.samples() == 0)
        {
            self.index += 1;
        }
    }
}
