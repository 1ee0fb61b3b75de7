//! How many calls each trunk carries and how fast new ones come: its limits, both ways.
//!
//! Calls a second are metered by the generic cell rate algorithm (ITU-T I.371), which is a bucket
//! of as many tokens as calls are allowed in a second, kept as one instant.

use model::{TrunkId, TrunkLimits};
use std::collections::HashMap;
use std::time::Duration;

/// Over how long the calls a second are counted.
const SPAN: Duration = Duration::from_secs(1);

/// All trunks that carry calls, or did within the last second.
#[derive(Debug, Default)]
pub(crate) struct Trunks {
    usage: HashMap<TrunkId, Usage>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Usage {
    calls: u32,
    /// When the bucket will be full again.
    full_at: Duration,
}

/// Why a trunk takes no call at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exhausted {
    /// It carries as many as it may.
    Calls,
    /// Too many began within a second.
    Rate,
}

impl Exhausted {
    /// What the peer is told.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Calls => "the trunk carries as many calls as it may",
            Self::Rate => "too many calls a second on the trunk",
        }
    }
}

impl Trunks {
    /// Counts a call in, or says which limit keeps it out. Who is counted in is counted out by
    /// [`release`](Self::release).
    pub(crate) fn admit(
        &mut self,
        now: Duration,
        trunk: TrunkId,
        limits: &TrunkLimits,
    ) -> Result<(), Exhausted> {
        let usage = self.usage.entry(trunk).or_default();
        if limits
            .concurrent_calls
            .is_some_and(|most| usage.calls >= most)
        {
            return Err(Exhausted::Calls);
        }
        if let Some(cell) = cell(limits) {
            if usage.full_at + cell > now + SPAN {
                return Err(Exhausted::Rate);
            }
            usage.full_at = usage.full_at.max(now) + cell;
        }
        usage.calls += 1;
        Ok(())
    }

    /// Counts a call in that an earlier process had admitted.
    pub(crate) fn restore(
        &mut self,
        now: Duration,
        (trunk, began_at): (TrunkId, Duration),
        limits: &TrunkLimits,
    ) {
        let usage = self.usage.entry(trunk).or_default();
        usage.calls += 1;
        if let Some(cell) = cell(limits).filter(|_| began_at + SPAN > now) {
            usage.full_at = usage.full_at.max(began_at) + cell;
        }
    }

    /// Counts a call out.
    pub(crate) fn release(&mut self, now: Duration, trunk: TrunkId) {
        if let Some(usage) = self.usage.get_mut(&trunk) {
            usage.calls = usage.calls.saturating_sub(1);
            if usage.calls == 0 && usage.full_at <= now {
                self.usage.remove(&trunk);
            }
        }
    }

    /// Calls that a trunk carries.
    pub(crate) fn calls(&self, trunk: TrunkId) -> u32 {
        self.usage.get(&trunk).map_or(0, |usage| usage.calls)
    }
}

/// The share of a second that one call takes.
fn cell(limits: &TrunkLimits) -> Option<Duration> {
    limits.calls_per_second.map(|rate| SPAN / rate.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;
    use std::collections::VecDeque;

    const START: Duration = Duration::from_hours(500_000);

    fn trunk() -> TrunkId {
        TrunkId::new(Timestamp::default(), [1; 10])
    }

    fn limits(concurrent_calls: Option<u32>, calls_per_second: Option<u32>) -> TrunkLimits {
        TrunkLimits {
            concurrent_calls,
            calls_per_second,
        }
    }

    #[test]
    fn a_trunk_carries_as_many_calls_as_it_may_and_one_more_when_one_ends() {
        let mut trunks = Trunks::default();
        let limits = limits(Some(2), None);
        for _ in 0..2 {
            assert_eq!(trunks.admit(START, trunk(), &limits), Ok(()));
        }
        assert_eq!(trunks.admit(START, trunk(), &limits), Err(Exhausted::Calls));
        trunks.release(START, trunk());
        assert_eq!(trunks.admit(START, trunk(), &limits), Ok(()));
        assert_eq!(trunks.calls(trunk()), 2);
    }

    #[test]
    fn no_second_sees_more_than_twice_the_rate_and_none_after_it_more_than_the_rate() {
        let mut trunks = Trunks::default();
        let limits = limits(None, Some(10));
        let mut admitted = VecDeque::new();
        for step in 0..50_000_u64 {
            let now = START + Duration::from_micros(step * 137);
            if trunks.admit(now, trunk(), &limits).is_ok() {
                trunks.release(now, trunk());
                admitted.push_back(now);
            }
            admitted.retain(|at| *at + SPAN > now);
            // A call that comes late does not delay those behind it, so that one more fits in.
            let most = if now < START + 2 * SPAN { 20 } else { 11 };
            assert!(admitted.len() <= most, "{} at {now:?}", admitted.len());
        }
    }

    #[test]
    fn a_limit_of_the_rate_costs_no_place() {
        let mut trunks = Trunks::default();
        let limits = limits(Some(5), Some(1));
        assert_eq!(trunks.admit(START, trunk(), &limits), Ok(()));
        assert_eq!(trunks.admit(START, trunk(), &limits), Err(Exhausted::Rate));
        assert_eq!(trunks.calls(trunk()), 1);
        let later = START + SPAN;
        assert_eq!(trunks.admit(later, trunk(), &limits), Ok(()));
    }

    #[test]
    fn a_new_process_counts_what_goes_on() {
        let mut trunks = Trunks::default();
        let limits = limits(Some(2), Some(2));
        let now = START + Duration::from_millis(100);
        for _ in 0..2 {
            trunks.restore(now, (trunk(), START), &limits);
        }
        assert_eq!(trunks.admit(now, trunk(), &limits), Err(Exhausted::Calls));
        trunks.release(now, trunk());
        assert_eq!(trunks.admit(now, trunk(), &limits), Err(Exhausted::Rate));
        let later = START + Duration::from_millis(500);
        assert_eq!(trunks.admit(later, trunk(), &limits), Ok(()));
    }

    #[test]
    fn without_limits_everything_is_carried() {
        let mut trunks = Trunks::default();
        for _ in 0..1_000 {
            assert_eq!(
                trunks.admit(START, trunk(), &TrunkLimits::default()),
                Ok(())
            );
        }
        for _ in 0..1_000 {
            trunks.release(START, trunk());
        }
        assert_eq!((trunks.calls(trunk()), trunks.usage.len()), (0, 0));
    }
}
