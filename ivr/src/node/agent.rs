//! `agent`: connects the caller with one agent.

use crate::Template;
use serde::{Deserialize, Serialize};

/// Rings one agent; an exit is taken when that agent did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// The agent's extension, variables filled in.
    pub extension: Template,
}
