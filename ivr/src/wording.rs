//! A text that an engine speaks: `您好，${name}，余额 ${balance:money}`.
//!
//! A variable may stand with one of the rules of [`speech`](crate::speech): its value goes to the
//! engine in the planner's words, so that every engine reads it alike and no space does harm.

use crate::{
    Locale, Template, TemplateError,
    speech::{self, Kind, Options, SpeechError, Unit},
    template::{Piece, is_variable_name},
};
use serde::{Deserialize, Serialize};

const RULES: [(&str, Kind); 6] = [
    ("date", Kind::Date),
    ("digits", Kind::Digits),
    ("money", Kind::Money),
    ("number", Kind::Number),
    ("phone", Kind::Phone),
    ("time", Kind::Time),
];
/// What stands in front of a letter that is spelled.
const LETTER: &str = "letter:";

/// A text as its author typed it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wording(Template);

impl Wording {
    /// Keeps `text` exactly as it is.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Template::new(text))
    }

    /// The text as typed.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether a variable occurs in it.
    pub fn has_variables(&self) -> bool {
        self.names().next().is_some()
    }

    /// The names of its variables; nothing when the text cannot be parsed.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let pieces = self.pieces().unwrap_or_default().into_iter();
        pieces.filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Variable(inner) => Some(name_and_rule(inner).0),
        })
    }

    pub(crate) fn pieces(&self) -> Result<Vec<Piece<'_>>, TemplateError> {
        self.0.split(|inner| {
            let (name, rule) = name_and_rule(inner);
            is_variable_name(name) && rule.is_none_or(|rule| kind(rule).is_some())
        })
    }

    /// The text with every variable replaced by what `value` knows, in the words of its rule.
    ///
    /// # Errors
    ///
    /// The first value that does not fit its rule; with `spelled` it is spelled, or left as it is.
    pub(crate) fn fill<'v>(
        &self,
        locale: Locale,
        spelled: bool,
        mut value: impl FnMut(&str) -> Option<&'v str>,
    ) -> Result<String, SpeechError> {
        let mut text = String::new();
        for piece in self.pieces().unwrap_or_default() {
            let (name, rule) = match piece {
                Piece::Literal(literal) => {
                    text.push_str(literal);
                    continue;
                }
                Piece::Variable(inner) => name_and_rule(inner),
            };
            let value = value(name).unwrap_or_default();
            let Some(kind) = rule.and_then(kind) else {
                text.push_str(value);
                continue;
            };
            match speech::plan(kind, value, locale, &Options::default()) {
                Ok(units) => text.push_str(&words(&units, locale)),
                Err(error) if !spelled => return Err(error),
                Err(_) => {
                    let units = speech::spell(value, locale, &Options::default());
                    text.push_str(&units.map_or(value.to_owned(), |it| words(&it, locale)));
                }
            }
        }
        Ok(text)
    }
}

fn name_and_rule(inner: &str) -> (&str, Option<&str>) {
    match inner.split_once(':') {
        Some((name, rule)) => (name, Some(rule)),
        None => (inner, None),
    }
}

fn kind(rule: &str) -> Option<Kind> {
    RULES.iter().find(|(name, _)| *name == rule).map(|it| it.1)
}

/// The planner's words as a sentence.
fn words(units: &[Unit], locale: Locale) -> String {
    let (space, pause) = match locale {
        Locale::ZhCn => ("", "，"),
        Locale::EnUs | Locale::EnGb => (" ", ", "),
    };
    let mut text = String::new();
    for unit in units {
        match unit {
            Unit::Pause(_) => text.push_str(pause),
            Unit::Word(word) => {
                if !text.is_empty() && !text.ends_with(pause) {
                    text.push_str(space);
                }
                match word.strip_prefix(LETTER) {
                    // Letters that stand together would be read as a word.
                    Some(letter) => text.extend([" ", letter, " "]),
                    None => text.push_str(word),
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, locale: Locale, spelled: bool) -> Result<String, SpeechError> {
        Wording::new(text).fill(locale, spelled, |name| match name {
            "name" => Some("${other}"),
            "sum" => Some("10230.5"),
            "tail" => Some("12 34"),
            "order" => Some("SO 7"),
            _ => None,
        })
    }

    #[test]
    fn values_are_put_in_once_or_in_the_words_of_their_rule() {
        for (text, locale, words) in [
            ("您好，${name}", Locale::ZhCn, "您好，${other}"),
            (
                "余额${sum:number}元",
                Locale::ZhCn,
                "余额一万零二百三十点五元",
            ),
            ("尾号${tail:digits}", Locale::ZhCn, "尾号一二，三四"),
            (
                "It is ${tail:digits}.",
                Locale::EnUs,
                "It is one two, three four.",
            ),
            ("$${name} ${nothing}!", Locale::EnUs, "${name} !"),
        ] {
            assert_eq!(filled(text, locale, false).as_deref(), Ok(words), "{text}");
        }
    }

    #[test]
    fn a_value_that_does_not_fit_its_rule_is_an_error_or_spelled() {
        let text = "${order:number}";
        assert!(filled(text, Locale::EnUs, false).is_err());
        let spelled = filled(text, Locale::EnUs, true).unwrap();
        assert_eq!(
            spelled.split_whitespace().collect::<Vec<_>>(),
            ["S", "O", ",", "seven"]
        );
    }

    #[test]
    fn a_rule_that_does_not_exist_is_no_name() {
        assert!(Wording::new("${sum:mony}").pieces().is_err());
        assert!(Wording::new("${sum:}").pieces().is_err());
        let names = Wording::new("${a} $${b} ${c:money}");
        assert_eq!(names.names().collect::<Vec<_>>(), ["a", "c"]);
    }
}
