//! The packets that wait to be played, by their place on the sender's time line.

use crate::Codec;

/// Packets that wait: 640 ms of 20 ms each, which is beyond the longest delay.
const PACKETS_MAX: usize = 32;
/// Longest payload that is kept; longer ones of codecs by the byte are cut into several.
pub(super) const PAYLOAD_MAX: usize = 512;

/// What a packet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Load {
    /// Audio.
    Audio(Codec),
    /// A description of silence (RFC 3389).
    Noise,
}

/// A packet without its payload. Places and lengths are in units of 1/8000 s.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) position: i64,
    pub(super) units: i64,
    pub(super) load: Load,
    /// Whether it follows the packet before it without a missing number, so that time between them
    /// is silence and not loss.
    pub(super) follows: bool,
    length: u16,
    used: bool,
}

/// The waiting packets.
#[derive(Debug)]
pub(super) struct Store {
    heads: [Head; PACKETS_MAX],
    payloads: Box<[[u8; PAYLOAD_MAX]; PACKETS_MAX]>,
}

const EMPTY: Head = Head {
    position: 0,
    units: 0,
    load: Load::Noise,
    follows: false,
    length: 0,
    used: false,
};

impl Head {
    pub(super) fn new(position: i64, units: i64, load: Load, follows: bool) -> Self {
        Self {
            position,
            units,
            load,
            follows,
            ..EMPTY
        }
    }
}

impl Store {
    pub(super) fn new() -> Self {
        Self {
            heads: [EMPTY; PACKETS_MAX],
            payloads: Box::new([[0; PAYLOAD_MAX]; PACKETS_MAX]),
        }
    }

    pub(super) fn clear(&mut self) {
        self.heads = [EMPTY; PACKETS_MAX];
    }

    /// Keeps a packet, in the place of the oldest one if there is no room.
    pub(super) fn insert(&mut self, head: Head, payload: &[u8]) {
        let mut place = 0;
        for (n, known) in self.heads.iter().enumerate() {
            if known.used && known.position == head.position {
                return;
            }
            let better = match (known.used, self.heads[place].used) {
                (false, _) => true,
                (true, false) => false,
                (true, true) => known.position < self.heads[place].position,
            };
            if better {
                place = n;
            }
        }
        self.heads[place] = Head {
            length: payload.len() as u16,
            used: true,
            ..head
        };
        self.payloads[place][..payload.len()].copy_from_slice(payload);
    }

    /// Forgets what ends before a position.
    pub(super) fn forget_before(&mut self, position: i64) {
        for head in &mut self.heads {
            head.used &= head.position + head.units.max(1) > position;
        }
    }

    /// Whether what waits is silence, as far as that can be told without decoding frames.
    pub(super) fn is_quiet(&self, most: u64) -> bool {
        let mut used = self.heads.iter().zip(self.payloads.iter());
        used.all(|(head, payload)| {
            let Load::Audio(codec) = head.load else {
                return true;
            };
            let Some(law) = codec.law().filter(|_| head.used) else {
                return true;
            };
            let payload = &payload[..usize::from(head.length)];
            let levels = payload.iter().map(|&byte| law.decode(byte).unsigned_abs());
            levels.map(u64::from).sum::<u64>() <= most * payload.len() as u64
        })
    }

    /// The earliest packet.
    pub(super) fn earliest(&self) -> Option<(Head, &[u8])> {
        let used = self.heads.iter().enumerate().filter(|(_, head)| head.used);
        let (place, head) = used.min_by_key(|(_, head)| head.position)?;
        Some((*head, &self.payloads[place][..usize::from(head.length)]))
    }
}
