//! Percentiles of many durations, in bounded memory.

use std::time::Duration;

/// The width of a bucket.
const STEP_MICROS: u64 = 10;
/// Everything from a second on is in the last bucket.
const BUCKETS: usize = 100_001;

/// Counts durations in steps of 10 µs.
#[derive(Debug)]
pub(crate) struct Histogram {
    buckets: Vec<u32>,
    count: u64,
}

impl Histogram {
    pub(crate) fn new() -> Self {
        Self {
            buckets: vec![0; BUCKETS],
            count: 0,
        }
    }

    pub(crate) fn add(&mut self, nanos: u64) {
        let bucket = usize::try_from(nanos / 1_000 / STEP_MICROS).unwrap_or(BUCKETS);
        self.buckets[bucket.min(BUCKETS - 1)] += 1;
        self.count += 1;
    }

    /// How many were counted.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The duration that `permille` of all do not exceed; none when nothing was counted.
    pub(crate) fn percentile(&self, permille: u64) -> Option<Duration> {
        let wanted = (self.count * permille).div_ceil(1_000);
        let mut seen = 0;
        let bucket = self.buckets.iter().position(|count| {
            seen += u64::from(*count);
            seen >= wanted
        })?;
        let micros = bucket as u64 * STEP_MICROS + STEP_MICROS / 2;
        (self.count > 0).then(|| Duration::from_micros(micros))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_middle_of_its_step() {
        let mut histogram = Histogram::new();
        assert_eq!(histogram.percentile(500), None);
        (1..=100).for_each(|ms| histogram.add(ms * 1_000_000));
        assert_eq!(
            histogram.percentile(500),
            Some(Duration::from_micros(50_005))
        );
        assert_eq!(
            histogram.percentile(990),
            Some(Duration::from_micros(99_005))
        );
        histogram.add(5_000_000_000);
        assert_eq!(
            histogram.percentile(1_000),
            Some(Duration::from_micros(1_000_005))
        );
    }
}
