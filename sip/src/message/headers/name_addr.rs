//! Addresses with a display name (RFC 3261 §20.10): From, To, Contact, Route and their kin.

use std::borrow::Cow;

use memchr::memchr;

use super::{
    super::{Cursor, Name, Span, is_space, is_token},
    MalformedHeader,
    parameters::{self, Parameters},
};
use crate::uri::{Parts, Uri};

/// An address: `"Alice" <sip:alice@example.com>;tag=88` or `sip:alice@example.com;tag=88`.
#[derive(Clone, Copy)]
pub struct NameAddr<'a> {
    bytes: &'a [u8],
    spans: NameAddrSpans,
}

#[derive(Clone, Copy)]
pub(in super::super) struct NameAddrSpans {
    display: Span,
    uri: Span,
    parts: Parts,
    parameters: Span,
    tag: Option<Span>,
}

impl<'a> NameAddr<'a> {
    /// Reads one address.
    ///
    /// # Errors
    /// If it is malformed or more than one; `name` says of which header it is.
    pub fn parse(name: Name, value: &'a [u8]) -> Result<Self, MalformedHeader> {
        let mut cursor = Cursor::new(value, 0);
        NameAddrSpans::read(&mut cursor)
            .filter(|_| cursor.is_done())
            .map(|spans| Self::new(value, spans))
            .ok_or(MalformedHeader(name))
    }

    pub(in super::super) const fn new(bytes: &'a [u8], spans: NameAddrSpans) -> Self {
        Self { bytes, spans }
    }

    /// The display name without quotes and escapes, in whatever charset the peer writes; empty if
    /// there is none.
    pub fn display_name(&self) -> Cow<'a, [u8]> {
        let display = self.spans.display.of(self.bytes);
        match display {
            [b'"', inner @ .., b'"'] => unquote(inner),
            bare => Cow::Borrowed(bare),
        }
    }

    /// The display name for people to read; bytes that are not UTF-8 are replaced.
    pub fn display_lossy(&self) -> String {
        String::from_utf8_lossy(&self.display_name()).into_owned()
    }

    /// The address itself.
    pub fn uri(&self) -> Uri<'a> {
        Uri::from_parts(self.spans.uri.text_of(self.bytes), self.spans.parts)
    }

    /// The parameters of the header, not those of the URI.
    pub fn parameters(&self) -> Parameters<'a> {
        Parameters::new(self.spans.parameters.of(self.bytes))
    }

    /// The tag, which makes From and To the ends of a dialog.
    pub fn tag(&self) -> Option<&'a str> {
        self.spans.tag(self.bytes)
    }
}

impl NameAddrSpans {
    pub(in super::super) fn tag<'a>(&self, bytes: &'a [u8]) -> Option<&'a str> {
        self.tag.map(|tag| tag.text_of(bytes))
    }

    /// Reads one address, up to a comma or the end.
    pub(in super::super) fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.skip_space();
        let bytes = cursor.bytes();
        let display = display(cursor)?;
        let uri = if cursor.eat(b'<') {
            let start = cursor.at();
            let end = start + memchr(b'>', &bytes[start..])?;
            cursor.jump(end + 1);
            Span::new(start, end)
        } else if display.is_empty() {
            cursor.run(|byte| !is_space(byte) && !matches!(byte, b';' | b','))
        } else {
            return None;
        };
        let is_bare = uri.end() == cursor.at();
        let parts = Uri::from_bytes(uri.of(bytes)).ok()?.parts();
        if is_bare && parts.has_headers() {
            return None;
        }
        let start = cursor.at();
        let mut tag = None;
        parameters::read(cursor, |found| {
            if tag.is_none() && found.name.of(bytes).eq_ignore_ascii_case(b"tag") {
                tag = found.value.filter(|value| value.of(bytes).is_ascii());
            }
        })?;
        Some(Self {
            display,
            uri,
            parts,
            parameters: Span::new(start, cursor.at()),
            tag,
        })
    }
}

/// The display name in front of `<`; empty if there is none. Bytes above ASCII stand in unquoted
/// names of many a phone, so they pass.
fn display(cursor: &mut Cursor<'_>) -> Option<Span> {
    if cursor.peek() == Some(b'"') {
        let quoted = cursor.quoted()?;
        cursor.skip_space();
        return (cursor.peek() == Some(b'<')).then_some(quoted);
    }
    let start = cursor.at();
    let mut ahead = *cursor;
    ahead.run(|byte| is_token(byte) || is_space(byte) || byte >= 0x80);
    if ahead.peek() != Some(b'<') {
        return Some(Span::new(start, start));
    }
    *cursor = ahead;
    let words = cursor.bytes()[start..cursor.at()].trim_ascii_end();
    Some(Span::new(start, start + words.len()))
}

fn unquote(inner: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'\\', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut plain = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter();
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'\\' => *bytes.next().unwrap_or(byte),
            other => *other,
        });
    }
    Cow::Owned(plain)
}

/// Makes any text a quoted string; line ends and zero bytes become spaces.
///
/// ```
/// assert_eq!(sip::message::quote(r#"Ann "A""#), r#""Ann \"A\"""#);
/// ```
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\r' | '\n' | '\0' => quoted.push(' '),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
