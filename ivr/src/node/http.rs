//! `http`: asks another system, and takes parts of its answer into variables.

mod address;
mod answer;

use super::{Signal, Turn, Walk};
use crate::session::Request;
use crate::{Exit, Template, check::Inspection, limits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

pub use answer::{Answer, Json, Picked};

/// Sends a request and waits for the answer, so long as `timeout_ms` says for each attempt.
///
/// Values of variables cannot change where the request goes: they are percent-encoded in the path and
/// the query, and stand in neither scheme nor host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// How it is asked.
    #[serde(default)]
    pub method: Method,
    /// Where, variables filled in.
    pub url: Template,
    /// Headers, variables filled in.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Template>,
    /// The members of the JSON object that is sent, each a text with variables filled in; without any
    /// nothing is sent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub json: BTreeMap<String, Template>,
    /// The longest time of one attempt, in milliseconds.
    #[serde(default = "default_timeout_ms")]
    pub timeout_ms: u32,
    /// How often it is asked again after a time-out, a broken connection or a status of 500 and more.
    #[serde(default)]
    pub retries: u8,
    /// The variable for the status of the answer; empty when there was none.
    #[serde(default = "default_status_variable")]
    pub status_variable: String,
    /// What is taken from a JSON answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub take: Vec<Picked>,
}

/// A method of HTTP (RFC 9110, section 9).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Asks for something.
    #[default]
    Get,
    /// Gives something to be worked on.
    Post,
    /// Puts something in place of what is there.
    Put,
    /// Changes a part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// Its name in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Http {
    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::Ok, Exit::Failed, Exit::Timeout, Exit::Error]
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.template("url", &self.url);
        if let Err(message) = address::check(self.url.as_str()) {
            inspection.blame("bad_url", "url", message);
        }
        for (path, count) in [
            ("headers", self.headers.len()),
            ("json", self.json.len()),
            ("take", self.take.len()),
        ] {
            if count > limits::PARAMETERS {
                let message = format_args!("there are at most {}", limits::PARAMETERS);
                inspection.blame("too_many", path, message);
            }
        }
        for (name, value) in &self.headers {
            let path = format!("headers.{name}");
            if let Err(message) = address::check_header(name) {
                inspection.blame("bad_name", &path, message);
            }
            inspection.template(&path, value);
        }
        for (name, value) in &self.json {
            let path = format!("json.{name}");
            inspection.name(&path, name);
            inspection.template(&path, value);
        }
        if self.method == Method::Get && !self.json.is_empty() {
            inspection.blame("bad_value", "json", "GET sends nothing; POST does");
        }
        self.check_waits(inspection);
        inspection.assigned("status_variable", &self.status_variable);
        for (index, picked) in self.take.iter().enumerate() {
            picked.check(inspection, &format!("take[{index}]"));
        }
    }

    fn check_waits(&self, inspection: &mut Inspection<'_>) {
        let longest = limits::ATTEMPT.as_millis();
        if self.timeout_ms == 0 || u128::from(self.timeout_ms) > longest {
            let message = format_args!("a time is 1 to {longest} milliseconds");
            inspection.blame("bad_time", "timeout_ms", message);
        }
        if self.retries > limits::REQUEST_RETRIES {
            let message = format_args!("there are at most {} retries", limits::REQUEST_RETRIES);
            inspection.blame("bad_retries", "retries", message);
        }
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        walk.assign(&self.status_variable, String::new(), false);
        let headers = self.headers.iter();
        let headers: BTreeMap<_, _> = headers
            .map(|(name, value)| (name.clone(), walk.fill(value)))
            .collect();
        if let Some((name, _)) = headers
            .iter()
            .find(|(_, it)| it.chars().any(char::is_control))
        {
            let value = &self.headers[name];
            walk.note_unreadable(value, "a control character cannot stand in a header");
            return Turn::Leave(Exit::Error);
        }
        let members = self.json.iter();
        let members: BTreeMap<_, _> = members
            .map(|(name, value)| (name, walk.fill(value)))
            .collect();
        let json = (!members.is_empty()).then(|| serde_json::json!(members).to_string());
        let timeout = Duration::from_millis(self.timeout_ms.into());
        walk.ask(Request {
            method: self.method,
            url: walk.fill_encoded(&self.url),
            headers,
            json,
            timeout,
            retries: self.retries,
            number: 0,
        })
    }

    pub(super) fn handle(signal: Signal) -> Turn {
        match signal {
            Signal::TimedOut => Turn::Leave(Exit::Timeout),
            Signal::Digit(_)
            | Signal::MessageEnded
            | Signal::QueueSeen(_)
            | Signal::SpeechEnded
            | Signal::StreamEnded(_)
            | Signal::TransferEnded(_) => Turn::Stay,
        }
    }

    /// The variables it sets.
    pub(super) fn assigns(&self) -> Vec<&str> {
        let picked = self.take.iter().map(|it| it.variable.as_str());
        picked.chain([self.status_variable.as_str()]).collect()
    }

    /// Takes the answer.
    pub(super) fn take_answer(&self, walk: &mut Walk<'_>, answer: &Answer) -> Turn {
        let (status, body) = match answer {
            Answer::Answered { status, body } => (*status, body),
            Answer::TimedOut => return Turn::Leave(Exit::Timeout),
            Answer::Failed(reason) => {
                walk.note_unreadable(&self.url, reason);
                return Turn::Leave(Exit::Error);
            }
        };
        walk.assign_told(&self.status_variable, status.to_string(), false);
        if !(200..300).contains(&status) {
            return Turn::Leave(Exit::Failed);
        }
        if self.take.is_empty() {
            return Turn::Leave(Exit::Ok);
        }
        match answer::pick(&self.take, body) {
            Ok(values) => {
                for (picked, value) in self.take.iter().zip(values) {
                    walk.assign_told(&picked.variable, value, picked.sensitive);
                }
                Turn::Leave(Exit::Ok)
            }
            Err(reason) => {
                walk.note_unreadable(&self.url, &reason);
                Turn::Leave(Exit::Error)
            }
        }
    }
}

fn default_timeout_ms() -> u32 {
    5_000
}

fn default_status_variable() -> String {
    "http.status".to_owned()
}
