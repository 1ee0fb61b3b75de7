//! The `listen` of jambonz: a first text tells of the call, audio is L16 in binary messages, both
//! ways at 8 kHz.

use super::dialect::{Dialect, Reached, Said, Wire};
use super::linear;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use call::StreamRequest;
use serde::Deserialize;
use serde_json::{Value, json};

/// How the subprotocol is called.
pub(super) const SUBPROTOCOL: &str = "audio.jambonz.org";
/// The one rate that is spoken.
const RATE: u32 = 8_000;
/// The shortest head of a WAV file.
const WAVE_HEAD: usize = 44;

/// One stream.
#[derive(Debug)]
pub(super) struct Jambonz {
    metadata: Value,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Command {
    PlayAudio {
        data: Audio,
    },
    KillAudio,
    Disconnect,
    Transfer {
        data: Value,
    },
    Mark {
        data: Mark,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Audio {
    #[serde(rename = "audioContentType")]
    form: String,
    #[serde(rename = "sampleRate")]
    rate: Option<u32>,
    #[serde(rename = "audioContent")]
    content: String,
}

#[derive(Debug, Deserialize)]
struct Mark {
    name: String,
}

impl Jambonz {
    pub(super) fn new(request: &StreamRequest) -> Self {
        let mut metadata = json!(request.parameters);
        metadata["callSid"] = json!(request.call.to_string());
        metadata["accountSid"] = json!(request.enterprise.to_string());
        metadata["direction"] = json!("inbound");
        metadata["from"] = json!(request.caller);
        metadata["to"] = json!(request.called);
        metadata["sampleRate"] = json!(RATE);
        metadata["mixType"] = json!("mono");
        Self { metadata }
    }
}

impl Dialect for Jambonz {
    fn begin(&mut self) -> Vec<Wire> {
        vec![Wire::Text(self.metadata.to_string())]
    }

    fn hear(&mut self, audio: &[u8]) -> Wire {
        Wire::Binary(linear::from_mu_law(audio).collect())
    }

    fn key(&mut self, key: char) -> Option<Wire> {
        let message = json!({"event": "dtmf", "dtmf": key.to_string(), "duration": "0"});
        Some(Wire::Text(message.to_string()))
    }

    fn mark(&mut self, name: &str, reached: Reached) -> Option<Wire> {
        let event = match reached {
            Reached::Heard => "playout",
            Reached::Cleared => "cleared",
        };
        let message = json!({"type": "mark", "data": {"name": name, "event": event}});
        Some(Wire::Text(message.to_string()))
    }

    fn end(&mut self) -> Option<Wire> {
        None
    }

    fn read(&mut self, message: Wire) -> Result<Option<Said>, String> {
        let text = match message {
            Wire::Binary(bytes) => return Ok(Some(Said::Audio(linear::to_mu_law(&bytes)))),
            Wire::Text(text) => text,
        };
        let command = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        Ok(match command {
            Command::PlayAudio { data } => Some(Said::Audio(read_audio(&data)?)),
            Command::KillAudio => Some(Said::Clear),
            Command::Disconnect => Some(Said::Bye),
            Command::Transfer { data } => Some(Said::HandOver(data.to_string())),
            Command::Mark { data } => Some(Said::Mark(data.name)),
            Command::Other => None,
        })
    }
}

fn read_audio(audio: &Audio) -> Result<Vec<u8>, String> {
    if audio.rate.is_some_and(|rate| rate != RATE) {
        return Err(format!("audio is taken at {RATE} Hz only"));
    }
    let content = STANDARD.decode(&audio.content);
    let content = content.map_err(|error| error.to_string())?;
    match audio.form.as_str() {
        "raw" => Ok(linear::to_mu_law(&content)),
        "wave" | "wav" => content
            .get(WAVE_HEAD..)
            .map(linear::to_mu_law)
            .ok_or_else(|| "a WAV file without its head".to_owned()),
        other => Err(format!("audio of type {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_a_bot_are_read() {
        let mut jambonz = Jambonz {
            metadata: Value::Null,
        };
        let silence = vec![0xFF; 2];
        let raw = r#"{"type":"playAudio","data":{"audioContentType":"raw","sampleRate":8000,"audioContent":"AAAAAA=="}}"#;
        for (said, read) in [
            (Wire::Binary(vec![0; 4]), Some(Said::Audio(silence.clone()))),
            (Wire::Text(raw.to_owned()), Some(Said::Audio(silence))),
            (
                Wire::Text(r#"{"type":"killAudio"}"#.to_owned()),
                Some(Said::Clear),
            ),
            (
                Wire::Text(r#"{"type":"disconnect"}"#.to_owned()),
                Some(Said::Bye),
            ),
            (
                Wire::Text(r#"{"type":"transfer","data":{"to":"sales"}}"#.to_owned()),
                Some(Said::HandOver(r#"{"to":"sales"}"#.to_owned())),
            ),
            (
                Wire::Text(r#"{"type":"transcription","data":{}}"#.to_owned()),
                None,
            ),
        ] {
            assert_eq!(jambonz.read(said), Ok(read));
        }
        let fast = raw.replace("8000", "16000");
        assert!(jambonz.read(Wire::Text(fast)).is_err());
    }

    #[test]
    fn a_caller_is_heard_as_linear_samples() {
        let mut jambonz = Jambonz {
            metadata: Value::Null,
        };
        assert_eq!(jambonz.hear(&[0xFF; 160]), Wire::Binary(vec![0; 320]));
    }
}
