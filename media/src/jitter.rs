//! The adaptive playout buffer of a leg whose audio is decoded.
//!
//! Packets wait by RTP time, counted in units of 1/8000 s whatever the codec's clock, and are
//! decoded in their order. Playing stays as far behind the shortest transit of the last 10 s as
//! [`delay`] says. That minimum slides, which is what holds the delay constant against a drifting
//! sender's clock. What is too early is stretched by a concealed frame, what is too late is cut in
//! silence, or at any place once it is 60 ms.

mod delay;
mod store;
mod voice;

use crate::clock::{FRAME_SAMPLES, Micros};
use crate::codec::{Codec, Rate};
use crate::rtp::Header;
use delay::Delay;
use store::{Head, PAYLOAD_MAX, Store};
use voice::{QUIET, Voice};

pub(crate) use store::Load;

const BASELINE_SPAN: Micros = Micros::from_ms(5_000);
const SHRINK_EVERY: Micros = Micros::from_ms(200);
/// How far playing may run ahead of the aim before a frame is inserted.
const AHEAD_MAX: i64 = 40;
/// Delay beyond the aim that is cut even while somebody speaks.
const EXCESS_MAX: i64 = 480;
/// A timestamp so far off is a new time line.
const JUMP: i64 = 16_000;
const FRAME: i64 = FRAME_SAMPLES as i64;
/// 5 ms at 8 kHz.
const FADE_IN: usize = 40;

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
    store: Store,
    voice: Voice,
    delay: Delay,
    line: Option<TimeLine>,
    shrunk_at: Micros,
    /// Whether the frame before was silence because nothing was received.
    silent: bool,
}

/// Ties the sender's time line to ours, in units of 1/8000 s.
#[derive(Clone, Copy, Debug)]
struct TimeLine {
    ssrc: u32,
    /// Number of the newest packet.
    sequence: u16,
    /// Timestamp of the newest packet, and its position.
    timestamp: u32,
    position: i64,
    /// Position after the newest audio.
    newest: i64,
    /// Position of the next unit to decode, once playing.
    play: Option<i64>,
    /// Shortest transit of the current and the previous span.
    baseline: [i64; 2],
    baseline_since: Micros,
}

impl TimeLine {
    fn begin(now: Micros, header: &Header) -> Self {
        Self {
            ssrc: header.ssrc,
            sequence: header.sequence.wrapping_sub(1),
            timestamp: header.timestamp,
            position: 0,
            newest: 0,
            play: None,
            baseline: [now.samples() as i64; 2],
            baseline_since: now,
        }
    }

    fn baseline(&self) -> i64 {
        self.baseline[0].min(self.baseline[1])
    }

    fn slide_baseline(&mut self, now: Micros, transit: i64) {
        if now.since(self.baseline_since) >= BASELINE_SPAN {
            self.baseline = [transit, self.baseline[0]];
            self.baseline_since = now;
        }
        self.baseline[0] = self.baseline[0].min(transit);
    }
}

