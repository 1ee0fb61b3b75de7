//! Parameters behind a header value: `;name=value;flag;name="quoted"`.

use super::super::{Cursor, Span, is_parameter_byte};

/// The parameters of one value, in order.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a> {
    bytes: &'a [u8],
}

/// One parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// Its name as it was spelt.
    pub name: &'a str,
    /// Its value without quotes, escapes still in it; none for a flag.
    pub value: Option<&'a [u8]>,
}

#[derive(Clone, Copy)]
pub(super) struct ParameterSpans {
    pub(super) name: Span,
    pub(super) value: Option<Span>,
}

impl<'a> Parameters<'a> {
    /// Parameters whose syntax has been checked.
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    /// All parameters.
    pub fn iter(&self) -> impl Iterator<Item = Parameter<'a>> + use<'a> {
        let bytes = self.bytes;
        let mut cursor = Cursor::new(bytes, 0);
        std::iter::from_fn(move || {
            let spans = next(&mut cursor)??;
            Some(Parameter {
                name: spans.name.text_of(bytes),
                value: spans.value.map(|value| value.of(bytes)),
            })
        })
    }

    /// Whether a parameter is there, with or without a value.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The value of a parameter; empty for a flag.
    pub fn value(&self, name: &str) -> Option<&'a [u8]> {
        self.find(name)
            .map(|parameter| parameter.value.unwrap_or_default())
    }

    /// The value of a parameter as text, if it is UTF-8.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.value(name)
            .and_then(|value| str::from_utf8(value).ok())
    }

    fn find(&self, name: &str) -> Option<Parameter<'a>> {
        self.iter()
            .find(|parameter| parameter.name.eq_ignore_ascii_case(name))
    }
}

/// Reads the parameters up to a comma or the end; None if they are malformed.
pub(super) fn read(cursor: &mut Cursor<'_>, mut visit: impl FnMut(ParameterSpans)) -> Option<()> {
    while let Some(spans) = next(cursor)? {
        visit(spans);
    }
    Some(())
}

/// The next parameter; the outer None is a syntax error, the inner one the end of the list.
#[expect(
    clippy::option_option,
    reason = "an error and an end are different outcomes of one step"
)]
pub(super) fn next(cursor: &mut Cursor<'_>) -> Option<Option<ParameterSpans>> {
    cursor.skip_space();
    if matches!(cursor.peek(), None | Some(b',')) {
        return Some(None);
    }
    cursor.separator(b';')?;
    let name = cursor.token()?;
    let mut ahead = *cursor;
    let value = if ahead.separator(b'=').is_some() {
        *cursor = ahead;
        Some(value(cursor)?)
    } else {
        None
    };
    Some(Some(ParameterSpans { name, value }))
}

fn value(cursor: &mut Cursor<'_>) -> Option<Span> {
    if cursor.peek() == Some(b'"') {
        let quoted = cursor.quoted()?;
        return Some(Span::new(quoted.start() + 1, quoted.end() - 1));
    }
    let span = cursor.run(is_parameter_byte);
    (!span.is_empty()).then_some(span)
}
