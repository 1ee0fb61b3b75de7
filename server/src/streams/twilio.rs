//! Twilio Media Streams, message for message: numbers are strings, `sequenceNumber` counts all
//! messages after `connected`, audio is base64 of µ-law.

use super::dialect::{Dialect, Reached, Said, Wire};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use call::StreamRequest;
use serde::Deserialize;
use serde_json::json;

/// How long a frame is.
const FRAME_MS: u64 = 20;

/// One stream.
#[derive(Debug)]
pub(super) struct Twilio {
    account: String,
    call: String,
    stream: String,
    parameters: serde_json::Value,
    sequence: u64,
    chunk: u64,
}

/// What a bot sends; fields that nobody reads are not refused.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Message {
    Media {
        media: Media,
    },
    Mark {
        mark: Mark,
    },
    Clear,
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Media {
    payload: String,
}

#[derive(Debug, Deserialize)]
struct Mark {
    name: String,
}

impl Twilio {
    pub(super) fn new(request: &StreamRequest) -> Self {
        Self {
            account: api::bots::account_sid(request.enterprise),
            call: api::bots::call_sid(request.call),
            stream: format!("MZ{:032x}", request.stream.0),
            parameters: json!(request.parameters),
            sequence: 0,
            chunk: 0,
        }
    }

    fn number(&mut self) -> String {
        self.sequence += 1;
        self.sequence.to_string()
    }
}

impl Dialect for Twilio {
    fn begin(&mut self) -> Vec<Wire> {
        let connected = json!({"event": "connected", "protocol": "Call", "version": "1.0.0"});
        let start = json!({
            "event": "start",
            "sequenceNumber": self.number(),
            "start": {
                "accountSid": self.account,
                "streamSid": self.stream,
                "callSid": self.call,
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": self.parameters,
            },
            "streamSid": self.stream,
        });
        [connected, start]
            .map(|message| Wire::Text(message.to_string()))
            .into()
    }

    fn hear(&mut self, audio: &[u8]) -> Wire {
        let number = self.number();
        let timestamp = self.chunk * FRAME_MS;
        self.chunk += 1;
        let (chunk, stream, payload) = (self.chunk, &self.stream, STANDARD.encode(audio));
        Wire::Text(format!(
            r#"{{"event":"media","sequenceNumber":"{number}","media":{{"track":"inbound","chunk":"{chunk}","timestamp":"{timestamp}","payload":"{payload}"}},"streamSid":"{stream}"}}"#
        ))
    }

    fn key(&mut self, key: char) -> Option<Wire> {
        let message = json!({
            "event": "dtmf",
            "streamSid": self.stream,
            "sequenceNumber": self.number(),
            "dtmf": {"track": "inbound_track", "digit": key.to_string()},
        });
        Some(Wire::Text(message.to_string()))
    }

    fn mark(&mut self, name: &str, _: Reached) -> Option<Wire> {
        let message = json!({
            "event": "mark",
            "sequenceNumber": self.number(),
            "streamSid": self.stream,
            "mark": {"name": name},
        });
        Some(Wire::Text(message.to_string()))
    }

    fn end(&mut self) -> Option<Wire> {
        let message = json!({
            "event": "stop",
            "sequenceNumber": self.number(),
            "stop": {"accountSid": self.account, "callSid": self.call},
            "streamSid": self.stream,
        });
        Some(Wire::Text(message.to_string()))
    }

    fn read(&mut self, message: Wire) -> Result<Option<Said>, String> {
        let Wire::Text(text) = message else {
            return Err("a message that is not text".to_owned());
        };
        let message = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        Ok(match message {
            Message::Media { media } => {
                let audio = STANDARD.decode(media.payload);
                Some(Said::Audio(audio.map_err(|error| error.to_string())?))
            }
            Message::Mark { mark } => Some(Said::Mark(mark.name)),
            Message::Clear => Some(Said::Clear),
            Message::Other => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use call::StreamRequest;
    use ivr::node::Protocol;
    use model::{CallId, EnterpriseId};
    use serde_json::Value;

    fn twilio() -> Twilio {
        Twilio::new(&StreamRequest {
            stream: media::StreamKey(0xAB),
            call: CallId::from_bytes([0x11; 16]),
            enterprise: EnterpriseId::from_bytes([0x22; 16]),
            leg: media::LegId(20_000),
            worker: 0,
            url: "wss://bot.example/stream".to_owned(),
            protocol: Protocol::Twilio,
            parameters: [("caller".to_owned(), "13800138000".to_owned())].into(),
            caller: "13800138000".to_owned(),
            called: "4008110510".to_owned(),
        })
    }

    fn text(wire: Wire) -> Value {
        let Wire::Text(text) = wire else {
            panic!("not text: {wire:?}");
        };
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_stream_is_told_message_for_message_as_twilio_tells_it() {
        let mut twilio = twilio();
        let mut told: Vec<Value> = twilio.begin().into_iter().map(text).collect();
        told.push(text(twilio.hear(&[0xFF; 160])));
        told.push(text(twilio.hear(&[0x00; 160])));
        told.extend(twilio.key('5').map(text));
        told.extend(twilio.mark("my label", Reached::Heard).map(text));
        told.extend(twilio.end().map(text));
        let golden = include_str!("twilio/golden.jsonl");
        let golden: Vec<Value> = golden
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(told, golden);
    }

    #[test]
    fn what_a_bot_says_is_read_whatever_else_it_adds() {
        let mut twilio = twilio();
        for (said, read) in [
            (
                r#"{"event":"media","streamSid":"MZ1","media":{"payload":"//8A","track":"x"}}"#,
                Some(Said::Audio(vec![0xFF, 0xFF, 0])),
            ),
            (
                r#"{"event":"mark","streamSid":"MZ1","mark":{"name":"end"}}"#,
                Some(Said::Mark("end".to_owned())),
            ),
            (r#"{"event":"clear","streamSid":"MZ1"}"#, Some(Said::Clear)),
            (r#"{"event":"something","of":"later"}"#, None),
        ] {
            assert_eq!(twilio.read(Wire::Text(said.to_owned())), Ok(read));
        }
        for bad in [
            "",
            "{",
            r#"{"event":"media","media":{"payload":"%"}}"#,
            r#"{"event":"media"}"#,
            r#"{"media":1}"#,
        ] {
            assert!(twilio.read(Wire::Text(bad.to_owned())).is_err(), "{bad}");
        }
        assert!(twilio.read(Wire::Binary(vec![1])).is_err());
    }
}
