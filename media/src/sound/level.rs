//! From samples as a file has them to mono at 8 kHz that nowhere exceeds full scale.

use super::{LONGEST, RATE, SoundError};
use crate::codec::Resampler;

/// Full scale of the samples between: room of 12 dB above for peaks that come down at the end.
const FULL: f32 = 8_192.0;
/// What [`FULL`] becomes.
const GAIN: f32 = 4.0;
/// The largest sample that µ-law knows.
const PEAK: f32 = 32_124.0;
/// What is quieter than -60 dB all through is silent.
const SILENCE: f32 = 33.0;
/// From higher rates a resampler goes by way of this one.
const BETWEEN: u32 = 48_000;
/// Every rate that recorders have is a multiple of this; others are taken for the nearest one, which
/// nobody hears and which keeps the filters small.
const STEP: u32 = 25;
const RATES: std::ops::RangeInclusive<u32> = 4_000..=192_000;
/// Samples taken at a time.
const CHUNK: usize = 4_096;

/// Takes the samples of a file and gives those of a sound.
pub(super) struct Level {
    rate: u32,
    channels: u16,
    stages: Vec<Resampler>,
    sound: Vec<i16>,
}

impl Level {
    pub(super) fn new(rate: u32, channels: u16) -> Result<Self, SoundError> {
        if !(1..=2).contains(&channels) {
            return Err(SoundError::Channels(channels));
        }
        if !RATES.contains(&rate) {
            return Err(SoundError::Rate(rate));
        }
        let stages = match (rate + STEP / 2) / STEP * STEP {
            RATE => Vec::new(),
            rate if rate > BETWEEN => {
                vec![Resampler::new(rate, BETWEEN), Resampler::new(BETWEEN, RATE)]
            }
            rate => vec![Resampler::new(rate, RATE)],
        };
        Ok(Self {
            rate,
            channels,
            stages,
            sound: Vec::new(),
        })
    }

    pub(super) fn is_of(&self, rate: u32, channels: u16) -> bool {
        (self.rate, self.channels) == (rate, channels)
    }

    /// Takes interleaved samples of all channels, full scale being one.
    pub(super) fn take(&mut self, samples: &[f32]) -> Result<(), SoundError> {
        for samples in samples.chunks(CHUNK * usize::from(self.channels)) {
            let mut mono = Vec::with_capacity(CHUNK);
            for frame in samples.chunks_exact(self.channels.into()) {
                let joined = frame.iter().sum::<f32>() / f32::from(self.channels);
                if joined.is_nan() {
                    return Err(SoundError::Damaged("a sample is not a number"));
                }
                if joined.abs() > f32::from(i16::MAX) / FULL {
                    return Err(SoundError::TooLoud);
                }
                mono.push((joined * FULL).round() as i16);
            }
            self.pass(mono);
            if super::length(self.sound.len()) > LONGEST {
                return Err(SoundError::TooLong);
            }
        }
        Ok(())
    }

    fn pass(&mut self, mut samples: Vec<i16>) {
        for resampler in &mut self.stages {
            // No stage gives more than twice what it takes, and one sample of the phase before.
            let mut room = vec![0; samples.len() * 2 + 1];
            let given = resampler.process(&samples, &mut room);
            room.truncate(given);
            samples = room;
        }
        self.sound.extend_from_slice(&samples);
    }

    /// The sound, as loud as it was recorded where that fits.
    pub(super) fn finish(mut self) -> Result<Vec<i16>, SoundError> {
        if !self.stages.is_empty() {
            // The filter still holds the last 3 ms.
            let tail = (self.rate * 3).div_ceil(1_000);
            self.pass(vec![0; tail as usize]);
        }
        let peak = self.sound.iter().map(|it| it.unsigned_abs()).max();
        let peak = f32::from(peak.unwrap_or_default());
        if peak * GAIN < SILENCE {
            return Err(SoundError::Silent);
        }
        let gain = GAIN.min(PEAK / peak);
        for sample in &mut self.sound {
            *sample = (f32::from(*sample) * gain).round() as i16;
        }
        Ok(self.sound)
    }
}
