//! What is wrong with a flow, said so that its author finds the place.

use serde::Serialize;
use std::fmt;

/// One reason why a flow document cannot be read or published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The node to blame, when there is one.
    pub node: Option<String>,
    /// A stable name of the rule, for translation and for tests.
    pub code: &'static str,
    /// Where in the document, e.g. `nodes.menu.items[2].text`; empty for the whole.
    pub path: String,
    /// The rule and what broke it, for people.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            formatter.write_str(&self.message)
        } else {
            write!(formatter, "{}: {}", self.path, self.message)
        }
    }
}

/// The candidate that looks most like `word`, when one is near enough to have been meant.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let allowed = word.chars().count() / 3;
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// `", did you mean X?"`, or nothing.
pub(crate) fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates)
        .map(|candidate| format!(", did you mean {candidate:?}?"))
        .unwrap_or_default()
}
