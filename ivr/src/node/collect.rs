//! `collect`: takes digits into a variable.

use crate::Item;
use serde::{Deserialize, Serialize};

/// Says its items and takes a row of digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collect {
    /// What is said.
    pub items: Vec<Item>,
    /// Where the digits go.
    pub variable: String,
    /// The fewest digits that are right.
    #[serde(default = "default_min_length")]
    pub min_length: u8,
    /// The most digits; reaching it ends the row.
    #[serde(default = "default_max_length")]
    pub max_length: u8,
    /// The key that ends the row and is not part of it; `null` for none.
    #[serde(default = "default_terminator")]
    pub terminator: Option<char>,
    /// The wait for the head of the row after the items, in milliseconds.
    #[serde(default = "default_first_timeout_ms")]
    pub first_timeout_ms: u32,
    /// The wait for each further digit, in milliseconds.
    #[serde(default = "default_inter_digit_timeout_ms")]
    pub inter_digit_timeout_ms: u32,
    /// How often it asks again after a row of the wrong length or none.
    #[serde(default = "default_retries")]
    pub retries: u8,
    /// Whether the digits are kept out of the log.
    #[serde(default)]
    pub sensitive: bool,
    /// What is said after a row of the wrong length before it asks again.
    #[serde(default)]
    pub invalid_items: Vec<Item>,
    /// What is said after no digit before it asks again.
    #[serde(default)]
    pub timeout_items: Vec<Item>,
    /// Whether a key cuts the items short.
    #[serde(default = "super::yes")]
    pub interruptible: bool,
}

fn default_min_length() -> u8 {
    1
}

fn default_max_length() -> u8 {
    32
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's own type")]
fn default_terminator() -> Option<char> {
    Some('#')
}

fn default_first_timeout_ms() -> u32 {
    8_000
}

fn default_inter_digit_timeout_ms() -> u32 {
    4_000
}

fn default_retries() -> u8 {
    2
}
