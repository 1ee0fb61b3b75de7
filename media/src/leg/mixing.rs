//! What a leg needs to hear a mix, and to be heard in one.

use crate::clock::Micros;
use crate::codec::{Codec, Encoder, FRAME_MAX, PACKET_BYTES_MAX, Rate, Resampler, Wishes};
use crate::jitter::{JitterBuffer, Playout};

/// 5 ms at 8 kHz.
const RAMP: usize = 40;
/// Mean magnitude below which a frame is a silence to leave a mix in.
const QUIET: u64 = 250;
/// Frames after which a mix is left without a silence: 10 s. Speech pauses before that; what does
/// not would be mixed for good.
const LINGER_MAX: u16 = 500;

/// The hearing side: encodes what the engine mixed.
#[derive(Debug)]
pub(crate) struct Hearing {
    encoder: Encoder,
    /// The last sample that was heard.
    last: i16,
    /// Whether something else is heard from here on, so that the step to it is bent away.
    changed: bool,
    lingered: u16,
}

impl Hearing {
    /// Begins behind a last sample that was heard.
    pub(crate) fn new(codec: Codec, rate: Rate, last: i16) -> Option<Self> {
        Some(Self {
            encoder: Encoder::new(codec, rate)?,
            last,
            changed: true,
            lingered: 0,
        })
    }

    pub(crate) fn rate(&self) -> Rate {
        self.encoder.rate()
    }

    /// Whether it encodes to this codec from this rate.
    pub(crate) fn fits(&self, codec: Codec, rate: Rate) -> bool {
        self.encoder.codec() == codec && (self.rate() == rate || codec != Codec::Opus)
    }

    /// Takes over what the peer asks for, and how much it last lost.
    pub(crate) fn heed(&mut self, wishes: &Wishes, lost_percent: Option<u8>) {
        self.encoder.heed(wishes);
        if let Some(percent) = lost_percent {
            self.encoder.set_loss(percent);
        }
    }

    /// Something else is heard from here on.
    pub(crate) fn change(&mut self) {
        self.changed = true;
        self.lingered = 0;
    }

    /// Goes on behind a prompt whose last sample was this.
    pub(crate) fn follow(&mut self, last: i16) {
        self.last = last;
        self.change();
    }

    /// Encodes a frame; how many of the bytes it takes.
    pub(crate) fn encode(
        &mut self,
        frame: &mut [i16],
        packet: &mut [u8; PACKET_BYTES_MAX],
    ) -> usize {
        if std::mem::take(&mut self.changed)
            && let Some(&first) = frame.first()
        {
            let step = i32::from(self.last) - i32::from(first);
            let ramp = RAMP * self.rate().factor();
            for (n, sample) in frame.iter_mut().take(ramp).enumerate() {
                let bent = i32::from(*sample) + step * (ramp - n) as i32 / ramp as i32;
                *sample = bent.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
            }
        }
        self.last = frame.last().copied().unwrap_or(0);
        self.encoder.encode(frame, packet)
    }

    /// Whether this frame is the place to leave a mix that need not be one; `quiet` says that what
    /// waits behind it is silence too.
    pub(crate) fn may_end(&mut self, frame: &[i16], quiet: bool) -> bool {
        self.lingered += 1;
        let sum: u64 = frame
            .iter()
            .map(|sample| u64::from(sample.unsigned_abs()))
            .sum();
        let pauses = quiet && sum / frame.len().max(1) as u64 <= QUIET;
        pauses || self.lingered >= LINGER_MAX
    }
}

/// The heard side: what a leg's party says, decoded and in step with our clock.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) buffer: JitterBuffer,
    /// The frame of the running 20 ms.
    frame: [i16; FRAME_MAX],
    /// The same at the other rate, where somebody needs that.
    other: Option<Box<Other>>,
}

#[derive(Debug)]
struct Other {
    resampler: Resampler,
    rate: Rate,
    frame: [i16; FRAME_MAX],
}

impl Decoded {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            buffer: JitterBuffer::new(rate),
            frame: [0; FRAME_MAX],
            other: None,
        }
    }

    /// Sees to it that frames of the other rate are there as well, or not.
    pub(crate) fn set_both_rates(&mut self, both: bool) {
        if !both {
            self.other = None;
        } else if self.other.is_none() {
            let (own, rate) = match self.buffer.rate() {
                Rate::Narrow => (Rate::Narrow, Rate::Wide),
                Rate::Wide => (Rate::Wide, Rate::Narrow),
            };
            self.other = Some(Box::new(Other {
                resampler: Resampler::new(own.hertz(), rate.hertz()),
                rate,
                frame: [0; FRAME_MAX],
            }));
        }
    }

    /// Takes the 20 ms that are due.
    pub(crate) fn pull(&mut self, at: Micros) -> Playout {
        let length = self.buffer.rate().frame();
        let playout = self.buffer.pull(at, &mut self.frame[..length]);
        if let Some(other) = &mut self.other {
            other.resampler.process(
                &self.frame[..length],
                &mut other.frame[..other.rate.frame()],
            );
        }
        playout
    }

    /// The frame of the running 20 ms at a rate.
    pub(crate) fn frame(&self, rate: Rate) -> Option<&[i16]> {
        if rate == self.buffer.rate() {
            return Some(&self.frame[..rate.frame()]);
        }
        let other = self.other.as_ref().filter(|other| other.rate == rate)?;
        Some(&other.frame[..rate.frame()])
    }
}
