//! The RTP of all parties, on one socket a side: the peer's port tells whose packet it is.

use super::form::{FIRST_SEQUENCE, Protection, SILENCE, Sound, click_in};
use crate::histogram::Histogram;
use crate::scenario::Form;
use crate::socket::{Arrival, Socket, realtime};
use std::net::SocketAddrV4;

/// Steps of a millisecond in the 20 ms of a frame.
const SLOTS: usize = 20;
const FRAME_NANOS: u64 = 20_000_000;
const SAMPLE_NANOS: u64 = 125_000;
/// Whoever listens for so long ought to have heard something.
const SILENCE_MAX: u64 = 1_000_000_000;
/// Payload types of the descriptions that callers and agents send.
const AUDIO: [u8; 2] = [0, 96];
const KEY: u8 = 0x65;
const MARKER: u8 = 0x80;
const HEADER_BYTES: usize = 12;
const PAYLOAD_BYTES: usize = 160;
/// With room for the tag of a protected packet.
const PACKET_BYTES: usize = HEADER_BYTES + PAYLOAD_BYTES + 16;
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
    sound: Sound,
    /// When the click was sent that has not come back.
    clicked_at: Option<u64>,
    protection: Option<Box<Protection>>,
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
    /// What callers send, and what agents do.
    sounds: [Sound; 2],
    measuring: bool,
    tally: Tally,
}

impl Streams {
    pub(super) fn new(sockets: [Socket; 2], speaking: bool, form: Form) -> Self {
        Self {
            sockets,
            by_port: [vec![NOBODY; 1 << 16], vec![NOBODY; 1 << 16]],
            open: Vec::new(),
            free: Vec::new(),
            slots: Default::default(),
            speaking,
            sounds: [Sound::of_callers(form), Sound::of_agents(form)],
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

    pub(super) fn open(
        &mut self,
        side: Side,
        peer: SocketAddrV4,
        protection: Option<Box<Protection>>,
    ) -> StreamId {
        let stream = Stream {
            side,
            peer,
            opened_at: realtime(),
            open: true,
            sends: false,
            ssrc: peer.port().into(),
            sequence: FIRST_SEQUENCE - 1,
            timestamp: 0,
            key_packets_left: 0,
            key_timestamp: 0,
            heard: None,
            sound: self.sounds[side as usize].clone(),
            clicked_at: None,
            protection,
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
            let mut packet = [SILENCE; PACKET_BYTES];
            let mut length = stream.write(&mut packet);
            if let Some(protection) = &mut stream.protection {
                length = protection.seal(&mut packet, length);
            }
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
        self.timestamp = self.timestamp.wrapping_add(self.sound.units);
        packet[0] = 0x80;
        packet[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        packet[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        if self.key_packets_left == 0 {
            packet[1] = self.sound.payload_type;
            packet[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
            if let Some(payloads) = &self.sound.payloads {
                let nth = usize::from(self.sequence) % payloads.len();
                let payload = &payloads[nth];
                if self.sound.clicks && nth == 0 {
                    self.clicked_at = Some(realtime());
                }
                let whole = HEADER_BYTES + payload.len();
                packet[HEADER_BYTES..whole].copy_from_slice(payload);
                return whole;
            }
            packet[12..16].copy_from_slice(&STAMP);
            packet[16..24].copy_from_slice(&realtime().to_le_bytes());
            return HEADER_BYTES + PAYLOAD_BYTES;
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
        let mut buffer = Protection::buffer();
        let bytes = match &mut self.protection {
            Some(protection) => protection.open(arrival.bytes, &mut buffer),
            None => Some(arrival.bytes),
        };
        let Some((header, payload)) = bytes.and_then(<[u8]>::split_first_chunk::<HEADER_BYTES>)
        else {
            return;
        };
        let is_audio = AUDIO.contains(&(header[1] & !MARKER));
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
        if self.sound.clicks {
            if let Some(at) = click_in(payload)
                && let Some(clicked_at) = self.clicked_at.take()
            {
                let heard_at = arrival.at + at as u64 * SAMPLE_NANOS;
                tally.delay.add(heard_at.saturating_sub(clicked_at));
            }
        } else if let Some((STAMP, rest)) = payload.split_first_chunk::<4>().map(|(a, b)| (*a, b))
            && let Some(sent) = rest.first_chunk()
        {
            let delay = arrival.at.saturating_sub(u64::from_le_bytes(*sent));
            tally.delay.add(delay);
        }
    }
}
