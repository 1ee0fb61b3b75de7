//! The lexical rules that all headers share (RFC 3261 §25.1): tokens, quoted strings, linear white
//! space.

use super::span::Span;

const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0u8;
    loop {
        table[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~'
            );
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

pub(crate) const fn is_token(byte: u8) -> bool {
    TOKEN[byte as usize]
}

/// White space inside a header value; a fold is a line end followed by white space.
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// What may stand in a parameter value without quotes; wider than the grammar, as tags of the field
/// hold `=` and `/`.
pub(crate) const fn is_parameter_byte(byte: u8) -> bool {
    !matches!(byte, 0..=b' ' | b';' | b',' | b'"' | b'<' | b'>' | 127)
}

pub(crate) fn trim(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii()
}

/// A decimal number of at most `largest`; nothing but digits.
pub(crate) fn decimal(bytes: &[u8], largest: u64) -> Option<u64> {
    if bytes.is_empty() {
        return None;
    }
    let mut number = 0u64;
    for byte in bytes {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u64::from(byte - b'0');
        if number > largest {
            return None;
        }
    }
    Some(number)
}

/// Reads a header value from left to right; its spans are relative to the whole of `bytes`.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    pub(crate) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(crate) fn jump(&mut self, at: usize) {
        self.at = at;
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(crate) fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn run(&mut self, accepts: impl Fn(u8) -> bool) -> Span {
        let start = self.at;
        while self.peek().is_some_and(&accepts) {
            self.at += 1;
        }
        Span::new(start, self.at)
    }

    pub(crate) fn skip_space(&mut self) {
        self.run(is_space);
    }

    pub(crate) fn token(&mut self) -> Option<Span> {
        let span = self.run(is_token);
        (!span.is_empty()).then_some(span)
    }

    /// A separator with optional white space on both sides.
    pub(crate) fn separator(&mut self, byte: u8) -> Option<()> {
        self.skip_space();
        let found = self.eat(byte);
        self.skip_space();
        found.then_some(())
    }

    /// A quoted string, its quotes included in the span.
    pub(crate) fn quoted(&mut self) -> Option<Span> {
        let start = self.at;
        if !self.eat(b'"') {
            return None;
        }
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(Span::new(start, self.at));
                }
                b'\\' => self.at = (self.at + 2).min(self.bytes.len()),
                _ => self.at += 1,
            }
        }
    }
}
