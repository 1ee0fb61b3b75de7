//! Keyset pages, newest first.

use model::{CallId, Timestamp};
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// Which slice of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many at most; held to 1 to [`Page::LONGEST`].
    pub limit: u32,
    /// Only what comes after this place.
    pub after: Option<Cursor>,
}

impl Page {
    /// The most that one page holds.
    pub const LONGEST: u32 = 200;

    pub(crate) fn bounded_limit(self) -> u32 {
        self.limit.clamp(1, Self::LONGEST)
    }
}

impl Default for Page {
    fn default() -> Self {
        Self {
            limit: 50,
            after: None,
        }
    }
}

/// One page and where the next begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<T> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// Where the next page begins; none on the last.
    pub next: Option<Cursor>,
}

/// A place in a list of calls. Its text is for handing back, not for reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When the last call seen began.
    pub started_at: Timestamp,
    /// The last call seen.
    pub call: CallId,
}

/// A text that is no [`Cursor`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a cursor of this list")]
pub struct CursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.started_at.as_millis(), self.call)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (millis, call) = text.split_once('.').ok_or(CursorError)?;
        Ok(Self {
            started_at: Timestamp::from_millis(millis.parse().map_err(|_| CursorError)?),
            call: call.parse().map_err(|_| CursorError)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text_and_nothing_else_reads_as_one() {
        let cursor = Cursor {
            started_at: Timestamp::from_millis(1_700_000_000_123),
            call: CallId::new(Timestamp::from_millis(5), [8; 10]),
        };

        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!("1700".parse::<Cursor>(), Err(CursorError));
        assert_eq!("x.y".parse::<Cursor>(), Err(CursorError));
    }
}
