//! The languages a flow can speak.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// A spoken language with its country, written as a BCP 47 tag.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
pub enum Locale {
    /// Mandarin as spoken in China.
    #[default]
    #[serde(rename = "zh-CN")]
    ZhCn,
    /// English as spoken in the United States.
    #[serde(rename = "en-US")]
    EnUs,
    /// English as spoken in the United Kingdom.
    #[serde(rename = "en-GB")]
    EnGb,
}

/// A tag that names no language we speak.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown language {0:?}, expected zh-CN, en-US or en-GB")]
pub struct UnknownLocale(pub String);

impl Locale {
    /// Every language, in the order of the manual.
    pub const ALL: [Self; 3] = [Self::ZhCn, Self::EnUs, Self::EnGb];

    /// The BCP 47 tag.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ZhCn => "zh-CN",
            Self::EnUs => "en-US",
            Self::EnGb => "en-GB",
        }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Locale {
    type Err = UnknownLocale;

    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|locale| locale.as_str().eq_ignore_ascii_case(tag))
            .ok_or_else(|| UnknownLocale(tag.to_owned()))
    }
}
