//! Messages out of a byte stream (RFC 3261 §18.3, RFC 5626 §3.5.1).

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr;

use crate::{
    limits,
    message::{Name, decimal, field},
};

/// Cuts the bytes of one connection into messages.
///
/// ```
/// use sip::framing::{Frame, StreamFramer};
///
/// let mut framer = StreamFramer::default();
/// framer.push(b"\r\n\r\nBYE sip:a@h SIP/2.0\r\nContent-Length: 2\r\n\r\nhi");
/// assert_eq!(framer.next_frame()?, Some(Frame::Ping));
/// assert!(matches!(framer.next_frame()?, Some(Frame::Message(_))));
/// assert_eq!(framer.next_frame()?, None);
/// # Ok::<(), sip::framing::FramingError>(())
/// ```
#[derive(Debug, Default)]
pub struct StreamFramer {
    buffer: BytesMut,
    /// Start of the line that has not been looked at, so that no byte is searched twice.
    line_start: usize,
    head: Option<Head>,
}

/// One piece of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A whole message, its body included.
    Message(Bytes),
    /// A keep-alive that wants [`PONG`] back.
    Ping,
}

/// What a peer sends to hear whether we are still there.
pub const PING: &[u8] = b"\r\n\r\n";

/// The answer to [`Frame::Ping`].
pub const PONG: &[u8] = b"\r\n";

/// Why a stream cannot be followed any further: the connection must be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FramingError {
    /// A message is longer than [`limits::MESSAGE_BYTES`].
    #[error("message too long")]
    TooLong,
    /// A message has no Content-Length, so its end is unknown.
    #[error("no Content-Length")]
    MissingLength,
    /// Content-Length is no number, or several that differ.
    #[error("malformed Content-Length")]
    MalformedLength,
}

#[derive(Clone, Copy, Debug)]
struct Head {
    message_length: usize,
}

impl StreamFramer {
    /// Takes what was read from the connection. Drain [`StreamFramer::next_frame`] after each push:
    /// that is what bounds the buffer.
    pub fn push(&mut self, data: &[u8]) {
        self.buffer.extend_from_slice(data);
    }

    /// The next whole message or keep-alive; None until more bytes come.
    ///
    /// # Errors
    /// If the end of the message cannot be found; the same again on each later call.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, FramingError> {
        if self.line_start == 0 && self.skip_line_ends() {
            return Ok(Some(Frame::Ping));
        }
        if self.head.is_none() {
            self.head = self.find_head()?;
        }
        match self.head {
            Some(head) if head.message_length > limits::MESSAGE_BYTES => Err(FramingError::TooLong),
            Some(head) if head.message_length <= self.buffer.len() => {
                self.head = None;
                self.line_start = 0;
                let message = self.buffer.split_to(head.message_length);
                Ok(Some(Frame::Message(message.freeze())))
            }
            None if self.buffer.len() > limits::MESSAGE_BYTES => Err(FramingError::TooLong),
            Some(_) | None => Ok(None),
        }
    }

    /// Drops line ends in front of a message; true if they were a ping.
    fn skip_line_ends(&mut self) -> bool {
        loop {
            match &self.buffer[..] {
                [b'\r', b'\n', b'\r', b'\n', ..] => {
                    self.buffer.advance(4);
                    return true;
                }
                [b'\r', b'\n', b'\r'] => return false,
                [b'\r', b'\n', _, ..] => self.buffer.advance(2),
                [b'\n', ..] => self.buffer.advance(1),
                _ => return false,
            }
        }
    }

    /// Looks for the empty line behind the headers, from where the last search stopped.
    fn find_head(&mut self) -> Result<Option<Head>, FramingError> {
        if self.buffer.first() == Some(&b'\r') {
            return Ok(None);
        }
        loop {
            let rest = &self.buffer[self.line_start..];
            let head_end = match rest {
                [b'\n', ..] if self.line_start > 0 => self.line_start + 1,
                [b'\r', b'\n', ..] if self.line_start > 0 => self.line_start + 2,
                _ => {
                    let Some(newline) = memchr(b'\n', rest) else {
                        return Ok(None);
                    };
                    self.line_start += newline + 1;
                    continue;
                }
            };
            let body_length = declared_length(&self.buffer[..self.line_start])?;
            return Ok(Some(Head {
                message_length: head_end + body_length,
            }));
        }
    }
}

/// What Content-Length says, read by the rules of the message parser.
fn declared_length(head: &[u8]) -> Result<usize, FramingError> {
    let mut declared = None;
    let mut start = memchr(b'\n', head).map_or(head.len(), |newline| newline + 1);
    while start < head.len() {
        let mut end = start;
        loop {
            end = memchr(b'\n', &head[end..]).map_or(head.len(), |newline| end + newline + 1);
            if !matches!(head.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        if let Some(line) = field(&head[..end], start)
            && line.name() == Name::ContentLength
        {
            let length = decimal(line.value_in(head), limits::MESSAGE_BYTES as u64)
                .and_then(|length| usize::try_from(length).ok())
                .ok_or(FramingError::MalformedLength)?;
            if declared.is_some_and(|other| other != length) {
                return Err(FramingError::MalformedLength);
            }
            declared = Some(length);
        }
        start = end;
    }
    declared.ok_or(FramingError::MissingLength)
}

#[cfg(test)]
mod tests;
