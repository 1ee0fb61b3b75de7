//! Telephone numbers in URIs: `tel:` (RFC 3966) and `user=phone` (RFC 3261 §19.1.6).

use super::{Scheme, Uri};

/// What stands between the digits of a number for people's eyes.
const SEPARATORS: [char; 4] = ['-', '.', '(', ')'];

/// Whom a URI addresses: the number without visual separators and parameters where the user part is
/// a number, else the user part, its escapes undone.
///
/// ```
/// use sip::uri::{Uri, number_of};
///
/// let numbers = ["tel:+86-138-0013-8000;phone-context=x", "sip:+8613800138000;npdi@h;user=phone"];
/// for text in numbers {
///     assert_eq!(number_of(&Uri::parse(text)?), "+8613800138000");
/// }
/// assert_eq!(number_of(&Uri::parse("sip:ann-b@h")?), "ann-b");
/// # Ok::<(), sip::uri::UriError>(())
/// ```
pub fn number_of(uri: &Uri<'_>) -> String {
    let user = uri.user_unescaped().unwrap_or_default();
    let user = String::from_utf8_lossy(&user).into_owned();
    let says_phone = uri.scheme() == Scheme::Tel
        || user.starts_with('+')
        || uri
            .parameter("user")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("phone"));
    let number = user.split(';').next().unwrap_or_default();
    let digits = number.replace(SEPARATORS, "");
    if says_phone && is_number(&digits) {
        return digits;
    }
    if is_number(number) {
        return number.to_owned();
    }
    user
}

/// Whether a text is a telephone number as it is dialled: digits, `*`, `#`, and `+` in front.
pub fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    !digits.is_empty()
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'#'))
}

/// The `tel:` URI of a number; one without `+` has meaning only in `context`, a domain or prefix
/// (RFC 3966 §5.1.5). None if it is no number.
///
/// ```
/// let global = sip::uri::telephone("+8613800138000", "example.com");
/// assert_eq!(global.as_deref(), Some("tel:+8613800138000"));
/// let local = sip::uri::telephone("1001", "example.com");
/// assert_eq!(local.as_deref(), Some("tel:1001;phone-context=example.com"));
/// ```
pub fn telephone(number: &str, context: &str) -> Option<String> {
    if !is_number(number) {
        return None;
    }
    if number.starts_with('+') {
        return Some(format!("tel:{number}"));
    }
    let uri = format!("tel:{number};phone-context={context}");
    Uri::parse(&uri).is_ok().then_some(uri)
}
