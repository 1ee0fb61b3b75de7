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
    texts: BTreeMap<String, String>,
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

    /// Whether a voice speaks the language.
    pub fn speaks(&self, locale: Locale) -> bool {
        self.voice(locale).is_some()
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
        let (locale, voice) = self.spoken_by(locale);
        let mut clips = Vec::with_capacity(units.len());
        let mut missing = BTreeSet::new();
        let mut rest = units;
        while let Some((unit, tail)) = rest.split_first() {
            let (word, tail) = match unit {
                Unit::Pause(pause) => {
                    clips.push(Clip::Pause(*pause));
                    rest = tail;
                    continue;
                }
                Unit::Word(word) => (word, tail),
            };
            if let Some((taken, name)) = voice.and_then(|voice| voice.longest_match(rest)) {
                clips.push(Clip::Unit {
                    locale,
                    name: name.to_owned(),
                });
                rest = &rest[taken..];
            } else {
                missing.insert(word.clone());
                rest = tail;
            }
        }
        if missing.is_empty() {
            Ok(clips)
        } else {
            Err(MissingUnits {
                locale,
                units: missing,
            })
        }
    }

    /// A clip by its name.
    pub fn clip(&self, locale: Locale, name: &str) -> Option<Clip> {
        let (locale, voice) = self.spoken_by(locale);
        voice?.clips.contains(name).then(|| Clip::Unit {
            locale,
            name: name.to_owned(),
        })
    }

    /// What a clip of a language says, where its pack tells.
    pub fn text(&self, locale: Locale, name: &str) -> Option<&str> {
        self.voice(locale)?.texts.get(name).map(String::as_str)
    }

    /// The words of [`required_units`] that a language's voice cannot say by single words.
    pub fn missing_units(&self, locale: Locale) -> BTreeSet<String> {
        let (_, voice) = self.spoken_by(locale);
        required_units(locale)
            .into_iter()
            .filter(|unit| voice.is_none_or(|voice| !voice.units.contains_key(unit)))
            .collect()
    }

    fn voice(&self, locale: Locale) -> Option<&Voice> {
        self.spoken_by(locale).1
    }

    /// The voice for a language; without a British voice the American one speaks.
    fn spoken_by(&self, locale: Locale) -> (Locale, Option<&Voice>) {
        let speaker = match locale {
            Locale::EnGb if !self.voices.contains_key(&locale) => Locale::EnUs,
            Locale::ZhCn | Locale::EnUs | Locale::EnGb => locale,
        };
        (speaker, self.voices.get(&speaker))
    }
}

impl Voice {
    fn add(&mut self, clip: &PackClip) {
        self.clips.insert(clip.name.clone());
        self.texts.remove(&clip.name);
        if let Some(text) = &clip.text {
            self.texts.insert(clip.name.clone(), text.clone());
        }
        if let (Some(text), false) = (&clip.text, clip.phrase) {
            let words: Vec<_> = text.split_whitespace().collect();
            self.longest = self.longest.max(words.len());
            self.units.insert(words.join(" "), clip.name.clone());
        }
    }

    /// The clip that says the most of the words at the head, with how many it says.
    fn longest_match(&self, units: &[Unit]) -> Option<(usize, &str)> {
        let words: Vec<_> = units
            .iter()
            .take(self.longest)
            .map_while(|unit| match unit {
                Unit::Word(word) => Some(word.as_str()),
                Unit::Pause(_) => None,
            })
            .collect();
        (1..=words.len()).rev().find_map(|length| {
            let name = self.units.get(&words[..length].join(" "))?;
            Some((length, name.as_str()))
        })
    }
}

#[cfg(test)]
mod tests;
