//! Finds the parts of a URI in one pass from left to right.

use memchr::{memchr, memchr2, memrchr};

use super::{Parts, Scheme, UriError};
use crate::message::{Span, decimal};

pub(super) fn parts(text: &[u8]) -> Result<Parts, UriError> {
    let colon = memchr(b':', text).ok_or(UriError::Scheme)?;
    let scheme = scheme(&text[..colon]).ok_or(UriError::Scheme)?;
    if text.iter().any(|byte| is_forbidden(*byte)) {
        return Err(UriError::Character);
    }
    match scheme {
        Scheme::Sip | Scheme::Sips => located(text, colon + 1, scheme),
        Scheme::Tel => telephone(text, colon + 1),
        Scheme::Other => Ok(Parts {
            scheme,
            ..Parts::default()
        }),
    }
}

fn scheme(name: &[u8]) -> Option<Scheme> {
    let (head, tail) = name.split_first()?;
    let is_scheme = head.is_ascii_alphabetic()
        && tail
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    is_scheme.then(|| match name {
        _ if name.eq_ignore_ascii_case(b"sip") => Scheme::Sip,
        _ if name.eq_ignore_ascii_case(b"sips") => Scheme::Sips,
        _ if name.eq_ignore_ascii_case(b"tel") => Scheme::Tel,
        _ => Scheme::Other,
    })
}

const fn is_forbidden(byte: u8) -> bool {
    matches!(byte, 0..=b' ' | b'<' | b'>' | b'"' | 127..)
}

/// `userinfo@host:port;parameters?headers`.
fn located(text: &[u8], start: usize, scheme: Scheme) -> Result<Parts, UriError> {
    let at = memrchr(b'@', &text[start..]).map(|at| start + at);
    let mut parts = Parts {
        scheme,
        ..Parts::default()
    };
    if let Some(at) = at {
        let colon = memchr(b':', &text[start..at]).map_or(at, |colon| start + colon);
        if colon == start {
            return Err(UriError::User);
        }
        check_escapes(&text[start..at])?;
        parts.user = Some(Span::new(start, colon));
        parts.password = (colon < at).then(|| Span::new(colon + 1, at));
    }
    let host = at.map_or(start, |at| at + 1);
    let end = memchr2(b';', b'?', &text[host..]).map_or(text.len(), |end| host + end);
    let port = port_colon(&text[host..end]).map_or(end, |colon| host + colon);
    if !is_host(&text[host..port]) {
        return Err(UriError::Host);
    }
    parts.host = Span::new(host, port);
    if port < end {
        parts.port = Some(number(&text[port + 1..end]).ok_or(UriError::Port)?);
    }
    let question = memchr(b'?', &text[end..]).map_or(text.len(), |question| end + question);
    parts.parameters = Span::new((end + 1).min(question), question);
    parts.headers = Span::new((question + 1).min(text.len()), text.len());
    Ok(parts)
}

fn telephone(text: &[u8], start: usize) -> Result<Parts, UriError> {
    let end = memchr(b';', &text[start..]).map_or(text.len(), |end| start + end);
    let digits = text[start..end]
        .strip_prefix(b"+")
        .unwrap_or(&text[start..end]);
    let is_number = digits.iter().any(u8::is_ascii_alphanumeric)
        && digits.iter().all(|byte| {
            byte.is_ascii_hexdigit() || matches!(byte, b'*' | b'#' | b'-' | b'.' | b'(' | b')')
        });
    if !is_number && !digits.iter().all(|byte| matches!(byte, b'*' | b'#')) || digits.is_empty() {
        return Err(UriError::Number);
    }
    Ok(Parts {
        scheme: Scheme::Tel,
        user: Some(Span::new(start, end)),
        parameters: Span::new((end + 1).min(text.len()), text.len()),
        ..Parts::default()
    })
}

/// Where the colon before the port is; colons inside IPv6 brackets do not count.
fn port_colon(host_port: &[u8]) -> Option<usize> {
    let from = memchr(b']', host_port).unwrap_or(0);
    memchr(b':', &host_port[from..]).map(|colon| from + colon)
}

fn number(text: &[u8]) -> Option<u16> {
    decimal(text, u64::from(u16::MAX)).and_then(|port| u16::try_from(port).ok())
}

/// A name, an IPv4 address, or an IPv6 address in brackets. Underscores are no part of the grammar
/// but of many a network.
pub(crate) fn is_host(host: &[u8]) -> bool {
    match host {
        [b'[', address @ .., b']'] => {
            str::from_utf8(address).is_ok_and(|text| super::bracketed(text).is_some())
        }
        [] => false,
        name => name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')),
    }
}

/// What may stand in a user part unescaped (RFC 3261 `user`).
pub(super) const fn is_user_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'_'
                | b'.'
                | b'!'
                | b'~'
                | b'*'
                | b'\''
                | b'('
                | b')'
                | b'&'
                | b'='
                | b'+'
                | b'$'
                | b','
                | b';'
                | b'?'
                | b'/'
        )
}

fn check_escapes(text: &[u8]) -> Result<(), UriError> {
    let mut rest = text;
    while let Some(percent) = memchr(b'%', rest) {
        match &rest[percent + 1..] {
            [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest = &rest[percent + 3..];
            }
            _ => return Err(UriError::Escape),
        }
    }
    Ok(())
}
