//! `language`: changes the language the caller hears.

use super::{Turn, Walk};
use crate::{Exit, Locale};
use serde::{Deserialize, Serialize};

/// Speaks this language from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// Which language.
    pub language: Locale,
}

impl Language {
    pub(super) fn exits() -> Vec<Exit> {
        vec![Exit::Ok]
    }

    pub(super) fn enter(&self, walk: &mut Walk<'_>) -> Turn {
        walk.speak(self.language);
        Turn::Leave(Exit::Ok)
    }
}
