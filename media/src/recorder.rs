//! Stereo recordings on the clock of the call: left the customer, right the agent, whoever
//! else the customer hears, and what the system plays.
//!
//! Packets are tapped as they arrive and placed by RTP time, so loss leaves silence of its own
//! length and the file is as long as the call. A ring holds the last half second; what is older
//! than the reorder window leaves in blocks.

mod pause;
mod placement;
mod ring;

use crate::clock::{FRAME_SAMPLES, Micros};
use crate::codec::{FRAME_MAX, Rate, Resampler};
use crate::rtp::Packet;
use crate::wav::FileCodec;
use crate::{Law, Outbox, RecordingKey};
use pause::Pause;
use placement::Placement;
use ring::{Place, RING, Ring};
use smallvec::SmallVec;

/// How long a packet may come after later ones: 200 ms.
const REORDER: u64 = 1_600;
/// How long a decoded frame may come after its time, the longest playout delay: 280 ms.
const REORDER_DECODED: u64 = 2_240;
/// The source of what the system plays, which is no leg.
const PLAYS: u32 = u32::MAX;
/// A play goes on at its own pace while it is so near to the clock: 120 ms.
const PLAY_SLACK: u64 = 960;

/// A channel of the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    Left,
    Right,
}

/// Audio of a party on its way into a recording.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tap<'a> {
    pub(crate) channel: Channel,
    /// Index of the leg.
    pub(crate) leg: u32,
    pub(crate) law: Law,
    pub(crate) packet: Packet<'a>,
}

/// A leg of the right channel.
#[derive(Debug)]
struct Agent {
    leg: u32,
    placement: Placement,
}

/// One recording.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) key: RecordingKey,
    /// Index of the leg of the left channel.
    pub(crate) customer: u32,
    /// The legs of the right channel.
    agents: SmallVec<[Agent; 4]>,
    started_at: Micros,
    emitted: u64,
    ring: Ring,
    /// Narrow sources of a wide recording, each with its way to 16 kHz.
    widened: Vec<(u32, Resampler)>,
    left: Placement,
    played_to: Option<u64>,
    reorder: u64,
    pause: Pause,
}

impl Recorder {
    pub(crate) fn new(
        key: RecordingKey,
        customer: u32,
        codec: FileCodec,
        started_at: Micros,
    ) -> Self {
        Self {
            key,
            customer,
            agents: SmallVec::new(),
            started_at,
            emitted: 0,
            ring: Ring::new(codec),
            widened: Vec::new(),
            left: Placement::default(),
            played_to: None,
            reorder: REORDER,
            pause: Pause::default(),
        }
    }

    /// Reads a little of it; the number means nothing.
    #[inline]
    pub(crate) fn glance(&self) -> u64 {
        self.emitted
    }

    /// Begins where the clock stands: what came before is in the file or is lost.
    pub(crate) fn resume(&mut self, now: Micros) {
        self.emitted = self.position(now);
    }

    /// Takes audio of a party.
    #[inline]
    pub(crate) fn handle_packet(&mut self, now: Micros, tap: &Tap<'_>, outbox: &mut Outbox) {
        let arrival = self.position(now) as i64;
        let placement = match tap.channel {
            Channel::Left => Some(&mut self.left),
            Channel::Right => {
                let mut agents = self.agents.iter_mut();
                let agent = agents.find(|agent| agent.leg == tap.leg);
                agent.map(|agent| &mut agent.placement)
            }
        };
        let Some(placement) = placement else {
            return;
        };
        let position = placement.place(now, arrival, &tap.packet);
        let coded = (tap.law, tap.packet.payload);
        self.write((tap.channel, tap.leg), position, coded, outbox);
    }

    /// Takes a frame that the customer hears from the system.
    pub(crate) fn handle_play(
        &mut self,
        at: Micros,
        law: Law,
        frame: &[u8; FRAME_SAMPLES],
        outbox: &mut Outbox,
    ) {
        let clock = self.position(at);
        let position = self
            .played_to
            .filter(|played_to| played_to.abs_diff(clock) <= PLAY_SLACK)
            .unwrap_or(clock);
        self.played_to = Some(position + FRAME_SAMPLES as u64);
        self.write(
            (Channel::Right, PLAYS),
            position as i64,
            (law, frame),
            outbox,
        );
    }

    /// Takes a decoded frame of a party, at the rate of the file, that began at `begin`, in samples
    /// of 8 kHz since the epoch. It has waited to be played, so the recording waits longer for it.
    pub(crate) fn handle_decoded(
        &mut self,
        channel: Channel,
        begin: i64,
        frame: &[i16],
        outbox: &mut Outbox,
    ) {
        self.reorder = REORDER_DECODED;
        let position = begin - self.started_at.samples() as i64;
        let Some(law) = self.ring.codec().law() else {
            self.write_wide(channel, position, frame, outbox);
            return;
        };
        let mut bytes = [0; FRAME_SAMPLES];
        for (byte, &sample) in bytes.iter_mut().zip(frame) {
            *byte = law.encode(sample);
        }
        self.write((channel, PLAYS), position, (law, &bytes), outbox);
    }

    /// The rate of the file.
    pub(crate) const fn rate(&self) -> Rate {
        self.ring.rate()
    }

