//! The tones of a telephone network, which sound different in every country.
//!
//! The figures are those of ITU-T E.180 Supplement 2 and of the list "Various tones used in national
//! networks" that the ITU publishes beside it (annex to Operational Bulletin 781, 2003). Hong Kong
//! and the Republic of Korea are as that list has them; the United Kingdom is as BT's SIN 350,
//! Australia as AS/ACIF S002, Singapore as IDA TS PSTN 1, North America as ANSI T1.401. A country
//! that is not listed has what E.180 itself recommends.

mod plans;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::clock::FRAME_SAMPLES;
use crate::{Prompt, Segment};
use plans::{ELSEWHERE, PLANS};

const SAMPLES_A_MS: usize = 8;
const SAMPLE_RATE: f32 = 8_000.0;
/// Amplitude of a single frequency: about -17 dBm0, as loud as the voices.
const AMPLITUDE: f32 = 3_000.0;
/// How deep a modulated tone goes.
const DEPTH: f32 = 0.9;
/// A tone grows and fades within 4 ms, so that it does not click.
const FADE_SAMPLES: usize = 32;
/// Cycles that are made ready at once, at most, so that they fill whole frames.
const CYCLES_MAX: usize = 10;
/// A pause at the end of a cycle that is not made of samples.
const PAUSE_MS_MIN: u16 = 1_000;

/// What a tone tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// The other side is busy.
    Busy,
    /// The call cannot be put through.
    Congestion,
    /// The other side's telephone rings.
    Ringback,
}

/// What sounds in a step of a tone, in hertz.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pitch {
    /// The first, its amplitude modulated by the second.
    Modulated(f32, f32),
    One(f32),
    Pair(f32, f32),
    Silence,
}

/// A part of a tone's cycle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) pitch: Pitch,
    pub(crate) ms: u16,
}

/// The cycles of a country's tones.
#[derive(Debug)]
pub struct Plan {
    /// The countries that have it (ISO 3166-1 alpha-2).
    countries: &'static [&'static str],
    busy: &'static [Step],
    congestion: &'static [Step],
    ringback: &'static [Step],
    made: [OnceLock<Vec<Segment>>; 3],
}

impl Plan {
    /// The plan of a country by its two letters (ISO 3166-1 alpha-2).
    pub fn of(country: &str) -> &'static Self {
        let known = PLANS.iter().find(|plan| plan.countries.contains(&country));
        known.unwrap_or(&ELSEWHERE)
    }

    /// The countries whose tones are known, by their two letters.
    pub fn countries() -> impl Iterator<Item = &'static str> {
        PLANS.iter().flat_map(|plan| plan.countries).copied()
    }

    /// One cycle of a tone, to be played over and over.
    pub fn segments(&self, tone: Tone) -> Vec<Segment> {
        self.made[tone as usize]
            .get_or_init(|| make(self.cycle(tone)))
            .clone()
    }

    pub(crate) fn cycle(&self, tone: Tone) -> &'static [Step] {
        match tone {
            Tone::Busy => self.busy,
            Tone::Congestion => self.congestion,
            Tone::Ringback => self.ringback,
        }
    }
}

/// As many cycles as fill whole frames, and a long pause at their end as such.
fn make(cycle: &[Step]) -> Vec<Segment> {
    let (sounding, pause) = match cycle {
        [before @ .., last] if last.pitch == Pitch::Silence && last.ms >= PAUSE_MS_MIN => {
            (before, Some(last.ms))
        }
        _ => (cycle, None),
    };
    let mut samples = Vec::new();
    for _ in 0..CYCLES_MAX {
        for step in sounding {
            sound(*step, &mut samples);
        }
        if pause.is_some() || samples.len().is_multiple_of(FRAME_SAMPLES) {
            break;
        }
    }
    let audio = Segment::Audio(Arc::new(Prompt::from_pcm(&samples)));
    let pause = pause.map(|ms| Segment::Silence(Duration::from_millis(ms.into())));
    std::iter::once(audio).chain(pause).collect()
}

fn sound(step: Step, samples: &mut Vec<i16>) {
    let length = usize::from(step.ms) * SAMPLES_A_MS;
    samples.extend((0..length).map(|at| {
        let edge = at.min(length - 1 - at).min(FADE_SAMPLES) as f32 / FADE_SAMPLES as f32;
        (value(step.pitch, at) * AMPLITUDE * edge) as i16
    }));
}

/// A pair is as strong as a single frequency.
fn value(pitch: Pitch, at: usize) -> f32 {
    let wave = |hertz: f32| (at as f32 * hertz * std::f32::consts::TAU / SAMPLE_RATE).sin();
    match pitch {
        Pitch::Modulated(carrier, by) => wave(carrier) * (1.0 + DEPTH * wave(by)) / (1.0 + DEPTH),
        Pitch::One(hertz) => wave(hertz),
        Pitch::Pair(one, other) => (wave(one) + wave(other)) * std::f32::consts::FRAC_1_SQRT_2,
        Pitch::Silence => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TONES: [Tone; 3] = [Tone::Busy, Tone::Congestion, Tone::Ringback];

    fn length_ms(segments: &[Segment]) -> usize {
        let samples = segments.iter().map(|segment| match segment {
            Segment::Audio(prompt) => prompt.len(),
            Segment::Silence(pause) => pause.as_millis() as usize * SAMPLES_A_MS,
        });
        samples.sum::<usize>() / SAMPLES_A_MS
    }

    #[test]
    fn every_tone_of_every_country_lasts_whole_cycles_and_whole_frames() {
        for country in Plan::countries().chain(["ZZ"]) {
            let plan = Plan::of(country);
            for tone in TONES {
                let cycle: usize = plan.cycle(tone).iter().map(|it| usize::from(it.ms)).sum();
                let length = length_ms(&plan.segments(tone));
                assert_eq!(length % cycle, 0, "{country} {tone:?}");
                assert_eq!(length % 20, 0, "{country} {tone:?}");
            }
        }
    }

    #[test]
    fn a_country_is_listed_once() {
        let mut countries: Vec<_> = Plan::countries().collect();
        let listed = countries.len();
        countries.sort_unstable();
        countries.dedup();
        assert_eq!(countries.len(), listed);
        assert!(listed >= 30);
    }

    #[test]
    fn a_chinese_telephone_rings_one_second_of_five() {
        let ringback = Plan::of("CN").segments(Tone::Ringback);
        let [Segment::Audio(tone), Segment::Silence(pause)] = ringback.as_slice() else {
            panic!("{ringback:?}");
        };
        assert_eq!((tone.len(), *pause), (8_000, Duration::from_secs(4)));
    }

    #[test]
    fn no_tone_is_too_loud_or_too_soft() {
        for country in Plan::countries() {
            for tone in TONES {
                let segments = Plan::of(country).segments(tone);
                let Some(Segment::Audio(prompt)) = segments.first() else {
                    panic!("{country} {tone:?}");
                };
                let levels = prompt.bytes(crate::Law::Mu).iter();
                let levels = levels.map(|&byte| crate::Law::Mu.decode(byte).unsigned_abs());
                let loudest = levels.max().unwrap_or(0);
                assert!(
                    (2_500..=4_400).contains(&loudest),
                    "{country} {tone:?}: {loudest}"
                );
            }
        }
    }
}
