//! The value of a number (读数值): `[+-]digits[.digits][e±dd][%]` with well-formed digit groups.
//!
//! An ordinary space separates values, each read as a number of its own; a no-break space groups the
//! digits of one number.

use super::{Line, SpeechError, digits, normalize::NO_BREAK_SPACE, number_en, number_zh};
use std::cmp::Ordering;

/// A number as its exact decimal digits, so that no value is too long or too fine to be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    pub(super) negative: bool,
    /// Without leading zeros, but at least one digit.
    pub(super) integer: String,
    /// As written, trailing zeros kept.
    pub(super) fraction: String,
    pub(super) percent: bool,
}

pub(super) fn read(text: &str, line: &mut Line<'_>) -> Result<(), SpeechError> {
    for value in text.split(' ') {
        let number = Number::parse(value, line.is_chinese())?;
        line.group_pause();
        number.read(line);
    }
    Ok(())
}

impl Number {
    /// Reads one number; `myriads` accepts the Chinese grouping `1,2345`.
    pub(super) fn parse(text: &str, myriads: bool) -> Result<Self, SpeechError> {
        let form = || SpeechError::Form("a number");
        let (text, percent) = text
            .strip_suffix('%')
            .map_or((text, false), |text| (text, true));
        let (negative, text) = match text.strip_prefix(['+', '-']) {
            Some(rest) => (text.starts_with('-'), rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent).ok_or_else(form)?),
            None => (text, 0),
        };
        let (integer, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return Err(form()),
            Some((integer, fraction)) => (integer, fraction),
            None if mantissa.is_empty() => return Err(form()),
            None => (mantissa, ""),
        };
        let is_digit = |digit: char| digit.is_ascii_digit();
        if !integer
            .chars()
            .all(|digit| is_digit(digit) || digit == ',' || digit == NO_BREAK_SPACE)
            || !fraction.chars().all(is_digit)
        {
            return Err(form());
        }
        let integer = ungroup(integer, myriads).ok_or(SpeechError::Grouping)?;
        let (integer, fraction) = shift(&integer, fraction, exponent);
        let integer = integer.trim_start_matches('0');
        let zero = integer.is_empty() && fraction.bytes().all(|digit| digit == b'0');
        Ok(Self {
            negative: negative && !zero,
            integer: if integer.is_empty() { "0" } else { integer }.to_owned(),
            fraction,
            percent,
        })
    }

    /// Compares two values exactly; `None` when either text is not one number.
    pub(crate) fn compare(left: &str, right: &str) -> Option<Ordering> {
        let parse = |text: &str| Self::parse(&super::normalize(text), true).ok();
        let (left, right) = (parse(left)?, parse(right)?);
        Some(match (left.negative, right.negative) {
            (false, false) => left.magnitude().cmp(&right.magnitude()),
            (true, true) => right.magnitude().cmp(&left.magnitude()),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        })
    }

    fn magnitude(&self) -> (usize, &str, &str) {
        (
            self.integer.len(),
            &self.integer,
            self.fraction.trim_end_matches('0'),
        )
    }

    pub(super) fn read(&self, line: &mut Line<'_>) {
        if self.negative {
            line.word(if line.is_chinese() { "负" } else { "minus" });
        }
        if self.percent && line.is_chinese() {
            line.word("百分之");
        }
        read_integer(&self.integer, line);
        if !self.fraction.is_empty() {
            line.word(if line.is_chinese() { "点" } else { "point" });
            read_digits(&self.fraction, line);
        }
        if self.percent && !line.is_chinese() {
            line.word("percent");
        }
    }
}

/// Reads a whole number given by its digits; one beyond the language's scale digit by digit.
pub(super) fn read_integer(integer: &str, line: &mut Line<'_>) {
    let value = integer.parse().unwrap_or(u64::MAX);
    if line.is_chinese() && value < number_zh::LIMIT {
        number_zh::read(value, line);
    } else if !line.is_chinese() && value < number_en::LIMIT {
        number_en::read(value, line);
    } else {
        read_digits(integer, line);
    }
}

fn read_digits(text: &str, line: &mut Line<'_>) {
    for digit in text.chars() {
        let word = digits::digit(digit, line, false);
        line.word(word);
    }
}

fn parse_exponent(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || digits.len() > 2 || !digits.bytes().all(|digit| digit.is_ascii_digit())
    {
        return None;
    }
    text.parse().ok()
}

/// The digits without their separators, when these stand where a reader expects them.
fn ungroup(integer: &str, myriads: bool) -> Option<String> {
    let Some(separator) = integer.chars().find(|digit| !digit.is_ascii_digit()) else {
        return Some(integer.to_owned());
    };
    let groups: Vec<_> = integer.split(separator).collect();
    let well_formed = |size: usize| {
        (1..=size).contains(&groups[0].len())
            && groups[1..]
                .iter()
                .all(|group| group.len() == size && group.bytes().all(|b| b.is_ascii_digit()))
    };
    (well_formed(3) || (myriads && separator == ',' && well_formed(4))).then(|| groups.concat())
}

/// Moves the decimal point.
fn shift(integer: &str, fraction: &str, exponent: i32) -> (String, String) {
    let places = exponent.unsigned_abs() as usize;
    if exponent >= 0 {
        let moved = places.min(fraction.len());
        let (up, rest) = fraction.split_at(moved);
        let zeros = "0".repeat(places - moved);
        (format!("{integer}{up}{zeros}"), rest.to_owned())
    } else {
        let padded = format!("{}{integer}", "0".repeat(places));
        let (rest, down) = padded.split_at(padded.len() - places);
        (rest.to_owned(), format!("{down}{fraction}"))
    }
}
