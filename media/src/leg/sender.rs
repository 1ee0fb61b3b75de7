//! The outgoing stream of a leg: whoever speaks into it, its numbers go on without a break.
//!
//! A change of the speaker sets the marker and moves time on by what has passed. Relayed packets
//! keep their own spacing, so that reordering and loss on the way reach the listener's buffer as
//! they are.

use crate::Line;
use crate::clock::{FRAME, FRAME_SAMPLES, Micros};
use crate::rtp::Header;

/// Delay after which our own frames move on by the clock and not by 20 ms.
const LATE: Micros = Micros::from_ms(80);
/// Delay of a relayed source's next packet after which silence takes its place.
const PATIENCE: Micros = Micros::from_ms(40);
/// The same during a key press, whose lost packets silence would break apart.
const EVENT_PATIENCE: Micros = Micros::from_ms(200);
/// How long packets of a relayed source are dropped because silence took their place.
const COVERED_MAX: Micros = Micros::from_ms(60);
/// A step of the sequence beyond this is a new numbering of the source.
const STEP_MAX: i32 = 3_000;
/// A step of the timestamp beyond the time that passed, in units of 1/8000 s.
const TIME_STEP_MAX: i32 = 16_000;

/// A packet to be relayed, as its source numbered it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Relayed {
    /// The leg and the stream it comes from.
    pub(crate) source: (u32, u32),
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    /// Samples from its timestamp to where the source's time has come at least.
    pub(crate) samples: u32,
    pub(crate) is_event: bool,
}

/// The numbering of one outgoing stream.
#[derive(Debug)]
pub(crate) struct Sender {
    line: Line,
    /// Timestamp units for each of 1/8000 s.
    scale: u32,
    speaker: Speaker,
    /// When the line's time is due: the end of what was sent last.
    due_at: Micros,
    sent: u64,
    octets: u64,
    mark: bool,
    key_timestamp: u32,
    shift: Shift,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speaker {
    /// Nobody has spoken yet.
    Nobody,
    /// The engine: prompts, mixes, silence.
    Engine,
    /// Keys that the engine sends.
    Keys,
    /// Another leg.
    Leg,
}

/// How a relayed source's numbers become ours.
#[derive(Clone, Copy, Debug, Default)]
struct Shift {
    source: Option<(u32, u32)>,
    sequence: u16,
    timestamp: u32,
    /// The source's number at which this shift began.
    since: u16,
    /// The event under way: the source's timestamp and ours.
    event: Option<(u32, u32)>,
    covered_since: Option<Micros>,
}

impl Sender {
    pub(crate) fn new(now: Micros, line: Line, clock: u32) -> Self {
        Self {
            line,
            scale: scale(clock),
            speaker: Speaker::Nobody,
            due_at: now,
            sent: 0,
            octets: 0,
            mark: true,
            key_timestamp: line.timestamp,
            shift: Shift::default(),
        }
    }

    /// From here on timestamps count at another clock.
    pub(crate) fn set_clock(&mut self, clock: u32) {
        self.scale = scale(clock);
    }

    pub(crate) fn line(&self) -> Line {
        self.line
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent
    }

    /// Bytes of payload sent.
    pub(crate) fn octets(&self) -> u64 {
        self.octets
    }

    /// Counts the payload of a packet that was numbered.
    #[inline]
    pub(crate) fn count_payload(&mut self, bytes: usize) {
        self.octets += bytes as u64;
    }

    /// The stream's time at `at`, which lies near what was sent last.
    pub(crate) fn time_at(&self, at: Micros) -> u32 {
        let ahead = self.due_at.since(at).samples() as u32 * self.scale;
        let behind = at.since(self.due_at).samples() as u32 * self.scale;
        self.line.timestamp.wrapping_add(behind).wrapping_sub(ahead)
    }

    /// Marks the next frame of our own as the beginning of something.
    pub(crate) fn mark_next(&mut self) {
        self.mark = true;
    }

    /// Lets the relayed source begin anew behind what is sent meanwhile.
    pub(crate) fn forget_source(&mut self) {
        self.shift.source = None;
    }

    /// Whether a relayed source still holds the line at `at`, so that no silence is due.
    #[inline]
    pub(crate) fn is_held_by_leg(&self, at: Micros) -> bool {
        let patience = if self.shift.event.is_some() {
            EVENT_PATIENCE
        } else {
            PATIENCE
        };
        self.speaker == Speaker::Leg && at.since(self.due_at) <= patience
    }

    /// Numbers a frame of our own that is due at `at`.
    #[inline]
    pub(crate) fn number_frame(&mut self, at: Micros, payload_type: u8) -> Header {
        let switched = self.speaker != Speaker::Engine;
        let late = at.since(self.due_at) >= LATE;
        if switched || late {
            self.catch_up(at);
        }
        let marker = switched || late || self.mark;
        self.speaker = Speaker::Engine;
        self.mark = false;
        let header = self.header(payload_type, marker);
        let length = FRAME_SAMPLES as u32 * self.scale;
        self.line.timestamp = self.line.timestamp.wrapping_add(length);
        self.sent_packet(at, FRAME);
        header
    }

    /// Numbers an event packet of our own. All packets of an event bear the time of its first.
    pub(crate) fn number_key(&mut self, at: Micros, payload_type: u8, begins: bool) -> Header {
        if self.speaker != Speaker::Keys {
            self.catch_up(at);
        }
        self.speaker = Speaker::Keys;
        self.mark = true;
        if begins {
            self.key_timestamp = self.line.timestamp;
        }
        let mut header = self.header(payload_type, begins);
        header.timestamp = self.key_timestamp;
        let length = FRAME_SAMPLES as u32 * self.scale;
        self.line.timestamp = self.line.timestamp.wrapping_add(length);
        self.sent_packet(at, FRAME);
        header
    }

