//! `set`: gives a variable a value.

use crate::Template;
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
