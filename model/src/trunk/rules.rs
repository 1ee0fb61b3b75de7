//! How a trunk rewrites numbers: from the carrier's form to ours on the way in, and back.

use crate::PhoneNumber;

/// The rules of a trunk, one list for each number and direction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NumberRules {
    /// For the caller's number of calls that come in.
    pub caller_in: Vec<NumberRule>,
    /// For the called number of calls that come in.
    pub called_in: Vec<NumberRule>,
    /// For the caller's number of calls that go out.
    pub caller_out: Vec<NumberRule>,
    /// For the called number of calls that go out.
    pub called_out: Vec<NumberRule>,
}

/// One rule: takes characters off the front of a number and puts others there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRule {
    /// With what the number must begin; empty for any number.
    pub prefix: String,
    /// How long the number must be at least, in characters.
    pub min_length: Option<u8>,
    /// How long the number may be at most, in characters.
    pub max_length: Option<u8>,
    /// How many characters are taken off the front.
    pub strip: u8,
    /// What is put in front of the rest.
    pub prepend: String,
}

impl NumberRule {
    /// The rule that replaces `prefix` by `prepend`, however long the number.
    pub fn replacing(prefix: &str, prepend: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
            min_length: None,
            max_length: None,
            strip: u8::try_from(prefix.chars().count()).unwrap_or(u8::MAX),
            prepend: prepend.to_owned(),
        }
    }

    /// The number as this rule writes it; none where the rule does not match, or would leave
    /// nothing or something that is no number.
    pub fn apply(&self, number: &PhoneNumber) -> Option<PhoneNumber> {
        let text = number.as_str();
        let length = text.chars().count();
        let short = self.min_length.is_some_and(|least| length < least.into());
        let long = self.max_length.is_some_and(|most| length > most.into());
        if short || long || !text.starts_with(&self.prefix) || length < self.strip.into() {
            return None;
        }
        let rest = text.chars().skip(self.strip.into());
        let written: String = self.prepend.chars().chain(rest).collect();
        PhoneNumber::parse(&written).ok()
    }

    /// What the first rule that matches makes of `number`; `number` itself where none does.
    pub fn rewrite(rules: &[Self], number: &PhoneNumber) -> PhoneNumber {
        rules
            .iter()
            .find_map(|rule| rule.apply(number))
            .unwrap_or_else(|| number.clone())
    }
}

#[cfg(test)]
mod tests;
