//! Text with variables: `尾号 ${tail}`.
//!
//! Filling in is single-pass: a value that holds `${x}` is spoken as it is and never expanded, so that
//! what a caller or another system put into a variable cannot reach other variables. `$${` stands for
//! a literal `${`.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A text as its author typed it, white space included.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(String);

/// Why a text cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// A `${` that no `}` ends.
    #[error("\"${{\" at character {column} has no closing \"}}\"")]
    Unclosed {
        /// The place of the `$`, from 1.
        column: usize,
    },
    /// A name with other characters than letters, digits, `_` and `.`.
    #[error("{name:?} at character {column} is not a variable name")]
    BadName {
        /// What stands between the braces.
        name: String,
        /// The place of the `$`, from 1.
        column: usize,
    },
}

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Literal(&'a str),
    Variable(&'a str),
}

impl Template {
    /// Keeps `text` exactly as it is.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a variable occurs in it.
    pub fn has_variables(&self) -> bool {
        self.names().next().is_some()
    }

    /// The names of its variables; nothing when the text cannot be parsed.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pieces()
            .unwrap_or_default()
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Literal(_) => None,
                Piece::Variable(name) => Some(name),
            })
    }

    /// The text with every variable replaced by what `value` knows; unknown ones by nothing.
    ///
    /// # Errors
    ///
    /// When the text is not well formed, which a checked flow cannot hold.
    pub fn fill<'v>(
        &self,
        mut value: impl FnMut(&str) -> Option<&'v str>,
    ) -> Result<String, TemplateError> {
        Ok(self
            .pieces()?
            .into_iter()
            .map(|piece| match piece {
                Piece::Literal(literal) => literal,
                Piece::Variable(name) => value(name).unwrap_or_default(),
            })
            .collect())
    }

    pub(crate) fn pieces(&self) -> Result<Vec<Piece<'_>>, TemplateError> {
        self.split(is_variable_name)
    }

    /// The pieces, where `is_name` says what may stand between the braces.
    pub(crate) fn split(
        &self,
        is_name: impl Fn(&str) -> bool,
    ) -> Result<Vec<Piece<'_>>, TemplateError> {
        let text = self.0.as_str();
        let mut pieces = Vec::new();
        let mut from = 0;
        while let Some(found) = text[from..].find("${") {
            let start = from + found;
            if text[..start].ends_with('$') {
                pieces.push(Piece::Literal(&text[from..start - 1]));
                pieces.push(Piece::Literal("${"));
                from = start + 2;
                continue;
            }
            let column = text[..start].chars().count() + 1;
            let Some(length) = text[start..].find('}') else {
                return Err(TemplateError::Unclosed { column });
            };
            let name = &text[start + 2..start + length];
            if !is_name(name) {
                return Err(TemplateError::BadName {
                    name: name.to_owned(),
                    column,
                });
            }
            pieces.push(Piece::Literal(&text[from..start]));
            pieces.push(Piece::Variable(name));
            from = start + length + 1;
        }
        pieces.push(Piece::Literal(&text[from..]));
        Ok(pieces)
    }
}

impl From<&str> for Template {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Letters of any script, digits, `_` and `.`; no digit at the head.
pub(crate) fn is_variable_name(name: &str) -> bool {
    name.starts_with(|head: char| head.is_alphabetic() || head == '_')
        && name
            .chars()
            .all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in_once_and_white_space_stays() {
        let cases = [
            ("尾号 ${tail}　", "尾号 12 34　"),
            ("${tail}${tail}", "12 3412 34"),
            ("$${tail}", "${tail}"),
            ("costs $5", "costs $5"),
            ("${missing}", ""),
            ("${nested}", "${tail}"),
            ("", ""),
        ];
        for (text, filled) in cases {
            let result = Template::new(text).fill(|name| match name {
                "tail" => Some("12 34"),
                "nested" => Some("${tail}"),
                _ => None,
            });
            assert_eq!(result.as_deref(), Ok(filled), "{text}");
        }
    }

    #[test]
    fn a_malformed_variable_is_named_with_its_column() {
        assert_eq!(
            Template::new("尾号 ${tail").pieces(),
            Err(TemplateError::Unclosed { column: 4 })
        );
        assert_eq!(
            Template::new("${1 2}").pieces(),
            Err(TemplateError::BadName {
                name: "1 2".to_owned(),
                column: 1
            })
        );
    }
}