    /// The legs of the right channel.
    pub(crate) fn agents(&self) -> impl Iterator<Item = u32> {
        self.agents.iter().map(|agent| agent.leg)
    }

    /// The right channel's legs change; whoever stays goes on in step.
    pub(crate) fn set_agents(&mut self, legs: &[u32]) {
        self.agents.retain(|agent| legs.contains(&agent.leg));
        let (customer, is_there) = (self.customer, |leg: &u32| legs.contains(leg));
        self.widened
            .retain(|(leg, _)| *leg == customer || *leg == PLAYS || is_there(leg));
        for &leg in legs {
            if !self.agents().any(|known| known == leg) {
                let placement = Placement::default();
                self.agents.push(Agent { leg, placement });
            }
        }
    }

    /// A leg of the right channel is gone.
    pub(crate) fn forget_agent(&mut self, leg: u32) {
        self.agents.retain(|agent| agent.leg != leg);
        self.widened.retain(|(source, _)| *source != leg);
    }

    /// Keeps silence from `at` on.
    pub(crate) fn pause(&mut self, at: Micros) {
        let from = self.position(at);
        if self.pause.begin(from, self.emitted) {
            // What plays may lie ahead of the clock.
            let end = self.emitted + RING as u64;
            self.ring.silence(from.max(self.emitted)..end);
        }
    }

    /// Takes in again what is said from `at` on.
    pub(crate) fn go_on(&mut self, at: Micros) {
        let position = self.position(at);
        self.pause.end(position);
    }

    /// Emits what no late packet can change any more.
    pub(crate) fn handle_tick(&mut self, at: Micros, outbox: &mut Outbox) {
        let settled = self.position(at).saturating_sub(self.reorder);
        self.emit(settled, outbox);
    }

    /// Emits the rest; the whole length in samples.
    pub(crate) fn finish(&mut self, now: Micros, outbox: &mut Outbox) -> u64 {
        self.emit(self.position(now), outbox);
        self.emitted
    }

    fn position(&self, at: Micros) -> u64 {
        at.since(self.started_at).samples()
    }

    fn write(
        &mut self,
        (channel, source): (Channel, u32),
        position: i64,
        (law, bytes): (Law, &[u8]),
        outbox: &mut Outbox,
    ) {
        if self.rate() == Rate::Wide {
            self.widen((channel, source), position, (law, bytes), outbox);
            return;
        }
        let Some((place, skipped)) = self.place(channel, position, bytes.len(), outbox) else {
            return;
        };
        let coded = (law, &bytes[skipped..]);
        self.ring.lay_coded(place, coded, &self.pause);
    }

    /// Takes coded audio into a wide recording.
    fn widen(
        &mut self,
        (channel, source): (Channel, u32),
        mut position: i64,
        (law, bytes): (Law, &[u8]),
        outbox: &mut Outbox,
    ) {
        for piece in bytes.chunks(FRAME_SAMPLES) {
            let mut narrow = [0; FRAME_SAMPLES];
            for (sample, &byte) in narrow.iter_mut().zip(piece) {
                *sample = law.decode(byte);
            }
            let mut wide = [0; FRAME_MAX];
            let given = self
                .resampler(source)
                .process(&narrow[..piece.len()], &mut wide);
            self.write_wide(channel, position, &wide[..given], outbox);
            position += piece.len() as i64;
        }
    }

    fn resampler(&mut self, source: u32) -> &mut Resampler {
        let known = self.widened.iter().position(|(it, _)| *it == source);
        let at = known.unwrap_or_else(|| {
            let resampler = Resampler::new(Rate::Narrow.hertz(), Rate::Wide.hertz());
            self.widened.push((source, resampler));
            self.widened.len() - 1
        });
        &mut self.widened[at].1
    }

    fn write_wide(
        &mut self,
        channel: Channel,
        position: i64,
        samples: &[i16],
        outbox: &mut Outbox,
    ) {
        let factor = Rate::Wide.factor();
        let units = samples.len() / factor;
        if let Some((place, skipped)) = self.place(channel, position, units, outbox) {
            let rest = &samples[skipped * factor..];
            self.ring.lay_wide(place, rest, &self.pause);
        }
    }

    /// Where `length` units at `position` go, and how many of them come too late.
    #[inline]
    fn place(
        &mut self,
        channel: Channel,
        position: i64,
        length: usize,
        outbox: &mut Outbox,
    ) -> Option<(Place, usize)> {
        let end = u64::try_from(position + length as i64).ok()?;
        if end > self.emitted + RING as u64 {
            // Only after a long pause of the ticks: room is made early.
            self.emit(end - RING as u64, outbox);
        }
        let skipped = (self.emitted as i64 - position).clamp(0, length as i64);
        let place = Place {
            first: (position + skipped) as usize,
            side: usize::from(channel == Channel::Right),
            summed: channel == Channel::Right && self.agents.len() > 1,
        };
        Some((place, skipped as usize))
    }

    fn emit(&mut self, until: u64, outbox: &mut Outbox) {
        while self.emitted < until {
            let count = (until - self.emitted).min(RING as u64) as usize;
            self.ring.emit(self.key, self.emitted, count, outbox);
            self.emitted += count as u64;
        }
    }
}
