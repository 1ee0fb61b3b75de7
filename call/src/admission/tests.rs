//! One server with a queue, on a virtual clock.

use super::*;
use std::collections::VecDeque;

/// What a new call costs where nothing else is said, and what refusing one costs.
const WORK: Duration = Duration::from_millis(2);
/// What it costs on a fast machine.
const QUICK_WORK: Duration = Duration::from_micros(220);
const REFUSAL: Duration = Duration::from_micros(20);

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What became of the calls of one stretch of time.
#[derive(Debug, Default)]
struct Outcome {
    admitted: usize,
    refused: usize,
    longest_wait: Duration,
    longest_wait_of_refused: Duration,
}

/// A server that takes one call after another.
struct Server {
    regulator: Regulator,
    clock: Duration,
    waiting: VecDeque<Duration>,
    next_arrival: Duration,
    number: u64,
    work: Duration,
}

impl Server {
    fn new() -> Self {
        Self::of(WORK)
    }

    fn of(work: Duration) -> Self {
        Self {
            work,
            regulator: Regulator::default(),
            clock: ms(1_000_000),
            waiting: VecDeque::new(),
            next_arrival: ms(1_000_000),
            number: 0,
        }
    }

    /// Lives through `span` with a call every `interval`.
    fn live(&mut self, span: Duration, interval: Duration) -> Outcome {
        let until = self.clock + span;
        let mut outcome = Outcome::default();
        while self.clock < until {
            while self.next_arrival <= self.clock {
                self.waiting.push_back(self.next_arrival);
                self.next_arrival += interval;
            }
            let Some(arrived) = self.waiting.pop_front() else {
                self.clock = self.next_arrival;
                continue;
            };
            let waited = self.clock.saturating_sub(arrived);
            self.number += 1;
            let shedding = self.regulator.hear(self.clock, waited);
            if self.is_refused(shedding) {
                outcome.refused += 1;
                outcome.longest_wait_of_refused = outcome.longest_wait_of_refused.max(waited);
                self.clock += REFUSAL;
            } else {
                outcome.admitted += 1;
                outcome.longest_wait = outcome.longest_wait.max(waited);
                self.clock += self.work;
            }
        }
        outcome
    }

    fn is_refused(&self, shedding: Shedding) -> bool {
        match shedding {
            Shedding::None => false,
            Shedding::All => true,
            // A fair die that falls the same way in every run.
            Shedding::Permille(share) => {
                self.number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32 & 0x3ff
                    < u64::from(share) * 1_024 / 1_000
            }
        }
    }
}

#[test]
fn nothing_is_refused_below_capacity() {
    let outcome = Server::new().live(ms(20_000), WORK * 11 / 10);

    assert_eq!(outcome.refused, 0);
}

#[test]
fn a_queue_that_passes_is_worked_off_without_refusing_anybody() {
    let mut server = Server::new();
    server.live(ms(1_000), WORK * 2);
    for _ in 0..45 {
        server.waiting.push_back(server.clock);
    }
    let outcome = server.live(ms(5_000), WORK * 2);

    assert_eq!(outcome.refused, 0);
    assert!(outcome.longest_wait > LATE);
}

#[test]
fn what_piled_up_while_the_server_was_away_is_taken_and_so_is_what_follows() {
    let mut server = Server::new();
    server.live(ms(1_000), WORK * 5);
    for _ in 0..45 {
        let arrived = server.clock.saturating_sub(ms(500));
        server.waiting.push_back(arrived);
    }
    let outcome = server.live(ms(5_000), WORK * 5);

    assert_eq!(outcome.refused, 0);
    assert!(outcome.longest_wait > VERY_LATE);
}

#[test]
fn few_callers_of_a_slow_machine_are_taken() {
    let mut regulator = Regulator::default();
    for call in 0..100 {
        let shedding = regulator.hear(ms(1_000_000 + call * 100), ms(300));
        assert_eq!(shedding, Shedding::None, "{call}");
    }
}

#[test]
fn an_overload_that_comes_in_waves_finds_the_queue_short_each_time() {
    let mut server = Server::of(QUICK_WORK);
    server.live(ms(1_000), QUICK_WORK / 2);
    for wave in 0..20 {
        server.work = QUICK_WORK / 3;
        server.live(ms(2_500), QUICK_WORK / 2);
        server.work = QUICK_WORK;
        let outcome = server.live(ms(1_000), QUICK_WORK / 2);
        assert!(outcome.refused > 0, "{wave}");
        let longest = outcome.longest_wait_of_refused.max(outcome.longest_wait);
        assert!(longest <= ms(50), "{wave}: {outcome:?}");
    }
}

#[test]
fn the_server_stays_busy_and_quick_at_several_times_its_capacity() {
    let slow = [2_u32, 5, 10, 20].map(|times| (WORK, times));
    let quick = [2, 4, 6].map(|times| (QUICK_WORK, times));
    for (work, times) in slow.into_iter().chain(quick) {
        let mut server = Server::of(work);
        server.live(ms(1_000), work / times);
        let outcome = server.live(ms(20_000), work / times);

        // So many can be taken, less what refusing the others costs.
        let refusing = REFUSAL * u32::try_from(outcome.refused).unwrap();
        let capacity = ms(20_000).saturating_sub(refusing).as_micros() / work.as_micros();
        let admitted = outcome.admitted as u128;
        assert!(
            admitted * 100 >= capacity * 90,
            "{times}: {outcome:?} of {capacity}"
        );
        assert!(outcome.longest_wait <= ms(50), "{times}: {outcome:?}");
        assert!(
            outcome.longest_wait_of_refused <= ms(50),
            "{times}: {outcome:?}"
        );
    }
}

#[test]
fn nobody_is_refused_two_seconds_after_the_crowd_is_gone() {
    let mut server = Server::new();
    let crowd = server.live(ms(10_000), WORK / 10);
    server.live(ms(2_000), WORK * 2);
    let after = server.live(ms(10_000), WORK * 2);

    assert!(crowd.refused > 0);
    assert_eq!(after.refused, 0);
}

#[test]
fn an_overload_before_a_silence_is_forgotten() {
    let mut server = Server::new();
    server.live(ms(10_000), WORK / 10);
    let later = server.clock + ms(2_000);

    assert_eq!(server.regulator.shedding(later), Shedding::None);
}
