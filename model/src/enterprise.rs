//! A tenant (企业).

use crate::EnterpriseId;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// A tenant: every other thing belongs to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enterprise {
    /// Its identity.
    pub id: EnterpriseId,
    /// Its short name, unique, used in addresses.
    pub name: String,
    /// IANA zone, such as `Asia/Shanghai`; days and hours of reports are of this zone.
    pub time_zone: String,
    /// Default language, `zh-CN` or `en-US`.
    pub language: String,
    /// Where it is: its callers hear the tones of that country.
    pub region: Region,
}

/// A country (ISO 3166-1 alpha-2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region([u8; 2]);

/// A text that names no region.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a region is two letters such as CN, not {0:?}")]
pub struct RegionError(String);

impl Region {
    /// Reads two letters, small or large.
    ///
    /// # Errors
    /// [`RegionError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        match *text.as_bytes() {
            [first, second] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                Ok(Self([first, second].map(|it| it.to_ascii_uppercase())))
            }
            _ => Err(RegionError(text.to_owned())),
        }
    }

    /// The two letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Default for Region {
    fn default() -> Self {
        Self(*b"CN")
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({})", self.as_str())
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Region {
    type Error = RegionError;

    fn try_from(text: String) -> Result<Self, RegionError> {
        Self::parse(&text)
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_two_letters() {
        assert_eq!(
            Region::parse("gb").map(|it| it.to_string()),
            Ok("GB".to_owned())
        );
        assert_eq!(Region::default().as_str(), "CN");
        for text in ["", "C", "CHN", "C1", "中"] {
            assert!(Region::parse(text).is_err(), "{text:?}");
        }
    }
}
