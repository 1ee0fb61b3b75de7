//! Whether somebody speaks: energy above a floor that follows the noise of the line.

/// What is softer is silence whatever the floor: -55 dB below overload.
const SOFTEST: u32 = 1_800;
/// Speech is so many times as strong as the floor: 9 dB.
const ABOVE_FLOOR: u32 = 8;
/// Frames after speech that still count as such, so that no syllable's end is cut: 200 ms.
const HANGOVER: u8 = 10;
/// The floor rises by 1/64 a frame towards what is heard: some seconds.
const RISE: u32 = 64;
const FLOOR_AT_START: u32 = 2_000;
const FLOOR_MAX: u32 = 1_000_000;

/// Judges frames of 20 ms.
#[derive(Clone, Debug)]
pub struct Activity {
    floor: u32,
    hangover: u8,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            floor: FLOOR_AT_START,
            hangover: 0,
        }
    }
}

impl Activity {
    /// Whether the frame holds speech, or the end of a syllable that a frame before held.
    pub fn hears(&mut self, frame: &[i16]) -> bool {
        if self.is_loud(frame) {
            self.hangover = HANGOVER;
            return true;
        }
        self.hangover = self.hangover.saturating_sub(1);
        self.hangover > 0
    }

    /// Whether the frame itself is louder than the noise of the line.
    pub fn is_loud(&mut self, frame: &[i16]) -> bool {
        let power = power(frame);
        if power < self.floor {
            self.floor = power.max(1);
        } else {
            let rise = (power - self.floor) / (RISE * ABOVE_FLOOR) + self.floor / RISE;
            self.floor = (self.floor + rise.max(1)).min(power).min(FLOOR_MAX);
        }
        power > SOFTEST && power / ABOVE_FLOOR > self.floor
    }
}

/// Mean square of the samples.
fn power(frame: &[i16]) -> u32 {
    let sum: u64 = frame
        .iter()
        .map(|&sample| u64::from(sample.unsigned_abs()).pow(2))
        .sum();
    (sum / frame.len().max(1) as u64) as u32
}

#[cfg(test)]
mod tests {
    use super::super::comfort_noise::ComfortNoise;
    use super::*;

    /// 3 s of noise at a level, with a tone of half a second in every second.
    fn judged(noise_level: u8) -> Vec<(bool, bool)> {
        let mut noise = ComfortNoise::default();
        noise.describe(&[noise_level]);
        let mut activity = Activity::default();
        let judge = |frame: usize| {
            let mut audio = [0; 160];
            noise.fill(&mut audio);
            let speaks = frame % 50 >= 25;
            if speaks {
                for (n, sample) in audio.iter_mut().enumerate() {
                    let angle = (frame * 160 + n) as f64 * 0.2;
                    *sample = sample.saturating_add((angle.sin() * 3_000.0) as i16);
                }
            }
            (speaks, activity.hears(&audio))
        };
        (0..150).map(judge).collect()
    }

    #[test]
    fn speech_is_told_from_noise_of_any_level() {
        for level in [40, 55, 75] {
            let judged = judged(level);
            let missed = judged[50..]
                .iter()
                .filter(|(speaks, heard)| *speaks && !heard);
            assert_eq!(missed.count(), 0, "{level}");
            let settled = judged[50..].iter().enumerate();
            let imagined = settled.filter(|(n, (speaks, heard))| {
                !speaks && *heard && n % 50 >= usize::from(HANGOVER)
            });
            assert_eq!(imagined.count(), 0, "{level}");
        }
    }

    #[test]
    fn a_steady_hum_becomes_the_floor() {
        let mut activity = Activity::default();
        let hum: Vec<i16> = (0..160)
            .map(|n| ((f64::from(n) * 0.04).sin() * 400.0) as i16)
            .collect();
        let last = (0..1_000).map(|_| activity.hears(&hum)).last();
        assert_eq!(last, Some(false));
    }
}
