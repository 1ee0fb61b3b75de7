//! Which numbers may be dialled over a trunk: none but those that a rule names.
//!
//! A number is judged as it goes out, after the trunk's number rules: a rule that strips a digit
//! must not turn a local number into one abroad.

use super::{NumberRule, Trunk};
use crate::PhoneNumber;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What may be dialled over a trunk. A prefix without `+` opens no number abroad.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DialRules {
    /// Beginnings of numbers that may be dialled.
    pub allowed_prefixes: Vec<String>,
    /// Beginnings of numbers that may not, whatever else allows them.
    pub denied_prefixes: Vec<String>,
    /// Short numbers that may be dialled, each in full: emergency calls.
    pub short_numbers: Vec<String>,
}

/// Why a number may not be dialled, with the rule that says so.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum DialRefusal {
    /// It is a number abroad that no prefix allows.
    #[error("no prefix with + allows this number abroad")]
    Abroad,
    /// A prefix denies it.
    #[error("numbers that begin with {prefix} are denied")]
    Denied {
        /// The prefix, as the trunk's settings have it.
        prefix: String,
    },
    /// No prefix allows it.
    #[error("no prefix allows the number")]
    NotAllowed,
    /// It is a short number that is not named.
    #[error("the short number is not among those named")]
    ShortNumber,
}

impl DialRules {
    /// Most digits of a number that no prefix allows, only its own name.
    pub const SHORT_DIGITS: usize = 3;

    /// What is dialled before a number abroad where there is no `+` (ITU-T E.164).
    const ABROAD: &'static str = "00";

    /// Every number at home, none abroad: what the demo enterprise dials. The premium numbers and
    /// the carriers' access codes of mainland China are left out.
    pub fn domestic() -> Self {
        let owned = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect();
        Self {
            allowed_prefixes: owned(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
            denied_prefixes: owned(&["1259", "160", "168", "179"]),
            short_numbers: owned(&["110", "119", "120", "122"]),
        }
    }

    /// Says whether a number may be dialled; where several prefixes deny it, the longest is told.
    ///
    /// # Errors
    /// [`DialRefusal`] names the rule.
    pub fn permit(&self, number: &str) -> Result<(), DialRefusal> {
        if number.len() <= Self::SHORT_DIGITS {
            let named = self.short_numbers.iter().any(|it| it == number);
            return if named {
                Ok(())
            } else {
                Err(DialRefusal::ShortNumber)
            };
        }
        let number = international(number);
        if let Some(prefix) = longest(&self.denied_prefixes, &number) {
            let prefix = prefix.to_owned();
            return Err(DialRefusal::Denied { prefix });
        }
        if longest(&self.allowed_prefixes, &number).is_some() {
            Ok(())
        } else if number.starts_with('+') {
            Err(DialRefusal::Abroad)
        } else {
            Err(DialRefusal::NotAllowed)
        }
    }
}

impl Trunk {
    /// A called number as the trunk writes it.
    pub fn rewritten(&self, number: &PhoneNumber) -> PhoneNumber {
        NumberRule::rewrite(&self.rules.called_out, number)
    }

    /// A called number as it goes out over the trunk, if it may.
    ///
    /// # Errors
    /// [`DialRefusal`] names the rule that keeps it in.
    pub fn dialed(&self, number: &PhoneNumber) -> Result<PhoneNumber, DialRefusal> {
        let written = self.rewritten(number);
        self.dialing.permit(written.as_str())?;
        Ok(written)
    }
}

/// A number abroad with its `+`, so that a domestic prefix 0 does not open the whole world.
fn international(number: &str) -> String {
    number
        .strip_prefix(DialRules::ABROAD)
        .map_or_else(|| number.to_owned(), |rest| format!("+{rest}"))
}

fn longest<'a>(prefixes: &'a [String], number: &str) -> Option<&'a str> {
    prefixes
        .iter()
        .filter(|prefix| number.starts_with(&international(prefix)))
        .max_by_key(|prefix| international(prefix).len())
        .map(String::as_str)
}

#[cfg(test)]
mod tests;
