//! The adaptive playout buffer of a leg whose audio is decoded.
//!
//! Samples lie in a ring by RTP time, so loss, reordering and odd packet lengths need no list of
//! packets. Transit times feed a histogram with a memory of some 8 s; the delay aims at its 97.5 %
//! quantile above the shortest transit of the last 10 s. That minimum slides, which is what holds
//! the delay constant against a drifting sender's clock.

use crate::Law;
use crate::clock::{FRAME_SAMPLES, Micros};
use crate::rtp::Header;

const RING: usize = 4_096;
/// A value that no G.711 byte decodes to.
const MISSING: i16 = i16::MIN;
const BINS: usize = 64;
/// 5 ms.
const BIN_SAMPLES: i64 = 40;
/// Packets after which older observations weigh half.
const HALF_LIFE: u32 = 400;
const DELAY_MIN: i64 = 160;
const DELAY_MAX: i64 = 1_920;
const DELAY_AT_START: i64 = 320;
const BASELINE_SPAN: Micros = Micros::from_ms(5_000);
const SHRINK_EVERY: Micros = Micros::from_ms(200);
/// How far playing may run ahead of the aim before a frame is inserted.
const AHEAD_MAX: i64 = 40;
/// Delay beyond the aim that is cut even while somebody speaks.
const EXCESS_MAX: i64 = 480;
/// A timestamp so far off is a new time line.
const JUMP: i64 = 16_000;
/// 5 ms.
const FADE: usize = 40;
/// Mean magnitude below which a frame counts as silence.
const QUIET: u64 = 200;

/// What a frame that was taken consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Playout {
    /// Samples as they were sent.
    Frame,
    /// Samples are missing and were covered.
    Conceal,
    /// Nothing is being received.
    Silence,
}

/// The buffer of one incoming stream.
#[derive(Debug)]
pub(crate) struct JitterBuffer {
    ring: Box<[i16; RING]>,
    anchor: Option<Anchor>,
    histogram: [u32; BINS],
    observed: u32,
    delay: i64,
    shrunk_at: Micros,
    last: [i16; FRAME_SAMPLES],
    concealed: u16,
}

/// Ties the sender's time line to ours.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    ssrc: u32,
    sequence: u16,
    /// Timestamp that position 0 stands for.
    timestamp: u32,
    /// Position after the newest sample.
    newest: i64,
    /// Position of the next sample to play, once playing.
    play: Option<i64>,
    /// Shortest transit, in samples, of the current and the previous span.
    baseline: [i64; 2],
    baseline_since: Micros,
}

impl Anchor {
    fn baseline(&self) -> i64 {
        self.baseline[0].min(self.baseline[1])
    }

    fn slide_baseline(mut self, now: Micros, transit: i64) -> Self {
        if now.since(self.baseline_since) >= BASELINE_SPAN {
            self.baseline = [transit, self.baseline[0]];
            self.baseline_since = now;
        }
        self.baseline[0] = self.baseline[0].min(transit);
        self
    }
}

impl JitterBuffer {
    pub(crate) fn new() -> Self {
        Self {
            ring: Box::new([MISSING; RING]),
            anchor: None,
            histogram: [0; BINS],
            observed: 0,
            delay: DELAY_AT_START,
            shrunk_at: Micros(0),
            last: [0; FRAME_SAMPLES],
            concealed: 0,
        }
    }

    /// Takes the payload of an audio packet.
    pub(crate) fn push(&mut self, now: Micros, header: &Header, law: Law, payload: &[u8]) {
        let arrival = now.samples() as i64;
        let (anchor, position) = self.place(now, header);
        let transit = arrival - position;
        let mut anchor = anchor.slide_baseline(now, transit);
        self.observe(transit - anchor.baseline());
        let end = position + payload.len() as i64;
        let oldest = anchor.play.unwrap_or(position).max(end - RING as i64);
        let follows = header.sequence == anchor.sequence.wrapping_add(1);
        if follows && position > anchor.newest {
            // Numbers without a gap but time with one: the sender was silent, nothing is lost.
            for silent in anchor.newest.max(oldest)..position {
                self.ring[slot(silent)] = 0;
            }
        }
        for (at, &byte) in (position..).zip(payload) {
            if at >= oldest {
                self.ring[slot(at)] = law.decode(byte);
            }
        }
        if end > anchor.newest {
            anchor.newest = end;
            anchor.sequence = header.sequence;
        }
        self.anchor = Some(anchor);
    }

    /// Takes the 20 ms that are due at `now`.
    pub(crate) fn pull(&mut self, now: Micros, frame: &mut [i16; FRAME_SAMPLES]) -> Playout {
        let Some(mut anchor) = self.anchor else {
            frame.fill(0);
            return Playout::Silence;
        };
        let due = now.samples() as i64 - anchor.baseline() - self.delay;
        // Frames that begin where packets do miss one packet wholly, not two by halves.
        let aligned = due - due.rem_euclid(FRAME_SAMPLES as i64);
        let mut play = anchor.play.unwrap_or(aligned);
        if due + FRAME_SAMPLES as i64 <= 0 || play > anchor.newest + JUMP {
            frame.fill(0);
            return Playout::Silence;
        }
        let behind = due - play;
        if behind <= -AHEAD_MAX {
            anchor.play = Some(play);
            self.anchor = Some(anchor);
            self.conceal(frame);
            return Playout::Conceal;
        }
        if behind >= FRAME_SAMPLES as i64 && now.since(self.shrunk_at) >= SHRINK_EVERY {
            play += self.shrink(play, behind, now);
        }
        let playout = self.take(play, frame);
        anchor.play = Some(play + FRAME_SAMPLES as i64);
        self.anchor = Some(anchor);
        playout
    }

