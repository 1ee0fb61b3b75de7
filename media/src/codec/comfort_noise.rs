//! Comfort noise (RFC 3389): what a silence sounds like, in a few bytes.
//!
//! A payload holds the level below overload and the spectrum as reflection coefficients. Received,
//! it shapes noise of our own; sent, it describes the silence of a party.

/// Most reflection coefficients that are heeded.
const ORDER_MAX: usize = 10;
/// Reflection coefficients that we send.
const ORDER_SENT: usize = 6;
/// Bytes of a description that we send.
pub const DESCRIPTION_BYTES: usize = 1 + ORDER_SENT;
/// Level without a description: hardly heard.
const LEVEL_AT_START: u8 = 70;
/// Seed of the noise; the same noise at every leg does no harm.
const SEED: u32 = 0x2545_F491;

/// Makes noise like a described silence.
#[derive(Clone, Debug)]
pub struct ComfortNoise {
    level: u8,
    reflections: [f32; ORDER_MAX],
    backward: [f32; ORDER_MAX],
    random: u32,
    gain: f32,
}

impl Default for ComfortNoise {
    fn default() -> Self {
        let mut noise = Self {
            level: LEVEL_AT_START,
            reflections: [0.0; ORDER_MAX],
            backward: [0.0; ORDER_MAX],
            random: SEED,
            gain: 0.0,
        };
        noise.set_gain();
        noise
    }
}

impl ComfortNoise {
    /// Takes a description (§3). Coefficients beyond ten are ignored, none means white noise.
    pub fn describe(&mut self, payload: &[u8]) {
        let Some((&level, coefficients)) = payload.split_first() else {
            return;
        };
        self.level = level & 0x7F;
        self.reflections = [0.0; ORDER_MAX];
        for (reflection, &byte) in self.reflections.iter_mut().zip(coefficients) {
            *reflection = (f32::from(byte) - 127.0) / 128.0;
        }
        self.set_gain();
    }

    /// Fills `audio` with noise.
    pub fn fill(&mut self, audio: &mut [i16]) {
        for sample in audio {
            self.random ^= self.random << 13;
            self.random ^= self.random >> 17;
            self.random ^= self.random << 5;
            let white = f32::from(self.random as u16 as i16) * self.gain;
            *sample = self.shape(white) as i16;
        }
    }

    /// Level of the noise below overload, in dB.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// The all-pole lattice: forward through all stages, backward on the way.
    fn shape(&mut self, white: f32) -> f32 {
        let mut forward = white;
        for stage in (0..ORDER_MAX).rev() {
            let reflection = self.reflections[stage];
            forward -= reflection * self.backward[stage];
            if stage + 1 < ORDER_MAX {
                self.backward[stage + 1] = self.backward[stage] + reflection * forward;
            }
        }
        self.backward[0] = forward;
        forward
    }

    fn set_gain(&mut self) {
        // Uniform noise of 16 bits lies 4.77 dB below a full square wave; shaping adds the rest.
        let target = 10.0_f32.powf(-f32::from(self.level) / 20.0);
        let lost: f32 = self.reflections.iter().map(|k| 1.0 - k * k).product();
        self.gain = target * 3.0_f32.sqrt() * lost.max(0.0).sqrt();
    }
}

/// Describes a silence for the peer.
pub fn describe(silence: &[i16]) -> [u8; DESCRIPTION_BYTES] {
    let mut description = [127; DESCRIPTION_BYTES];
    let scaled = |&sample: &i16| f64::from(sample) / 32_768.0;
    let mut correlation = [0.0; ORDER_SENT + 1];
    for (lag, sum) in correlation.iter_mut().enumerate() {
        let pairs = silence.iter().zip(silence.iter().skip(lag));
        *sum = pairs.map(|(a, b)| scaled(a) * scaled(b)).sum();
    }
    description[0] = level(correlation[0], silence.len());
    for (byte, reflection) in description[1..].iter_mut().zip(reflections(&correlation)) {
        *byte = (reflection * 128.0 + 127.0).round().clamp(0.0, 254.0) as u8;
    }
    description
}

fn level(power: f64, samples: usize) -> u8 {
    let mean = power / samples.max(1) as f64;
    (-10.0 * mean.max(1e-13).log10()).round().clamp(0.0, 127.0) as u8
}

/// Reflection coefficients of a correlation (Levinson and Durbin).
fn reflections(correlation: &[f64; ORDER_SENT + 1]) -> [f64; ORDER_SENT] {
    let mut reflections = [0.0; ORDER_SENT];
    let mut predictor = [0.0; ORDER_SENT];
    // A little white noise keeps a tone from making the filter ring.
    let mut error = correlation[0] * 1.001 + 1e-12;
    for order in 0..ORDER_SENT {
        let known = (0..order).map(|n| predictor[n] * correlation[order - n]);
        let reflection = -(correlation[order + 1] + known.sum::<f64>()) / error;
        reflections[order] = reflection;
        let before = predictor;
        for n in 0..order {
            predictor[n] = before[n] + reflection * before[order - 1 - n];
        }
        predictor[order] = reflection;
        error *= 1.0 - reflection * reflection;
    }
    reflections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level_of(audio: &[i16]) -> i32 {
        i32::from(describe(audio)[0])
    }

    #[test]
    fn noise_has_the_level_that_was_described() {
        for level in [30, 45, 60] {
            for coefficients in [&[][..], &[60, 150, 127], &[30, 140, 120, 130]] {
                let mut noise = ComfortNoise::default();
                noise.describe(&[&[level], coefficients].concat());
                let mut audio = [0; 8_000];
                noise.fill(&mut audio);
                let made = level_of(&audio[1_000..]);
                assert!(
                    (made - i32::from(level)).abs() <= 2,
                    "{level}: {made} {coefficients:?}"
                );
            }
        }
    }

    #[test]
    fn a_description_of_described_noise_is_the_description() {
        let spectrum = [40, 60, 150, 120, 127, 127, 127];
        let mut noise = ComfortNoise::default();
        noise.describe(&spectrum);
        let mut audio = vec![0; 16_000];
        noise.fill(&mut audio);
        let again = describe(&audio);
        for (was, is) in spectrum.iter().zip(again) {
            assert!(was.abs_diff(is) <= 4, "{spectrum:?} became {again:?}");
        }
    }

    #[test]
    fn no_description_whatever_makes_the_noise_ring() {
        for byte in [0, 1, 127, 200, 255] {
            let mut noise = ComfortNoise::default();
            noise.describe(
                &[20; 1]
                    .iter()
                    .chain(&[byte; 12])
                    .copied()
                    .collect::<Vec<u8>>(),
            );
            let mut audio = vec![0; 16_000];
            noise.fill(&mut audio);
            assert!(level_of(&audio) >= 10, "{byte}");
        }
    }
}
