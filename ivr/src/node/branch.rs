//! `branch`: leaves by the case that holds.

use super::{Turn, Walk};
use crate::{Exit, Template, check::Inspection, limits, speech};
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, collections::BTreeSet};

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

impl Branch {
    pub(super) fn exits(&self) -> Vec<Exit> {
        let cases = self.cases.iter().map(|case| Exit::Case(case.exit.clone()));
        cases.chain([Exit::Otherwise]).collect()
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        if self.cases.len() > limits::CASES {
            inspection.blame(
                "too_many_cases",
                "cases",
                format_args!("a branch has at most {} cases", limits::CASES),
            );
        }
        let mut taken = BTreeSet::from(["otherwise", "error", "default"]);
        for (index, case) in self.cases.iter().enumerate() {
            let path = format!("cases[{index}]");
            inspection.name(&format!("{path}.exit"), &case.exit);
            if !taken.insert(&case.exit) {
                inspection.blame(
                    "duplicate_exit",
                    &format!("{path}.exit"),
                    format_args!("{:?} is already the name of another exit", case.exit),
                );
            }
            inspection.known_variable(&format!("{path}.variable"), &case.variable);
            case.when.check(&format!("{path}.when"), inspection);
        }
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        let exit = self
            .cases
            .iter()
            .find(|case| case.holds(walk))
            .map_or(Exit::Otherwise, |case| Exit::Case(case.exit.clone()));
        Turn::Leave(exit)
    }
}

impl Case {
    fn holds(&self, walk: &Walk<'_>) -> bool {
        let value = walk.variable(&self.variable);
        match &self.when {
            Test::Equals(other) => value == walk.fill(other),
            Test::NotEquals(other) => value != walk.fill(other),
            Test::StartsWith(head) => value.starts_with(&walk.fill(head)),
            Test::Digits(length) => {
                (usize::from(length.min)..=usize::from(length.max)).contains(&value.len())
                    && value.bytes().all(|digit| digit.is_ascii_digit())
            }
            Test::Greater(other) => {
                speech::compare(value, &walk.fill(other)) == Some(Ordering::Greater)
            }
            Test::Less(other) => speech::compare(value, &walk.fill(other)) == Some(Ordering::Less),
            Test::Empty => value.is_empty(),
        }
    }
}

impl Test {
    fn check(&self, path: &str, inspection: &mut Inspection<'_>) {
        match self {
            Self::Equals(text) | Self::NotEquals(text) | Self::StartsWith(text) => {
                inspection.template(path, text);
            }
            Self::Greater(text) | Self::Less(text) => {
                inspection.template(path, text);
                if !text.has_variables() && speech::compare(text.as_str(), "0").is_none() {
                    inspection.blame(
                        "not_a_number",
                        path,
                        format_args!("{:?} is not a number to compare with", text.as_str()),
                    );
                }
            }
            Self::Digits(length) if length.min > length.max => {
                inspection.blame(
                    "bad_length",
                    path,
                    "the fewest digits are more than the most",
                );
            }
            Self::Digits(_) | Self::Empty => {}
        }
    }
}
