//! Another system that speaks, asked over HTTP by a request with places for text and voice.

use super::Wanted;
use super::places::{fill, speeds};
use crate::client::{Asked, Client, Method};
use crate::config::speech::{self as settings, Escape, RATE};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ivr::node::Json;
use media::sound::LONGEST_FILE;
use std::fmt::Write as _;

/// The longest answer: the longest audio in Base64, with room for what stands around it.
const LONGEST_ANSWER: usize = LONGEST_FILE / 3 * 4 + 64 * 1024;

/// An engine behind HTTP.
pub(super) struct Remote {
    request: settings::Remote,
    client: Client,
}

impl Remote {
    pub(super) fn new(request: &settings::Remote, client: Client) -> Self {
        Self {
            request: request.clone(),
            client,
        }
    }

    pub(super) async fn ask(&self, wanted: &Wanted<'_>) -> Result<Vec<u8>, String> {
        let longest = if self.request.answer.is_empty() {
            LONGEST_FILE
        } else {
            LONGEST_ANSWER
        };
        let (status, body) = self
            .client
            .send(asked(&self.request, wanted), longest)
            .await
            .map_err(|refusal| refusal.reason)?;
        if !(200..300).contains(&status) {
            return Err(format!("it answered with status {status}"));
        }
        if self.request.answer.is_empty() {
            return Ok(body);
        }
        unpack(&body, &self.request.answer)
    }
}

/// The request with everything filled in.
fn asked(request: &settings::Remote, wanted: &Wanted<'_>) -> Asked {
    let rate = RATE.to_string();
    let speeds = speeds(wanted.speed_percent);
    let plain = |escape: &dyn Fn(&str) -> String| {
        let mut values = vec![
            ("text", escape(wanted.text)),
            ("voice", escape(wanted.voice)),
            ("model", escape(&request.model)),
            ("key", escape(&request.key)),
            ("format", escape(&request.format)),
            ("locale", wanted.locale.to_owned()),
            ("rate", rate.clone()),
        ];
        values.extend(speeds.iter().map(|(name, value)| (*name, value.clone())));
        values
    };
    let put = |text: &str, escape: &dyn Fn(&str) -> String| {
        let values = plain(escape);
        let values: Vec<_> = values
            .iter()
            .map(|(name, it)| (*name, it.as_str()))
            .collect();
        fill(text, &values)
    };
    let headers = request.headers.iter();
    let headers = headers.map(|(name, value)| (name.clone(), put(value, &str::to_owned)));
    let body = put(&request.body, &|value| escaped(value, request.escape));
    Asked {
        method: if body.is_empty() {
            Method::GET
        } else {
            Method::POST
        },
        url: put(&request.url, &|value| escaped(value, Escape::Form)),
        headers: headers.collect(),
        body: (!body.is_empty()).then_some(body),
    }
}

/// A value as it stands within a JSON text, XML or a form.
fn escaped(value: &str, escape: Escape) -> String {
    match escape {
        Escape::Json => {
            let quoted = serde_json::to_string(value).unwrap_or_default();
            let inner = quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
            inner.unwrap_or_default().to_owned()
        }
        Escape::Xml => value
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\'', "&apos;"),
        Escape::Form => {
            let mut text = String::new();
            for byte in value.bytes() {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    text.push(byte.into());
                } else {
                    // Writing to a text cannot fail.
                    let _ = write!(text, "%{byte:02X}");
                }
            }
            text
        }
    }
}

fn unpack(body: &[u8], pointer: &str) -> Result<Vec<u8>, String> {
    let answer: Json =
        serde_json::from_slice(body).map_err(|_| "its answer is no JSON".to_owned())?;
    let audio = answer.pointer(pointer).and_then(Json::as_str);
    let audio = audio.ok_or_else(|| format!("its answer has no audio at {pointer}"))?;
    let packed: String = audio.split_whitespace().collect();
    STANDARD
        .decode(packed)
        .map_err(|_| "its audio is no Base64".to_owned())
}

/// The host of an engine with its port: whoever names an engine wants it to be reached.
pub(super) fn host(url: &str) -> Option<String> {
    let url = reqwest::Url::parse(&fill(url, &[])).ok()?;
    let host = url.host_str()?.trim_matches(['[', ']']);
    Some(format!("{host}:{}", url.port_or_known_default()?))
}

#[cfg(test)]
mod tests;
