//! `branch`: leaves by the case that holds.

use crate::Template;
use serde::{Deserialize, Serialize};

/// Tries its cases in order; the exit is the name of the one that holds, or `otherwise`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// The cases, in the order they are tried.
    pub cases: Vec<Case>,
}

/// A named comparison; its name is an exit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The exit.
    pub exit: String,
    /// The variable that is compared.
    pub variable: String,
    /// What it is compared with.
    pub when: Test,
}

/// A comparison of a variable's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// The same text.
    Equals(Template),
    /// Another text.
    NotEquals(Template),
    /// The value begins with the text.
    StartsWith(Template),
    /// The value is a row of digits of this length.
    Digits(Length),
    /// Both are numbers and the value is greater.
    Greater(Template),
    /// Both are numbers and the value is less.
    Less(Template),
    /// The value is empty or unknown.
    Empty,
}

/// A range of lengths, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Length {
    /// The least.
    pub min: u8,
    /// The most.
    pub max: u8,
}
