//! Concealment against the clean signal.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::*;
use crate::codec::Resampler;
use crate::codec::g711::Law;
use crate::wav;

/// A shipped announcement.
fn speech(rate: Rate) -> Vec<i16> {
    let files: [&[u8]; 4] = [
        include_bytes!("../../../../prompts/en-US/hibari/recording_notice.wav"),
        include_bytes!("../../../../prompts/en-US/hibari/main_menu.wav"),
        include_bytes!("../../../../prompts/en-US/hibari/all_busy.wav"),
        include_bytes!("../../../../prompts/en-US/hibari/no_information.wav"),
    ];
    let mut narrow: Vec<i16> = Vec::new();
    for file in files {
        let start = wav::parse(file).unwrap().data_offset as usize;
        narrow.extend(file[start..].iter().map(|&byte| Law::Mu.decode(byte)));
    }
    let mut audio = vec![0; narrow.len() * rate.factor()];
    Resampler::new(8_000, rate.hertz()).process(&narrow, &mut audio);
    audio
}

fn frames_lost(percent: u32, count: usize) -> Vec<bool> {
    let mut random = ChaCha12Rng::from_seed([9; 32]);
    (0..count)
        .map(|n| n > 10 && random.next_u32() % 100 < percent)
        .collect()
}

/// Mean over the lost frames that hold speech of the signal-to-noise ratio within -10 and 35 dB.
/// Silence has 0 dB.
fn segmental_snr(clean: &[i16], heard: &[i16], lost: &[bool]) -> f64 {
    let frame = clean.len() / lost.len();
    let frames = clean.chunks_exact(frame).zip(heard.chunks_exact(frame));
    let mut ratios = Vec::new();
    for ((clean, heard), _) in frames.zip(lost).filter(|(_, lost)| **lost) {
        let power: f64 = clean.iter().map(|&s| f64::from(s).powi(2)).sum();
        let noise = |(&a, &b): (&i16, &i16)| (f64::from(a) - f64::from(b)).powi(2);
        let noise: f64 = clean.iter().zip(heard).map(noise).sum();
        if power > frame as f64 * 100.0 * 100.0 {
            ratios.push((10.0 * (power / (noise + 1.0)).log10()).clamp(-10.0, 35.0));
        }
    }
    ratios.iter().sum::<f64>() / ratios.len() as f64
}

fn concealed(clean: &[i16], lost: &[bool], rate: Rate) -> Vec<i16> {
    let mut concealer = Concealer::new(rate);
    let mut heard = clean.to_vec();
    for (frame, &lost) in heard.chunks_exact_mut(rate.frame()).zip(lost) {
        if lost {
            concealer.conceal(frame);
        } else {
            concealer.accept(frame);
        }
    }
    heard
}

fn repeated(clean: &[i16], lost: &[bool], rate: Rate) -> Vec<i16> {
    let mut heard = clean.to_vec();
    for (n, &lost) in lost.iter().enumerate() {
        if lost {
            let at = n * rate.frame();
            heard.copy_within(at - rate.frame()..at, at);
        }
    }
    heard
}

fn silenced(clean: &[i16], lost: &[bool], rate: Rate) -> Vec<i16> {
    let mut heard = clean.to_vec();
    for (frame, &lost) in heard.chunks_exact_mut(rate.frame()).zip(lost) {
        if lost {
            frame.fill(0);
        }
    }
    heard
}

/// Mean difference of the spectra of lost frames that hold speech, in dB a band of 160 Hz, where
/// what is 30 dB below the strongest band counts as nothing.
fn spectral_distance(clean: &[i16], heard: &[i16], lost: &[bool]) -> f64 {
    let frame = clean.len() / lost.len();
    let frames = clean.chunks_exact(frame).zip(heard.chunks_exact(frame));
    let mut distances = Vec::new();
    for ((clean, heard), _) in frames.zip(lost).filter(|(_, lost)| **lost) {
        let (clean, heard) = (spectrum(clean), spectrum(heard));
        let strongest = clean.iter().copied().fold(0.0, f64::max);
        if strongest < 1e9 {
            continue;
        }
        let decibels = |power: f64| 10.0 * power.max(strongest / 1_000.0).log10();
        let bands = clean.iter().zip(&heard);
        distances.extend(bands.map(|(&a, &b)| (decibels(a) - decibels(b)).abs()));
    }
    distances.iter().sum::<f64>() / distances.len() as f64
}

fn spectrum(audio: &[i16]) -> Vec<f64> {
    let hertz = audio.len() as f64 * 50.0;
    let band = |n: u32| {
        let step = f64::from(n) * 160.0 * std::f64::consts::TAU / hertz;
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (at, &sample) in audio.iter().enumerate() {
            let (sine, cosine) = (step * at as f64).sin_cos();
            real += f64::from(sample) * cosine;
            imaginary += f64::from(sample) * sine;
        }
        real * real + imaginary * imaginary
    };
    (1..21).map(band).collect()
}

#[test]
fn concealment_sounds_more_like_the_speech_than_silence_or_the_frame_before() {
    for rate in [Rate::Narrow, Rate::Wide] {
        let mut clean = speech(rate);
        clean.truncate(clean.len() / rate.frame() * rate.frame());
        for percent in [5, 10, 20] {
            let lost = frames_lost(percent, clean.len() / rate.frame());
            let [pitch, frame, silence] = [concealed, repeated, silenced].map(|cover| {
                let heard = cover(&clean, &lost, rate);
                let ratio = segmental_snr(&clean, &heard, &lost);
                (ratio, spectral_distance(&clean, &heard, &lost))
            });
            assert!(
                pitch.0 > frame.0 + 3.0,
                "{rate:?} {percent} %: {pitch:?} {frame:?}"
            );
            assert!(
                pitch.0 > silence.0 - 0.5,
                "{rate:?} {percent} %: {pitch:?} {silence:?}"
            );
            assert!(
                pitch.1 < silence.1 * 0.7,
                "{rate:?} {percent} %: {pitch:?} {silence:?}"
            );
        }
    }
}

#[test]
fn a_vowel_goes_on_as_if_nothing_were_lost() {
    let vowel = |n: usize| {
        let harmonics = (1..9).map(|h| (n as f64 * f64::from(h) * 0.1).sin() / f64::from(h));
        (harmonics.sum::<f64>() * 4_000.0) as i16
    };
    let clean: Vec<i16> = (0..1_600).map(vowel).collect();
    let mut heard = clean.clone();
    let mut concealer = Concealer::new(Rate::Narrow);
    concealer.accept(&mut heard[..800]);
    concealer.conceal(&mut heard[800..960]);
    concealer.accept(&mut heard[960..]);
    assert!(segmental_snr(&clean[800..960], &heard[800..960], &[true]) > 12.0);
    let steepest = |audio: &[i16]| audio.windows(2).map(|w| w[0].abs_diff(w[1])).max().unwrap();
    assert!(steepest(&heard) <= steepest(&clean) * 5 / 4, "a click");
}

#[test]
fn a_long_loss_becomes_silence_after_60_ms() {
    let mut concealer = Concealer::new(Rate::Wide);
    let mut audio: Vec<i16> = (0..1_600)
        .map(|n| ((f64::from(n) * 0.1).sin() * 9_000.0) as i16)
        .collect();
    concealer.accept(&mut audio);
    let mut lost = [0; 3_200];
    concealer.conceal(&mut lost);
    assert!(lost[..160].iter().any(|&s| s > 8_000));
    assert!(lost[800..900].iter().any(|&s| s > 500));
    assert!(lost[960..].iter().all(|&s| s == 0));
}
