//! Sounds for the tests: shipped clips, spandsp's signals, and what a network does to them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use media::Law;
use media::detect::{Finding, Listener, Listening};

/// Samples of 20 ms.
pub(crate) const FRAME: usize = 160;

/// The instrument, built from `signals.c` beside this file.
static INSTRUMENT: LazyLock<PathBuf> = LazyLock::new(|| {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/detect/signals.c");
    // Each test has a process and a program of its own, because none can be written while it runs.
    let name = format!("spandsp-signals-{}", std::process::id());
    let program = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let built = Command::new("cc")
        .arg("-o")
        .args([&program, &source])
        .arg("-lspandsp")
        .status();
    assert!(built.expect("a C compiler").success(), "libspandsp-dev");
    program
});

/// What spandsp makes.
pub(crate) fn signal(arguments: &str) -> Vec<i16> {
    let made = Command::new(&*INSTRUMENT)
        .args(arguments.split(' '))
        .output()
        .expect("the instrument runs");
    assert!(made.status.success(), "{arguments}");
    let pairs = made.stdout.as_chunks::<2>().0.iter();
    pairs.map(|pair| i16::from_le_bytes(*pair)).collect()
}

/// What spandsp says of samples.
pub(crate) fn judged(arguments: &str, samples: &[i16]) -> String {
    let mut instrument = Command::new(&*INSTRUMENT)
        .args(arguments.split(' '))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the instrument runs");
    let bytes: Vec<u8> = samples.iter().flat_map(|it| it.to_le_bytes()).collect();
    let mut input = instrument.stdin.take().expect("was piped");
    input.write_all(&bytes).expect("it reads everything");
    drop(input);
    let said = instrument.wait_with_output().expect("it ends");
    String::from_utf8_lossy(&said.stdout).trim().to_owned()
}

/// A shipped clip by its path below `prompts`.
pub(crate) fn clip(path: &str) -> Vec<i16> {
    read(&prompts().join(path).with_extension("wav"))
}

/// All shipped clips of voices with their names, in their order.
pub(crate) fn voices() -> Vec<(String, Vec<i16>)> {
    let mut found = Vec::new();
    for voice in ["zh-CN/xiaoxiao", "en-US/hibari"] {
        let folder = prompts().join(voice);
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .expect("the voice is there")
            .map(|entry| entry.expect("it can be read").path())
            .filter(|path| path.extension().is_some_and(|it| it == "wav"))
            .collect();
        files.sort();
        found.extend(files.iter().map(|path| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            (format!("{voice}/{name}"), read(path))
        }));
    }
    found
}

fn prompts() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../prompts")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the clips are files, and it is a test that reads them"
)]
fn read(path: &Path) -> Vec<i16> {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let data = bytes
        .windows(4)
        .position(|it| it == b"data")
        .expect("a WAV");
    let audio = bytes[data + 8..].iter();
    audio.map(|&byte| Law::Mu.decode(byte)).collect()
}

/// Clips after one another, with so many milliseconds between them.
pub(crate) fn strung(clips: &[&str], pause_ms: usize) -> Vec<i16> {
    let pause = vec![0; pause_ms * 8];
    let clips = clips.iter().map(|path| clip(path));
    clips.flat_map(|it| [it, pause.clone()].concat()).collect()
}

/// So many milliseconds of silence.
pub(crate) fn silence(ms: usize) -> Vec<i16> {
    vec![0; ms * 8]
}

/// Random numbers from a seed (xorshift).
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    /// About a normal distribution of variance 1.
    fn gauss(&mut self) -> f64 {
        let sum: f64 = (0..12).map(|_| self.below(1_000_001) as f64 / 1e6).sum();
        sum - 6.0
    }
}

/// What lies between a network and us.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) seed: u64,
    pub(crate) gain_db: f64,
    /// Of the speech over white noise; none for a quiet line.
    pub(crate) snr_db: Option<f64>,
    /// Packets lost of a thousand.
    pub(crate) lost: u64,
    pub(crate) law: Law,
}

pub(crate) const QUIET: Line = Line {
    seed: 1,
    gain_db: 0.0,
    snr_db: None,
    lost: 0,
    law: Law::A,
};

/// Sends samples over a line.
pub(crate) fn over(line: Line, samples: &[i16]) -> Vec<i16> {
    let mut dice = Dice::new(line.seed);
    let gain = 10.0_f64.powf(line.gain_db / 20.0);
    let power: f64 = samples.iter().map(|&it| f64::from(it).powi(2)).sum();
    let level = (power / samples.len().max(1) as f64).sqrt() * gain;
    let noise = line
        .snr_db
        .map_or(0.0, |snr| level / 10.0_f64.powf(snr / 20.0));
    let mut received: Vec<i16> = samples
        .iter()
        .map(|&it| {
            let sum = f64::from(it) * gain + noise * dice.gauss();
            line.law.decode(line.law.encode(sum as i16))
        })
        .collect();
    for at in (FRAME..received.len().saturating_sub(FRAME)).step_by(FRAME) {
        if dice.below(1_000) < line.lost {
            // The simplest way to cover a loss: the frame before, once more and softer.
            let (before, lost) = received.split_at_mut(at);
            let again = before[at - FRAME..].iter();
            for (sample, &said) in lost.iter_mut().zip(again) {
                *sample = said / 2;
            }
        }
    }
    received
}

/// Everything that is found, with the milliseconds after which it was.
pub(crate) fn found(wanted: Listening, samples: &[i16]) -> Vec<(usize, Finding)> {
    let mut listener = Listener::new(wanted);
    let mut found = Vec::new();
    for (nth, frame) in samples.chunks(FRAME).enumerate() {
        listener.push(frame, |finding| found.push((nth * 20 + 20, finding)));
    }
    found
}

/// What is found, without the times.
pub(crate) fn findings(wanted: Listening, samples: &[i16]) -> Vec<Finding> {
    found(wanted, samples).into_iter().map(|it| it.1).collect()
}
