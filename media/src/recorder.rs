//! Stereo recordings on the clock of the call: left the customer, right the agent, whoever
//! else the customer hears, and what the system plays.
//!
//! Packets are tapped as they arrive and placed by RTP time, so loss leaves silence of its own
//! length and the file is as long as the call. A ring holds the last half second; what is older
//! than the reorder window leaves in blocks.

mod pause;
mod placement;

use crate::clock::{FRAME_SAMPLES, Micros};
use crate::rtp::Packet;
use crate::{Law, Outbox, RecordingKey};
use pause::Pause;
use placement::Placement;
use smallvec::SmallVec;

/// Samples a channel in the ring: 512 ms.
const RING: usize = 4_096;
/// How long a packet may come after later ones: 200 ms.
const REORDER: u64 = 1_600;
/// How long a decoded frame may come after its time, the longest playout delay: 280 ms.
const REORDER_DECODED: u64 = 2_240;
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
    law: Law,
    started_at: Micros,
    emitted: u64,
    ring: Box<[u8; RING * 2]>,
    left: Placement,
    played_to: Option<u64>,
    reorder: u64,
    pause: Pause,
}

impl Recorder {
    pub(crate) fn new(key: RecordingKey, customer: u32, law: Law, started_at: Micros) -> Self {
        Self {
            key,
            customer,
            agents: SmallVec::new(),
            law,
            started_at,
            emitted: 0,
            ring: Box::new([law.silence(); RING * 2]),
            left: Placement::default(),
            played_to: None,
            reorder: REORDER,
            pause: Pause::default(),
        }
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
        self.write(tap.channel, position, (tap.law, tap.packet.payload), outbox);
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
        self.write(Channel::Right, position as i64, (law, frame), outbox);
    }

    /// Takes a decoded frame of a party that began at `begin`, in samples since the epoch. It has
    /// waited to be played, so the recording waits longer for it.
    pub(crate) fn handle_decoded(
        &mut self,
        channel: Channel,
        begin: i64,
        frame: &[i16],
        outbox: &mut Outbox,
    ) {
        self.reorder = REORDER_DECODED;
        let position = begin - self.started_at.samples() as i64;
        let mut bytes = [0; FRAME_SAMPLES];
        for (byte, &sample) in bytes.iter_mut().zip(frame) {
            *byte = self.law.encode(sample);
        }
        self.write(channel, position, (self.law, &bytes), outbox);
    }

    /// The legs of the right channel.
    pub(crate) fn agents(&self) -> impl Iterator<Item = u32> {
        self.agents.iter().map(|agent| agent.leg)
    }

    /// The right channel's legs change; whoever stays goes on in step.
    pub(crate) fn set_agents(&mut self, legs: &[u32]) {
        self.agents.retain(|agent| legs.contains(&agent.leg));
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
    }

    /// Keeps silence from `at` on.
    pub(crate) fn pause(&mut self, at: Micros) {
        let from = self.position(at);
        if self.pause.begin(from, self.emitted) {
            // What plays may lie ahead of the clock.
            let silence = self.law.silence();
            let end = self.emitted + RING as u64;
            for position in from.max(self.emitted)..end {
                let at = position as usize % RING * 2;
                self.ring[at..at + 2].fill(silence);
            }
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

    fn write(&mut self, channel: Channel, position: i64, audio: (Law, &[u8]), outbox: &mut Outbox) {
        let (law, bytes) = audio;
        let end = position + bytes.len() as i64;
        let Ok(end) = u64::try_from(end) else {
            return;
        };
        if end > self.emitted + RING as u64 {
            // Only after a long pause of the ticks: room is made early.
            self.emit(end - RING as u64, outbox);
        }
        let skipped = (self.emitted as i64 - position).clamp(0, bytes.len() as i64);
        let table = (law != self.law).then(|| law.to_other());
        let side = usize::from(channel == Channel::Right);
        let silence = self.law.silence();
        let summed = channel == Channel::Right && self.agents.len() > 1;
        let first = (position + skipped) as usize;
        for (at, &byte) in (first..).zip(&bytes[skipped as usize..]) {
            if self.pause.covers(at as u64) {
                continue;
            }
            let byte = table.map_or(byte, |table| table[usize::from(byte)]);
            let place = &mut self.ring[at % RING * 2 + side];
            *place = if summed && *place != silence {
                sum(self.law, *place, byte)
            } else {
                byte
            };
        }
    }

    fn emit(&mut self, until: u64, outbox: &mut Outbox) {
        let silence = self.law.silence();
        while self.emitted < until {
            let count = (until - self.emitted).min(RING as u64) as usize;
            let start = self.emitted as usize % RING;
            let before_wrap = count.min(RING - start);
            let tail = start * 2..(start + before_wrap) * 2;
            let head = 0..(count - before_wrap) * 2;
            let pieces = [&self.ring[tail.clone()], &self.ring[head.clone()]];
            outbox.push_block(self.key, self.emitted, pieces);
            self.ring[tail].fill(silence);
            self.ring[head].fill(silence);
            self.emitted += count as u64;
        }
    }
}

/// Two sounds at once.
fn sum(law: Law, one: u8, other: u8) -> u8 {
    law.encode(law.decode(one).saturating_add(law.decode(other)))
}
