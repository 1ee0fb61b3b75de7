//! What an engine of the server speaks for a flow, and who speaks which language in it.

use crate::Locale;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// As fast as the voice speaks by itself.
pub const USUAL_SPEED: u16 = 100;

/// Who speaks a language in a flow where an item does not say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speaker {
    /// An engine of the server.
    pub engine: String,
    /// One of its voices; without one its first of the language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// How fast, 100 being the voice's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_percent: Option<u16>,
}

/// The speakers of a flow by their languages.
pub type Speakers = BTreeMap<Locale, Speaker>;

/// The engines of the server by their names.
pub type Engines = BTreeMap<String, Engine>;

/// An engine that texts can name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Engine {
    /// Its voices, in order.
    pub voices: Vec<EngineVoice>,
    /// Why it cannot speak at this moment, where that is known.
    pub fault: Option<String>,
}

/// A voice of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineVoice {
    /// Its name.
    pub name: String,
    /// The language it speaks; any if none is said.
    pub language: Option<Locale>,
}

/// A text as an engine is asked to speak it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Utterance {
    /// The engine.
    pub engine: String,
    /// Its voice; without one its first of the language.
    pub voice: Option<String>,
    /// How fast, 100 being the voice's own.
    pub speed_percent: u16,
    /// The language.
    pub locale: Locale,
    /// What is spoken, white space made even.
    pub text: String,
    /// Whether the audio may be kept: not where the text holds what is kept out of the log.
    pub kept: bool,
}

/// An utterance of a flow, with its place in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The node.
    pub node: String,
    /// The text's place, such as `nodes.hello.items[0].tts`.
    pub path: String,
    /// What is spoken; nothing where variables are in the text, which only a call has.
    pub text: Option<Utterance>,
    /// Who speaks it, with an empty text.
    pub speaker: Utterance,
}

impl Engine {
    /// The voice of this name, or without a name the first that speaks the language.
    pub fn voice(&self, name: Option<&str>, locale: Locale) -> Option<&EngineVoice> {
        let mut voices = self.voices.iter();
        match name {
            Some(name) => voices.find(|voice| voice.name == name),
            None => voices.find(|voice| voice.speaks(locale)),
        }
    }
}

impl EngineVoice {
    /// Whether it speaks the language; countries are not told apart.
    pub fn speaks(&self, locale: Locale) -> bool {
        let family = |locale: Locale| locale.as_str().split('-').next();
        let own = self.language;
        own.is_none_or(|own| family(own) == family(locale))
    }
}

impl Utterance {
    /// A text with every run of white space made one space, and without control characters.
    pub fn even(text: &str) -> String {
        let is_space = |letter: char| letter.is_whitespace() || letter.is_control();
        let words = text.split(is_space).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    }

    /// Whether there is anything in it to be spoken.
    pub fn can_be_heard(&self) -> bool {
        self.text.chars().any(char::is_alphanumeric)
    }
}
