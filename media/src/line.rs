//! The one outgoing RTP numbering of a leg (RFC 3550 §5.1).
//!
//! Session border controllers mute a call whose timestamps jump back, so a leg keeps one line for
//! its whole life: through re-INVITE, hold, source changes and a restart of the process.

use serde::{Deserialize, Serialize};
use std::time::Duration;

use crate::clock::{FRAME, FRAME_SAMPLES, Micros};
use crate::codec::{Codec, Rate};

/// The numbers that the next packet of a leg carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Synchronisation source, fixed for the life of the leg.
    pub ssrc: u32,
    /// Sequence number of the next packet.
    pub sequence: u16,
    /// Timestamp of the next packet, in samples.
    pub timestamp: u32,
}

impl Line {
    /// The line after an interruption of `gap`, beyond any number that was sent during it.
    ///
    /// `gap` is the time from the checkpoint that holds this line to the restart; a second is
    /// added so that packets which left after the checkpoint are certainly passed. Timestamps count
    /// at the clock of `codec`.
    #[must_use]
    pub fn after_gap(self, gap: Duration, codec: Codec) -> Self {
        let span = Micros::from(gap).plus(Micros::from_ms(1_000));
        let frames = span.0.div_ceil(FRAME.0);
        let length = u64::from(codec.clock() / Rate::Narrow.hertz()) * FRAME_SAMPLES as u64;
        Self {
            ssrc: self.ssrc,
            sequence: self.sequence.wrapping_add(frames as u16),
            timestamp: self.timestamp.wrapping_add((frames * length) as u32),
        }
    }
}
