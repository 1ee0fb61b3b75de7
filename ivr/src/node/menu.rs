//! `menu`: waits for one key and leaves by it.

use crate::Item;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Says its items and takes one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Menu {
    /// What is said.
    pub items: Vec<Item>,
    /// The keys it knows; each is an exit.
    pub keys: BTreeSet<char>,
    /// The wait for a key after the items, in milliseconds.
    #[serde(default = "default_timeout_ms")]
    pub timeout_ms: u32,
    /// How often it asks again after a wrong key or none.
    #[serde(default = "default_retries")]
    pub retries: u8,
    /// What is said after a wrong key before it asks again.
    #[serde(default)]
    pub invalid_items: Vec<Item>,
    /// What is said after no key before it asks again.
    #[serde(default)]
    pub timeout_items: Vec<Item>,
    /// Whether a key cuts the items short.
    #[serde(default = "super::yes")]
    pub interruptible: bool,
}

fn default_timeout_ms() -> u32 {
    5_000
}

fn default_retries() -> u8 {
    2
}
