//! Sequence numbers beyond 16 bits, with loss, duplicates and jitter counted (RFC 3550 §6.4.1, A.1, A.8).

use crate::clock::Micros;

/// A gap larger than this is a new numbering, not loss (RFC 3550 A.1, `MAX_DROPOUT`).
const DROPOUT_MAX: u16 = 3_000;
/// How far behind the highest number a packet may still arrive.
const LATE_MAX: u16 = 63;

/// How a packet stands to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// Newer than all before; `skipped` numbers are missing just before it.
    Newest { skipped: u16 },
    /// Fills a hole behind the newest.
    Late,
    /// Seen already, or too old to tell.
    Duplicate,
    /// The sender began a new numbering.
    Restart,
}

/// The numbering of one incoming stream.
#[derive(Debug, Default)]
pub(crate) struct SeqExt {
    started: bool,
    highest: u16,
    /// How often the numbering has wrapped.
    cycles: u16,
    /// Bit n is set if the packet n numbers before the highest has arrived.
    window: u64,
    expected: u64,
    received: u64,
    transit: i64,
    jitter_samples: f32,
    /// Timestamp units for each of 1/8000 s.
    scale: u32,
}

impl SeqExt {
    #[inline]
    pub(crate) fn accept(&mut self, sequence: u16) -> Arrival {
        let ahead = sequence.wrapping_sub(self.highest);
        let behind = self.highest.wrapping_sub(sequence);
        let arrival = if !self.started {
            Arrival::Restart
        } else if ahead > 0 && ahead <= DROPOUT_MAX {
            self.window = self.window.checked_shl(u32::from(ahead)).unwrap_or(0) | 1;
            self.expected += u64::from(ahead);
            self.cycles = self.cycles.wrapping_add(u16::from(sequence < self.highest));
            Arrival::Newest { skipped: ahead - 1 }
        } else if behind <= LATE_MAX {
            if self.window >> behind & 1 == 1 {
                return Arrival::Duplicate;
            }
            self.window |= 1 << behind;
            self.received += 1;
            return Arrival::Late;
        } else if behind <= DROPOUT_MAX {
            return Arrival::Duplicate;
        } else {
            Arrival::Restart
        };
        if arrival == Arrival::Restart {
            self.restart();
        }
        self.highest = sequence;
        self.received += 1;
        arrival
    }

    /// Forgets the numbering but keeps the counts: another stream takes over.
    pub(crate) fn switch(&mut self) {
        self.started = false;
    }

    /// Accounts the transit time of a packet in order, whose timestamp counts at `clock`.
    #[inline]
    pub(crate) fn observe(&mut self, now: Micros, timestamp: u32, clock: u32) {
        self.scale = clock / 8_000;
        let transit = now.samples() as i64 - i64::from(timestamp / self.scale.max(1));
        let change = (transit - self.transit).unsigned_abs();
        self.transit = transit;
        if change < 8_000 {
            self.jitter_samples += (f32::from(change as u16) - self.jitter_samples) / 16.0;
        }
    }

    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    pub(crate) fn lost(&self) -> u64 {
        self.expected.saturating_sub(self.received)
    }

    /// Packets that should have come.
    pub(crate) fn expected(&self) -> u64 {
        self.expected
    }

    /// The highest number with its wraps above it.
    pub(crate) fn highest(&self) -> u32 {
        (u32::from(self.cycles) << 16) | u32::from(self.highest)
    }

    /// Interarrival jitter in units of the stream's clock.
    pub(crate) fn jitter(&self) -> u32 {
        self.jitter_samples as u32 * self.scale
    }

    pub(crate) fn jitter_ms(&self) -> f32 {
        self.jitter_samples / 8.0
    }

    fn restart(&mut self) {
        self.started = true;
        self.window = 1;
        self.expected += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_over_the_wrap_and_losses_are_counted() {
        let mut stream = SeqExt::default();
        for sequence in [65_533_u16, 65_534, 1, 2] {
            stream.accept(sequence);
        }
        assert_eq!((stream.received(), stream.lost()), (4, 2));
        assert_eq!(stream.accept(65_535), Arrival::Late);
        assert_eq!((stream.received(), stream.lost()), (5, 1));
        assert_eq!(stream.highest(), 0x0001_0002);
    }

    #[test]
    fn a_packet_counts_once() {
        let mut stream = SeqExt::default();
        stream.accept(10);
        assert_eq!(stream.accept(10), Arrival::Duplicate);
        assert_eq!(stream.accept(12), Arrival::Newest { skipped: 1 });
        assert_eq!(stream.accept(11), Arrival::Late);
        assert_eq!(stream.accept(11), Arrival::Duplicate);
        assert_eq!(stream.accept(65_448), Arrival::Duplicate);
    }

    #[test]
    fn a_wild_jump_is_a_new_numbering_and_no_loss() {
        let mut stream = SeqExt::default();
        stream.accept(10);
        assert_eq!(stream.accept(40_000), Arrival::Restart);
        assert_eq!(stream.lost(), 0);
    }
}
