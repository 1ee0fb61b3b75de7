//! Via (RFC 3261 §20.42, RFC 3581): the hop that a response goes back to.

use std::net::IpAddr;

use super::{
    super::{Cursor, Name, Span, decimal, is_space},
    MalformedHeader,
    parameters::{self, Parameters},
};
use crate::uri;

/// One Via value.
#[derive(Clone, Copy)]
pub struct Via<'a> {
    bytes: &'a [u8],
    spans: ViaSpans,
}

/// What a Via says of the port that its response goes to (RFC 3581).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rport {
    /// The sender wants the port that its request comes from.
    Asked,
    /// A receiver has filled it in.
    Filled(u16),
}

#[derive(Clone, Copy)]
pub(in super::super) struct ViaSpans {
    transport: Span,
    /// Protocol, transport and sent-by together.
    head: Span,
    host: Span,
    port: Option<u16>,
    branch: Option<Span>,
    received: Option<Span>,
    rport: Option<Rport>,
    parameters: Span,
}

impl<'a> Via<'a> {
    /// Reads one value of a Via header.
    ///
    /// # Errors
    /// If it is malformed or more than one.
    pub fn parse(value: &'a [u8]) -> Result<Self, MalformedHeader> {
        let mut cursor = Cursor::new(value, 0);
        ViaSpans::read(&mut cursor)
            .filter(|_| cursor.is_done())
            .map(|spans| Self::new(value, spans))
            .ok_or(MalformedHeader(Name::Via))
    }

    pub(in super::super) const fn new(bytes: &'a [u8], spans: ViaSpans) -> Self {
        Self { bytes, spans }
    }

    /// The transport as it was spelt, such as `UDP`.
    pub fn transport(&self) -> &'a str {
        self.spans.transport.text_of(self.bytes)
    }

    /// The host that the sender gave for itself; an IPv6 address is in brackets.
    pub fn host(&self) -> &'a str {
        self.spans.host.text_of(self.bytes)
    }

    /// The host as an address, if it is not a name.
    pub fn host_address(&self) -> Option<IpAddr> {
        uri::address(self.host())
    }

    /// The port that the sender gave for itself.
    pub const fn port(&self) -> Option<u16> {
        self.spans.port
    }

    /// What names the transaction.
    pub fn branch(&self) -> Option<&'a str> {
        self.spans.branch.map(|branch| branch.text_of(self.bytes))
    }

    /// The address that a receiver saw; IPv6 with or without brackets.
    pub fn received(&self) -> Option<IpAddr> {
        uri::address(self.spans.received?.text_of(self.bytes))
    }

    /// Whether the response goes to the source port.
    pub const fn rport(&self) -> Option<Rport> {
        self.spans.rport
    }

    /// All parameters.
    pub fn parameters(&self) -> Parameters<'a> {
        Parameters::new(self.spans.parameters.of(self.bytes))
    }

    /// Protocol, transport and sent-by as they were written.
    pub(in super::super) fn head(&self) -> &'a [u8] {
        self.spans.head.of(self.bytes)
    }
}

impl ViaSpans {
    /// Reads one value, up to a comma or the end.
    pub(in super::super) fn read(cursor: &mut Cursor<'_>) -> Option<Self> {
        cursor.skip_space();
        let start = cursor.at();
        let protocol = cursor.token()?.of(cursor.bytes());
        cursor.separator(b'/')?;
        let version = cursor.token()?.of(cursor.bytes());
        if !protocol.eq_ignore_ascii_case(b"SIP") || version != b"2.0" {
            return None;
        }
        cursor.separator(b'/')?;
        let transport = cursor.token()?;
        cursor.peek().filter(|byte| is_space(*byte))?;
        cursor.skip_space();
        let host = host(cursor)?;
        let mut ahead = *cursor;
        let port = if ahead.separator(b':').is_some() {
            *cursor = ahead;
            let digits = cursor.run(|byte| byte.is_ascii_digit());
            let port = decimal(digits.of(cursor.bytes()), u64::from(u16::MAX))?;
            Some(u16::try_from(port).ok()?)
        } else {
            None
        };
        let end = cursor.at();
        let mut via = Self {
            transport,
            head: Span::new(start, end),
            host,
            port,
            branch: None,
            received: None,
            rport: None,
            parameters: Span::default(),
        };
        let bytes = cursor.bytes();
        parameters::read(cursor, |found| via.note(bytes, found))?;
        via.parameters = Span::new(end, cursor.at());
        Some(via)
    }

    fn note(&mut self, bytes: &[u8], found: parameters::ParameterSpans) {
        let name = found.name.of(bytes);
        if name.eq_ignore_ascii_case(b"branch") {
            self.branch = self
                .branch
                .or(found.value.filter(|value| value.of(bytes).is_ascii()));
        } else if name.eq_ignore_ascii_case(b"received") {
            self.received = self.received.or(found.value);
        } else if name.eq_ignore_ascii_case(b"rport") {
            let filled = found
                .value
                .and_then(|value| decimal(value.of(bytes), u64::from(u16::MAX)))
                .and_then(|port| u16::try_from(port).ok());
            self.rport = Some(filled.map_or(Rport::Asked, Rport::Filled));
        }
    }
}

fn host(cursor: &mut Cursor<'_>) -> Option<Span> {
    let start = cursor.at();
    if cursor.peek() == Some(b'[') {
        cursor.run(|byte| byte != b']');
        cursor.eat(b']');
    } else {
        cursor.run(|byte| !is_space(byte) && !matches!(byte, b';' | b',' | b':'));
    }
    let span = Span::new(start, cursor.at());
    uri::is_host(span.of(cursor.bytes())).then_some(span)
}
