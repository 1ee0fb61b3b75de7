//! What an engine wants done after an input: packets, events and recording blocks.
//!
//! Bytes lie in two arenas that keep their capacity, so a steady engine allocates nothing.

use std::net::SocketAddr;
use std::vec::Drain;

use crate::clock::FRAME_SAMPLES;
use crate::rtp::HEADER_SIZE;
use crate::srtp::OVERHEAD_MAX;
use crate::{Departure, Event, LegId, RecordingKey, StreamKey};

/// The engine's output, owned and reused by its caller.
#[derive(Debug, Default)]
pub struct Outbox {
    packets: Vec<Packet>,
    packet_bytes: Vec<u8>,
    /// Places of packets that are still in the clear and must not leave so.
    unsealed: Vec<u32>,
    events: Vec<Event>,
    departures: Vec<Departure>,
    /// Reports that go from the port beside that of the media.
    reports: Vec<Packet>,
    blocks: Vec<BlockHead>,
    block_bytes: Vec<u8>,
    stream_frames: Vec<StreamFrame>,
}

/// 20 ms of what a party says, for the bot that hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamFrame {
    /// The stream.
    pub stream: StreamKey,
    /// How many samples of the bot have left before this frame, or never will.
    pub settled: u64,
    /// µ-law at 8 kHz.
    pub audio: [u8; FRAME_SAMPLES],
}

/// A piece of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// The recording.
    pub recording: RecordingKey,
    /// Where the block begins, in bytes behind the header of the file.
    pub offset: u64,
    /// Samples of left and right by turns, as they lie in the file.
    pub bytes: &'a [u8],
}

/// The way of a packet out of the engine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub(crate) leg: LegId,
    pub(crate) to: SocketAddr,
    pub(crate) connect: bool,
    /// Bytes that protection adds; none for a leg in the clear.
    pub(crate) tag: u8,
}

#[derive(Clone, Copy, Debug)]
struct Packet {
    route: Route,
    start: u32,
    length: u16,
}

#[derive(Clone, Copy, Debug)]
struct BlockHead {
    recording: RecordingKey,
    offset: u64,
    start: u32,
    length: u32,
}

impl Outbox {
    /// An outbox with room for `packets` packets before it has to grow.
    pub fn with_capacity(packets: usize) -> Self {
        Self {
            packets: Vec::with_capacity(packets),
            packet_bytes: Vec::with_capacity(packets * 172),
            unsealed: Vec::with_capacity(packets),
            events: Vec::with_capacity(64),
            departures: Vec::new(),
            reports: Vec::with_capacity(64),
            blocks: Vec::with_capacity(64),
            block_bytes: Vec::with_capacity(64 * 3_200),
            stream_frames: Vec::with_capacity(64),
        }
    }

    /// Packets to send: leg, destination, bytes, and whether the destination is proven.
    ///
    /// The flag is a level: `true` asks that the leg's socket be connected to the destination,
    /// `false` that it be open to any source, so a change of it is the moment to act.
    pub fn packets(&self) -> impl Iterator<Item = (LegId, SocketAddr, &[u8], bool)> + Clone {
        let sent = self.packets.iter().filter(|packet| packet.length > 0);
        sent.map(|packet| {
            let start = packet.start as usize;
            let bytes = &self.packet_bytes[start..start + usize::from(packet.length)];
            (
                packet.route.leg,
                packet.route.to,
                bytes,
                packet.route.connect,
            )
        })
    }

    /// Reports to send from the port above that of the leg: leg, destination, bytes.
    pub fn reports(&self) -> impl Iterator<Item = (LegId, SocketAddr, &[u8])> {
        self.reports.iter().map(|packet| {
            let start = packet.start as usize;
            let bytes = &self.packet_bytes[start..start + usize::from(packet.length)];
            (packet.route.leg, packet.route.to, bytes)
        })
    }

