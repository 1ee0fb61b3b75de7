//! Recordings made small, judged by the Opus tools.

use media::Law;
use media::archive::Archive;
use media::wav::FileCodec;
use std::fs;
use std::process::Command;
use tempfile::TempDir;
use tests::tone::{share, sine};

/// 20 ms.
const TOLERANCE: i64 = 160;

/// Noise that two runs have in common: a correlation shows any shift.
fn noise(at: usize) -> i16 {
    let mixed = (at as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    ((mixed >> 50) as i16) - 8_192
}

fn compressed(law: Law, left: &[i16], right: &[i16]) -> Vec<u8> {
    let mut archive = Archive::new(law.into(), 77).unwrap();
    let mut file = Vec::new();
    let pairs: Vec<u8> = left
        .iter()
        .zip(right)
        .flat_map(|(&left, &right)| [law.encode(left), law.encode(right)])
        .collect();
    for piece in pairs.chunks(10_001) {
        archive.push(piece).unwrap();
        file.extend(archive.take());
    }
    file.extend(archive.finish().unwrap());
    file
}

/// What `opusdec` makes of it, by channel.
fn decoded(file: &[u8], rate: &str) -> [Vec<i16>; 2] {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("in.opus"), file).unwrap();
    let arguments = [
        "--quiet",
        "--rate",
        rate,
        "--no-dither",
        "in.opus",
        "out.wav",
    ];
    run("opusdec", &arguments, &folder);
    let wave = fs::read(folder.path().join("out.wav")).unwrap();
    let data = wave.windows(4).position(|it| it == b"data").unwrap() + 8;
    let samples: Vec<i16> = wave[data..]
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    [0, 1].map(|channel| samples.iter().skip(channel).step_by(2).copied().collect())
}

fn run(program: &str, arguments: &[&str], folder: &TempDir) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {told}");
    format!("{said}{told}")
}

/// By how many samples `later` lags behind `sooner`.
fn lag(sooner: &[i16], later: &[i16]) -> i64 {
    let product = |lag: i64| -> f64 {
        (8_000..16_000_i64)
            .map(|at| f64::from(sooner[at as usize]) * f64::from(later[(at + lag) as usize]))
            .sum()
    };
    (-800..800)
        .max_by(|&a, &b| product(a).total_cmp(&product(b)))
        .unwrap()
}

#[test]
fn a_compressed_recording_is_as_long_as_it_was_and_in_step() {
    for (law, samples) in [(Law::A, 80_003), (Law::Mu, 24_160), (Law::A, 24_000)] {
        let left: Vec<i16> = (0..samples).map(noise).collect();
        let right: Vec<i16> = (0..samples).map(|at| noise(at + 1_000_000)).collect();
        let file = compressed(law, &left, &right);
        let [heard_left, heard_right] = decoded(&file, "8000");

        assert_eq!(heard_left.len(), heard_right.len());
        let difference = heard_left.len() as i64 - samples as i64;
        assert!(
            difference.abs() <= TOLERANCE,
            "{difference} samples too many"
        );
        for (said, heard) in [(&left, &heard_left), (&right, &heard_right)] {
            let lag = lag(said, heard);
            assert!(lag.abs() <= TOLERANCE, "late by {lag} samples");
        }
    }
}

#[test]
fn each_party_is_on_its_own_channel_alone_and_the_file_is_small() {
    let seconds = 30;
    let left: Vec<i16> = (0..8_000 * seconds).map(|at| sine(440.0, at)).collect();
    let right = vec![0; left.len()];
    let file = compressed(Law::A, &left, &right);

    let [heard_left, heard_right] = decoded(&file, "8000");
    assert!(share(&heard_left[8_000..80_000], 440.0) > 0.9);
    let loudest = heard_right.iter().map(|it| it.unsigned_abs()).max();
    assert!(loudest.unwrap() < 64, "{loudest:?} on the silent channel");
    let bits = file.len() as u64 * 8 / seconds;
    assert!(bits < 28_000, "{bits} bits a second");
}

#[test]
fn the_opus_tools_find_nothing_wrong_with_it() {
    let left: Vec<i16> = (0..200_000).map(noise).collect();
    let file = compressed(Law::Mu, &left, &left);
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("in.opus"), file).unwrap();

    let said = run("opusinfo", &["in.opus"], &folder);

    assert!(said.contains("Playback length: 0m:25.000s"), "{said}");
    assert!(!said.to_lowercase().contains("warning"), "{said}");
    assert!(!said.to_lowercase().contains("error"), "{said}");
}

#[test]
fn a_wide_recording_stays_wide_and_as_long_as_it_was() {
    // Tones of 3 and 2.5 kHz at 8 kHz are of 6 and 5 kHz at 16 kHz.
    let tone = |hz| -> Vec<i16> { (0..64_000).map(|at| sine(hz, at)).collect() };
    let (left, right) = (tone(3_000.0), tone(2_500.0));
    let mut archive = Archive::new(FileCodec::Pcm16, 78).unwrap();
    let pairs = left.iter().zip(&right);
    let bytes: Vec<u8> = pairs
        .flat_map(|(left, right)| [left.to_le_bytes(), right.to_le_bytes()])
        .flatten()
        .collect();
    for piece in bytes.chunks(10_001) {
        archive.push(piece).unwrap();
    }
    let file = archive.finish().unwrap();

    let [one, other] = decoded(&file, "16000");

    assert_eq!((one.len(), other.len()), (64_000, 64_000));
    let middle = 16_000..48_000;
    assert!(share(&one[middle.clone()], 3_000.0) > 0.95);
    assert!(share(&other[middle.clone()], 2_500.0) > 0.95);
    assert!(share(&one[middle], 2_500.0) < 0.001);
    assert!(file.len() < bytes.len() / 8, "{} bytes", file.len());
}
