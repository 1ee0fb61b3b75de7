//! Writing responses (RFC 3261 §8.2.6, §18.2.1, RFC 3581).

use std::net::{IpAddr, SocketAddr};

use bytes::{BufMut, Bytes, BytesMut};

use super::{Field, HeaderValue, Message, Name, ParseError, Status, Via, list, print};

/// Builds the response to a request from the request's own bytes.
///
/// Via, From, To, Call-ID and CSeq are repeated; the top Via gets `received` and `rport`.
#[must_use]
pub struct ResponseBuilder<'a> {
    request: &'a [u8],
    fields: &'a [Field],
    status: Status,
    reason: Option<&'a str>,
    source: Option<SocketAddr>,
    to_tag: Option<&'a str>,
    has_to_tag: bool,
    repeats_record_route: bool,
    headers: BytesMut,
    content_type: Option<HeaderValue<'a>>,
    body: &'a [u8],
}

impl<'a> ResponseBuilder<'a> {
    /// Answers a request with a status.
    pub fn to(request: &'a Message, status: Status) -> Self {
        Self::with_fields(
            request.bytes(),
            request.fields(),
            status,
            request.to_tag().is_some(),
        )
    }

    /// Answers a malformed request with the status of its fault; None if it cannot be answered.
    pub fn to_malformed(error: &'a ParseError) -> Option<Self> {
        let salvage = error.salvage.as_ref().filter(|_| error.is_answerable())?;
        let to = error.header(Name::To)?;
        let has_to_tag = super::NameAddr::parse(Name::To, to).map_or(true, |to| to.tag().is_some());
        Some(Self::with_fields(
            &salvage.buffer,
            &salvage.fields,
            error.fault().status(),
            has_to_tag,
        ))
    }

    fn with_fields(
        request: &'a [u8],
        fields: &'a [Field],
        status: Status,
        has_to_tag: bool,
    ) -> Self {
        Self {
            request,
            fields,
            status,
            reason: None,
            source: None,
            to_tag: None,
            has_to_tag,
            repeats_record_route: false,
            headers: BytesMut::new(),
            content_type: None,
            body: b"",
        }
    }

    /// Writes another reason phrase than the usual one.
    pub fn reason(mut self, phrase: &'a str) -> Self {
        self.reason = Some(phrase);
        self
    }

    /// Where the request came from; the top Via tells the sender if it differs from what it said.
    pub fn source(mut self, source: SocketAddr) -> Self {
        self.source = Some(source);
        self
    }

    /// The tag of our side; written only if To has none yet.
    pub fn to_tag(mut self, tag: &'a str) -> Self {
        self.to_tag = Some(tag);
        self
    }

    /// Repeats Record-Route, as a response that makes a dialog must (RFC 3261 §12.1.1).
    pub fn record_route(mut self) -> Self {
        self.repeats_record_route = true;
        self
    }

    /// Adds a header line.
    pub fn header(mut self, name: Name, value: HeaderValue<'_>) -> Self {
        print::put_line(&mut self.headers, name.as_str().as_bytes(), value.bytes());
        self
    }

    /// Adds a header line that holds a number.
    pub fn number(mut self, name: Name, number: u32) -> Self {
        print::put_number_line(&mut self.headers, name, number);
        self
    }

    /// Sets the body and its type.
    pub fn body(mut self, content_type: HeaderValue<'a>, body: &'a [u8]) -> Self {
        self.content_type = Some(content_type);
        self.body = body;
        self
    }

    /// Writes the response.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a response repeats these headers and no others"
    )]
    pub fn build(self) -> Bytes {
        let repeated: usize = self.fields.iter().map(|field| field.value.len() + 16).sum();
        let mut out =
            BytesMut::with_capacity(repeated + self.headers.len() + self.body.len() + 256);
        let reason = self.reason.unwrap_or_else(|| self.status.reason());
        print::put_status_line(&mut out, self.status, reason.as_bytes());
        let mut is_top_via = true;
        for field in self.fields {
            let name = field.name;
            let value = field.value.of(self.request);
            match name {
                Name::Via if std::mem::take(&mut is_top_via) => self.put_top_via(&mut out, value),
                Name::To => self.put_to(&mut out, value),
                Name::RecordRoute if !self.repeats_record_route => {}
                Name::Via | Name::From | Name::CallId | Name::CSeq | Name::RecordRoute => {
                    print::put_line(&mut out, name.as_str().as_bytes(), value);
                }
                _ => {}
            }
        }
        out.put_slice(&self.headers);
        let content_type = self.content_type.map(HeaderValue::bytes);
        print::put_body(&mut out, content_type, self.body);
        out.freeze()
    }

    fn put_to(&self, out: &mut BytesMut, value: &[u8]) {
        out.put_slice(b"To: ");
        print::put_clean(out, value);
        if let Some(tag) = self.to_tag.filter(|_| !self.has_to_tag) {
            out.put_slice(b";tag=");
            print::put_clean(out, tag.as_bytes());
        }
        out.put_slice(b"\r\n");
    }

    fn put_top_via(&self, out: &mut BytesMut, value: &[u8]) {
        let (top, rest) = value.split_at(list::element_end(value));
        let stamp = self
            .source
            .and_then(|source| Some((source, Via::parse(top).ok()?)));
        out.put_slice(b"Via: ");
        match stamp {
            Some((source, via)) => put_stamped_via(out, &via, source),
            None => print::put_clean(out, top),
        }
        print::put_clean(out, rest);
        out.put_slice(b"\r\n");
    }
}

/// Writes a Via with what the receiver saw of the sender; a `received` that the sender wrote itself
/// is left out.
fn put_stamped_via(out: &mut BytesMut, via: &Via<'_>, source: SocketAddr) {
    print::put_clean(out, via.head());
    for parameter in via.parameters().iter() {
        if parameter.name.eq_ignore_ascii_case("received") {
            continue;
        }
        if parameter.name.eq_ignore_ascii_case("rport") {
            out.put_slice(b";rport=");
            print::put_number(out, u64::from(source.port()));
        } else {
            print::put_parameter(out, parameter);
        }
    }
    if via.rport().is_some() || via.host_address() != Some(unmapped(source.ip())) {
        out.put_slice(b";received=");
        print::put_clean(out, unmapped(source.ip()).to_string().as_bytes());
    }
}

/// The IPv4 address behind the IPv6 form that a dual-stack socket shows.
fn unmapped(address: IpAddr) -> IpAddr {
    address.to_canonical()
}
