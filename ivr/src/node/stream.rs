//! `stream`: connects the caller with a voice bot.

use super::{Signal, Turn, Walk};
use crate::session::StreamOutcome;
use crate::{Action, Exit, Template, check::Inspection, limits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// Lets a bot hear the caller and speak to them over a connection of its own, until either ends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Where the bot listens, variables filled in.
    pub url: Template,
    /// How it is spoken to.
    #[serde(default)]
    pub protocol: Protocol,
    /// What it is told of the call, variables filled in.
    #[serde(default)]
    pub parameters: BTreeMap<String, Template>,
    /// The longest time with the bot in seconds.
    #[serde(default = "default_max_seconds")]
    pub max_seconds: u32,
    /// Where that goes which the bot says when it hands the caller over.
    #[serde(default = "default_handoff_variable")]
    pub handoff_variable: String,
}

/// The language that a bot understands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Twilio Media Streams.
    #[default]
    Twilio,
    /// The `listen` of jambonz.
    Jambonz,
    /// AudioSocket of Asterisk.
    Audiosocket,
}

impl Protocol {
    /// How the addresses of its bots begin.
    pub const fn schemes(self) -> &'static [&'static str] {
        match self {
            Self::Twilio | Self::Jambonz => &["wss://", "ws://"],
            Self::Audiosocket => &["tcp://"],
        }
    }
}

impl Stream {
    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::Done, Exit::Transfer, Exit::Timeout, Exit::Error]
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.template("url", &self.url);
        if !self.has_scheme(self.url.as_str()) && !self.url.as_str().starts_with("${") {
            inspection.blame(
                "bad_url",
                "url",
                format_args!(
                    "an address begins with {}",
                    self.protocol.schemes().join(" or ")
                ),
            );
        }
        if self.parameters.len() > limits::PARAMETERS {
            inspection.blame(
                "too_many",
                "parameters",
                format_args!("a bot is told at most {} things", limits::PARAMETERS),
            );
        }
        for (name, value) in &self.parameters {
            let path = format!("parameters.{name}");
            if name.is_empty() || name.chars().count() > limits::NAME_CHARS {
                inspection.blame(
                    "bad_name",
                    &path,
                    format_args!("a name has 1 to {} characters", limits::NAME_CHARS),
                );
            }
            inspection.template(&path, value);
        }
        let longest = limits::STREAM.as_secs();
        if self.max_seconds == 0 || u64::from(self.max_seconds) > longest {
            inspection.blame(
                "bad_length",
                "max_seconds",
                format_args!("a bot has 1 to {longest} seconds"),
            );
        }
        inspection.assigned("handoff_variable", &self.handoff_variable);
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        let url = walk.fill(&self.url).trim().to_owned();
        if !self.has_scheme(&url) {
            walk.note_unreadable(&self.url, "the value is not the address of a bot");
            return Turn::Leave(Exit::Error);
        }
        let parameters = self.parameters.iter();
        let parameters = parameters.map(|(name, value)| (name.clone(), walk.fill(value)));
        let action = Action::Stream {
            url,
            protocol: self.protocol,
            parameters: parameters.collect(),
        };
        walk.stream(action, Duration::from_secs(self.max_seconds.into()))
    }

    pub(super) fn handle(walk: &mut Walk<'_>, signal: Signal) -> Turn {
        match signal {
            Signal::StreamEnded(outcome) => Turn::Leave(match outcome {
                StreamOutcome::Done => Exit::Done,
                StreamOutcome::Failed => Exit::Error,
                StreamOutcome::HandedOver => {
                    walk.stop_stream();
                    Exit::Transfer
                }
            }),
            Signal::TimedOut => {
                walk.stop_stream();
                Turn::Leave(Exit::Timeout)
            }
            Signal::Digit(_)
            | Signal::SpeechEnded
            | Signal::TransferEnded(_)
            | Signal::MessageEnded
            | Signal::QueueSeen(_) => Turn::Stay,
        }
    }

    fn has_scheme(&self, url: &str) -> bool {
        self.protocol
            .schemes()
            .iter()
            .any(|scheme| url.starts_with(scheme))
    }
}

fn default_max_seconds() -> u32 {
    1_800
}

fn default_handoff_variable() -> String {
    "handoff".to_owned()
}
