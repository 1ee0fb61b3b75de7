//! The codecs against programs that others wrote: sox, ffmpeg and the Opus tools.

mod codecs {
    pub(crate) mod ogg;
}

use codecs::ogg;
use media::codec::{Codec, Decoder, Encoder, PACKET_BYTES_MAX, PACKET_SAMPLES_MAX, Rate};
use std::f64::consts::TAU;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// 3 s of something like speech: a gliding buzz that swells and pauses.
fn voice(rate: Rate) -> Vec<i16> {
    let hertz = f64::from(rate.hertz());
    let sample = |n: u32| {
        let at = f64::from(n) / hertz;
        let pitch = 140.0 * at + 8.0 * (TAU * at).sin();
        let buzz: f64 = (1..20)
            .map(|h| (TAU * pitch * f64::from(h)).sin() / f64::from(h))
            .sum();
        (buzz * 5_000.0 * (0.5 + 0.5 * (TAU * 2.0 * at).sin()).powi(2)) as i16
    };
    (0..3 * rate.hertz()).map(sample).collect()
}

fn bytes_of(samples: &[i16]) -> Vec<u8> {
    samples
        .iter()
        .flat_map(|sample| sample.to_le_bytes())
        .collect()
}

fn samples_of(bytes: &[u8]) -> Vec<i16> {
    bytes
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect()
}

fn encode(codec: Codec, rate: Rate, samples: &[i16]) -> Vec<Vec<u8>> {
    let mut encoder = Encoder::new(codec, rate).unwrap();
    let mut bytes = [0; PACKET_BYTES_MAX];
    let frames = samples.chunks_exact(encoder.rate().frame());
    frames
        .map(|frame| {
            let length = encoder.encode(frame, &mut bytes);
            bytes[..length].to_vec()
        })
        .collect()
}

fn decode<'a>(codec: Codec, packets: impl IntoIterator<Item = &'a [u8]>) -> Vec<i16> {
    let mut decoder = Decoder::new(codec).unwrap();
    let mut pcm = [0; PACKET_SAMPLES_MAX];
    let mut heard = Vec::new();
    for packet in packets {
        let count = decoder.decode(packet, &mut pcm);
        heard.extend_from_slice(&pcm[..count]);
    }
    heard
}

/// Runs a program in a folder of its own: what it made of what it was given.
fn judged(program: &str, arguments: &[&str], given: (&str, &[u8]), made: &str) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(given.0), given.1).unwrap();
    run(program, arguments, folder.path());
    fs::read(folder.path().join(made)).unwrap()
}

fn run(program: &str, arguments: &[&str], folder: &Path) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {told}");
}

/// The best correlation of two signals with a delay of up to 40 ms either way.
fn likeness(one: &[i16], other: &[i16]) -> f64 {
    let at = |delay: i32| {
        let (skip_one, skip_other) = (delay.max(0) as usize, (-delay).max(0) as usize);
        let pairs = one.iter().skip(skip_one).zip(other.iter().skip(skip_other));
        let (mut product, mut one_power, mut other_power) = (0.0, 1.0, 1.0);
        for (&a, &b) in pairs {
            let (a, b) = (f64::from(a), f64::from(b));
            product += a * b;
            one_power += a * a;
            other_power += b * b;
        }
        product / (one_power * other_power).sqrt()
    };
    (-640..640).map(at).fold(0.0, f64::max)
}

