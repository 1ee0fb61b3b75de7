//! Reading Authorization and its kin (RFC 7616 §3.4): tolerant of quotes, spaces and order.

use crate::message::{Cursor, Message, Name, is_space};

/// What a client sent to prove who it is; every text exactly as it stands in the header, without
/// its quotes.
#[derive(Clone, Copy, Default)]
pub struct Credentials<'a> {
    /// Who the client says it is.
    pub username: &'a [u8],
    /// For whose users.
    pub realm: &'a [u8],
    /// The server's nonce.
    pub nonce: &'a [u8],
    /// The URI that the response was computed over.
    pub uri: &'a [u8],
    /// The proof, in hexadecimal digits.
    pub response: &'a [u8],
    /// The algorithm's token; MD5 is meant if there is none.
    pub algorithm: Option<&'a [u8]>,
    /// The quality of protection; none from clients of RFC 2069.
    pub qop: Option<&'a [u8]>,
    /// How often the nonce was used, in hexadecimal digits.
    pub count: Option<&'a [u8]>,
    /// The client's own nonce.
    pub client_nonce: Option<&'a [u8]>,
    /// What the challenge asked to be returned.
    pub opaque: Option<&'a [u8]>,
}

/// The value is no digest credentials: another scheme, a broken quote, a repeated or missing field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed digest credentials")]
pub struct MalformedCredentials;

impl<'a> Credentials<'a> {
    /// Reads the value of an Authorization or Proxy-Authorization header.
    ///
    /// # Errors
    /// If it is malformed.
    pub fn parse(value: &'a [u8]) -> Result<Self, MalformedCredentials> {
        Self::read(value).ok_or(MalformedCredentials)
    }

    /// The credentials of a request for a realm, among those for other realms.
    pub fn all(request: &'a Message, name: Name, realm: &'a str) -> impl Iterator<Item = Self> {
        request
            .headers(name)
            .filter_map(|value| Self::parse(value).ok())
            .filter(move |credentials| credentials.realm == realm.as_bytes())
    }

    fn read(value: &'a [u8]) -> Option<Self> {
        let mut found = Self::default();
        let mut required = [None; 5];
        for field in digest_fields(value)? {
            let (name, text) = field?;
            let slot = match name.to_ascii_lowercase().as_slice() {
                b"username" => &mut required[0],
                b"realm" => &mut required[1],
                b"nonce" => &mut required[2],
                b"uri" => &mut required[3],
                b"response" => &mut required[4],
                b"algorithm" => &mut found.algorithm,
                b"qop" => &mut found.qop,
                b"nc" => &mut found.count,
                b"cnonce" => &mut found.client_nonce,
                b"opaque" => &mut found.opaque,
                _ => continue,
            };
            if slot.replace(text).is_some() {
                return None;
            }
        }
        let [username, realm, nonce, uri, response] = required;
        Some(Self {
            username: username?,
            realm: realm?,
            nonce: nonce?,
            uri: uri?,
            response: response?,
            ..found
        })
    }
}

/// A field's name and its text without quotes.
type DigestField<'a> = (&'a [u8], &'a [u8]);

/// The fields behind the scheme `Digest`, None for each that is malformed; None if the scheme is
/// another.
pub(super) fn digest_fields(value: &[u8]) -> Option<impl Iterator<Item = Option<DigestField<'_>>>> {
    let mut cursor = Cursor::new(value, 0);
    cursor.skip_space();
    let scheme = cursor.token()?.of(value);
    if !scheme.eq_ignore_ascii_case(b"Digest") || !cursor.peek().is_some_and(is_space) {
        return None;
    }
    let mut is_broken = false;
    Some(std::iter::from_fn(move || {
        cursor.run(|byte| is_space(byte) || byte == b',');
        if cursor.is_done() || is_broken {
            return None;
        }
        let field = digest_field(&mut cursor);
        is_broken = field.is_none();
        Some(field)
    }))
}

fn digest_field<'a>(cursor: &mut Cursor<'a>) -> Option<DigestField<'a>> {
    let bytes = cursor.bytes();
    let name = cursor.token()?.of(bytes);
    cursor.separator(b'=')?;
    let text = if cursor.peek() == Some(b'"') {
        let quoted = cursor.quoted()?;
        &bytes[quoted.start() + 1..quoted.end() - 1]
    } else {
        cursor
            .run(|byte| !is_space(byte) && !b",\"\\".contains(&byte))
            .of(bytes)
    };
    Some((name, text))
}