    /// Takes the events.
    pub fn drain_events(&mut self) -> Drain<'_, Event> {
        self.events.drain(..)
    }

    /// Takes the legs that leave for another engine. Nothing else of them is in this outbox any more
    /// than what they sent before.
    pub fn drain_departures(&mut self) -> Drain<'_, Departure> {
        self.departures.drain(..)
    }

    /// Recording blocks to write.
    pub fn blocks(&self) -> impl Iterator<Item = Block<'_>> {
        self.blocks.iter().map(|block| {
            let start = block.start as usize;
            Block {
                recording: block.recording,
                offset: block.offset,
                bytes: &self.block_bytes[start..start + block.length as usize],
            }
        })
    }

    /// What bots hear.
    pub fn stream_frames(&self) -> &[StreamFrame] {
        &self.stream_frames
    }

    /// Whether nothing waits to be done.
    pub fn is_empty(&self) -> bool {
        self.packets.is_empty()
            && self.reports.is_empty()
            && self.events.is_empty()
            && self.departures.is_empty()
            && self.blocks.is_empty()
            && self.stream_frames.is_empty()
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.packets.clear();
        self.reports.clear();
        self.packet_bytes.clear();
        self.unsealed.clear();
        self.events.clear();
        self.departures.clear();
        self.blocks.clear();
        self.block_bytes.clear();
        self.stream_frames.clear();
    }

    pub(crate) fn push_departure(&mut self, departure: Departure) {
        self.departures.push(departure);
    }

    pub(crate) fn push_stream_frame(&mut self, frame: StreamFrame) {
        self.stream_frames.push(frame);
    }

    pub(crate) fn push_event(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Appends a packet of the given parts, whose bytes the caller may still change.
    pub(crate) fn push_packet(
        &mut self,
        route: Route,
        header: &[u8; HEADER_SIZE],
        payload: &[u8],
    ) -> &mut [u8] {
        let start = self.packet_bytes.len();
        self.packet_bytes.extend_from_slice(header);
        self.packet_bytes.extend_from_slice(payload);
        let (end, tag) = (self.packet_bytes.len(), usize::from(route.tag));
        if tag > 0 {
            self.packet_bytes
                .extend_from_slice(&[0; OVERHEAD_MAX][..tag]);
            self.unsealed.push(self.packets.len() as u32);
        }
        self.packets.push(Packet {
            route,
            start: start as u32,
            length: (end + tag - start) as u16,
        });
        &mut self.packet_bytes[start + HEADER_SIZE..end]
    }

    /// Whether packets wait to be protected.
    #[inline]
    pub(crate) fn has_unsealed(&self) -> bool {
        !self.unsealed.is_empty()
    }

    /// Protects what waits for it. What cannot be protected does not leave.
    pub(crate) fn seal(&mut self, mut protect: impl FnMut(LegId, &mut [u8]) -> bool) {
        for place in self.unsealed.drain(..) {
            let packet = &mut self.packets[place as usize];
            let start = packet.start as usize;
            let bytes = &mut self.packet_bytes[start..start + usize::from(packet.length)];
            if !protect(packet.route.leg, bytes) {
                packet.length = 0;
            }
        }
    }

    /// Appends a datagram that is whole.
    pub(crate) fn push_datagram(&mut self, route: Route, bytes: &[u8]) {
        let packet = self.append(route, bytes);
        self.packets.push(packet);
    }

    /// Appends a report that goes from the port beside that of the media.
    pub(crate) fn push_report(&mut self, leg: LegId, to: SocketAddr, bytes: &[u8]) {
        let route = Route {
            leg,
            to,
            connect: false,
            tag: 0,
        };
        let packet = self.append(route, bytes);
        self.reports.push(packet);
    }

    fn append(&mut self, route: Route, bytes: &[u8]) -> Packet {
        let start = self.packet_bytes.len() as u32;
        self.packet_bytes.extend_from_slice(bytes);
        Packet {
            route,
            start,
            length: bytes.len() as u16,
        }
    }

    /// Appends a recording block made of two pieces.
    pub(crate) fn push_block(&mut self, recording: RecordingKey, offset: u64, pieces: [&[u8]; 2]) {
        let start = self.block_bytes.len();
        for piece in pieces {
            self.block_bytes.extend_from_slice(piece);
        }
        self.blocks.push(BlockHead {
            recording,
            offset,
            start: start as u32,
            length: (self.block_bytes.len() - start) as u32,
        });
    }
}
