//! The announcements of networks that are recognised: a file for each in the folder `announcements`
//! of the data folder, made from a recording by `trunkline announcement add`.

mod wave;

use anyhow::{Context as _, bail};
use media::detect::Outcome;
use media::detect::announcement::{Announcements, Fingerprint, Print};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const FOLDER: &str = "announcements";
/// The form of the files.
const FORMAT: u32 = 1;
/// Hexadecimal digits of a print: one for the speech and four for the bits.
const DIGITS: usize = 5;
/// A recording larger than this is not of one announcement.
const RECORDING_BYTES_MAX: u64 = 16 << 20;

/// One announcement as it is kept.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    outcome: Outcome,
    prints: String,
}

/// Takes the fingerprint of a recording and keeps it under a name.
///
/// # Errors
/// A file that is no recording of speech, a name that is none, a data folder that cannot be written.
pub(crate) fn add(
    data_dir: &Path,
    (recording, outcome): (&Path, Outcome),
    name: Option<&str>,
) -> anyhow::Result<ExitCode> {
    let named = recording.file_stem().map(|stem| stem.to_string_lossy());
    let name = name.map(str::to_owned).or(named.map(Into::into));
    let name = name.unwrap_or_default();
    let is_plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    if name.is_empty() || !name.chars().all(is_plain) {
        bail!("the name {name:?} is not made of letters, digits, - and _");
    }
    let shown = || recording.display().to_string();
    if fs::metadata(recording).with_context(shown)?.len() > RECORDING_BYTES_MAX {
        bail!("{} is too long for an announcement", shown());
    }
    let samples = wave::read(&fs::read(recording).with_context(shown)?).with_context(shown)?;
    let print = Fingerprint::of(&samples).with_context(shown)?;
    let file = File {
        format: FORMAT,
        outcome,
        prints: written(&print),
    };
    let folder = data_dir.join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let path = path_of(data_dir, &name);
    fs::write(&path, serde_json::to_string_pretty(&file)?)
        .with_context(|| path.display().to_string())?;
    writeln!(
        std::io::stdout(),
        "{} is recognised from the next start on",
        path.display()
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Lists what is recognised.
///
/// # Errors
/// A file that cannot be read.
pub(crate) fn list(data_dir: &Path) -> anyhow::Result<ExitCode> {
    for path in paths(data_dir)? {
        let (outcome, print) = read(&path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let outcome = serde_json::to_string(&outcome)?;
        let ms = print.prints().len() * 20;
        writeln!(
            std::io::stdout(),
            "{name}\t{}\t{ms} ms",
            outcome.trim_matches('"')
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Loads the library. What cannot be read is left out and logged: calls go on without it.
pub(crate) fn load(data_dir: &Path) -> Announcements {
    let mut library = Announcements::default();
    let paths = paths(data_dir).unwrap_or_else(|error| {
        tracing::error!(%error, "the announcements cannot be read");
        Vec::new()
    });
    for path in paths {
        let added = read(&path).and_then(|(outcome, print)| Ok(library.add(outcome, print)?));
        if let Err(error) = added {
            let error = format!("{error:#}");
            tracing::error!(path = %path.display(), error, "an announcement is not recognised");
        }
    }
    library
}

fn path_of(data_dir: &Path, name: &str) -> PathBuf {
    data_dir.join(FOLDER).join(format!("{name}.json"))
}

/// In the order of their names.
fn paths(data_dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let folder = data_dir.join(FOLDER);
    let entries = match fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| folder.display().to_string())?,
    };
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<anyhow::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|it| it == "json"));
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> anyhow::Result<(Outcome, Fingerprint)> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let file: File = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    if file.format != FORMAT {
        bail!("{} is of another version: {}", path.display(), file.format);
    }
    let digits = file.prints.as_bytes().chunks(DIGITS);
    let prints = digits.map(print_of).collect::<Option<_>>();
    let prints = prints.with_context(|| format!("{} holds no prints", path.display()))?;
    Ok((file.outcome, Fingerprint::from_prints(prints)?))
}

fn written(print: &Fingerprint) -> String {
    let mut text = String::new();
    for print in print.prints() {
        let _ = write!(text, "{}{:04x}", u8::from(print.speech), print.bits);
    }
    text
}

fn print_of(digits: &[u8]) -> Option<Print> {
    let (speech, bits) = std::str::from_utf8(digits).ok()?.split_at_checked(1)?;
    Some(Print {
        speech: speech == "1",
        bits: u16::from_str_radix(bits, 16)
            .ok()
            .filter(|_| digits.len() == DIGITS)?,
    })
}

#[cfg(test)]
mod tests;
