//! What a node says: clips and sounds by name, texts read by a rule or spoken by an engine, pauses.

use crate::{
    Locale, Template, Wording,
    speech::{Kind, Options},
    utterance::{Speakers, USUAL_SPEED, Utterance},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// One piece of what the caller hears.
///
/// In a flow file: `{"clip":"welcome"}`, `{"sound":"spring offer"}`, `{"say":"digits","text":"12 34 ${tail}"}`,
/// `{"tts":"您好，${name}"}` or `{"pause_ms":500}`.
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
    /// A text that an engine speaks.
    Tts(Tts),
}

/// A text that an engine speaks. What it leaves out is as the flow's speaker of the language has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tts {
    /// What is spoken, variables filled in at the call.
    pub text: Wording,
    /// The engine.
    pub engine: Option<String>,
    /// Its voice.
    pub voice: Option<String>,
    /// How fast, 100 being the voice's own.
    pub speed_percent: Option<u16>,
    /// Whether audio with variables in it may be kept for later calls.
    pub cache: bool,
    /// The language to speak, when not the caller's.
    pub language: Option<Locale>,
}

impl Tts {
    /// Who speaks the language, with an empty text; nothing where nobody does.
    pub(crate) fn speaker(&self, speakers: &Speakers, locale: Locale) -> Option<Utterance> {
        let speaker = speakers.get(&locale);
        // Without a British speaker the American one speaks, as with voices.
        let speaker = match locale {
            Locale::EnGb => speaker.or_else(|| speakers.get(&Locale::EnUs)),
            Locale::ZhCn | Locale::EnUs => speaker,
        };
        let engine = self.engine.as_ref().or(speaker.map(|it| &it.engine))?;
        // A voice belongs to its engine.
        let speaker = speaker.filter(|it| it.engine == *engine);
        let voice = self.voice.as_ref();
        let voice = voice.or(speaker.and_then(|it| it.voice.as_ref()));
        let speed = self.speed_percent;
        let speed = speed.or(speaker.and_then(|it| it.speed_percent));
        Some(Utterance {
            engine: engine.clone(),
            voice: voice.cloned(),
            speed_percent: speed.unwrap_or(USUAL_SPEED),
            locale,
            text: String::new(),
            kept: true,
        })
    }

    /// The same with what is spoken in every call; nothing where variables are in the text.
    pub(crate) fn fixed(&self, speaker: &Utterance) -> Option<Utterance> {
        if self.text.has_variables() {
            return None;
        }
        let text = self.text.fill(speaker.locale, false, |_| None).ok()?;
        Some(Utterance {
            text: Utterance::even(&text),
            ..speaker.clone()
        })
    }
}

impl Item {
    /// The variables of the text that is read or spoken, where it is one.
    pub(crate) fn names(&self) -> Vec<&str> {
        match self {
            Self::Say { text, .. } => text.names().collect(),
            Self::Tts(spoken) => spoken.text.names().collect(),
            Self::Clip { .. } | Self::Sound { .. } | Self::Pause(_) => Vec::new(),
        }
    }
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tts: Option<Wording>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    engine: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    voice: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    speed_percent: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cache: Option<bool>,
}

const FORM: &str = "an item has either \"clip\", or \"sound\" alone, or \"say\" with \"text\", or \"tts\", or \"pause_ms\"";

impl TryFrom<Fields> for Item {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        let Fields {
            clip,
            sound,
            say,
            text,
            options,
            language,
            pause_ms,
            tts,
            engine,
            voice,
            speed_percent,
            cache,
        } = fields;
        let by_engine =
            engine.is_some() || voice.is_some() || speed_percent.is_some() || cache.is_some();
        let plain = !by_engine && options.is_none();
        if say.is_some() != text.is_some() {
            return Err(FORM);
        }
        match (clip, sound, say.zip(text), pause_ms, tts) {
            (Some(clip), None, None, None, None) if plain => Ok(Self::Clip { clip, language }),
            (None, Some(sound), None, None, None) if plain && language.is_none() => {
                Ok(Self::Sound { sound })
            }
            (None, None, Some((kind, text)), None, None) if !by_engine => Ok(Self::Say {
                kind,
                text,
                options: options.unwrap_or_default(),
                language,
            }),
            (None, None, None, Some(pause_ms), None) if plain && language.is_none() => {
                Ok(Self::Pause(Duration::from_millis(pause_ms.into())))
            }
            (None, None, None, None, Some(text)) if options.is_none() => Ok(Self::Tts(Tts {
                text,
                engine,
                voice,
                speed_percent,
                cache: cache.unwrap_or(true),
                language,
            })),
            _ => Err(FORM),
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
            Item::Tts(spoken) => Self {
                tts: Some(spoken.text),
                engine: spoken.engine,
                voice: spoken.voice,
                speed_percent: spoken.speed_percent,
                cache: (!spoken.cache).then_some(false),
                language: spoken.language,
                ..Self::default()
            },
        }
    }
}