    /// Numbers a packet of another leg, or drops it because its time is over.
    #[inline]
    pub(crate) fn number_relayed(
        &mut self,
        now: Micros,
        payload_type: u8,
        packet: &Relayed,
    ) -> Option<Header> {
        if self.shift.source != Some(packet.source) {
            self.anchor(now, packet);
        } else if self.speaker != Speaker::Leg {
            self.resume(now, packet)?;
        }
        let mut marker = packet.marker || self.speaker != Speaker::Leg;
        let (mut step, mut time_step) = self.steps(packet);
        let elapsed = (now.since(self.due_at).samples() as i32).saturating_mul(self.scale as i32);
        let backwards = step >= 0 && time_step < 0 && !packet.is_event;
        let wild = step.abs() > STEP_MAX
            || time_step > elapsed.saturating_add(TIME_STEP_MAX * self.scale as i32);
        if backwards || wild {
            self.anchor(now, packet);
            marker = true;
            (step, time_step) = self.steps(packet);
        }
        if step < 0 {
            return self.number_late(payload_type, packet, time_step);
        }
        let timestamp = self.relayed_time(packet);
        let mut header = self.header(payload_type, marker);
        header.sequence = packet.sequence.wrapping_add(self.shift.sequence);
        header.timestamp = timestamp;
        self.line.sequence = header.sequence;
        let end = timestamp.wrapping_add(packet.samples);
        if end.wrapping_sub(self.line.timestamp) as i32 > 0 {
            self.line.timestamp = end;
        }
        self.speaker = Speaker::Leg;
        self.shift.covered_since = None;
        let lasts = if packet.is_event {
            FRAME
        } else {
            Micros::from_samples(packet.samples / self.scale)
        };
        self.sent_packet(now, lasts);
        Some(header)
    }

    /// A packet that was overtaken keeps its own place, unless another speaker had that place.
    fn number_late(
        &mut self,
        payload_type: u8,
        packet: &Relayed,
        time_step: i32,
    ) -> Option<Header> {
        let before_shift = (packet.sequence.wrapping_sub(self.shift.since) as i16) < 0;
        if before_shift || packet.is_event || time_step >= 0 {
            return None;
        }
        let mut header = self.header(payload_type, packet.marker);
        header.sequence = packet.sequence.wrapping_add(self.shift.sequence);
        header.timestamp = packet.timestamp.wrapping_add(self.shift.timestamp);
        self.sent += 1;
        Some(header)
    }

    /// How far a relayed packet lies ahead of our line, in packets and in samples.
    fn steps(&self, packet: &Relayed) -> (i32, i32) {
        let sequence = packet.sequence.wrapping_add(self.shift.sequence);
        let timestamp = packet.timestamp.wrapping_add(self.shift.timestamp);
        (
            i32::from(sequence.wrapping_sub(self.line.sequence) as i16),
            timestamp.wrapping_sub(self.line.timestamp) as i32,
        )
    }

    fn relayed_time(&mut self, packet: &Relayed) -> u32 {
        let shifted = packet.timestamp.wrapping_add(self.shift.timestamp);
        if !packet.is_event {
            self.shift.event = None;
            return shifted;
        }
        if let Some((theirs, ours)) = self.shift.event
            && theirs == packet.timestamp
        {
            return ours;
        }
        let ahead = shifted.wrapping_sub(self.line.timestamp) as i32;
        let ours = if ahead >= 0 {
            shifted
        } else {
            self.line.timestamp
        };
        self.shift.event = Some((packet.timestamp, ours));
        ours
    }

    /// Lets a source that was interrupted by another speaker go on where its own time has come to.
    fn resume(&mut self, now: Micros, packet: &Relayed) -> Option<()> {
        let (_, time_step) = self.steps(packet);
        if time_step < 0 && !packet.is_event {
            let since = *self.shift.covered_since.get_or_insert(now);
            if now.since(since) < COVERED_MAX {
                return None;
            }
            self.anchor(now, packet);
        } else {
            self.shift.sequence = self.line.sequence.wrapping_sub(packet.sequence);
            self.shift.since = packet.sequence;
        }
        Some(())
    }

    /// Begins to relay a source right behind what was sent last.
    fn anchor(&mut self, now: Micros, packet: &Relayed) {
        self.catch_up(now);
        let event = self
            .shift
            .event
            .filter(|event| packet.is_event && event.0 == packet.timestamp);
        self.shift = Shift {
            source: Some(packet.source),
            sequence: self.line.sequence.wrapping_sub(packet.sequence),
            timestamp: self.line.timestamp.wrapping_sub(packet.timestamp),
            since: packet.sequence,
            event,
            covered_since: None,
        };
    }

    /// Moves time on by the delay of what is sent next, in whole frames.
    fn catch_up(&mut self, at: Micros) {
        if self.speaker == Speaker::Nobody {
            return;
        }
        let frames = (at.since(self.due_at).0 + FRAME.0 / 2) / FRAME.0;
        let moved = (frames * FRAME_SAMPLES as u64) as u32 * self.scale;
        self.line.timestamp = self.line.timestamp.wrapping_add(moved);
    }

    fn header(&self, payload_type: u8, marker: bool) -> Header {
        Header {
            payload_type,
            marker,
            sequence: self.line.sequence,
            timestamp: self.line.timestamp,
            ssrc: self.line.ssrc,
        }
    }

    fn sent_packet(&mut self, at: Micros, lasts: Micros) {
        self.line.sequence = self.line.sequence.wrapping_add(1);
        self.due_at = at.plus(lasts);
        self.sent += 1;
    }
}

fn scale(clock: u32) -> u32 {
    (clock / 8_000).max(1)
}

#[cfg(test)]
mod tests;
