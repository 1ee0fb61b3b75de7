//! One pass over the bytes of a message: lines, header names, core headers.
//!
//! The earliest fault is remembered and reading goes on, so that a malformed request can still be
//! answered. Only a broken bound ends it at once.

use bytes::Bytes;
use memchr::{memchr, memchr_iter};
use smallvec::SmallVec;

use super::{
    Core, Cursor, Fault, Field, Fields, Framing, Message, Method, Name, ParseError, Sequence, Span,
    Start, Status, decimal,
    error::Salvage,
    headers::{NameAddrSpans, ViaSpans},
    is_space, is_token, list,
};
use crate::{limits, uri::Uri};

pub(super) fn message(buffer: Bytes, framing: Framing) -> Result<Message, ParseError> {
    if buffer.len() > limits::MESSAGE_BYTES {
        return Err(ParseError::new(Fault::TooLong));
    }
    let mut reader = Reader::new(&buffer);
    let start = reader.start_line()?;
    reader.headers();
    let outcome = reader.finish(start, framing);
    let fields = reader.fields;
    match outcome {
        Ok((start, core, body)) => Ok(Message {
            buffer,
            start,
            core,
            fields,
            body,
        }),
        Err(fault) => Err(malformed(buffer, fault, start, &fields)),
    }
}

fn malformed(
    buffer: Bytes,
    fault: Fault,
    start: Result<Start, Fault>,
    fields: &Fields,
) -> ParseError {
    let (is_request, method) = match start {
        Ok(Start::Request { method, .. }) => (true, method),
        Ok(Start::Response { .. }) => (false, Method::Other),
        Err(_) => {
            let line = memchr(b' ', &buffer).map_or(&[][..], |space| &buffer[..space]);
            let method = Method::from_bytes(line.trim_ascii_start());
            (!is_status_line(buffer.trim_ascii_start()), method)
        }
    };
    let fields: SmallVec<[Field; 8]> = fields
        .iter()
        .filter(|field| {
            matches!(
                field.name,
                Name::Via | Name::From | Name::To | Name::CallId | Name::CSeq
            )
        })
        .copied()
        .collect();
    ParseError::with_salvage(
        fault,
        Salvage {
            buffer,
            method,
            is_request,
            fields,
        },
    )
}

