//! What engines have spoken, on the disk: two files an utterance, the audio and what it is of. The
//! second is written when the first is whole, so that what a crash leaves is not taken for audio.
//! Beyond its bound the cache forgets what was heard longest ago, but nothing that is pinned.

use super::locked;
use crate::recordings::hexadecimal;
use ivr::{Locale, Utterance};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

/// The endings of the two files.
const AUDIO: &str = "mulaw";
const ABOUT: &str = "json";
/// The ending of a file that is being written.
const HALF: &str = "half";
/// The folder in which programs work.
const WORK: &str = "work";
/// Changes when the same words come to other audio by what this server does.
const MAKING: u64 = 1;

/// Identifies what is spoken and how: SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 32]);

impl Key {
    pub(super) fn of(utterance: &Utterance, voice: &str, settings: &str) -> Self {
        let mut digest = Sha256::new();
        digest.update(MAKING.to_le_bytes());
        digest.update(crate::config::speech::RATE.to_le_bytes());
        digest.update(utterance.speed_percent.to_le_bytes());
        for part in [
            &utterance.engine,
            voice,
            settings,
            utterance.locale.as_str(),
            &utterance.text,
        ] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Self(digest.finalize().into())
    }

    fn name(&self, ending: &str) -> String {
        format!("{}.{ending}", hexadecimal(&self.0))
    }

    fn read(name: &str) -> Option<Self> {
        let pair = |at: usize| u8::from_str_radix(name.get(at * 2..at * 2 + 2)?, 16).ok();
        let bytes: Vec<u8> = (0..32).map(pair).collect::<Option<_>>()?;
        let key = Self(bytes.try_into().ok()?);
        (hexadecimal(&key.0) == name).then_some(key)
    }
}

/// Who spoke; the text is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) engine: String,
    pub(super) voice: String,
    pub(super) locale: Locale,
    pub(super) speed_percent: u16,
}

#[derive(Debug, Serialize, Deserialize)]
struct Sidecar {
    #[serde(flatten)]
    about: About,
    /// SHA-256 of the audio.
    sha256: String,
}

/// The cache, with what is in it.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    most_bytes: u64,
    index: Mutex<Index>,
}

#[derive(Debug, Default)]
struct Index {
    entries: HashMap<Key, Entry>,
    /// By when they were heard last.
    order: BTreeMap<u64, Key>,
    bytes: u64,
    heard: u64,
    pinned: HashSet<Key>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    bytes: u64,
    heard: u64,
}

impl Cache {
    /// Opens the cache in a folder, which is made. What is not whole is removed.
    pub(super) fn open(folder: &Path, most_bytes: u64) -> io::Result<Self> {
        let work = folder.join(WORK);
        if work.exists() {
            fs::remove_dir_all(&work)?;
        }
        fs::create_dir_all(&work)?;
        let mut found: Vec<(SystemTime, Key, u64)> = Vec::new();
        for file in fs::read_dir(folder)? {
            let path = file?.path();
            let ending = path.extension().and_then(OsStr::to_str);
            let other = match ending {
                Some(AUDIO) => Some(ABOUT),
                Some(ABOUT) => Some(AUDIO),
                Some(HALF) => None,
                _ => continue,
            };
            let whole = other.filter(|other| path.with_extension(other).is_file());
            let key = path.file_stem().and_then(OsStr::to_str).and_then(Key::read);
            match (whole, key) {
                (Some(ABOUT), Some(key)) => {
                    let about = fs::metadata(&path)?;
                    found.push((about.modified()?, key, about.len()));
                }
                (Some(_), Some(_)) => {}
                _ => fs::remove_file(&path)?,
            }
        }
        found.sort_by_key(|(heard, ..)| *heard);
        let mut index = Index::default();
        for (_, key, bytes) in found {
            index.note(key, bytes);
        }
        let cache = Self {
            folder: folder.to_owned(),
            most_bytes,
            index: Mutex::new(index),
        };
        Ok(cache)
    }

