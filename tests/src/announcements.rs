//! What the simulated networks say, and which of it the server knows.

use crate::tone::{Law, sine};
use media::detect::Outcome;
use media::detect::announcement::{Announcements, Fingerprint};
use std::path::Path;

/// Samples of a millisecond.
const MS: usize = 8;

/// A shipped Chinese clip as it sounds.
pub fn clip(name: &str) -> Vec<i16> {
    let prompts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../prompts");
    let path = prompts
        .join("zh-CN/xiaoxiao")
        .join(name)
        .with_extension("wav");
    let bytes = std::fs::read(path).unwrap();
    let data = bytes.windows(4).position(|it| it == b"data").unwrap();
    bytes[data + 8..]
        .iter()
        .map(|it| Law::Mu.decode(*it))
        .collect()
}

/// What stands for an operator's announcement that a telephone is switched off.
pub fn powered_off() -> Vec<i16> {
    [clip("main_menu"), silence(1_000)].concat()
}

/// The announcements that the server knows.
pub fn known() -> Announcements {
    let mut known = Announcements::default();
    let print = Fingerprint::of(&powered_off()).unwrap();
    known.add(Outcome::PoweredOff, print).unwrap();
    known
}

/// So many milliseconds of a tone.
pub fn tone(hz: f64, ms: usize) -> Vec<i16> {
    (0..ms * MS).map(|at| sine(hz, at as u64) / 3).collect()
}

/// So many milliseconds of silence.
pub fn silence(ms: usize) -> Vec<i16> {
    vec![0; ms * MS]
}
