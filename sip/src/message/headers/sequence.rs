//! CSeq (RFC 3261 §20.16): which request of a dialog this is.

use serde::{Deserialize, Serialize};

use super::super::{Cursor, Method, Span, decimal, is_space};

/// The number and the method of CSeq.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sequence {
    /// Counts the requests of one side; less than 2³¹.
    pub number: u32,
    /// The method of the request.
    pub method: Method,
}

impl Sequence {
    /// The sequence and the span of its method's spelling.
    pub(in super::super) fn read(cursor: &mut Cursor<'_>) -> Option<(Self, Span)> {
        cursor.skip_space();
        let digits = cursor.run(|byte| byte.is_ascii_digit());
        let largest = u64::from(u32::MAX >> 1);
        let number = u32::try_from(decimal(digits.of(cursor.bytes()), largest)?).ok()?;
        cursor.peek().filter(|byte| is_space(*byte))?;
        cursor.skip_space();
        let text = cursor.token()?;
        let method = Method::from_bytes(text.of(cursor.bytes()));
        Some((Self { number, method }, text))
    }
}
