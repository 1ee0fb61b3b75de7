//! `play`: says something and goes on.

use crate::Item;
use serde::{Deserialize, Serialize};

/// Says its items; a key stops them and is kept for the node after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Play {
    /// What is said.
    pub items: Vec<Item>,
    /// Whether a key cuts it short.
    #[serde(default = "super::yes")]
    pub interruptible: bool,
}