/// What has been read so far.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    fields: Fields,
    fault: Option<Fault>,
    line_ends: usize,
    vias: usize,
    via: Option<ViaSpans>,
    from: Option<NameAddrSpans>,
    to: Option<NameAddrSpans>,
    call_id: Option<Span>,
    sequence: Option<(Sequence, Span)>,
    max_forwards: Option<u8>,
    content_length: Option<u32>,
    headers_start: usize,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            fields: Fields::new(),
            fault: None,
            line_ends: 0,
            vias: 0,
            via: None,
            from: None,
            to: None,
            call_id: None,
            sequence: None,
            max_forwards: None,
            content_length: None,
            headers_start: 0,
        }
    }

    fn blame(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }

    /// Reads the start line; only an empty message ends the work here.
    fn start_line(&mut self) -> Result<Result<Start, Fault>, ParseError> {
        self.at = self
            .bytes
            .iter()
            .position(|byte| !matches!(byte, b'\r' | b'\n'))
            .ok_or(ParseError::new(Fault::Empty))?;
        let start = self.at;
        let newline = memchr(b'\n', &self.bytes[start..]).map(|newline| start + newline);
        let end = newline.ok_or(ParseError::new(Fault::StartLine))?;
        self.at = end + 1;
        self.headers_start = self.at;
        if end - start > limits::LINE_BYTES {
            return Err(ParseError::new(Fault::LineTooLong));
        }
        let line = &self.bytes[start..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let parsed = read_start(line, start);
        if let Err(fault) = parsed {
            self.blame(fault);
        }
        Ok(parsed)
    }

    /// Reads header lines up to and including the empty line.
    fn headers(&mut self) {
        loop {
            match self.bytes.get(self.at..) {
                None | Some([] | [b'\r']) => return self.blame(Fault::UnfinishedHeaders),
                Some([b'\n', ..]) => {
                    self.at += 1;
                    return;
                }
                Some([b'\r', b'\n', ..]) => {
                    self.at += 2;
                    self.line_ends += 1;
                    return;
                }
                Some(_) => {}
            }
            let start = self.at;
            let Some(end) = self.line_end() else {
                return self.blame(Fault::UnfinishedHeaders);
            };
            if end - start > limits::LINE_BYTES {
                return self.blame(Fault::LineTooLong);
            }
            if self.fields.len() == limits::HEADERS {
                return self.blame(Fault::TooManyHeaders);
            }
            match field(&self.bytes[..end], start) {
                Some(field) => {
                    self.fields.push(field);
                    if let Err(fault) = self.core_header(field) {
                        self.blame(fault);
                    }
                }
                None => self.blame(Fault::HeaderLine),
            }
        }
    }

    /// Moves behind the current line and the lines that are folded into it.
    fn line_end(&mut self) -> Option<usize> {
        loop {
            let end = self.at + memchr(b'\n', self.bytes.get(self.at..)?)?;
            self.at = end + 1;
            let has_return = end > 0 && self.bytes[end - 1] == b'\r';
            self.line_ends += usize::from(has_return);
            if !matches!(self.bytes.get(self.at), Some(b' ' | b'\t')) {
                return Some(end);
            }
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "all but the core headers are only indexed"
    )]
    fn core_header(&mut self, field: Field) -> Result<(), Fault> {
        let value = field.value;
        let bytes = self.bytes.get(..value.end()).unwrap_or_default();
        let mut cursor = Cursor::new(bytes, value.start());
        let malformed = Fault::Malformed(field.name);
        match field.name {
            Name::Via => self.via_line(value)?,
            Name::From | Name::To => {
                let slot = if field.name == Name::From {
                    &mut self.from
                } else {
                    &mut self.to
                };
                let address = NameAddrSpans::read(&mut cursor).filter(|_| cursor.is_done());
                set(slot, address, field.name)?;
            }
            Name::CallId => {
                let is_word = |byte: &u8| byte.is_ascii_graphic();
                let call_id = value.of(self.bytes);
                let is_valid = !call_id.is_empty() && call_id.iter().all(is_word);
                set(&mut self.call_id, is_valid.then_some(value), field.name)?;
            }
            Name::CSeq => {
                let sequence = Sequence::read(&mut cursor).filter(|_| cursor.is_done());
                set(&mut self.sequence, sequence, field.name)?;
            }
            Name::MaxForwards => {
                let hops = decimal(value.of(self.bytes), u64::from(u8::MAX))
                    .and_then(|hops| u8::try_from(hops).ok());
                set(&mut self.max_forwards, hops, field.name)?;
            }
            Name::ContentLength => {
                let length = decimal(value.of(self.bytes), limits::MESSAGE_BYTES as u64)
                    .and_then(|length| u32::try_from(length).ok())
                    .ok_or(malformed)?;
                if self.content_length.is_some_and(|other| other != length) {
                    return Err(Fault::Duplicate(field.name));
                }
                self.content_length = Some(length);
            }
            _ => {}
        }
        Ok(())
    }

    /// Checks the topmost value and counts the others.
    fn via_line(&mut self, value: Span) -> Result<(), Fault> {
        let line = value.of(self.bytes);
        let bytes = self.bytes.get(..value.end()).unwrap_or_default();
        if self.via.is_none() && self.vias == 0 {
            let mut cursor = Cursor::new(bytes, value.start());
            self.via = ViaSpans::read(&mut cursor);
        }
        self.vias += list::split_list(line).count().max(1);
        if self.vias > limits::VIAS {
            return Err(Fault::TooManyVias);
        }
        if self.via.is_none() {
            return Err(Fault::Malformed(Name::Via));
        }
        Ok(())
    }

    fn finish(
        &mut self,
        start: Result<Start, Fault>,
        framing: Framing,
    ) -> Result<(Start, Core, Span), Fault> {
        let header_bytes = self
            .bytes
            .get(self.headers_start..self.at)
            .unwrap_or_default();
        let returns = memchr_iter(b'\r', header_bytes).count();
        if returns != self.line_ends {
            self.blame(Fault::BareReturn);
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let start = start?;
        let missing = Fault::Missing;
        let (sequence, sequence_method) = self.sequence.ok_or(missing(Name::CSeq))?;
        let core = Core {
            via: self.via.ok_or(missing(Name::Via))?,
            from: self.from.ok_or(missing(Name::From))?,
            to: self.to.ok_or(missing(Name::To))?,
            call_id: self.call_id.ok_or(missing(Name::CallId))?,
            sequence,
            max_forwards: self.max_forwards,
            content_length: self.content_length,
        };
        if let Start::Request { method_text, .. } = start
            && method_text.of(self.bytes) != sequence_method.of(self.bytes)
        {
            return Err(Fault::MethodMismatch);
        }
        let available = self.bytes.len() - self.at;
        let length = match (self.content_length, framing) {
            (Some(length), _) => length as usize,
            (None, Framing::Datagram) => available,
            (None, Framing::Stream) => return Err(missing(Name::ContentLength)),
        };
        if length > available {
            return Err(Fault::UnfinishedBody);
        }
        Ok((start, core, Span::new(self.at, self.at + length)))
    }
}

fn set<T>(slot: &mut Option<T>, value: Option<T>, name: Name) -> Result<(), Fault> {
    if slot.is_some() {
        return Err(Fault::Duplicate(name));
    }
    *slot = Some(value.ok_or(Fault::Malformed(name))?);
    Ok(())
}

/// `name : value` with the white space around the value left out; `line` starts at `start`.
pub(crate) fn field(line: &[u8], start: usize) -> Option<Field> {
    let mut cursor = Cursor::new(line, start);
    let name_text = cursor.run(is_token);
    cursor.run(|byte| matches!(byte, b' ' | b'\t'));
    if name_text.is_empty() || !cursor.eat(b':') {
        return None;
    }
    cursor.skip_space();
    let mut end = line.len();
    while end > cursor.at() && is_space(line[end - 1]) {
        end -= 1;
    }
    Some(Field {
        name: Name::from_bytes(name_text.of(line)),
        name_text,
        value: Span::new(cursor.at(), end),
    })
}

fn is_status_line(line: &[u8]) -> bool {
    line.get(..4)
        .is_some_and(|protocol| protocol.eq_ignore_ascii_case(b"SIP/"))
}

/// Reads a start line that lies at `offset` of the message.
fn read_start(line: &[u8], offset: usize) -> Result<Start, Fault> {
    if line.iter().any(|byte| matches!(byte, b'\r' | 0)) {
        return Err(Fault::StartLine);
    }
    if is_status_line(line) {
        return status_line(line, offset);
    }
    let (method_end, version_start) = memchr(b' ', line)
        .zip(memchr::memrchr(b' ', line))
        .ok_or(Fault::StartLine)?;
    if method_end == 0 || !line[..method_end].iter().all(|byte| is_token(*byte)) {
        return Err(Fault::StartLine);
    }
    let version = &line[version_start + 1..];
    if !version.eq_ignore_ascii_case(b"SIP/2.0") {
        let is_other_version = version.len() > 4 && is_status_line(version);
        return Err(if is_other_version {
            Fault::Version
        } else {
            Fault::StartLine
        });
    }
    if version_start <= method_end + 1 {
        return Err(Fault::StartLine);
    }
    let uri = Span::new(method_end + 1, version_start);
    let parts = Uri::from_bytes(uri.of(line))
        .map_err(|_| Fault::RequestUri)?
        .parts();
    if parts.has_headers() {
        return Err(Fault::RequestUri);
    }
    Ok(Start::Request {
        method: Method::from_bytes(&line[..method_end]),
        method_text: Span::new(0, method_end).moved_by(offset),
        uri: uri.moved_by(offset),
        parts,
    })
}

/// `SIP/2.0 200 OK`; the reason phrase may be empty and its space may be missing.
fn status_line(line: &[u8], offset: usize) -> Result<Start, Fault> {
    let (version, rest) = line.split_at_checked(7).ok_or(Fault::Version)?;
    if !version.eq_ignore_ascii_case(b"SIP/2.0") {
        return Err(Fault::Version);
    }
    let code = rest
        .strip_prefix(b" ")
        .and_then(|rest| rest.get(..3))
        .and_then(|digits| decimal(digits, 699))
        .and_then(|code| u16::try_from(code).ok());
    let status = code.and_then(Status::new).ok_or(Fault::StatusCode)?;
    if !matches!(rest.get(4), None | Some(b' ')) {
        return Err(Fault::StatusCode);
    }
    let reason = Span::new(line.len().min(12), line.len());
    Ok(Start::Response {
        status,
        reason: reason.moved_by(offset),
    })
}
