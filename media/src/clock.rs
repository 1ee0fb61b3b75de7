//! Time inside the engine: whole microseconds, cheap to subtract and to turn into samples.

use std::time::Duration;

/// Samples in a millisecond of narrow-band audio.
pub(crate) const SAMPLES_PER_MS: u64 = 8;
/// Samples in the frame that the engine sends.
pub(crate) const FRAME_SAMPLES: usize = 160;
/// Length of the frame that the engine sends.
pub(crate) const FRAME: Micros = Micros::from_ms(20);

/// Microseconds since the Unix epoch, or a span of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Micros(pub(crate) u64);

impl Micros {
    pub(crate) const fn from_ms(ms: u64) -> Self {
        Self(ms * 1_000)
    }

    /// The span from `earlier` to here, zero if `earlier` is later.
    pub(crate) const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }

    pub(crate) const fn plus(self, span: Self) -> Self {
        Self(self.0 + span.0)
    }

    /// How long so many 8 kHz samples last.
    pub(crate) const fn from_samples(samples: u32) -> Self {
        Self(samples as u64 * 1_000 / SAMPLES_PER_MS)
    }

    /// How many 8 kHz samples the span holds.
    pub(crate) const fn samples(self) -> u64 {
        self.0 * SAMPLES_PER_MS / 1_000
    }
}

impl From<Duration> for Micros {
    fn from(span: Duration) -> Self {
        Self(
            span.as_secs()
                .saturating_mul(1_000_000)
                .saturating_add(u64::from(span.subsec_micros())),
        )
    }
}

impl From<Micros> for Duration {
    fn from(span: Micros) -> Self {
        Self::from_micros(span.0)
    }
}