impl JitterBuffer {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            store: Store::new(),
            voice: Voice::new(rate),
            delay: Delay::new(),
            line: None,
            shrunk_at: Micros(0),
            silent: true,
        }
    }

    /// The rate of the frames that are taken.
    pub(crate) fn rate(&self) -> Rate {
        self.voice.rate()
    }

    /// Takes the payload of a packet whose timestamps count at `clock`.
    pub(crate) fn push(
        &mut self,
        now: Micros,
        header: &Header,
        (load, clock): (Load, u32),
        payload: &[u8],
    ) {
        let units = match load {
            Load::Audio(codec) => codec.units(payload).map(i64::from),
            Load::Noise => Some(0),
        };
        let Some(units) = units.filter(|&units| units > 0 || load == Load::Noise) else {
            return;
        };
        let (mut line, position) = self.place(now, header, clock);
        let transit = now.samples() as i64 - position;
        line.slide_baseline(now, transit);
        self.delay.observe(now, transit - line.baseline());
        let follows = header.sequence == line.sequence.wrapping_add(1);
        let ahead = header.sequence.wrapping_sub(line.sequence) as i16 > 0;
        if ahead {
            line.sequence = header.sequence;
            line.timestamp = header.timestamp;
            line.position = position;
        }
        line.newest = line.newest.max(position + units);
        self.line = Some(line);
        if line.play.is_none_or(|play| position + units.max(1) > play) {
            self.keep(Head::new(position, units, load, follows), payload);
        }
    }

    /// Takes notice of a packet that is not audio but has a number among those that are.
    pub(crate) fn pass(&mut self, header: &Header) {
        if let Some(line) = &mut self.line
            && header.sequence == line.sequence.wrapping_add(1)
        {
            line.sequence = header.sequence;
        }
    }

    /// Takes the 20 ms that are due at `now`.
    pub(crate) fn pull(&mut self, now: Micros, frame: &mut [i16]) -> Playout {
        let Some(playing) = self.playing(now) else {
            frame.fill(0);
            self.silent = true;
            return Playout::Silence;
        };
        let (mut line, behind) = playing;
        let mut playout = Playout::Frame;
        if behind <= -AHEAD_MAX {
            self.voice.cover(FRAME, None);
            playout = Playout::Conceal;
        } else if behind >= FRAME && now.since(self.shrunk_at) >= SHRINK_EVERY {
            playout = self.fill(&mut line, 2 * FRAME);
            if self.voice.shorten(behind >= EXCESS_MAX) > 0 {
                self.shrunk_at = now;
            }
        }
        if self.fill(&mut line, FRAME) == Playout::Conceal {
            playout = Playout::Conceal;
        }
        self.voice.take(frame);
        if std::mem::take(&mut self.silent) {
            fade_in(&mut frame[..FADE_IN * self.voice.rate().factor()]);
        }
        self.line = Some(line);
        playout
    }

    /// Whether what waits is silence, so that nothing is missed if it is never taken.
    pub(crate) fn is_quiet(&self) -> bool {
        self.voice.is_quiet() && self.store.is_quiet(QUIET)
    }

    /// When the next unit to be taken would have come over the shortest way, if anything plays.
    pub(crate) fn nominal(&self) -> Option<i64> {
        let line = self.line?;
        Some(line.play? - self.voice.units() + line.baseline())
    }

    /// The time line and how far playing is behind the aim, if anything is to be played.
    fn playing(&mut self, now: Micros) -> Option<(TimeLine, i64)> {
        let mut line = self.line?;
        let due = now.samples() as i64 - line.baseline() - self.delay.units(now);
        if line.play.is_some_and(|play| play > line.newest + JUMP) {
            // Nothing came for so long that the next packet begins anew.
            line.play = None;
            self.line = Some(line);
        }
        if line.play.is_none() {
            let (earliest, _) = self.store.earliest()?;
            if due < earliest.position {
                return None;
            }
            line.play = Some(earliest.position);
        }
        let out = line.play? - self.voice.units();
        Some((line, due - out))
    }

    /// Decodes, covers and pauses until so many units wait; what the last of them was.
    fn fill(&mut self, line: &mut TimeLine, wanted: i64) -> Playout {
        let mut playout = Playout::Frame;
        while self.voice.units() < wanted
            && let Some(play) = line.play
        {
            self.store.forget_before(play);
            let next = match self.store.earliest() {
                Some((head, payload)) if head.position <= play => {
                    self.voice.append(head.load, payload, play - head.position);
                    let end = head.position + head.units;
                    self.store.forget_before(end.max(head.position + 1));
                    line.play = Some(end.max(play));
                    continue;
                }
                next => next,
            };
            let gap = next.map_or(FRAME, |(head, _)| (head.position - play).min(FRAME));
            match next {
                Some((head, _)) if head.follows => self.voice.pause(gap),
                Some((head, payload)) => {
                    let behind = head.position - play == gap;
                    let following = match head.load {
                        Load::Audio(codec) if behind => Some((codec, payload)),
                        Load::Audio(_) | Load::Noise => None,
                    };
                    self.voice.cover(gap, following);
                    playout = Playout::Conceal;
                }
                None => {
                    self.voice.cover(gap, None);
                    playout = Playout::Conceal;
                }
            }
            line.play = Some(play + gap);
        }
        playout
    }

    fn keep(&mut self, head: Head, payload: &[u8]) {
        if payload.len() <= PAYLOAD_MAX {
            self.store.insert(head, payload);
            return;
        }
        // Codecs of a byte a unit can be cut anywhere.
        if let Load::Audio(Codec::Pcmu | Codec::Pcma | Codec::G722) = head.load {
            for (n, piece) in payload.chunks(PAYLOAD_MAX).enumerate() {
                let position = head.position + (n * PAYLOAD_MAX) as i64;
                let follows = head.follows || n > 0;
                let head = Head::new(position, piece.len() as i64, head.load, follows);
                self.store.insert(head, piece);
            }
        }
    }

    /// Finds where a packet lies, on a new time line if it fits on none.
    fn place(&mut self, now: Micros, header: &Header, clock: u32) -> (TimeLine, i64) {
        let step = i64::from((clock / 8_000).max(1));
        if let Some(line) = self.line
            && line.ssrc == header.ssrc
        {
            // The difference to the newest packet, not to the first one, survives the wrap.
            let ahead = i64::from(header.timestamp.wrapping_sub(line.timestamp) as i32);
            let position = line.position + ahead / step;
            let transit = now.samples() as i64 - position;
            if (transit - line.baseline()).abs() < JUMP {
                return (line, position);
            }
        }
        self.store.clear();
        (TimeLine::begin(now, header), 0)
    }

    /// The delay beyond the shortest transit that the buffer aims at.
    #[cfg(test)]
    fn delay_ms(&self, now: Micros) -> i64 {
        self.delay.units(now) / 8
    }
}

fn fade_in(samples: &mut [i16]) {
    let length = samples.len() as i32;
    for (n, sample) in (0..).zip(samples) {
        *sample = (i32::from(*sample) * n / length) as i16;
    }
}

#[cfg(test)]
mod tests;
