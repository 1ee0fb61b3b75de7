//! What a test of a flow looks like in the specification. Tests are read and written by [`ivr::script`], the reader of
//! test files, so that a test moves between a file and a flow as it is.

#![expect(dead_code, reason = "these types are read by the specification alone")]

use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One call and what is expected of it.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowTest)]
pub(crate) struct Test {
    /// What it shows, as a sentence; 1 to 200 characters.
    name: String,
    /// The caller's number.
    #[serde(default)]
    caller: String,
    /// The number called, also that of the trunk.
    #[serde(default)]
    called: String,
    /// When the call begins.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// Values of variables when the flow is entered.
    #[serde(default)]
    variables: BTreeMap<String, String>,
    /// How the node of this name ends where it hands the caller over; without a line, the call ends there.
    #[serde(default)]
    away: BTreeMap<String, Return>,
    /// What other systems answer to the nodes of these names; without a line, they do not answer.
    #[serde(default)]
    answers: BTreeMap<String, Given>,
    /// How the queues of these names are when they are looked at; without a line, there is nobody.
    #[serde(default)]
    queues: BTreeMap<String, QueueNow>,
    /// What the caller does; at most 1000 things.
    #[serde(default, rename = "do")]
    deeds: Vec<Deed>,
    /// What has to come of it; at least one thing.
    expect: Expectation,
}

/// What the caller does.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowTestDeed)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Deed {
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
#[derive(Serialize, ToSchema)]
#[schema(as = FlowTestReturn)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Return {
    Busy,
    Completed,
    Failed,
    Full,
    HandedOver,
    NoAgent,
    NoAnswer,
    Recorded,
    Refused,
    Talked,
    Timeout,
    Unavailable,
}

/// What another system answers.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowTestAnswer)]
pub(crate) struct Given {
    /// The status; 200 without a line.
    #[serde(default)]
    status: u16,
    /// The answer.
    #[serde(default)]
    json: serde_json::Value,
}

/// How a queue is.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowTestQueue)]
pub(crate) struct QueueNow {
    /// Callers who wait.
    #[serde(default)]
    waiting: u32,
    /// How long the one at the head has waited, in whole seconds.
    #[serde(default)]
    longest_wait: u32,
    /// Agents who are signed in.
    #[serde(default)]
    agents: u32,
    /// Those among them who would take a call now.
    #[serde(default)]
    free: u32,
}

/// What has to come of a call; what is left out is not compared.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowTestExpectation)]
pub(crate) struct Expectation {
    /// The nodes entered, in order.
    path: Option<Vec<String>>,
    /// The clips and words heard, in order, without pauses.
    heard: Option<Vec<String>>,
    /// Variables and their values at the end.
    #[serde(default)]
    variables: BTreeMap<String, String>,
    /// Where the caller is at the end.
    end: Option<End>,
}

/// Where a caller is when the test is over.
#[derive(Serialize, ToSchema)]
#[schema(as = FlowTestEnd)]
#[serde(rename_all = "snake_case")]
pub(crate) enum End {
    /// With a queue, an agent, a number, the recorder or a bot.
    Away,
    /// The caller hung up.
    CallerHungUp,
    /// The flow hung up.
    HungUp,
    /// In a node that waits for the caller.
    Waiting,
}

/// A place such as `do[2].press` as a JSON pointer.
pub(crate) fn pointer(path: &str) -> String {
    let parts = path.split(['.', '[']);
    parts.fold(String::new(), |pointer, part| {
        format!("{pointer}/{}", part.trim_end_matches(']'))
    })
}
