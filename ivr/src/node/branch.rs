//! `branch`: leaves by the case that holds.

use super::{Turn, Walk};
use crate::{
    Exit, Expression, Template,
    check::Inspection,
    expression::{Outcome, Type},
    limits, speech,
};
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, collections::BTreeSet};

/// Tries its cases in order; the exit is the name of the one that holds, or `otherwise`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// The cases, in the order they are tried.
    pub cases: Vec<Case>,
}

/// A named condition; its name is an exit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "CaseFields", into = "CaseFields")]
pub struct Case {
    /// The exit.
    pub exit: String,
    /// When it is taken.
    pub condition: Condition,
}

/// When a case holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A variable compares as it should.
    Compares {
        /// The variable.
        variable: String,
        /// What it is compared with.
        when: Test,
    },
    /// The expression is true.
    Holds(Expression),
}

/// The fields of a case as they stand in a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFields {
    exit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    variable: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<Test>,
    #[serde(default, rename = "if", skip_serializing_if = "Option::is_none")]
    holds: Option<Expression>,
}

impl TryFrom<CaseFields> for Case {
    type Error = &'static str;

    fn try_from(fields: CaseFields) -> Result<Self, Self::Error> {
        let condition = match (fields.variable, fields.when, fields.holds) {
            (Some(variable), Some(when), None) => Condition::Compares { variable, when },
            (None, None, Some(expression)) => Condition::Holds(expression),
            _ => return Err("a case has either \"if\", or \"variable\" with \"when\""),
        };
        Ok(Self {
            exit: fields.exit,
            condition,
        })
    }
}

impl From<Case> for CaseFields {
    fn from(case: Case) -> Self {
        let (variable, when, holds) = match case.condition {
            Condition::Compares { variable, when } => (Some(variable), Some(when), None),
            Condition::Holds(expression) => (None, None, Some(expression)),
        };
        Self {
            exit: case.exit,
            variable,
            when,
            holds,
        }
    }
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
            match &case.condition {
                Condition::Compares { variable, when } => {
                    inspection.known_variable(&format!("{path}.variable"), variable);
                    when.check(&format!("{path}.when"), inspection);
                }
                Condition::Holds(expression) => {
                    inspection.expression(&format!("{path}.if"), expression, Some(Type::Bool));
                }
            }
        }
    }

    /// The variables by which it decides.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.cases.iter().flat_map(|case| -> Vec<&str> {
            match &case.condition {
                Condition::Compares { variable, when } => {
                    let others = when.text().into_iter().flat_map(Template::names);
                    others.chain([variable.as_str()]).collect()
                }
                Condition::Holds(expression) => expression.names().collect(),
            }
        })
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        for case in &self.cases {
            let holds = match &case.condition {
                Condition::Compares { variable, when } => when.holds(walk.variable(variable), walk),
                Condition::Holds(expression) => match walk.evaluate(expression) {
                    Some(Outcome::Bool(holds)) => holds,
                    Some(Outcome::Text(_)) | None => return Turn::Leave(Exit::Error),
                },
            };
            if holds {
                return Turn::Leave(Exit::Case(case.exit.clone()));
            }
        }
        Turn::Leave(Exit::Otherwise)
    }
}

impl Test {
    /// What the value is compared with.
    fn text(&self) -> Option<&Template> {
        match self {
            Self::Equals(text)
            | Self::NotEquals(text)
            | Self::StartsWith(text)
            | Self::Greater(text)
            | Self::Less(text) => Some(text),
            Self::Digits(_) | Self::Empty => None,
        }
    }

    fn holds(&self, value: &str, walk: &Walk<'_>) -> bool {
        match self {
            Self::Equals(other) => value == walk.fill(other),
            Self::NotEquals(other) => value != walk.fill(other),
            Self::StartsWith(head) => value.starts_with(&walk.fill(head)),
            Self::Digits(length) => {
                (usize::from(length.min)..=usize::from(length.max)).contains(&value.len())
                    && value.bytes().all(|digit| digit.is_ascii_digit())
            }
            Self::Greater(other) => {
                speech::compare(value, &walk.fill(other)) == Some(Ordering::Greater)
            }
            Self::Less(other) => speech::compare(value, &walk.fill(other)) == Some(Ordering::Less),
            Self::Empty => value.is_empty(),
        }
    }

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
