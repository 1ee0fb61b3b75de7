//! `set`: gives a variable a value.

use super::{Turn, Walk};
use crate::{Exit, Expression, Template, check::Inspection, expression::Outcome, limits};
use serde::{Deserialize, Serialize};

/// Keeps a text or what an expression comes to as a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Set {
    /// Which variable.
    pub variable: String,
    /// Its value.
    pub value: Value,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// From an expression.
    Computed(Expression),
    /// From a text with variables filled in.
    Filled(Template),
}

/// The fields of the node as they stand in a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    variable: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Template>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expression: Option<Expression>,
}

impl TryFrom<Fields> for Set {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        let value = match (fields.value, fields.expression) {
            (Some(text), None) => Value::Filled(text),
            (None, Some(expression)) => Value::Computed(expression),
            _ => return Err("a set node has either \"value\" or \"expression\""),
        };
        Ok(Self {
            variable: fields.variable,
            value,
        })
    }
}

impl From<Set> for Fields {
    fn from(set: Set) -> Self {
        let (value, expression) = match set.value {
            Value::Filled(text) => (Some(text), None),
            Value::Computed(expression) => (None, Some(expression)),
        };
        Self {
            variable: set.variable,
            value,
            expression,
        }
    }
}

impl Set {
    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::Ok]
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.assigned("variable", &self.variable);
        match &self.value {
            Value::Filled(text) => inspection.template("value", text),
            Value::Computed(expression) => inspection.expression("expression", expression, None),
        }
    }

    /// A value that comes from a sensitive one is sensitive too.
    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        let (value, sensitive) = match &self.value {
            Value::Filled(text) => (walk.fill(text), walk.is_sensitive(text)),
            Value::Computed(expression) => {
                let value = match walk.evaluate(expression) {
                    Some(Outcome::Text(text)) => text,
                    Some(Outcome::Bool(holds)) => holds.to_string(),
                    None => return Turn::Leave(Exit::Error),
                };
                (value, walk.any_sensitive(expression.names()))
            }
        };
        if value.chars().count() > limits::TEXT_CHARS {
            return Turn::Leave(Exit::Error);
        }
        walk.assign(&self.variable, value, sensitive);
        Turn::Leave(Exit::Ok)
    }
}