    /// The delay beyond the shortest transit that the buffer aims at.
    #[cfg(test)]
    fn delay_ms(&self) -> i64 {
        self.delay / 8
    }

    /// Finds where a packet lies, on a new time line if it fits on none.
    fn place(&mut self, now: Micros, header: &Header) -> (Anchor, i64) {
        if let Some(anchor) = self.anchor
            && anchor.ssrc == header.ssrc
        {
            // The difference to the newest sample, not to position 0, survives the wrap.
            let newest = anchor.timestamp.wrapping_add(anchor.newest as u32);
            let position = anchor.newest + i64::from(header.timestamp.wrapping_sub(newest) as i32);
            let transit = now.samples() as i64 - position;
            if (transit - anchor.baseline()).abs() < JUMP {
                return (anchor, position);
            }
        }
        self.ring.fill(MISSING);
        let transit = now.samples() as i64;
        let anchor = Anchor {
            ssrc: header.ssrc,
            sequence: header.sequence.wrapping_sub(1),
            timestamp: header.timestamp,
            newest: 0,
            play: None,
            baseline: [transit; 2],
            baseline_since: now,
        };
        (anchor, 0)
    }

    fn observe(&mut self, excess: i64) {
        let bin = (excess / BIN_SAMPLES).clamp(0, BINS as i64 - 1) as usize;
        // A weight of 16 leaves something of single observations after some halvings.
        self.histogram[bin] += 16;
        self.observed += 1;
        if self.observed.is_multiple_of(16) {
            self.aim();
        }
        if self.observed.is_multiple_of(HALF_LIFE) {
            for count in &mut self.histogram {
                *count /= 2;
            }
        }
    }

    fn aim(&mut self) {
        let total: u32 = self.histogram.iter().sum();
        let mut rest = total / 40;
        let mut bin = BINS - 1;
        while bin > 0 && self.histogram[bin] <= rest {
            rest -= self.histogram[bin];
            bin -= 1;
        }
        let quantile = (bin as i64 + 1) * BIN_SAMPLES;
        let half_frame = FRAME_SAMPLES as i64 / 2;
        // A frame can be played only when its last sample has come, which transit leaves out
        // because it is measured at the frame's first sample by all frames alike.
        self.delay = (quantile + half_frame).clamp(DELAY_MIN, DELAY_MAX);
    }

    /// Skips up to a frame, in silence if there is some soon; how many samples were skipped.
    fn shrink(&mut self, play: i64, behind: i64, now: Micros) -> i64 {
        let magnitude: u64 = (play..play + FRAME_SAMPLES as i64)
            .map(|at| self.ring[slot(at)])
            .filter(|&sample| sample != MISSING)
            .map(|sample| u64::from(sample.unsigned_abs()))
            .sum();
        if behind < EXCESS_MAX && magnitude / FRAME_SAMPLES as u64 > QUIET {
            return 0;
        }
        self.shrunk_at = now;
        let skip = FRAME_SAMPLES as i64;
        for step in 0..FADE as i64 {
            let old = self.ring[slot(play + step)];
            let target = &mut self.ring[slot(play + skip + step)];
            if old != MISSING && *target != MISSING {
                let weight = step as i32;
                let full = FADE as i32;
                let mixed = i32::from(old) * (full - weight) + i32::from(*target) * weight;
                *target = (mixed / full) as i16;
            }
        }
        for at in play..play + skip {
            self.ring[slot(at)] = MISSING;
        }
        skip
    }

    fn take(&mut self, play: i64, frame: &mut [i16; FRAME_SAMPLES]) -> Playout {
        let mut missing = 0;
        for (at, sample) in (play..).zip(frame.iter_mut()) {
            let held = &mut self.ring[slot(at)];
            *sample = *held;
            missing += usize::from(*held == MISSING);
            *held = MISSING;
        }
        if missing == FRAME_SAMPLES {
            self.conceal(frame);
            return Playout::Conceal;
        }
        for (sample, &before) in frame.iter_mut().zip(&self.last) {
            if *sample == MISSING {
                *sample = before / 2;
            }
        }
        self.last = *frame;
        self.concealed = 0;
        if missing * 2 > FRAME_SAMPLES {
            Playout::Conceal
        } else {
            Playout::Frame
        }
    }

    /// Repeats what was heard last, fading out over 60 ms.
    fn conceal(&mut self, frame: &mut [i16; FRAME_SAMPLES]) {
        self.concealed = self.concealed.saturating_add(1);
        let weight = 4 - i32::from(self.concealed.min(4));
        for (sample, &before) in frame.iter_mut().zip(&self.last) {
            *sample = (i32::from(before) * weight / 4) as i16;
        }
    }
}

fn slot(position: i64) -> usize {
    position.rem_euclid(RING as i64) as usize
}

#[cfg(test)]
mod tests;
