//! What a media thread tells about itself: written by it alone, read by anyone.

use std::{
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    time::Duration,
};

/// Upper bounds of the buckets of [`Figures::lateness`] in microseconds; one more holds the rest.
pub const LATENESS_MICROS: [u64; 9] = [100, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000];

/// Counters of a media thread.
#[derive(Debug, Default)]
pub struct Statistics {
    pub(super) packets_in: AtomicU64,
    pub(super) packets_out: AtomicU64,
    pub(super) sends_refused: AtomicU64,
    pub(super) peers_unreachable: AtomicU64,
    pub(super) orders: AtomicU64,
    pub(super) ticks_missed: AtomicU64,
    pub(super) events_delayed: AtomicU64,
    pub(super) events_lost: AtomicU64,
    pub(super) checkpoints_failed: AtomicU64,
    pub(super) open_slots: AtomicU32,
    pub(super) busy_permille: AtomicU32,
    lateness: [AtomicU64; LATENESS_MICROS.len() + 1],
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Packets received.
    pub packets_in: u64,
    /// Packets sent.
    pub packets_out: u64,
    /// Packets that the kernel did not send.
    pub sends_refused: u64,
    /// Times that a peer's host said that nobody listens there.
    pub peers_unreachable: u64,
    /// Orders obeyed.
    pub orders: u64,
    /// Ticks that were left out after a hold-up.
    pub ticks_missed: u64,
    /// Events that waited because their reader was slow.
    pub events_delayed: u64,
    /// Events that were dropped because their reader stood still.
    pub events_lost: u64,
    /// Checkpoints that could not be written.
    pub checkpoints_failed: u64,
    /// Slots that are listened to.
    pub open_slots: u32,
    /// Time spent working in the last second, in thousandths.
    pub busy_permille: u32,
    /// Ticks by how late they were, in the buckets of [`LATENESS_MICROS`].
    pub lateness: [u64; LATENESS_MICROS.len() + 1],
}

impl Statistics {
    /// The counters at this moment.
    pub fn figures(&self) -> Figures {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Figures {
            packets_in: read(&self.packets_in),
            packets_out: read(&self.packets_out),
            sends_refused: read(&self.sends_refused),
            peers_unreachable: read(&self.peers_unreachable),
            orders: read(&self.orders),
            ticks_missed: read(&self.ticks_missed),
            events_delayed: read(&self.events_delayed),
            events_lost: read(&self.events_lost),
            checkpoints_failed: read(&self.checkpoints_failed),
            open_slots: self.open_slots.load(Ordering::Relaxed),
            busy_permille: self.busy_permille.load(Ordering::Relaxed),
            lateness: std::array::from_fn(|bucket| read(&self.lateness[bucket])),
        }
    }

    pub(super) fn record_lateness(&self, late: Duration) {
        let micros = u64::try_from(late.as_micros()).unwrap_or(u64::MAX);
        let bucket = LATENESS_MICROS.partition_point(|&bound| bound < micros);
        add(&self.lateness[bucket], 1);
    }
}

/// Adds to a counter that one thread alone writes: no locked instruction is needed.
pub(super) fn add(counter: &AtomicU64, more: u64) {
    counter.store(counter.load(Ordering::Relaxed) + more, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_falls_into_the_bucket_that_bounds_it() {
        let statistics = Statistics::default();
        for micros in [0, 100, 101, 50_000, 50_001, 9_999_999] {
            statistics.record_lateness(Duration::from_micros(micros));
        }
        assert_eq!(
            statistics.figures().lateness,
            [2, 1, 0, 0, 0, 0, 0, 0, 1, 2]
        );
    }
}
