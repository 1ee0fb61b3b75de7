//! `number`: connects the caller with an outside number.

use crate::Template;
use serde::{Deserialize, Serialize};

/// Calls an outside number; an exit is taken when it did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// The number, variables filled in.
    pub number: Template,
    /// Whether the talk is recorded.
    #[serde(default)]
    pub recorded: bool,
}
