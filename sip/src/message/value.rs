//! A header value that cannot break out of its line.

/// Text for one header line: without CR, LF and NUL, whoever wrote it.
///
/// ```
/// use sip::message::HeaderValue;
///
/// assert!(HeaderValue::new("<sip:8001@example.com>").is_ok());
/// assert!(HeaderValue::new("x\r\nRoute: <sip:evil.example>").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeaderValue<'a>(&'a [u8]);

/// The text holds a byte that would end or cut the header line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a header value cannot hold a line end or a zero byte")]
pub struct HeaderValueError;

impl<'a> HeaderValue<'a> {
    /// Takes text that stays on one line.
    ///
    /// # Errors
    /// If the text holds CR, LF or NUL.
    pub const fn new(text: &'a str) -> Result<Self, HeaderValueError> {
        Self::from_bytes(text.as_bytes())
    }

    /// Takes bytes of any charset that stay on one line.
    ///
    /// # Errors
    /// If the bytes hold CR, LF or NUL.
    pub const fn from_bytes(bytes: &'a [u8]) -> Result<Self, HeaderValueError> {
        let mut at = 0;
        while at < bytes.len() {
            if matches!(bytes[at], b'\r' | b'\n' | 0) {
                return Err(HeaderValueError);
            }
            at += 1;
        }
        Ok(Self(bytes))
    }

    /// Takes a literal; checked while compiling where the call is in a constant.
    ///
    /// # Panics
    /// If the literal holds CR, LF or NUL.
    pub const fn from_static(text: &'static str) -> HeaderValue<'static> {
        match HeaderValue::new(text) {
            Ok(value) => value,
            Err(_) => panic!("a header value cannot hold a line end or a zero byte"),
        }
    }

    /// Takes a value off the wire, where line ends are folds; the writer prints them as spaces.
    pub(super) const fn received(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn bytes(self) -> &'a [u8] {
        self.0
    }
}
