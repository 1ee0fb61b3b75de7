//! `hangup`: ends the call.

use crate::Item;
use serde::{Deserialize, Serialize};

/// Says goodbye, if it has items, and hangs up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hangup {
    /// What is said before.
    #[serde(default)]
    pub items: Vec<Item>,
}
