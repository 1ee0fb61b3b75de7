//! Content-Type (RFC 3261 §20.15): what the body is.

use super::{
    super::{Cursor, Message, Name, Span},
    MalformedHeader,
    parameters::{self, Parameters},
};

/// A media type such as `application/sdp`.
#[derive(Clone, Copy, Debug)]
pub struct ContentType<'a> {
    kind: &'a str,
    subtype: &'a str,
    parameters: Parameters<'a>,
}

impl<'a> ContentType<'a> {
    /// Reads the value of the header.
    ///
    /// # Errors
    /// If it is malformed.
    pub fn parse(value: &'a [u8]) -> Result<Self, MalformedHeader> {
        Self::read(value).ok_or(MalformedHeader(Name::ContentType))
    }

    fn read(value: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(value, 0);
        let kind = cursor.token()?;
        cursor.separator(b'/')?;
        let subtype = cursor.token()?;
        let start = cursor.at();
        parameters::read(&mut cursor, |_| {})?;
        cursor.is_done().then(|| Self {
            kind: kind.text_of(value),
            subtype: subtype.text_of(value),
            parameters: Parameters::new(Span::new(start, value.len()).of(value)),
        })
    }

    /// Whether the body is of this type, such as `("application", "sdp")`.
    pub fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype)
    }

    /// The parameters, such as the boundary of a multipart body.
    pub const fn parameters(&self) -> Parameters<'a> {
        self.parameters
    }
}

impl Message {
    /// What the body is; none if there is no Content-Type.
    pub fn content_type(&self) -> Option<Result<ContentType<'_>, MalformedHeader>> {
        self.header(Name::ContentType).map(ContentType::parse)
    }
}
