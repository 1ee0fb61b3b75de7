//! Timing, pass band and stop band.

use std::f64::consts::TAU;

use super::*;

fn tone(hertz: f64, rate: u32, count: usize) -> Vec<i16> {
    (0..count)
        .map(|n| ((n as f64 * hertz * TAU / f64::from(rate)).sin() * 10_000.0) as i16)
        .collect()
}

fn run(from: u32, to: u32, input: &[i16], chunk: usize) -> Vec<i16> {
    let mut resampler = Resampler::new(from, to);
    let mut output = Vec::new();
    let mut room = [0; 4_000];
    for piece in input.chunks(chunk) {
        let given = resampler.process(piece, &mut room);
        output.extend_from_slice(&room[..given]);
    }
    output
}

fn level(samples: &[i16]) -> f64 {
    let power: f64 = samples.iter().map(|&s| f64::from(s) * f64::from(s)).sum();
    (power / samples.len() as f64).sqrt()
}

#[test]
fn a_frame_gives_a_frame_for_ever() {
    for (from, to) in [
        (8_000, 16_000),
        (16_000, 8_000),
        (8_000, 48_000),
        (48_000, 8_000),
        (16_000, 48_000),
        (48_000, 16_000),
        (24_000, 16_000),
    ] {
        let mut resampler = Resampler::new(from, to);
        let frame = vec![0; from as usize / 50];
        let mut room = [0; 960];
        for _ in 0..500 {
            assert_eq!(
                resampler.process(&frame, &mut room),
                to as usize / 50,
                "{from} to {to}"
            );
        }
    }
}

#[test]
fn odd_pieces_give_the_same_samples_as_whole_ones() {
    let input = tone(700.0, 16_000, 8_000);
    assert_eq!(
        run(16_000, 8_000, &input, 37),
        run(16_000, 8_000, &input, 8_000)
    );
    assert_eq!(
        run(16_000, 48_000, &input, 37),
        run(16_000, 48_000, &input, 320)
    );
}

#[test]
fn speech_passes_and_what_the_lower_rate_cannot_hold_does_not() {
    for (from, to) in [
        (8_000, 16_000),
        (16_000, 8_000),
        (48_000, 8_000),
        (8_000, 48_000),
    ] {
        for hertz in [200.0, 1_000.0, 3_200.0] {
            let output = run(from, to, &tone(hertz, from, 16_000), 160);
            let gain = level(&output[1_000..]) / 7_071.0;
            assert!(
                (0.9..1.1).contains(&gain),
                "{from} to {to}, {hertz} Hz: {gain}"
            );
        }
    }
    for hertz in [4_600.0, 6_000.0, 7_500.0] {
        let output = run(16_000, 8_000, &tone(hertz, 16_000, 16_000), 320);
        assert!(
            level(&output[1_000..]) < 40.0,
            "{hertz} Hz: {}",
            level(&output[1_000..])
        );
    }
}

#[test]
fn there_and_back_is_the_same_signal_23_and_a_half_samples_later() {
    let input = tone(300.0, 8_000, 4_000);
    let back = run(16_000, 8_000, &run(8_000, 16_000, &input, 160), 320);
    let late = input.windows(2).map(|w| w[0].midpoint(w[1]));
    let differences: Vec<i16> = late.zip(&back[24..]).map(|(a, &b)| a - b).collect();
    assert!(
        level(&differences[200..]) < 100.0,
        "{}",
        level(&differences[200..])
    );
}
