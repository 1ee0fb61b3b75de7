//! Whether two URIs mean the same (RFC 3261 §19.1.4).

use super::{Scheme, Uri};
use crate::limits;

/// Parameters that make a difference even if only one side has them.
const DECIDING_PARAMETERS: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];

impl Uri<'_> {
    /// Whether both address the same: escapes undone, hosts without case, the default port not
    /// taken for the absent one, unknown parameters compared only where both have them.
    ///
    /// A URI with more parameters than [`limits::URI_PARAMETERS`] equals only its own text.
    pub fn is_equivalent(&self, other: &Uri<'_>) -> bool {
        if self.as_str() == other.as_str() {
            return true;
        }
        let is_overloaded = |uri: &Uri<'_>| uri.parameters().nth(limits::URI_PARAMETERS).is_some();
        if is_overloaded(self) || is_overloaded(other) {
            return false;
        }
        match (self.scheme(), other.scheme()) {
            (Scheme::Sip, Scheme::Sip) | (Scheme::Sips, Scheme::Sips) => {
                self.is_same_location(other)
            }
            (Scheme::Tel, Scheme::Tel) => {
                number_digits(self).eq(number_digits(other)) && self.has_matching_parameters(other)
            }
            _ => self.as_str() == other.as_str(),
        }
    }

    fn is_same_location(&self, other: &Uri<'_>) -> bool {
        let same_text = |left: Option<&str>, right: Option<&str>| match (left, right) {
            (Some(left), Some(right)) => unescaped(left.as_bytes()).eq(unescaped(right.as_bytes())),
            (left, right) => left.is_none() && right.is_none(),
        };
        same_text(self.user(), other.user())
            && same_text(self.password(), other.password())
            && self
                .host()
                .unwrap_or_default()
                .eq_ignore_ascii_case(other.host().unwrap_or_default())
            && self.port() == other.port()
            && self.has_matching_parameters(other)
            && self.has_same_headers(other)
    }

    fn has_matching_parameters(&self, other: &Uri<'_>) -> bool {
        let agrees = |name: &str, value: Option<&str>, there: &Uri<'_>| match there.parameter(name)
        {
            Some(found) => is_same_ignoring_case(value.unwrap_or_default(), found),
            None => !is_deciding(name),
        };
        self.parameters()
            .all(|(name, value)| agrees(name, value, other))
            && other
                .parameters()
                .all(|(name, value)| agrees(name, value, self))
    }

    fn has_same_headers(&self, other: &Uri<'_>) -> bool {
        let mut ours: Vec<_> = self.headers().map(canonical_header).collect();
        let mut theirs: Vec<_> = other.headers().map(canonical_header).collect();
        ours.sort_unstable();
        theirs.sort_unstable();
        ours == theirs
    }
}

fn is_deciding(name: &str) -> bool {
    DECIDING_PARAMETERS
        .iter()
        .any(|deciding| name.eq_ignore_ascii_case(deciding))
}

fn canonical_header((name, value): (&str, Option<&str>)) -> (String, Vec<u8>) {
    (
        name.to_ascii_lowercase(),
        super::unescape(value.unwrap_or_default().as_bytes()),
    )
}

fn is_same_ignoring_case(left: &str, right: &str) -> bool {
    let folded = |text| unescaped(text).map(|byte: u8| byte.to_ascii_lowercase());
    folded(left.as_bytes()).eq(folded(right.as_bytes()))
}

/// The digits of a telephone number without its visual separators (RFC 3966 §4).
fn number_digits<'a>(uri: &Uri<'a>) -> impl Iterator<Item = u8> + use<'a> {
    uri.user()
        .unwrap_or_default()
        .bytes()
        .filter(|byte| !matches!(byte, b'-' | b'.' | b'(' | b')'))
        .map(|byte| byte.to_ascii_lowercase())
}

/// The bytes of a text with percent escapes undone as they are read.
pub(super) fn unescaped(text: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (byte, tail) = match rest {
            [b'%', high, low, tail @ ..] => match (hexadecimal(*high), hexadecimal(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, tail),
                _ => (b'%', &rest[1..]),
            },
            [byte, tail @ ..] => (*byte, tail),
            [] => return None,
        };
        rest = tail;
        Some(byte)
    })
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}
