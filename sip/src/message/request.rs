//! Writing requests (RFC 3261 §8.1.1), and the two that are made from another (§9.1, §17.1.1.3).

use bytes::{BufMut, Bytes, BytesMut};

use super::{HeaderValue, Message, Method, Name, print};
use crate::uri::Uri;

/// What every request has.
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    /// The method of the request line and of CSeq.
    pub method: Method,
    /// Whom the request is for.
    pub uri: Uri<'a>,
    /// The value of our Via, such as `SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK87;rport`.
    pub via: HeaderValue<'a>,
    /// The value of From, with our tag.
    pub from: HeaderValue<'a>,
    /// The value of To, with the peer's tag inside a dialog.
    pub to: HeaderValue<'a>,
    /// The value of Call-ID.
    pub call_id: HeaderValue<'a>,
    /// The number of CSeq.
    pub sequence: u32,
    /// How many hops the request may make.
    pub max_forwards: u8,
}

/// Builds a request, header by header.
#[must_use]
pub struct RequestBuilder<'a> {
    out: BytesMut,
    content_type: Option<HeaderValue<'a>>,
    body: &'a [u8],
}

impl<'a> RequestBuilder<'a> {
    /// Starts with what every request has.
    pub fn new(head: &RequestHead<'_>) -> Self {
        Self::start(head, head.method.as_str().as_bytes())
    }

    /// The ACK for a response other than 2xx: same request line, same top Via, same Route, the
    /// response's To. None if `invite` is a response.
    pub fn ack(invite: &Message, response: &Message) -> Option<Self> {
        Self::copied(invite, Method::Ack, response.header(Name::To)?)
    }

    /// The CANCEL for a request: same request line, same top Via, same Route, same To. None if
    /// `request` is a response.
    pub fn cancel(request: &Message) -> Option<Self> {
        Self::copied(request, Method::Cancel, request.header(Name::To)?)
    }

    fn copied(request: &Message, method: Method, to: &[u8]) -> Option<Self> {
        let via = request.list(Name::Via).next()?;
        let mut builder = Self::new(&RequestHead {
            method,
            uri: request.request_uri()?,
            via: HeaderValue::received(via),
            from: HeaderValue::received(request.header(Name::From)?),
            to: HeaderValue::received(to),
            call_id: HeaderValue::received(request.header(Name::CallId)?),
            sequence: request.sequence().number,
            max_forwards: request.max_forwards().unwrap_or(70),
        });
        for route in request.headers(Name::Route) {
            builder = builder.header(Name::Route, HeaderValue::received(route));
        }
        Some(builder)
    }

    fn start(head: &RequestHead<'_>, method: &[u8]) -> Self {
        let mut out = BytesMut::with_capacity(1_024);
        // Contact and Record-Route may bring headers, which no Request-URI has (RFC 3261 §19.1.1).
        print::put_request_line(&mut out, method, head.uri.without_headers().as_bytes());
        for (name, value) in [
            (Name::Via, head.via),
            (Name::From, head.from),
            (Name::To, head.to),
            (Name::CallId, head.call_id),
        ] {
            print::put_line(&mut out, name.as_str().as_bytes(), value.bytes());
        }
        out.put_slice(b"CSeq: ");
        print::put_number(&mut out, u64::from(head.sequence));
        out.put_u8(b' ');
        print::put_clean(&mut out, method);
        out.put_slice(b"\r\n");
        print::put_number_line(&mut out, Name::MaxForwards, u32::from(head.max_forwards));
        Self {
            out,
            content_type: None,
            body: b"",
        }
    }

    /// Adds a header line.
    pub fn header(mut self, name: Name, value: HeaderValue<'_>) -> Self {
        print::put_line(&mut self.out, name.as_str().as_bytes(), value.bytes());
        self
    }

    /// Adds a header line with a name of any spelling, such as `X-Account`; a name that is no token
    /// is left out with its value.
    pub fn extension(mut self, name: &str, value: HeaderValue<'_>) -> Self {
        if !name.is_empty() && name.bytes().all(super::is_token) {
            print::put_line(&mut self.out, name.as_bytes(), value.bytes());
        }
        self
    }

    /// Adds a header line that holds a number.
    pub fn number(mut self, name: Name, number: u32) -> Self {
        print::put_number_line(&mut self.out, name, number);
        self
    }

    /// Sets the body and its type.
    pub fn body(mut self, content_type: HeaderValue<'a>, body: &'a [u8]) -> Self {
        self.content_type = Some(content_type);
        self.body = body;
        self
    }

    /// Writes the request.
    pub fn build(mut self) -> Bytes {
        let content_type = self.content_type.map(HeaderValue::bytes);
        print::put_body(&mut self.out, content_type, self.body);
        self.out.freeze()
    }
}
