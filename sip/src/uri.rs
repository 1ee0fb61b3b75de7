//! SIP, SIPS and telephone URIs (RFC 3261 §19.1, RFC 3966): a view that never changes a byte.
//!
//! A [`Uri`] is printed exactly as it was received. Escapes are undone only to compare.

mod compare;
mod number;
mod parse;

use std::fmt;

use crate::message::Span;

/// A URI whose parts have been found and checked.
///
/// ```
/// let uri = sip::uri::Uri::parse("sip:8001@[2001:db8::7]:5070;transport=tcp")?;
/// assert_eq!(uri.user(), Some("8001"));
/// assert_eq!(uri.host(), Some("[2001:db8::7]"));
/// assert_eq!(uri.port(), Some(5070));
/// assert_eq!(uri.parameter("transport"), Some("tcp"));
/// # Ok::<(), sip::uri::UriError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Uri<'a> {
    text: &'a str,
    parts: Parts,
}

/// What kind of address a URI is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// `sip:`.
    Sip,
    /// `sips:`, each hop over TLS.
    Sips,
    /// `tel:`, a telephone number without a host.
    Tel,
    /// Any other scheme; only its text can be read.
    #[default]
    Other,
}

/// Why a text is not a URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UriError {
    /// There is no scheme with a colon.
    #[error("no scheme")]
    Scheme,
    /// A byte that no URI may hold unescaped.
    #[error("a character that must be escaped")]
    Character,
    /// A percent sign that two hexadecimal digits do not follow.
    #[error("an escape that is not two hexadecimal digits")]
    Escape,
    /// The user part is there but empty.
    #[error("an empty user")]
    User,
    /// The host is missing or malformed.
    #[error("no valid host")]
    Host,
    /// The port is not a number up to 65535.
    #[error("no valid port")]
    Port,
    /// The telephone number is empty or holds something else than digits and separators.
    #[error("no valid telephone number")]
    Number,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parts {
    scheme: Scheme,
    user: Option<Span>,
    password: Option<Span>,
    host: Span,
    port: Option<u16>,
    parameters: Span,
    headers: Span,
}

impl Parts {
    pub(crate) const fn has_headers(&self) -> bool {
        !self.headers.is_empty()
    }
}

impl<'a> Uri<'a> {
    /// Finds and checks the parts of a URI.
    ///
    /// # Errors
    /// Names the part that is malformed.
    pub fn parse(text: &'a str) -> Result<Self, UriError> {
        let parts = parse::parts(text.as_bytes())?;
        Ok(Self { text, parts })
    }

    /// Like [`Uri::parse`] for bytes off the wire, which need not be UTF-8.
    ///
    /// # Errors
    /// Names the part that is malformed.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, UriError> {
        let text = str::from_utf8(bytes).map_err(|_| UriError::Character)?;
        Self::parse(text)
    }

    pub(crate) fn from_parts(text: &'a str, parts: Parts) -> Self {
        Self { text, parts }
    }

    pub(crate) fn parts(&self) -> Parts {
        self.parts
    }

    /// The whole URI as it was written.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// What kind of address this is.
    pub const fn scheme(&self) -> Scheme {
        self.parts.scheme
    }

    /// The user part with its own parameters and escapes, or the number of a `tel:` URI.
    pub fn user(&self) -> Option<&'a str> {
        self.parts.user.map(|user| self.part(user))
    }

    /// The user part with its escapes undone.
    pub fn user_unescaped(&self) -> Option<Vec<u8>> {
        self.user().map(|user| unescape(user.as_bytes()))
    }

    /// The password beside the user part, which nobody should send.
    pub fn password(&self) -> Option<&'a str> {
        self.parts.password.map(|password| self.part(password))
    }

    /// Name or address; an IPv6 address is in brackets. None for `tel:` and foreign schemes.
    pub fn host(&self) -> Option<&'a str> {
        (!self.parts.host.is_empty()).then(|| self.part(self.parts.host))
    }

    /// The host as an address, if it is not a name.
    pub fn host_address(&self) -> Option<std::net::IpAddr> {
        address(self.host()?)
    }

    /// The port, if one is written.
    pub const fn port(&self) -> Option<u16> {
        self.parts.port
    }

    /// The parameters as they are written, from behind the first semicolon.
    pub fn parameters(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
        split(self.part(self.parts.parameters), ';')
    }

    /// The value of a parameter; empty for one without a value. Names compare without case.
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.unwrap_or_default())
    }

    /// The headers that a request to this URI should have, in order, escaped as written.
    pub fn headers(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
        split(self.part(self.parts.headers), '&')
    }

    /// The URI without its headers, as it was written.
    pub fn without_headers(&self) -> &'a str {
        let headers = self.parts.headers;
        let end = if headers.is_empty() {
            self.text.len()
        } else {
            headers.start() - 1
        };
        self.text.get(..end).unwrap_or_default()
    }

    fn part(&self, span: Span) -> &'a str {
        self.text.get(span.start()..span.end()).unwrap_or_default()
    }
}

impl fmt::Display for Uri<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text)
    }
}

impl fmt::Debug for Uri<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Uri({:?})", self.text)
    }
}

/// Reads an address that may stand in brackets, as hosts of URIs and Via do.
pub(crate) fn address(host: &str) -> Option<std::net::IpAddr> {
    match host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(inside) => bracketed(inside).map(std::net::IpAddr::V6),
        None => host.parse().ok(),
    }
}

/// An IPv6 address, also with the third colon before an embedded IPv4 address that the grammar of
/// RFC 3261 asks for and RFC 5118 §4.10 has tolerated.
pub(crate) fn bracketed(text: &str) -> Option<std::net::Ipv6Addr> {
    let read = text.parse().ok();
    if read.is_some() {
        return read;
    }
    let (front, embedded) = text.split_once(":::")?;
    embedded.parse::<std::net::Ipv4Addr>().ok()?;
    format!("{front}::{embedded}").parse().ok()
}

pub(crate) use parse::is_host;

pub use number::{is_number, number_of, telephone};

/// Escapes what a user part may not hold, so that any text can be addressed.
///
/// ```
/// assert_eq!(sip::uri::escape_user("8001"), "8001");
/// assert_eq!(sip::uri::escape_user("a b@c"), "a%20b%40c");
/// ```
pub fn escape_user(text: &str) -> String {
    escape(text, parse::is_user_byte)
}

/// Escapes what the header of a URI may not hold (RFC 3261 `hvalue`).
///
/// ```
/// assert_eq!(sip::uri::escape_header("1@h;to-tag=2"), "1%40h%3Bto-tag%3D2");
/// ```
pub fn escape_header(text: &str) -> String {
    escape(text, |byte| {
        byte.is_ascii_alphanumeric() || b"-_.!~*'()[]/:+$".contains(&byte)
    })
}

fn escape(text: &str, is_plain: impl Fn(u8) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_plain(byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            for nibble in [byte >> 4, byte & 15] {
                let digit = char::from_digit(u32::from(nibble), 16).unwrap_or('0');
                escaped.push(digit.to_ascii_uppercase());
            }
        }
    }
    escaped
}

/// Undoes percent escapes; a percent sign without two digits stays.
pub fn unescape(text: &[u8]) -> Vec<u8> {
    compare::unescaped(text).collect()
}

fn split(text: &str, separator: char) -> impl Iterator<Item = (&str, Option<&str>)> {
    text.split(separator)
        .filter(|piece| !piece.is_empty())
        .map(|piece| match piece.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (piece, None),
        })
}

#[cfg(test)]
mod tests;
