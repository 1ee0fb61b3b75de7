//! Which local RTP port each leg uses.
//!
//! Ports are drawn at random, so that a stranger cannot guess them, and rest after use, so that
//! the tail of one call is never heard in another.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::LegId;

/// How long a released port rests.
const QUARANTINE: Duration = Duration::from_secs(5);

/// The even ports of a range, divided among media threads in contiguous pieces.
#[derive(Debug)]
pub struct PortPool {
    pieces: Vec<Piece>,
    random: ChaCha12Rng,
}

#[derive(Debug)]
struct Piece {
    ports: Range<u16>,
    free: Vec<u16>,
    resting: VecDeque<(Duration, u16)>,
    /// Whether each port of the range is in use.
    in_use: Vec<bool>,
}

impl PortPool {
    /// A pool in which every even port of `ports` is free.
    pub fn new(ports: Range<u16>, workers: usize, seed: [u8; 32]) -> Self {
        let evens: Vec<u16> = ports.filter(|port| port % 2 == 0).collect();
        let size = evens.len().div_ceil(workers.max(1)).max(1);
        let pieces = evens.chunks(size).map(Piece::new).collect();
        Self {
            pieces,
            random: ChaCha12Rng::from_seed(seed),
        }
    }

    /// A random free port of one worker, or nothing if all are in use or rest.
    pub fn allocate(&mut self, now: Duration, worker: usize) -> Option<LegId> {
        let piece = self.pieces.get_mut(worker)?;
        piece.wake(now);
        if piece.free.is_empty() {
            return None;
        }
        let index = self.random.next_u32() as usize % piece.free.len();
        let port = piece.free.swap_remove(index);
        piece.mark(port, true);
        Some(LegId(u32::from(port)))
    }

    /// Gives a port back; it is used again after it has rested.
    pub fn release(&mut self, now: Duration, leg: LegId) {
        if let Some((piece, port)) = self.find(leg)
            && piece.mark(port, false)
        {
            piece.resting.push_back((now + QUARANTINE, port));
        }
    }

    /// Takes the port of a leg that lives on after a restart; whether it was free.
    pub fn reserve(&mut self, leg: LegId) -> bool {
        let Some((piece, port)) = self.find(leg) else {
            return false;
        };
        let free = piece.free.iter().position(|&free| free == port);
        if let Some(index) = free {
            piece.free.swap_remove(index);
            piece.mark(port, true);
        }
        free.is_some()
    }

    /// The worker that owns a port.
    pub fn worker_of(&self, leg: LegId) -> Option<usize> {
        let port = u16::try_from(leg.0).ok()?;
        self.pieces
            .iter()
            .position(|piece| piece.ports.contains(&port))
    }

    /// How many ports of one worker could be had at once.
    pub fn free(&self, now: Duration, worker: usize) -> usize {
        self.pieces.get(worker).map_or(0, |piece| {
            let rested = piece.resting.iter().filter(|&&(until, _)| until <= now);
            piece.free.len() + rested.count()
        })
    }

    fn find(&mut self, leg: LegId) -> Option<(&mut Piece, u16)> {
        let port = u16::try_from(leg.0).ok()?;
        let piece = self
            .pieces
            .iter_mut()
            .find(|piece| port % 2 == 0 && piece.ports.contains(&port))?;
        Some((piece, port))
    }
}

impl Piece {
    fn new(evens: &[u16]) -> Self {
        let first = evens.first().copied().unwrap_or_default();
        let end = evens.last().map_or(first, |last| last.saturating_add(1));
        Self {
            ports: first..end,
            free: evens.to_vec(),
            resting: VecDeque::with_capacity(evens.len()),
            in_use: vec![false; usize::from(end - first)],
        }
    }

    /// Notes whether a port is in use; whether it was.
    fn mark(&mut self, port: u16, in_use: bool) -> bool {
        let place = usize::from(port.wrapping_sub(self.ports.start));
        self.in_use
            .get_mut(place)
            .is_some_and(|mark| std::mem::replace(mark, in_use))
    }

    fn wake(&mut self, now: Duration) {
        while let Some(&(until, port)) = self.resting.front() {
            if until > now {
                return;
            }
            self.resting.pop_front();
            self.free.push(port);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1_000);

    fn pool() -> PortPool {
        PortPool::new(20_001..20_101, 2, [1; 32])
    }

    #[test]
    fn every_even_port_is_given_once_and_only_to_its_worker() {
        let mut pool = pool();
        let mut given = Vec::new();
        for worker in 0..2 {
            while let Some(leg) = pool.allocate(NOW, worker) {
                assert_eq!(pool.worker_of(leg), Some(worker));
                given.push(leg.0);
            }
        }
        given.sort_unstable();
        assert_eq!(given, (20_002..=20_100).step_by(2).collect::<Vec<_>>());
        assert_eq!(pool.allocate(NOW, 2), None);
    }

    #[test]
    fn a_released_port_rests_for_five_seconds() {
        let mut pool = PortPool::new(20_000..20_002, 1, [1; 32]);
        let leg = pool.allocate(NOW, 0).unwrap();
        pool.release(NOW, leg);
        pool.release(NOW, leg);
        assert_eq!(pool.allocate(NOW + Duration::from_millis(4_999), 0), None);
        let rested = NOW + Duration::from_secs(5);
        assert_eq!(pool.free(rested, 0), 1);
        assert_eq!(pool.allocate(rested, 0), Some(leg));
        assert_eq!(pool.allocate(rested, 0), None);
    }

    #[test]
    fn a_reserved_port_is_not_given_away() {
        let mut pool = PortPool::new(20_000..20_004, 1, [1; 32]);
        assert!(pool.reserve(LegId(20_002)));
        assert!(!pool.reserve(LegId(20_002)));
        assert!(!pool.reserve(LegId(20_001)));
        assert_eq!(pool.allocate(NOW, 0), Some(LegId(20_000)));
        assert_eq!(pool.allocate(NOW, 0), None);
    }

    #[test]
    fn ports_are_drawn_evenly_from_the_whole_range() {
        let mut counts = [0_u32; 50];
        let mut pool = PortPool::new(20_000..20_100, 1, [9; 32]);
        for round in 0..5_000 {
            let now = NOW + QUARANTINE * round;
            let leg = pool.allocate(now, 0).unwrap();
            counts[(leg.0 as usize - 20_000) / 2] += 1;
            pool.release(now, leg);
        }
        let squares = counts
            .iter()
            .map(|&n| (f64::from(n) - 100.0).powi(2) / 100.0);
        let chi_square: f64 = squares.sum();
        // 49 degrees of freedom: 0.1 % of fair draws lie above 85.
        assert!(chi_square < 85.0, "{chi_square}");
    }
}
