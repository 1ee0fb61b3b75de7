//! A bot on a leg: what it says waits in a queue and is heard at the pace of the clock.

use std::collections::VecDeque;

use crate::clock::FRAME_SAMPLES;
use crate::codec::{Encoder, FRAME_MAX, PACKET_BYTES_MAX, Rate, Resampler};
use crate::{Codec, Law, StreamKey};

/// What a bot has said and was not heard yet, and how much was.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) key: StreamKey,
    /// µ-law.
    pieces: VecDeque<Vec<u8>>,
    /// What was heard of the piece in front.
    offset: usize,
    waiting: usize,
    /// Samples that were heard, flushed or refused.
    settled: u64,
    voice: Option<Voice>,
}

/// What speaks a codec of frames.
#[derive(Debug)]
struct Voice {
    encoder: Encoder,
    widening: Option<Resampler>,
}

impl Voice {
    fn new(codec: Codec) -> Option<Self> {
        let encoder = Encoder::new(codec, Rate::Narrow)?;
        let rate = encoder.rate();
        let widening =
            (rate != Rate::Narrow).then(|| Resampler::new(Rate::Narrow.hertz(), rate.hertz()));
        Some(Self { encoder, widening })
    }
}

impl Stream {
    /// Most samples that wait: 12 minutes, two more than the sender of the orders ever has on the
    /// way, which is what one more of its messages may hold.
    const WAITING_MAX: usize = 12 * 60 * 8_000;

    pub(crate) fn new(key: StreamKey) -> Self {
        Self {
            key,
            pieces: VecDeque::new(),
            offset: 0,
            waiting: 0,
            settled: 0,
            voice: None,
        }
    }

    /// Takes what is to be heard after everything before it; whether there was room.
    pub(crate) fn push(&mut self, audio: Vec<u8>) -> bool {
        let room = self.waiting + audio.len() <= Self::WAITING_MAX;
        if !room {
            self.settled += audio.len() as u64;
        } else if !audio.is_empty() {
            self.waiting += audio.len();
            self.pieces.push_back(audio);
        }
        room
    }

    /// Forgets what was not heard yet.
    pub(crate) fn clear(&mut self) {
        self.settled += self.waiting as u64;
        self.waiting = 0;
        self.offset = 0;
        self.pieces.clear();
    }

    /// Fills the next frame, with silence where nothing waits.
    pub(crate) fn fill(&mut self, law: Law, frame: &mut [u8; FRAME_SAMPLES]) {
        let mut filled = 0;
        while let Some(piece) = self.pieces.front()
            && filled < FRAME_SAMPLES
        {
            let rest = &piece[self.offset..];
            let take = rest.len().min(FRAME_SAMPLES - filled);
            frame[filled..filled + take].copy_from_slice(&rest[..take]);
            filled += take;
            self.offset += take;
            if self.offset == piece.len() {
                self.pieces.pop_front();
                self.offset = 0;
            }
        }
        self.waiting -= filled;
        self.settled += filled as u64;
        Law::Mu.transcode(law, &mut frame[..filled]);
        frame[filled..].fill(law.silence());
    }

    /// Encodes a frame of µ-law; how many of the bytes it takes. Nothing for a codec that is only
    /// passed on.
    pub(crate) fn encode(
        &mut self,
        codec: Codec,
        frame: &[u8; FRAME_SAMPLES],
        packet: &mut [u8; PACKET_BYTES_MAX],
    ) -> Option<usize> {
        let known = self.voice.take();
        let known = known.filter(|voice| voice.encoder.codec() == codec);
        let voice = self.voice.insert(known.or_else(|| Voice::new(codec))?);
        let mut samples = [0; FRAME_SAMPLES];
        for (sample, &byte) in samples.iter_mut().zip(frame) {
            *sample = Law::Mu.decode(byte);
        }
        let Some(widening) = &mut voice.widening else {
            return Some(voice.encoder.encode(&samples, packet));
        };
        let mut wide = [0; FRAME_MAX];
        let wide = &mut wide[..voice.encoder.rate().frame()];
        widening.process(&samples, wide);
        Some(voice.encoder.encode(wide, packet))
    }

    pub(crate) fn settled(&self) -> u64 {
        self.settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, Clone)]
    enum Step {
        Push(Vec<u8>),
        Clear,
        Tick,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => proptest::collection::vec(1..=254_u8, 0..700).prop_map(Step::Push),
            1 => Just(Step::Clear),
            6 => Just(Step::Tick),
        ]
    }

    proptest! {
        /// A plain string of bytes is the model: what was pushed is heard once, in its order, unless
        /// it was cleared, and everything is settled in the end.
        #[test]
        fn what_a_bot_says_is_heard_once_and_in_order(steps in proptest::collection::vec(step(), 0..60)) {
            let mut stream = Stream::new(StreamKey(1));
            let mut model: Vec<u8> = Vec::new();
            let (mut pushed, mut settled) = (0_u64, 0_u64);
            for step in steps {
                match step {
                    Step::Push(audio) => {
                        pushed += audio.len() as u64;
                        model.extend(&audio);
                        prop_assert!(stream.push(audio));
                    }
                    Step::Clear => {
                        settled += model.len() as u64;
                        model.clear();
                        stream.clear();
                    }
                    Step::Tick => {
                        let heard = model.len().min(FRAME_SAMPLES);
                        let mut wanted = [Law::Mu.silence(); FRAME_SAMPLES];
                        wanted[..heard].copy_from_slice(&model[..heard]);
                        model.drain(..heard);
                        settled += heard as u64;
                        let mut frame = [0; FRAME_SAMPLES];
                        stream.fill(Law::Mu, &mut frame);
                        prop_assert_eq!(frame, wanted);
                    }
                }
                prop_assert_eq!(stream.settled(), settled);
                prop_assert_eq!(pushed - settled, model.len() as u64);
            }
        }
    }

    #[test]
    fn ten_minutes_wait_and_what_finds_no_room_is_settled() {
        let mut stream = Stream::new(StreamKey(1));
        for _ in 0..600 {
            assert!(stream.push(vec![1; 8_000]));
        }
        assert!(!stream.push(vec![1; 3 * 60 * 8_000]));
        assert_eq!(stream.settled(), 3 * 60 * 8_000);
    }
}
