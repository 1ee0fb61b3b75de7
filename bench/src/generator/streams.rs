//! The RTP of all parties, on one socket a side: the peer's port tells whose packet it is.

use crate::histogram::Histogram;
use crate::socket::{Arrival, Socket, realtime};
use std::net::SocketAddrV4;

/// Steps of a millisecond in the 20 ms of a frame.
const SLOTS: usize = 20;
const FRAME_NANOS: u64 = 20_000_000;
const FRAME_SAMPLES: u32 = 160;
/// Whoever listens for so long ought to have heard something.
const SILENCE_MAX: u64 = 1_000_000_000;
/// Payload types of the description that callers and agents send.
const AUDIO: u8 = 0;
const KEY: u8 = 0x65;
const MARKER: u8 = 0x80;
const HEADER_BYTES: usize = 12;
const PACKET_BYTES: usize = HEADER_BYTES + 160;
/// Marks a payload of ours, in which the time of sending follows.
const STAMP: [u8; 4] = *b"load";
/// An RFC 4733 event: six packets that last longer and longer, and the end two more times.
const KEY_PACKETS: u8 = 9;
const KEY_LASTS: u8 = 5;
const NOBODY: usize = usize::MAX;

/// Who hears a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Caller,
    Agent,
}

/// Names an open stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StreamId(usize);

/// What was heard.
pub(crate) struct Tally {
    pub(crate) heard: u64,
    pub(crate) lost: u64,
    /// Streams that ended after [`SILENCE_MAX`] or more without a packet.
    pub(crate) silent: u64,
    pub(crate) deviation: Histogram,
    pub(crate) delay: Histogram,
}

impl Tally {
    fn new() -> Self {
        Self {
            heard: 0,
            lost: 0,
            silent: 0,
            deviation: Histogram::new(),
            delay: Histogram::new(),
        }
    }
}

struct Stream {
    side: Side,
    peer: SocketAddrV4,
    opened_at: u64,
    open: bool,
    /// Whether it is in its slot: it speaks, or presses a key.
    sends: bool,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    key_packets_left: u8,
    key_timestamp: u32,
    heard: Option<Heard>,
}

/// The packet that was heard last.
#[derive(Clone, Copy)]
struct Heard {
    ssrc: u32,
    sequence: u16,
    at: u64,
}

/// See the module.
pub(super) struct Streams {
    sockets: [Socket; 2],
    by_port: [Vec<usize>; 2],
    open: Vec<Stream>,
    free: Vec<usize>,
    slots: [Vec<usize>; SLOTS],
    speaking: bool,
    measuring: bool,
    tally: Tally,
}

impl Streams {
    pub(super) fn new(sockets: [Socket; 2], speaking: bool) -> Self {
        Self {
            sockets,
            by_port: [vec![NOBODY; 1 << 16], vec![NOBODY; 1 << 16]],
            open: Vec::new(),
            free: Vec::new(),
            slots: Default::default(),
            speaking,
            measuring: false,
            tally: Tally::new(),
        }
    }

    /// Begins or ceases to count what is heard.
    pub(super) fn measure(&mut self, on: bool) {
        self.measuring = on;
    }

    pub(super) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// What was heard since this was asked for the last time.
    pub(super) fn take_tally(&mut self) -> Tally {
        std::mem::replace(&mut self.tally, Tally::new())
    }

    /// The local port of a side, for its description.
    pub(super) fn port(&self, side: Side) -> u16 {
        self.sockets[side as usize].port().unwrap_or_default()
    }

    pub(super) fn open(&mut self, side: Side, peer: SocketAddrV4) -> StreamId {
        let stream = Stream {
            side,
            peer,
            opened_at: realtime(),
            open: true,
            sends: false,
            ssrc: peer.port().into(),
            sequence: 1,
            timestamp: 0,
            key_packets_left: 0,
            key_timestamp: 0,
            heard: None,
        };
        let id = if let Some(id) = self.free.pop() {
            self.open[id] = stream;
            id
        } else {
            self.open.push(stream);
            self.open.len() - 1
        };
        self.by_port[side as usize][usize::from(peer.port())] = id;
        if self.speaking {
            self.begin_to_send(id);
        }
        StreamId(id)
    }

    pub(super) fn close(&mut self, StreamId(id): StreamId) {
        let stream = &mut self.open[id];
        if !std::mem::take(&mut stream.open) {
            return;
        }
        let listened = realtime().saturating_sub(stream.opened_at);
        let silent = stream.heard.is_none() && listened >= SILENCE_MAX;
        self.tally.silent += u64::from(silent);
        let owner = &mut self.by_port[stream.side as usize][usize::from(stream.peer.port())];
        if *owner == id {
            *owner = NOBODY;
        }
        if stream.sends {
            self.slots[id % SLOTS].retain(|other| *other != id);
        }
        self.free.push(id);
    }

