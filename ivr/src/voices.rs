//! What the voice packs can say, and how a row of words becomes a row of clips.

mod required;

use crate::{Clip, Locale, speech::Unit};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

pub use required::required_units;

/// A voice pack's `pack.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackManifest {
    /// The language.
    pub locale: Locale,
    /// The voice's name.
    pub voice: String,
    /// The licence of the audio.
    pub licence: String,
    /// What rendered it, with its version.
    pub engine: String,
    /// The clips.
    #[serde(rename = "clip", alias = "clips", default)]
    pub clips: Vec<PackClip>,
}

/// One audio file of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackClip {
    /// Its name, unique in the pack.
    pub name: String,
    /// What is said: for a unit clip the words it stands for, separated by one space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Asked for by name only, never matched against words.
    #[serde(default)]
    pub phrase: bool,
    /// The file beside the manifest.
    pub file: String,
    /// Its SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

/// A manifest that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PackError {
    /// The text is not TOML or lacks a key.
    #[error("the manifest cannot be read: {0}")]
    Syntax(String),
    /// Two clips of one name.
    #[error("clip {0:?} occurs twice")]
    DuplicateClip(String),
}

/// Words that no clip of a language says.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the {locale} voice has no audio for: {}", .units.iter().cloned().collect::<Vec<_>>().join(", "))]
pub struct MissingUnits {
    /// The language.
    pub locale: Locale,
    /// The words.
    pub units: BTreeSet<String>,
}

/// Everything the installed packs can say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Voices {
    voices: BTreeMap<Locale, Voice>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Voice {
    clips: BTreeSet<String>,
    units: BTreeMap<String, String>,
    longest: usize,
}

impl PackManifest {
    /// Reads the text of a `pack.toml`.
    pub fn from_toml(text: &str) -> Result<Self, PackError> {
        toml::from_str(text).map_err(|error| PackError::Syntax(error.to_string()))
    }
}

impl Voices {
    /// Joins packs; a later pack of the same language adds to an earlier one and wins where both have a clip.
    pub fn from_manifests(manifests: &[PackManifest]) -> Result<Self, PackError> {
        let mut voices = BTreeMap::<Locale, Voice>::new();
        for manifest in manifests {
            let mut names = BTreeSet::new();
            let voice = voices.entry(manifest.locale).or_default();
            for clip in &manifest.clips {
                if !names.insert(&clip.name) {
                    return Err(PackError::DuplicateClip(clip.name.clone()));
                }
                voice.add(clip);
            }
        }
        Ok(Self { voices })
    }

    /// The languages that have a voice.
    pub fn locales(&self) -> impl Iterator<Item = Locale> {
        self.voices.keys().copied()
    }

    /// Whether the language has a clip of this name.
    pub fn has_clip(&self, locale: Locale, name: &str) -> bool {
        self.voice(locale)
            .is_some_and(|voice| voice.clips.contains(name))
    }

    /// The names of a language's clips, in order.
    pub fn clip_names(&self, locale: Locale) -> impl Iterator<Item = &str> {
        self.voice(locale)
            .into_iter()
            .flat_map(|voice| voice.clips.iter().map(String::as_str))
    }

    /// Maps words to clips, the longest run of words at a time: a whole phrase before a pair, a pair before a single word.
    ///
    /// # Errors
    ///
    /// When a word has no clip; the error lists every such word.
    pub fn clips(&self, locale: Locale, units: &[Unit]) -> Result<Vec<Clip>, MissingUnits> {
        let _ = (locale, units);
        todo!()
    }

    fn voice(&self, locale: Locale) -> Option<&Voice> {
        self.voices.get(&locale)
    }
}

impl Voice {
    fn add(&mut self, clip: &PackClip) {
        self.clips.insert(clip.name.clone());
        if let (Some(text), false) = (&clip.text, clip.phrase) {
            let words: Vec<_> = text.split_whitespace().collect();
            self.longest = self.longest.max(words.len());
            self.units.insert(words.join(" "), clip.name.clone());
        }
    }
}
