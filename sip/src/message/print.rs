//! Writing messages: the one place that puts bytes on a header line.

use std::borrow::Cow;

use bytes::{BufMut, BytesMut};
use memchr::memchr2;

use super::{Message, Name, Parameter, Start, Status, is_parameter_byte};

impl Message {
    /// Writes the message again: headers in order and in their spelling, folds as single spaces,
    /// the body byte for byte.
    pub fn print(&self, out: &mut BytesMut) {
        out.reserve(self.buffer.len());
        match self.start {
            Start::Request {
                method_text, uri, ..
            } => put_request_line(out, method_text.of(&self.buffer), uri.of(&self.buffer)),
            Start::Response { status, reason } => {
                put_status_line(out, status, reason.of(&self.buffer));
            }
        }
        for header in self.iter() {
            put_line(out, header.name_text().as_bytes(), header.value());
        }
        out.put_slice(b"\r\n");
        out.put_slice(self.body());
    }
}

pub(super) fn put_request_line(out: &mut BytesMut, method: &[u8], uri: &[u8]) {
    put_clean(out, method);
    out.put_u8(b' ');
    put_clean(out, uri);
    out.put_slice(b" SIP/2.0\r\n");
}

pub(super) fn put_status_line(out: &mut BytesMut, status: Status, reason: &[u8]) {
    out.put_slice(b"SIP/2.0 ");
    put_number(out, u64::from(status.code()));
    out.put_u8(b' ');
    put_clean(out, reason);
    out.put_slice(b"\r\n");
}

pub(super) fn put_line(out: &mut BytesMut, name: &[u8], value: &[u8]) {
    put_clean(out, name);
    out.put_slice(b": ");
    put_clean(out, value);
    out.put_slice(b"\r\n");
}

pub(super) fn put_number_line(out: &mut BytesMut, name: Name, number: u32) {
    put_clean(out, name.as_str().as_bytes());
    out.put_slice(b": ");
    put_number(out, u64::from(number));
    out.put_slice(b"\r\n");
}

/// `;name=value` with the quotes that the value needs.
pub(super) fn put_parameter(out: &mut BytesMut, parameter: Parameter<'_>) {
    out.put_u8(b';');
    out.put_slice(parameter.name.as_bytes());
    let Some(value) = parameter.value else {
        return;
    };
    out.put_u8(b'=');
    let is_plain = !value.is_empty() && value.iter().all(|byte| is_parameter_byte(*byte));
    if is_plain {
        out.put_slice(value);
    } else {
        out.put_u8(b'"');
        put_clean(out, value);
        out.put_u8(b'"');
    }
}

/// The headers that describe the body, the empty line, the body.
pub(super) fn put_body(out: &mut BytesMut, content_type: Option<&[u8]>, body: &[u8]) {
    if let Some(content_type) = content_type {
        put_line(out, Name::ContentType.as_str().as_bytes(), content_type);
    }
    out.put_slice(b"Content-Length: ");
    put_number(out, body.len() as u64);
    out.put_slice(b"\r\n\r\n");
    out.put_slice(body);
}

pub(super) fn put_number(out: &mut BytesMut, number: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        digits[at] = b"0123456789"[usize::try_from(rest % 10).unwrap_or(0)];
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.put_slice(&digits[at..]);
}

/// Copies text onto the current line whatever it holds: no text can start another line.
pub(super) fn put_clean(out: &mut BytesMut, text: &[u8]) {
    out.put_slice(&unfold(text));
}

/// A value on one line: each run of line ends with the white space around it becomes one space.
pub(super) fn unfold(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr2(b'\r', b'\n', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut line = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(end) = memchr2(b'\r', b'\n', rest) {
        line.extend_from_slice(rest[..end].trim_ascii_end());
        line.push(b' ');
        let next = rest[end..]
            .iter()
            .position(|byte| !matches!(byte, b'\r' | b'\n' | b' ' | b'\t'));
        rest = next.map_or(&[][..], |next| &rest[end + next..]);
    }
    line.extend_from_slice(rest);
    Cow::Owned(line)
}
