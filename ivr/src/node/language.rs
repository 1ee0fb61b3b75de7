//! `language`: changes the language the caller hears.

use crate::Locale;
use serde::{Deserialize, Serialize};

/// Speaks this language from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// Which language.
    pub language: Locale,
}
