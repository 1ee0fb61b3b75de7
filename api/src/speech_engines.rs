//! Speech engines (语音合成引擎): what of the server speaks free texts of flows.

pub(crate) mod ahead;
pub(crate) mod list;
pub(crate) mod listen;
pub(crate) mod turns;

use crate::state::SpeechEngine;
use serde::Serialize;
use utoipa::ToSchema;

/// An engine that speaks texts. Engines are set up by whoever runs the server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SpeechEngine)]
pub(crate) struct View {
    /// Its name, by which flows know it.
    name: String,
    /// How it is asked: `command` or `http`.
    driver: &'static str,
    /// Its voices; where a text names none, the first of the language speaks.
    voices: Vec<VoiceView>,
    /// Why it cannot speak, or did not the last time.
    fault: Option<String>,
}

/// A voice of an engine.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SpeechVoice)]
struct VoiceView {
    /// Its name.
    name: String,
    /// The language it speaks, such as `zh-CN`; any if none is said.
    language: Option<&'static str>,
}

impl From<SpeechEngine> for View {
    fn from(engine: SpeechEngine) -> Self {
        let voices = engine.voices.into_iter().map(|voice| VoiceView {
            name: voice.name,
            language: voice.language.map(ivr::Locale::as_str),
        });
        Self {
            name: engine.name,
            driver: engine.driver,
            voices: voices.collect(),
            fault: engine.missing.or(engine.fault),
        }
    }
}