#[test]
fn g711_agrees_with_sox_on_every_byte_and_on_every_sample() {
    let every_byte: Vec<u8> = (0..=255).collect();
    let every_sample: Vec<i16> = (i16::MIN..=i16::MAX).collect();
    for (codec, name) in [(Codec::Pcmu, "mu-law"), (Codec::Pcma, "a-law")] {
        let to_linear = [
            "-t", "raw", "-r", "8000", "-c", "1", "-e", name, "-b", "8", "in", "-t", "raw", "-e",
            "signed", "-b", "16", "out",
        ];
        let theirs = samples_of(&judged("sox", &to_linear, ("in", &every_byte), "out"));
        assert_eq!(decode(codec, [every_byte.as_slice()]), theirs, "{name}");

        let law = codec.law().unwrap();
        let to_bytes = [
            "-D", "-t", "raw", "-r", "8000", "-c", "1", "-e", "signed", "-b", "16", "in", "-t",
            "raw", "-e", name, "-b", "8", "out",
        ];
        let theirs = judged("sox", &to_bytes, ("in", &bytes_of(&every_sample)), "out");
        for (&sample, &theirs) in every_sample.iter().zip(&theirs) {
            // Between two levels sox rounds to what the law can hold, where we leave bits out.
            let rounded = [0, -4, 4].map(|bit| law.encode(sample.saturating_add(bit)));
            assert!(
                rounded.contains(&theirs),
                "{name} {sample}: {rounded:?} {theirs}"
            );
        }
    }
}

#[test]
fn g722_is_decoded_by_ffmpeg_to_the_very_samples_that_we_decode() {
    let packets = encode(Codec::G722, Rate::Wide, &voice(Rate::Wide));
    let arguments = [
        "-loglevel",
        "error",
        "-f",
        "g722",
        "-i",
        "in",
        "-f",
        "s16le",
        "out",
    ];
    let theirs = samples_of(&judged(
        "ffmpeg",
        &arguments,
        ("in", &packets.concat()),
        "out",
    ));
    let ours = decode(Codec::G722, packets.iter().map(Vec::as_slice));
    assert_eq!(ours.len(), theirs.len());
    let likeness = likeness(&ours[..16_000], &theirs[..16_000]);
    assert!(likeness > 0.999, "{likeness}");
}

#[test]
fn g722_of_ffmpeg_is_understood() {
    let spoken = voice(Rate::Wide);
    let arguments = [
        "-loglevel",
        "error",
        "-f",
        "s16le",
        "-ar",
        "16000",
        "-ac",
        "1",
        "-i",
        "in",
        "-f",
        "g722",
        "out",
    ];
    let theirs = judged("ffmpeg", &arguments, ("in", &bytes_of(&spoken)), "out");
    let heard = decode(Codec::G722, theirs.chunks(160));
    let likeness = likeness(&heard[..16_000], &spoken[..16_000]);
    assert!(likeness > 0.97, "{likeness}");
}

#[test]
fn our_opus_is_decoded_by_the_opus_tools_as_by_us() {
    for rate in [Rate::Narrow, Rate::Wide] {
        let packets = encode(Codec::Opus, rate, &voice(rate));
        let file = ogg::written(&packets);
        let arguments = ["--quiet", "--rate", "16000", "--force-wav", "in", "out"];
        let theirs = judged("opusdec", &arguments, ("in", &file), "out");
        let theirs = samples_of(&theirs[44..]);
        let ours = decode(Codec::Opus, packets.iter().map(Vec::as_slice));
        let likeness = likeness(&ours[1_600..20_000], &theirs[1_600..20_000]);
        assert!(likeness > 0.99, "{rate:?}: {likeness}");
    }
}

#[test]
fn opus_of_the_opus_tools_is_understood_whatever_its_frames() {
    let spoken = voice(Rate::Wide);
    for (bitrate, frame) in [
        ("12", "20"),
        ("24", "20"),
        ("24", "10"),
        ("24", "40"),
        ("32", "60"),
        ("64", "20"),
        ("96", "5"),
    ] {
        let arguments = [
            "--quiet",
            "--raw",
            "--raw-rate",
            "16000",
            "--raw-chan",
            "1",
            "--bitrate",
            bitrate,
            "--framesize",
            frame,
            "in",
            "out",
        ];
        let file = judged("opusenc", &arguments, ("in", &bytes_of(&spoken)), "out");
        let packets = ogg::packets(&file);
        let heard = decode(Codec::Opus, packets[2..].iter().map(Vec::as_slice));
        let likeness = likeness(&heard[1_600..20_000], &spoken[1_600..20_000]);
        assert!(likeness > 0.9, "{bitrate} kbit/s, {frame} ms: {likeness}");
    }
}
