//! Tests of flows as text: a caller who does what the script says, on a clock of its own.
//!
//! A script plays one [`Session`](crate::Session) without telephone, network or waiting: what is said is heard out, the
//! caller presses keys, stays silent or hangs up, and transfers end as given. What comes of it is compared.

mod bounds;
mod run;
mod trace;

use crate::{
    limits,
    node::{Json, QueueNow},
};
use model::TimeScheme;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use bounds::Fault;
pub use run::{Difference, Resulting};
pub use trace::{Awaited, Passed};

/// Tests of one flow file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The flow file, beside the script.
    pub flow: String,
    /// The files of flows that it enters, beside the script.
    #[serde(default)]
    pub flows: Vec<String>,
    /// The time schemes that it looks at.
    #[serde(default)]
    pub schemes: BTreeMap<String, TimeScheme>,
    /// Where the enterprise is, as in `Asia/Shanghai`.
    #[serde(default)]
    pub zone: Option<String>,
    /// The tests, in order.
    pub tests: Vec<Test>,
}

/// One call and what is expected of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What it shows, as a sentence.
    #[serde(default)]
    pub name: String,
    /// The caller's number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub caller: String,
    /// The number called, also that of the trunk.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub called: String,
    /// When the call begins, as in `2026-11-23T10:00:00+08:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<jiff::Timestamp>,
    /// Values of variables when the flow is entered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// How the node of this name ends where it hands the caller over; without a line, the call ends there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub away: BTreeMap<String, Return>,
    /// What other systems answer to the nodes of these names; without a line, they do not answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Given>,
    /// How the queues of these names are when they are looked at; without a line, there is nobody.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub queues: BTreeMap<String, QueueNow>,
    /// What the caller does.
    #[serde(default, rename = "do")]
    pub deeds: Vec<Deed>,
    /// What has to come of it.
    #[serde(default)]
    pub expect: Expectation,
}

/// What the caller does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Presses keys when what is said has been heard.
    Press(String),
    /// Presses keys while it is said.
    Interrupt(String),
    /// Says and presses nothing until the time-out, so many times.
    Silence(u8),
    /// Hangs up.
    HangUp,
}

/// How a transfer, a message or the time with a bot comes to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Return {
    /// The other side was busy.
    Busy,
    /// The two talked, or the bot is done.
    Completed,
    /// The bot could not be reached.
    Failed,
    /// The queue takes no more callers.
    Full,
    /// The bot hands the caller over.
    HandedOver,
    /// Nobody who could answer is signed in.
    NoAgent,
    /// It rang and nobody answered.
    NoAnswer,
    /// The message is recorded.
    Recorded,
    /// The other side declined.
    Refused,
    /// The two talked, the other side hung up, and the caller is still there.
    Talked,
    /// The longest wait is over.
    Timeout,
    /// The other side could not be reached.
    Unavailable,
}

/// What another system answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The status.
    #[serde(default = "success")]
    pub status: u16,
    /// The answer.
    #[serde(default)]
    pub json: Json,
}

fn success() -> u16 {
    200
}

/// What has to come of a call; what is left out is not compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The nodes entered, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Vec<String>>,
    /// The clips and words heard, in order, without pauses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<Vec<String>>,
    /// Variables and their values at the end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// Where the caller is at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

/// Where a caller is when the script is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// With a queue, an agent, a number, the recorder or a bot.
    Away,
    /// The caller hung up.
    CallerHungUp,
    /// The flow hung up.
    HungUp,
    /// In a node that waits for the caller.
    Waiting,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    ///
    /// Why it cannot be read, with its line.
    pub fn from_yaml(text: &str) -> Result<Self, String> {
        if text.len() > limits::DOCUMENT_BYTES {
            return Err(format!(
                "a script has at most {} bytes",
                limits::DOCUMENT_BYTES
            ));
        }
        let options = serde_saphyr::options! { strict_booleans: true };
        let script: Self = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| error.to_string())?;
        if script.tests.len() > limits::TESTS {
            return Err(format!("a script has at most {} tests", limits::TESTS));
        }
        for (at, test) in script.tests.iter().enumerate() {
            if let Some(Fault { path, message }) = test.faults().first() {
                return Err(format!("tests[{at}].{path}: {message}"));
            }
        }
        Ok(script)
    }
}

#[cfg(test)]
mod tests;