    /// Where programs may write.
    pub(super) fn work(&self) -> PathBuf {
        self.folder.join(WORK)
    }

    /// The audio, if it is there as it was written.
    pub(super) fn get(&self, key: Key) -> Option<Vec<u8>> {
        if !locked(&self.index).entries.contains_key(&key) {
            return None;
        }
        let audio = self.path(key, AUDIO);
        let read = fs::read(&audio)
            .ok()
            .zip(fs::read(self.path(key, ABOUT)).ok());
        let whole = read.filter(|(mulaw, about)| {
            let about: Result<Sidecar, _> = serde_json::from_slice(about);
            about.is_ok_and(|it| it.sha256 == hexadecimal(&Sha256::digest(mulaw)))
        });
        let Some((mulaw, _)) = whole else {
            tracing::warn!(file = %audio.display(), "audio that was kept is damaged");
            self.forget(key);
            return None;
        };
        let mut index = locked(&self.index);
        if let Some(entry) = index.entries.get(&key).copied() {
            index.note(key, entry.bytes);
        }
        drop(index);
        // What was heard lately is the last to go after a restart too.
        let heard = File::open(&audio).and_then(|file| file.set_modified(SystemTime::now()));
        if let Err(error) = heard {
            tracing::debug!(%error, "when audio was heard is not noted");
        }
        Some(mulaw)
    }

    /// Keeps audio, and makes room where there is none.
    pub(super) fn put(&self, key: Key, about: About, mulaw: &[u8]) -> io::Result<()> {
        let sha256 = hexadecimal(&Sha256::digest(mulaw));
        let sidecar = serde_json::to_vec(&Sidecar { about, sha256 })?;
        for (ending, bytes) in [(AUDIO, mulaw), (ABOUT, &sidecar)] {
            let path = self.path(key, ending);
            let half = path.with_extension(format!("{ending}.{HALF}"));
            fs::write(&half, bytes)?;
            fs::rename(&half, &path)?;
        }
        let leaving = {
            let mut index = locked(&self.index);
            index.note(key, mulaw.len() as u64);
            index.make_room(self.most_bytes)
        };
        for key in leaving {
            self.remove(key);
        }
        Ok(())
    }

    /// Keeps these whatever happens, and no others.
    pub(super) fn pin(&self, keys: HashSet<Key>) {
        locked(&self.index).pinned = keys;
    }

    fn forget(&self, key: Key) {
        locked(&self.index).forget(key);
        self.remove(key);
    }

    /// Removes the files, the one that makes them whole first.
    fn remove(&self, key: Key) {
        for ending in [ABOUT, AUDIO] {
            if let Err(error) = fs::remove_file(self.path(key, ending))
                && error.kind() != io::ErrorKind::NotFound
            {
                tracing::warn!(%error, "audio that nobody needs stays");
            }
        }
    }

    fn path(&self, key: Key, ending: &str) -> PathBuf {
        self.folder.join(key.name(ending))
    }
}

impl Index {
    fn note(&mut self, key: Key, bytes: u64) {
        self.forget(key);
        self.heard += 1;
        let heard = self.heard;
        self.entries.insert(key, Entry { bytes, heard });
        self.order.insert(heard, key);
        self.bytes += bytes;
    }

    fn forget(&mut self, key: Key) {
        if let Some(entry) = self.entries.remove(&key) {
            self.order.remove(&entry.heard);
            self.bytes -= entry.bytes;
        }
    }

    /// Forgets what was heard longest ago until the rest fits.
    fn make_room(&mut self, most_bytes: u64) -> Vec<Key> {
        let mut leaving = Vec::new();
        let mut bytes = self.bytes;
        for key in self.order.values() {
            if bytes <= most_bytes {
                break;
            }
            if !self.pinned.contains(key) {
                bytes -= self.entries.get(key).map_or(0, |entry| entry.bytes);
                leaving.push(*key);
            }
        }
        for key in &leaving {
            self.forget(*key);
        }
        leaving
    }
}

#[cfg(test)]
mod tests;
