//! All legs and recordings of one media thread: gives each input to whom it concerns.
//!
//! Legs lie in a vector by number, so a packet finds its leg without hashing. Every leg belongs to
//! one of four phases of 5 ms, which spreads what the engine sends over the 20 ms of a frame.

mod hearing;
mod listening;
mod moving;
mod orders;
mod securing;
mod streaming;
mod ticks;

pub use moving::Departure;

use std::net::SocketAddr;
use std::time::Duration;

use crate::clock::Micros;
use crate::leg::{Content, Heard, Leg};
use crate::prompt::Making;
use crate::recorder::{Channel, Recorder, Tap};
use crate::rtp::{self, Datagram};
use crate::sink::SinkMode;
use crate::{LegId, Order, Outbox};

const PHASES: usize = 4;

/// What an engine serves.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The lowest leg.
    pub first_leg: LegId,
    /// How many leg numbers there are from the lowest on.
    pub legs: usize,
}

/// What an engine has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams that are neither RTP nor RTCP.
    pub malformed: u64,
    /// Packets and orders for legs that are not open, orders for recordings that do not run.
    pub unknown: u64,
    /// Bridges beyond what a leg can hear.
    pub refused_bridges: u64,
    /// Pieces of what a bot said for which there was no room.
    pub refused_bot_audio: u64,
    /// Keys that cannot be sent.
    pub skipped_keys: u64,
    /// Ticks that ran later than the following one was due.
    pub late_ticks: u64,
    /// Frames of 20 ms that were never sent because the engine was not run for too long.
    pub skipped_frames: u64,
    /// Datagrams to protected legs that are no media: checks, handshakes, forgeries, repetitions.
    pub guarded: u64,
    /// Packets that did not leave because they could not be protected.
    pub unsealed: u64,
}

/// The legs of one media thread.
#[derive(Debug)]
pub struct Engine {
    first_leg: u32,
    legs: Vec<Option<Box<Leg>>>,
    recorders: Vec<Option<Recorder>>,
    /// Indexes of the open legs of each phase.
    phases: [Vec<u32>; PHASES],
    /// Prompts that are being made ready in a codec.
    makings: Vec<Making>,
    next_tick: Option<Micros>,
    ticks: u64,
    counters: Counters,
}

impl Engine {
    /// An engine without legs.
    pub fn new(config: Config) -> Self {
        Self {
            first_leg: config.first_leg.0,
            legs: std::iter::repeat_with(|| None).take(config.legs).collect(),
            recorders: Vec::new(),
            makings: Vec::new(),
            phases: Default::default(),
            next_tick: None,
            ticks: 0,
            counters: Counters::default(),
        }
    }

    /// Obeys an order.
    pub fn handle_order(&mut self, now: Duration, order: Order, outbox: &mut Outbox) {
        if self.obey(now.into(), order, outbox).is_none() {
            self.counters.unknown += 1;
        }
        self.seal(outbox);
    }

    /// Has what is known of legs fetched from memory together, before their packets are handled:
    /// the legs themselves, who hears them first and what records them.
    pub fn read_ahead(&self, legs: impl Iterator<Item = LegId>) {
        let indexes = legs.map(|leg| leg.0.wrapping_sub(self.first_leg));
        let read = indexes.fold(0_u64, |sum, index| sum.wrapping_add(self.glance(index)));
        std::hint::black_box(read);
    }

    fn glance(&self, index: u32) -> u64 {
        let at = |index: u32| self.legs.get(index as usize)?.as_ref();
        let Some(leg) = at(index) else {
            return 0;
        };
        let hears = leg.listeners.first().and_then(|&first| at(first));
        let slot = leg.customer_of.or(leg.agent_of);
        let recorder = slot.and_then(|slot| self.recorders.get(slot as usize)?.as_ref());
        leg.glance()
            .wrapping_add(hears.map_or(0, |leg| leg.glance()))
            .wrapping_add(recorder.map_or(0, Recorder::glance))
    }

    /// Takes a datagram that arrived on a leg's socket. Its bytes may be changed.
    #[expect(
        clippy::too_many_arguments,
        reason = "where, when and what of a datagram"
    )]
    pub fn handle_packet(
        &mut self,
        now: Duration,
        leg: LegId,
        from: SocketAddr,
        packet: &mut [u8],
        outbox: &mut Outbox,
    ) {
        let Some(packet) = self.unwrap_packet(Micros::from(now), (leg, from), packet, outbox)
        else {
            return;
        };
        let packet = match rtp::parse(packet) {
            Datagram::Rtp(packet) => packet,
            Datagram::Rtcp => return self.take_report(now, leg, from, packet),
            Datagram::Malformed => {
                self.counters.malformed += 1;
                return;
            }
        };
        let now = Micros::from(now);
        let index = leg.0.wrapping_sub(self.first_leg);
        let Some(Some(source)) = self.legs.get_mut(index as usize) else {
            self.counters.unknown += 1;
            return;
        };
        let Some(content) = source.receive(now, from, &packet, outbox) else {
            return;
        };
        source.keep(now, content, &packet);
        let key_sounds = source.key_sounds();
        if let Content::Audio(codec) = content
            && let Some(law) = codec.law()
        {
            let channels = [
                (source.customer_of, Channel::Left),
                (source.agent_of, Channel::Right),
            ];
            for (recorder, channel) in channels {
                let slot = recorder.and_then(|slot| self.recorders.get_mut(slot as usize));
                if let Some(Some(recorder)) = slot {
                    let tap = Tap {
                        channel,
                        leg: index,
                        law,
                        packet,
                    };
                    recorder.handle_packet(now, &tap, outbox);
                }
            }
        }
        if let Content::Audio(codec) = content
            && codec != source.speaks
        {
            source.speaks = codec;
            self.refresh_speaker(leg);
        }
        let heard = Heard {
            key_sounds,
            source: index,
            content,
            packet,
        };
        self.relay(now, &heard, outbox);
        self.seal(outbox);
    }

    /// Does what is due; to be called every 5 ms.
    pub fn handle_tick(&mut self, now: Duration, outbox: &mut Outbox) {
        self.run_ticks(now.into(), outbox);
        self.seal(outbox);
    }

    /// What the engine has seen so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// How many legs are open.
    pub fn open_legs(&self) -> usize {
        self.phases.iter().map(Vec::len).sum()
    }

    /// Sends a packet on to the legs that hear nothing but its source.
    #[inline]
    fn relay(&mut self, now: Micros, heard: &Heard<'_>, outbox: &mut Outbox) {
        let source = self.legs[heard.source as usize].as_ref();
        let heard_by = source.map_or(0, |leg| leg.listeners.len());
        for nth in 0..heard_by {
            let Some((id, listener)) = self.listener(heard.source, nth) else {
                continue;
            };
            if listener.plan.mode() == SinkMode::Relay(id) {
                listener.relay(now, heard, outbox);
            }
        }
    }

    fn listener(&mut self, source: u32, nth: usize) -> Option<(LegId, &mut Leg)> {
        let leg = self.legs[source as usize].as_ref()?;
        let id = leg.id;
        let listener = *leg.listeners.get(nth)? as usize;
        Some((id, self.legs.get_mut(listener)?.as_mut()?))
    }
}
