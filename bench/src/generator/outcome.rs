//! What a run has shown.

use super::{Load, callers, streams};
use crate::process::Usage;
use std::time::{Duration, Instant};

/// Packets lost of a thousand at most in a run that counts as held.
const LOSS_PERMILLE_MAX: f64 = 1.0;
/// How far the interval of 99 % of all packets may be from 20 ms.
const DEVIATION_MAX: Duration = Duration::from_millis(5);
/// With more late steps than this the generator measured itself.
pub(crate) const LATE_PERCENT_MAX: f64 = 1.0;

/// The figures of one run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// Calls up on average.
    pub(crate) concurrent: f64,
    /// Calls answered in a second.
    pub(crate) setups_a_second: f64,
    /// Share of one processor that the contestant used.
    pub(crate) cpu_percent: f64,
    /// Processor seconds for a minute of one call.
    pub(crate) cpu_a_call_minute: f64,
    /// Processor seconds for a thousand set-ups.
    pub(crate) cpu_a_thousand_setups: f64,
    /// From the INVITE to its 200, median and 99 %.
    pub(crate) setup_ms: (f64, f64),
    /// How far 99 % of the packets' intervals are from 20 ms at most.
    pub(crate) deviation_ms: f64,
    /// Packets that did not arrive.
    pub(crate) lost_permille: f64,
    /// From one party to the other, median and 99 %.
    pub(crate) delay_ms: Option<(f64, f64)>,
    /// Resident memory of the contestant without a call.
    pub(crate) rest_kib: f64,
    /// Resident memory under load, above that, for each call.
    pub(crate) kib_a_call: f64,
    /// Calls that did not go as they should.
    pub(crate) failed: u64,
    /// Requests that had to be sent again.
    pub(crate) retransmissions: u64,
    /// Steps that the generator began too late.
    pub(crate) late_percent: f64,
    /// Share of its own processor that the generator used.
    pub(crate) generator_percent: f64,
}

impl Outcome {
    /// Whether the contestant held the load: no failed call, hardly a lost packet, steady pace.
    pub(crate) fn held(&self) -> bool {
        self.failed == 0
            && self.lost_permille <= LOSS_PERMILLE_MAX
            && self.deviation_ms < millis(DEVIATION_MAX)
    }

    /// Whether the generator was on time, so that the figures are the contestant's.
    pub(crate) fn is_sound(&self) -> bool {
        self.late_percent <= LATE_PERCENT_MAX
    }

    /// Calls that one processor would hold at this cost.
    pub(crate) fn calls_a_core(&self) -> f64 {
        self.concurrent * 100.0 / self.cpu_percent.max(0.01)
    }

    /// Of each figure the median of `runs`; failures are summed up.
    pub(crate) fn median(runs: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| {
            let mut all: Vec<f64> = runs.iter().map(figure).collect();
            all.sort_by(f64::total_cmp);
            let (low, high) = (all.len().saturating_sub(1) / 2, all.len() / 2);
            all.get(low)
                .zip(all.get(high))
                .map_or(0.0, |(a, b)| f64::midpoint(*a, *b))
        };
        let delays: Vec<_> = runs.iter().filter_map(|run| run.delay_ms).collect();
        Self {
            concurrent: of(|run| run.concurrent),
            setups_a_second: of(|run| run.setups_a_second),
            cpu_percent: of(|run| run.cpu_percent),
            cpu_a_call_minute: of(|run| run.cpu_a_call_minute),
            cpu_a_thousand_setups: of(|run| run.cpu_a_thousand_setups),
            setup_ms: (of(|run| run.setup_ms.0), of(|run| run.setup_ms.1)),
            deviation_ms: of(|run| run.deviation_ms),
            lost_permille: of(|run| run.lost_permille),
            delay_ms: (!delays.is_empty()).then(|| {
                (
                    of(|run| run.delay_ms.unwrap_or_default().0),
                    of(|run| run.delay_ms.unwrap_or_default().1),
                )
            }),
            rest_kib: of(|run| run.rest_kib),
            kib_a_call: of(|run| run.kib_a_call),
            failed: runs.iter().map(|run| run.failed).sum(),
            retransmissions: runs.iter().map(|run| run.retransmissions).sum(),
            late_percent: of(|run| run.late_percent),
            generator_percent: of(|run| run.generator_percent),
        }
    }
}

/// What is noted at both ends of the window.
pub(super) struct Measured {
    at_rest: Usage,
    begin: (Instant, Usage, Usage),
    end: (Instant, Usage, Usage),
    pub(super) steps: u64,
    pub(super) late_steps: u64,
}

impl Measured {
    pub(super) fn begin(load: &Load, at_rest: Usage) -> Self {
        let begin = look(load);
        Self {
            at_rest,
            begin,
            end: begin,
            steps: 0,
            late_steps: 0,
        }
    }

    pub(super) fn end(&mut self, load: &Load) {
        self.end = look(load);
    }

    pub(super) fn outcome(&self, calls: &callers::Tally, heard: &streams::Tally) -> Outcome {
        let window = (self.end.0 - self.begin.0).as_secs_f64();
        let cpu = (self.end.1.cpu.saturating_sub(self.begin.1.cpu)).as_secs_f64();
        let own = (self.end.2.cpu.saturating_sub(self.begin.2.cpu)).as_secs_f64();
        let concurrent = ratio(calls.concurrent.0, calls.concurrent.1);
        let resident = self
            .end
            .1
            .resident_kib
            .saturating_sub(self.at_rest.resident_kib);
        let answered = calls.answered_in_window as f64;
        let percentile = |permille| calls.setup.percentile(permille).map_or(0.0, millis);
        let delay = |permille| heard.delay.percentile(permille).map(millis);
        Outcome {
            concurrent,
            setups_a_second: answered / window,
            cpu_percent: cpu / window * 100.0,
            cpu_a_call_minute: cpu / (concurrent * window / 60.0).max(1e-9),
            cpu_a_thousand_setups: cpu / answered.max(1.0) * 1_000.0,
            setup_ms: (percentile(500), percentile(990)),
            deviation_ms: heard.deviation.percentile(990).map_or(0.0, millis),
            lost_permille: ratio(heard.lost, heard.heard + heard.lost) * 1_000.0,
            delay_ms: delay(500).zip(delay(990)),
            rest_kib: self.at_rest.resident_kib as f64,
            kib_a_call: resident as f64 / concurrent.max(1.0),
            failed: calls.failed + calls.keys_missed + heard.silent,
            retransmissions: calls.retransmissions,
            late_percent: ratio(self.late_steps, self.steps) * 100.0,
            generator_percent: own / window * 100.0,
        }
    }
}

fn look(load: &Load) -> (Instant, Usage, Usage) {
    let own = Usage::of(&[std::process::id()]);
    (Instant::now(), Usage::of(&load.processes), own)
}

pub(super) fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / (whole as f64).max(1.0)
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}
