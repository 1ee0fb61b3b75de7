//! Where a piece of a message lies in its buffer.

/// A range of bytes, relative to a buffer that the owner of the span knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    start: u32,
    length: u32,
}

impl Span {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a span points into a message of at most 64 KiB or into one header value"
    )]
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            length: (end - start) as u32,
        }
    }

    pub(crate) const fn start(self) -> usize {
        self.start as usize
    }

    pub(crate) const fn end(self) -> usize {
        self.start as usize + self.length as usize
    }

    pub(crate) const fn len(self) -> usize {
        self.length as usize
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.length == 0
    }

    pub(crate) fn of(self, buffer: &[u8]) -> &[u8] {
        buffer.get(self.start()..self.end()).unwrap_or_default()
    }

    /// The text of a span whose bytes the parser has found to be ASCII.
    pub(crate) fn text_of(self, buffer: &[u8]) -> &str {
        str::from_utf8(self.of(buffer)).unwrap_or_default()
    }

    pub(crate) const fn moved_by(self, offset: usize) -> Self {
        Self::new(self.start() + offset, self.end() + offset)
    }
}
