//! Where a packet's audio lies on the clock of the call.
//!
//! ```text
//!   position = anchor position + (timestamp - anchor timestamp)
//! ```
//! The anchor is the earliest arrival that was seen: what came later was delayed on the way. A
//! sender's clock that drifts, or a network that becomes slower for good, moves the anchor; it
//! moves while nobody speaks, unless nobody is silent for so long that the channels part.

use crate::clock::Micros;
use crate::rtp::{Header, Packet};

/// Deviation that is no jitter: 120 ms.
const DEVIATION_MAX: i64 = 960;
/// Deviation that is a new time line of the sender: 1 s.
const JUMP: i64 = 8_000;
/// A burst of delayed packets arrives at once; a slower network delays for longer than this.
const DELAYED_FOR: Micros = Micros::from_ms(100);
/// Packets over which the earliest arrival is looked for.
const WINDOW: u16 = 100;
/// Packets after a new anchor in which an earlier arrival moves it at once.
const SETTLING: u16 = 25;
/// Drift that is worth a move: 10 ms.
const DRIFT_MIN: i64 = 80;

/// Drift that is moved away also while somebody speaks: 15 ms, so that the channels stay in step.
const DRIFT_MAX: i64 = 120;

/// The placement of one stream.
#[derive(Debug, Default)]
pub(crate) struct Placement {
    anchor: Option<Anchor>,
}

#[derive(Clone, Copy, Debug)]
struct Anchor {
    ssrc: u32,
    timestamp: u32,
    position: i64,
    delayed_since: Option<Micros>,
    packets: u16,
    settled: bool,
    /// Least delay in the running window.
    least: i64,
    /// A move that waits for silence.
    correction: i64,
}

impl Anchor {
    fn new(header: &Header, arrival: i64) -> Self {
        Self {
            ssrc: header.ssrc,
            timestamp: header.timestamp,
            position: arrival,
            delayed_since: None,
            packets: 0,
            settled: false,
            least: i64::MAX,
            correction: 0,
        }
    }

    /// Whether the stream has left this anchor.
    fn is_lost(&mut self, now: Micros, delay: i64) -> bool {
        if delay < DEVIATION_MAX {
            self.delayed_since = None;
            return delay < -DEVIATION_MAX;
        }
        let since = *self.delayed_since.get_or_insert(now);
        delay > JUMP || now.since(since) >= DELAYED_FOR
    }

    /// Looks for the earliest arrival; by how much the anchor is to be moved now.
    fn settle(&mut self, delay: i64, quiet: bool) -> i64 {
        self.packets += 1;
        self.least = self.least.min(delay);
        if !self.settled && self.packets <= SETTLING && delay < 0 {
            self.least = 0;
            return delay;
        }
        if self.packets >= WINDOW {
            self.correction = if self.least.abs() > DRIFT_MIN {
                self.least
            } else {
                0
            };
            self.packets = 0;
            self.settled = true;
            self.least = i64::MAX;
        }
        if quiet || self.correction.abs() > DRIFT_MAX {
            std::mem::take(&mut self.correction)
        } else {
            0
        }
    }
}

impl Placement {
    /// The position of a packet that arrived at position `arrival` of the call clock.
    #[inline]
    pub(crate) fn place(&mut self, now: Micros, arrival: i64, packet: &Packet<'_>) -> i64 {
        let header = &packet.header;
        let mut anchor = match self.anchor {
            Some(anchor) if anchor.ssrc == header.ssrc => anchor,
            _ => Anchor::new(header, arrival),
        };
        let since = header.timestamp.wrapping_sub(anchor.timestamp) as i32;
        let mut position = anchor.position + i64::from(since);
        let delay = arrival - position;
        if anchor.is_lost(now, delay) {
            anchor = Anchor::new(header, arrival);
            position = arrival;
        } else {
            let moved = anchor.settle(delay, is_quiet(packet.payload));
            anchor.position += moved;
            position += moved;
        }
        if since > 0 {
            // The anchor follows, so that the difference of timestamps never wraps.
            anchor.timestamp = header.timestamp;
            anchor.position = position;
        }
        self.anchor = Some(anchor);
        position
    }
}

/// Whether the payload is about silence in either law.
fn is_quiet(payload: &[u8]) -> bool {
    let mu = payload.iter().all(|byte| byte & 0x7F >= 0x70);
    mu || payload.iter().all(|byte| (byte ^ 0x55) & 0x7F < 0x08)
}
