//! The sampling rates that audio is decoded, mixed and encoded at.

use crate::clock::FRAME_SAMPLES;

/// A sampling rate of linear audio. Ordered by what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rate {
    /// 8 kHz, what a telephone network carries.
    Narrow,
    /// 16 kHz, what G.722 carries and what Opus is mixed at.
    Wide,
}

impl Rate {
    /// Samples a second.
    pub const fn hertz(self) -> u32 {
        match self {
            Self::Narrow => 8_000,
            Self::Wide => 16_000,
        }
    }

    /// Samples in 20 ms.
    pub const fn frame(self) -> usize {
        FRAME_SAMPLES * self.factor()
    }

    /// Samples for each one at 8 kHz.
    pub(crate) const fn factor(self) -> usize {
        match self {
            Self::Narrow => 1,
            Self::Wide => 2,
        }
    }
}

/// Samples in the longest frame of 20 ms.
pub const FRAME_MAX: usize = Rate::Wide.frame();
/// Samples in the longest packet that is decoded: 120 ms.
pub const PACKET_SAMPLES_MAX: usize = FRAME_MAX * 6;
