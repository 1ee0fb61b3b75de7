//! Phone numbers: kept as given, compared in a normal form.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// A number that can be dialled or that called: digits with an optional leading `+`, or a SIP user
/// name such as an extension. At most 64 characters, no controls, no white space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// Why a text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NumberError {
    /// Nothing was given.
    #[error("the number is empty")]
    Empty,
    /// More than 64 characters.
    #[error("the number is longer than 64 characters")]
    TooLong,
    /// A character that no number holds.
    #[error("the number holds the character {0:?}; allowed are letters, digits and + * # . _ -")]
    Character(char),
}

impl PhoneNumber {
    /// Longest number accepted, in characters.
    pub const LONGEST: usize = 64;

    /// Reads a number.
    ///
    /// # Errors
    /// [`NumberError`] names what is wrong.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        if text.is_empty() {
            return Err(NumberError::Empty);
        }
        if text.chars().count() > Self::LONGEST {
            return Err(NumberError::TooLong);
        }
        match text.chars().find(|c| !Self::allows(*c)) {
            Some(character) => Err(NumberError::Character(character)),
            None => Ok(Self(text.to_owned())),
        }
    }

    /// Whether numbers may hold this character.
    pub const fn allows(c: char) -> bool {
        c.is_ascii_alphanumeric() || matches!(c, '+' | '*' | '#' | '.' | '_' | '-')
    }

    /// The number as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number with all but its first three and last four characters hidden.
    pub fn masked(&self) -> String {
        let count = self.0.chars().count();
        self.0
            .chars()
            .enumerate()
            .map(|(at, c)| {
                if (3..count.saturating_sub(4)).contains(&at) {
                    '*'
                } else {
                    c
                }
            })
            .collect()
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_can_never_be_part_of_a_number() {
        assert_eq!(
            PhoneNumber::parse("1\r\nX: y"),
            Err(NumberError::Character('\r'))
        );
        assert_eq!(PhoneNumber::parse(""), Err(NumberError::Empty));
    }

    #[test]
    fn masking_keeps_the_ends() {
        assert_eq!(
            PhoneNumber::parse("13800138000").unwrap().masked(),
            "138****8000"
        );
        assert_eq!(PhoneNumber::parse("1001").unwrap().masked(), "1001");
    }
}
