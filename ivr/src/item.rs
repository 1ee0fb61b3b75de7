//! What a node says: clips and sounds by name, texts read by a rule, pauses.

use crate::{
    Locale, Template,
    speech::{Kind, Options},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One piece of what the caller hears.
///
/// In a flow file: `{"clip":"welcome"}`, `{"sound":"spring offer"}`, `{"say":"digits","text":"12 34 ${tail}"}` or `{"pause_ms":500}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub enum Item {
    /// A recorded clip.
    Clip {
        /// Its name in the voice pack.
        clip: String,
        /// The language to take it from, when not the caller's.
        language: Option<Locale>,
    },
    /// A recording of the enterprise's own, heard in every language.
    Sound {
        /// Its name.
        sound: String,
    },
    /// Silence.
    Pause(Duration),
    /// A text read by one of the rules for numbers.
    Say {
        /// The rule.
        kind: Kind,
        /// What is read, variables filled in at the call.
        text: Template,
        /// How it is read.
        options: Options,
        /// The language to read it in, when not the caller's.
        language: Option<Locale>,
    },
}

/// The fields of an item as they stand in a file, before it is known which kind of item they make.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    clip: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sound: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    say: Option<Kind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<Template>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    options: Option<Options>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<Locale>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pause_ms: Option<u32>,
}

impl TryFrom<Fields> for Item {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        match fields {
            Fields {
                clip: Some(clip),
                sound: None,
                say: None,
                text: None,
                options: None,
                language,
                pause_ms: None,
            } => Ok(Self::Clip { clip, language }),
            Fields {
                clip: None,
                sound: Some(sound),
                say: None,
                text: None,
                options: None,
                language: None,
                pause_ms: None,
            } => Ok(Self::Sound { sound }),
            Fields {
                clip: None,
                sound: None,
                say: Some(kind),
                text: Some(text),
                options,
                language,
                pause_ms: None,
            } => Ok(Self::Say {
                kind,
                text,
                options: options.unwrap_or_default(),
                language,
            }),
            Fields {
                clip: None,
                sound: None,
                say: None,
                text: None,
                options: None,
                language: None,
                pause_ms: Some(pause_ms),
            } => Ok(Self::Pause(Duration::from_millis(pause_ms.into()))),
            _ => Err(
                "an item has either \"clip\", or \"sound\" alone, or \"say\" with \"text\", or \"pause_ms\"",
            ),
        }
    }
}

impl From<Item> for Fields {
    fn from(item: Item) -> Self {
        match item {
            Item::Clip { clip, language } => Self {
                clip: Some(clip),
                language,
                ..Self::default()
            },
            Item::Sound { sound } => Self {
                sound: Some(sound),
                ..Self::default()
            },
            Item::Pause(pause) => Self {
                pause_ms: Some(u32::try_from(pause.as_millis()).unwrap_or(u32::MAX)),
                ..Self::default()
            },
            Item::Say {
                kind,
                text,
                options,
                language,
            } => Self {
                say: Some(kind),
                text: Some(text),
                options: (options != Options::default()).then_some(options),
                language,
                ..Self::default()
            },
        }
    }
}
