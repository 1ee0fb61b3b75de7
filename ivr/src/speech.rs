//! Reading digits, numbers, telephone numbers, money, dates and times aloud.
//!
//! The planner turns `(kind, text, locale, options)` into words and pauses; it knows no audio. A voice
//! pack maps the words to clips ([`crate::Voices`]). A text is normalised before it is read, so that
//! full-width digits, Unicode minus signs and every kind of white space read alike; the text itself
//! is kept as its author typed it.

mod date;
mod digits;
mod money;
mod normalize;
mod number;
mod number_en;
mod number_zh;
mod phone;
mod time;

use crate::{Locale, limits::TEXT_CHARS};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use thiserror::Error;

pub use normalize::normalize;

/// The rule by which a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// One character after the other (读数字).
    Digits,
    /// The value of a number (读数值).
    Number,
    /// A telephone number in its usual groups (读电话号码).
    Phone,
    /// An amount of money.
    Money,
    /// A calendar day, `2024-01-05`.
    Date,
    /// A time of day, `14:05`.
    Time,
}

/// How a text is read; the defaults suit a service hotline.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Says 幺 for 1 in Chinese; unset: in telephone numbers only.
    pub yao: Option<bool>,
    /// Says 两 for a 2 that heads a value before 千, 万 or 亿.
    pub liang: bool,
    /// Says "oh" for 0 in English telephone numbers.
    pub oh: bool,
    /// Says "double five" and "triple five" in English telephone numbers.
    pub doubles: bool,
    /// The clock for times of day.
    pub clock: Clock,
    /// The country code that is left out of telephone numbers; unset: the language's country.
    pub home: Option<String>,
    /// The pause between groups in milliseconds; unset: 250.
    pub group_pause_ms: Option<u16>,
}

/// Twelve hours with a part of the day, or twenty-four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
pub enum Clock {
    /// 下午两点零五分, two oh five p m.
    #[default]
    #[serde(rename = "12h")]
    TwelveHours,
    /// 十四点零五分, fourteen oh five.
    #[serde(rename = "24h")]
    TwentyFourHours,
}

/// A word or a pause.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Unit {
    /// One word of the voice pack.
    Word(String),
    /// Silence.
    Pause(Duration),
}

/// Why a text cannot be read by its rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SpeechError {
    /// The rule has no word for this character.
    #[error("character '{character}' at position {column} cannot be read")]
    Character {
        /// The character.
        character: char,
        /// Its place in the normalised text, from 1.
        column: usize,
    },
    /// Nothing but white space.
    #[error("there is nothing to read")]
    Empty,
    /// Separators at places where no reader groups digits.
    #[error("bad digit grouping")]
    Grouping,
    /// More places than the currency has.
    #[error("an amount has at most two decimals")]
    Decimals,
    /// Not what the rule reads.
    #[error("this is not {0}")]
    Form(&'static str),
    /// A day that the calendar does not have.
    #[error("there is no such day")]
    Day,
    /// A time that the clock does not have.
    #[error("there is no such time")]
    Time,
    /// More characters than anybody would listen to.
    #[error("{0} characters are more than can be read")]
    Long(usize),
}

const GROUP_PAUSE: Duration = Duration::from_millis(250);
const DATE_PAUSE: Duration = Duration::from_millis(120);

/// Plans how `text` is read.
///
/// ```
/// use ivr::{Locale, speech::{Kind, Options, Unit, plan}};
/// use std::time::Duration;
///
/// let units = plan(Kind::Digits, "12 3", Locale::EnUs, &Options::default()).unwrap();
/// assert_eq!(units, [
///     Unit::Word("one".into()),
///     Unit::Word("two".into()),
///     Unit::Pause(Duration::from_millis(250)),
///     Unit::Word("three".into()),
/// ]);
/// ```
///
/// # Errors
///
/// When the text is not what the rule reads; nothing is ever left out silently.
pub fn plan(
    kind: Kind,
    text: &str,
    locale: Locale,
    options: &Options,
) -> Result<Vec<Unit>, SpeechError> {
    let length = text.chars().count();
    if length > TEXT_CHARS {
        return Err(SpeechError::Long(length));
    }
    let text = normalize(text);
    if text.is_empty() {
        return Err(SpeechError::Empty);
    }
    let mut line = Line::new(locale, options);
    match kind {
        Kind::Digits => digits::read(&text, &mut line)?,
        Kind::Number => number::read(&text, &mut line)?,
        Kind::Phone => phone::read(&text, &mut line)?,
        Kind::Money => money::read(&text, &mut line)?,
        Kind::Date => date::read(&text, &mut line)?,
        Kind::Time => time::read(&text, &mut line)?,
    }
    line.finish()
}

/// Plans the readable characters of a text one by one and leaves the others out: what is said when a
/// value that came in at the call does not fit its rule.
pub fn spell(text: &str, locale: Locale, options: &Options) -> Option<Vec<Unit>> {
    let mut line = Line::new(locale, options);
    for character in normalize(text).chars().take(TEXT_CHARS) {
        digits::character(character, &mut line);
    }
    line.finish().ok()
}

/// Compares the values of two numbers exactly; `None` when either text is not one number.
pub(crate) fn compare(left: &str, right: &str) -> Option<std::cmp::Ordering> {
    number::Number::compare(left, right)
}

/// The words and pauses planned so far.
struct Line<'a> {
    locale: Locale,
    options: &'a Options,
    units: Vec<Unit>,
}

impl<'a> Line<'a> {
    fn new(locale: Locale, options: &'a Options) -> Self {
        Self {
            locale,
            options,
            units: Vec::new(),
        }
    }

    fn word(&mut self, word: &str) {
        self.units.push(Unit::Word(word.to_owned()));
    }

    fn words<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) {
        for word in words {
            self.word(word);
        }
    }

    fn group_pause(&mut self) {
        self.pause(
            self.options
                .group_pause_ms
                .map_or(GROUP_PAUSE, |pause| Duration::from_millis(pause.into())),
        );
    }

    /// A run of separators is one pause, and none stands at the head.
    fn pause(&mut self, pause: Duration) {
        if matches!(self.units.last(), Some(Unit::Word(_))) {
            self.units.push(Unit::Pause(pause));
        }
    }

    fn is_chinese(&self) -> bool {
        match self.locale {
            Locale::ZhCn => true,
            Locale::EnUs | Locale::EnGb => false,
        }
    }

    fn finish(mut self) -> Result<Vec<Unit>, SpeechError> {
        if matches!(self.units.last(), Some(Unit::Pause(_))) {
            self.units.pop();
        }
        if self.units.is_empty() {
            return Err(SpeechError::Empty);
        }
        Ok(self.units)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            yao: None,
            liang: true,
            oh: false,
            doubles: false,
            clock: Clock::default(),
            home: None,
            group_pause_ms: None,
        }
    }
}

#[cfg(test)]
mod tests;
