//! `set`: gives a variable a value.

use super::{Turn, Walk};
use crate::{Exit, Template, check::Inspection, limits};
use serde::{Deserialize, Serialize};

/// Fills in a text and keeps it as a variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// Which variable.
    pub variable: String,
    /// Its value.
    pub value: Template,
}

impl Set {
    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::Ok]
    }

    pub(super) fn check(&self, inspection: &mut Inspection<'_>) {
        inspection.assigned("variable", &self.variable);
        inspection.template("value", &self.value);
    }

    /// A value that comes from a sensitive one is sensitive too.
    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        let value = walk.fill(&self.value);
        if value.chars().count() > limits::TEXT_CHARS {
            return Turn::Leave(Exit::Error);
        }
        let sensitive = walk.is_sensitive(&self.value);
        walk.assign(&self.variable, value, sensitive);
        Turn::Leave(Exit::Ok)
    }
}
