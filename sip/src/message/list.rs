//! Comma-separated header values (RFC 3261 §7.3.1).

use super::cursor::{Cursor, trim};
use super::{Message, Name};

/// Splits a value at its commas; those in quotes and angle brackets do not count. Empty elements
/// are left out, as RFC 3261 §7.3.1 has no place for them but peers send them.
///
/// ```
/// let contacts = sip::message::split_list(br#""a, b" <sip:a@h;x=1,2>, <sip:b@h>"#);
/// assert_eq!(contacts.count(), 2);
/// ```
pub fn split_list(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = element_end(text);
        rest = text.get(end + 1..);
        Some(trim(&text[..end]))
    })
    .filter(|element| !element.is_empty())
}

impl Message {
    /// Whether a list of tokens, such as Supported or Allow, has this one, in any case of letters.
    pub fn lists(&self, name: Name, token: &str) -> bool {
        self.list(name)
            .any(|element| element.eq_ignore_ascii_case(token.as_bytes()))
    }
}

/// Where the element that starts the text ends: at a comma or at the end.
pub(super) fn element_end(text: &[u8]) -> usize {
    if memchr::memchr(b',', text).is_none() {
        return text.len();
    }
    let mut cursor = Cursor::new(text, 0);
    let mut is_in_brackets = false;
    while let Some(byte) = cursor.peek() {
        match byte {
            b'"' if !is_in_brackets => {
                if cursor.quoted().is_none() {
                    return text.len();
                }
                continue;
            }
            b'<' => is_in_brackets = true,
            b'>' => is_in_brackets = false,
            b',' if !is_in_brackets => return cursor.at(),
            _ => {}
        }
        cursor.jump(cursor.at() + 1);
    }
    text.len()
}