    /// Presses the key 1.
    pub(super) fn press_key(&mut self, StreamId(id): StreamId) {
        if self.open[id].open {
            self.open[id].key_packets_left = KEY_PACKETS;
            self.begin_to_send(id);
        }
    }

    fn begin_to_send(&mut self, id: usize) {
        if !std::mem::replace(&mut self.open[id].sends, true) {
            self.slots[id % SLOTS].push(id);
        }
    }

    /// Sends what is due in this millisecond.
    pub(super) fn speak(&mut self, step: u64) {
        let slot = (step % SLOTS as u64) as usize;
        let mut place = 0;
        while let Some(id) = self.slots[slot].get(place).copied() {
            let stream = &mut self.open[id];
            let mut packet = [0xFF; PACKET_BYTES];
            let length = stream.write(&mut packet);
            self.sockets[stream.side as usize].send(&packet[..length], stream.peer);
            if self.speaking || stream.key_packets_left > 0 {
                place += 1;
            } else {
                stream.sends = false;
                self.slots[slot].swap_remove(place);
            }
        }
    }

    /// Takes what has arrived on both sides.
    pub(super) fn hear(&mut self) {
        let Self {
            sockets,
            by_port,
            open,
            tally,
            measuring,
            ..
        } = self;
        for (socket, by_port) in sockets.iter_mut().zip(by_port) {
            socket.receive(|arrival| {
                let id = by_port[usize::from(arrival.from.port())];
                if let Some(stream) = open.get_mut(id) {
                    stream.hear(&arrival, measuring.then_some(&mut *tally));
                }
            });
        }
    }
}

impl Stream {
    /// Writes the next packet; its length.
    fn write(&mut self, packet: &mut [u8; PACKET_BYTES]) -> usize {
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(FRAME_SAMPLES);
        packet[0] = 0x80;
        packet[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        packet[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        if self.key_packets_left == 0 {
            packet[1] = AUDIO;
            packet[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
            packet[12..16].copy_from_slice(&STAMP);
            packet[16..24].copy_from_slice(&realtime().to_le_bytes());
            return PACKET_BYTES;
        }
        let number = KEY_PACKETS - self.key_packets_left;
        self.key_packets_left -= 1;
        if number == 0 {
            self.key_timestamp = self.timestamp;
        }
        packet[1] = if number == 0 { MARKER | KEY } else { KEY };
        packet[4..8].copy_from_slice(&self.key_timestamp.to_be_bytes());
        let lasts = (u16::from(number.min(KEY_LASTS)) + 1) * 160;
        packet[12] = 1;
        packet[13] = if number >= KEY_LASTS { 0x8A } else { 0x0A };
        packet[14..16].copy_from_slice(&lasts.to_be_bytes());
        HEADER_BYTES + 4
    }

    fn hear(&mut self, arrival: &Arrival<'_>, tally: Option<&mut Tally>) {
        let Some((header, payload)) = arrival.bytes.split_first_chunk::<HEADER_BYTES>() else {
            return;
        };
        let is_audio = header[1] & !MARKER == AUDIO;
        let heard = Heard {
            ssrc: u32::from_be_bytes([header[8], header[9], header[10], header[11]]),
            sequence: u16::from_be_bytes([header[2], header[3]]),
            at: arrival.at,
        };
        let before = self.heard.filter(|before| before.ssrc == heard.ssrc);
        let step = before.map(|it| heard.sequence.wrapping_sub(it.sequence).cast_signed());
        if step.is_some_and(|step| step <= 0) {
            return;
        }
        self.heard = Some(heard);
        let Some(tally) = tally.filter(|_| is_audio) else {
            return;
        };
        tally.heard += 1;
        if let (Some(before), Some(step)) = (before, step) {
            let step = u64::from(step.unsigned_abs());
            tally.lost += step - 1;
            let interval = heard.at.saturating_sub(before.at);
            tally.deviation.add(interval.abs_diff(FRAME_NANOS * step));
        }
        if let Some((STAMP, rest)) = payload.split_first_chunk::<4>().map(|(a, b)| (*a, b))
            && let Some(sent) = rest.first_chunk()
        {
            let delay = arrival.at.saturating_sub(u64::from_le_bytes(*sent));
            tally.delay.add(delay);
        }
    }
}
