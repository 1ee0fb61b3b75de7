//! Headers that are one number: Expires, Min-Expires, Retry-After, Min-SE, RSeq.

use super::{
    super::{Cursor, Message, Name, decimal},
    MalformedHeader,
};

impl Message {
    /// The number that a header starts with; parameters and comments behind it are left alone.
    ///
    /// # Errors
    /// If the header is there but does not start with a number of at most 2³²-1.
    pub fn number(&self, name: Name) -> Result<Option<u32>, MalformedHeader> {
        let Some(value) = self.header(name) else {
            return Ok(None);
        };
        let digits = Cursor::new(value, 0).run(|byte| byte.is_ascii_digit());
        decimal(digits.of(value), u64::from(u32::MAX))
            .and_then(|number| u32::try_from(number).ok())
            .map(Some)
            .ok_or(MalformedHeader(name))
    }
}
