//! What nobody may read in a ladder: digest responses, media keys, the keys that people press, and
//! unless so configured what they write.
//!
//! Works on bytes, for a damaged message may hold secrets too.

use super::{line_end, split};

const MASK: u8 = b'*';

/// What the body of a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    /// Keys, which may be the digits of a card: nothing in here tells.
    Keys,
    /// What people write.
    Letter,
    Other,
}

/// Overwrites the secrets of a message; its length stays.
pub(super) fn mask(message: &mut [u8], shows_bodies: bool) {
    let (head, content) = mask_head(message);
    let body = &mut message[head..];
    let hides_body = match content {
        Content::Keys => true,
        Content::Letter => !shows_bodies,
        Content::Other => false,
    };
    if hides_body {
        body.fill(MASK);
    } else {
        mask_keys(body);
    }
}

/// Masks the header lines; returns where the body begins and what it is.
fn mask_head(message: &mut [u8]) -> (usize, Content) {
    let method = message.split(|byte| *byte == b' ').next();
    let mut content = method.map_or(Content::Other, content_of);
    let mut at = 0;
    let mut is_secret = false;
    while at < message.len() {
        let end = at + line_end(&message[at..]);
        let next = memchr::memchr(b'\n', &message[at..]).map_or(message.len(), |end| at + end + 1);
        let line = &mut message[at..end];
        if line.is_empty() {
            return (next, content);
        }
        let is_folded = matches!(line.first(), Some(b' ' | b'\t'));
        if !is_folded && let Some((name, value)) = split(line) {
            is_secret = name.eq_ignore_ascii_case(b"Authorization")
                || name.eq_ignore_ascii_case(b"Proxy-Authorization");
            if name.eq_ignore_ascii_case(b"CSeq") {
                let method = value.rsplit(|byte| *byte == b' ').next();
                if content == Content::Other {
                    content = method.map_or(Content::Other, content_of);
                }
            }
        }
        if is_secret {
            mask_parameter(line, b"response");
            mask_basic(line);
        }
        at = next;
    }
    (message.len(), Content::Other)
}

fn content_of(method: &[u8]) -> Content {
    match method {
        b"INFO" => Content::Keys,
        b"MESSAGE" => Content::Letter,
        _ => Content::Other,
    }
}

/// Masks the value of each parameter of this name, quoted or not.
fn mask_parameter(line: &mut [u8], name: &[u8]) {
    let mut at = 0;
    while let Some(found) = find_ignoring_case(&line[at..], name) {
        at += found + name.len();
        let value = at + spaces(&line[at..]);
        if line.get(value) != Some(&b'=') {
            continue;
        }
        let mut start = value + 1;
        start += spaces(&line[start..]);
        let is_quoted = line.get(start) == Some(&b'"');
        start += usize::from(is_quoted);
        let length = line[start..]
            .iter()
            .position(|byte| {
                if is_quoted {
                    *byte == b'"'
                } else {
                    *byte == b','
                }
            })
            .unwrap_or(line.len() - start);
        line[start..start + length].fill(MASK);
        at = start + length;
    }
}

/// Basic credentials are the password itself.
fn mask_basic(line: &mut [u8]) {
    if let Some(found) = find_ignoring_case(line, b"basic ") {
        line[found + b"basic ".len()..].fill(MASK);
    }
}

/// Masks the keys of a session description: `a=crypto … inline:`, `k=`, `a=ice-pwd:`.
fn mask_keys(body: &mut [u8]) {
    for line in body.split_mut(|byte| matches!(byte, b'\r' | b'\n')) {
        if line.starts_with(b"k=") || line.starts_with(b"a=key-mgmt:") {
            line[2..].fill(MASK);
        } else if line.starts_with(b"a=ice-pwd:") {
            line[b"a=ice-pwd:".len()..].fill(MASK);
        } else if line.starts_with(b"a=crypto:") {
            let mut at = 0;
            while let Some(found) = find_ignoring_case(&line[at..], b"inline:") {
                let start = at + found + b"inline:".len();
                let length = line[start..]
                    .iter()
                    .position(|byte| matches!(byte, b'|' | b' ' | b';'))
                    .unwrap_or(line.len() - start);
                line[start..start + length].fill(MASK);
                at = start + length;
            }
        }
    }
}

fn find_ignoring_case(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window.eq_ignore_ascii_case(wanted))
}

fn spaces(text: &[u8]) -> usize {
    text.iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
}
