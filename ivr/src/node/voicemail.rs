//! `voicemail`: records a message.

use crate::Item;
use serde::{Deserialize, Serialize};

/// Says its items and records what the caller says until a key, silence on the line or the longest time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voicemail {
    /// What is said before.
    #[serde(default)]
    pub items: Vec<Item>,
    /// The longest message in seconds.
    #[serde(default = "default_max_seconds")]
    pub max_seconds: u16,
    /// The keys that end the message.
    #[serde(default = "default_end_keys")]
    pub end_keys: String,
}

fn default_max_seconds() -> u16 {
    120
}

fn default_end_keys() -> String {
    "#".to_owned()
}
