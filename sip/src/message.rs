//! SIP messages (RFC 3261 §7): spans over the received bytes, found and checked in one pass.
//!
//! What every layer needs (top Via, tags, Call-ID, CSeq, Max-Forwards, Content-Length) is checked
//! once while parsing, so its accessors cannot fail. Everything else is a view made on demand.
//! Nothing is copied, and header values stay bytes: a display name may be GBK.

mod cursor;
mod error;
mod headers;
mod list;
mod method;
mod name;
mod parse;
mod print;
mod request;
mod response;
mod span;
mod status;
mod value;

use bytes::Bytes;
use smallvec::SmallVec;

use crate::{limits, uri::Parts, uri::Uri};

pub use error::{Fault, ParseError};
pub use headers::{
    Contact, ContentType, MalformedHeader, NameAddr, Parameter, Parameters, Reason, Rport,
    Sequence, Via, quote,
};
pub use list::split_list;
pub use method::Method;
pub use name::Name;
pub use request::{RequestBuilder, RequestHead};
pub use response::ResponseBuilder;
pub use status::Status;
pub use value::{HeaderValue, HeaderValueError};

pub(crate) use cursor::{Cursor, decimal, is_parameter_byte, is_space, is_token};
pub(crate) use parse::field;
pub(crate) use span::Span;

use headers::{NameAddrSpans, ViaSpans};

/// A request or a response whose core headers are sound.
///
/// ```
/// use sip::message::{Framing, Message, Method};
///
/// let message = Message::parse(
///     "OPTIONS sip:trunk.example.com SIP/2.0\r\n\
///      Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK87;rport\r\n\
///      Max-Forwards: 70\r\n\
///      From: <sip:probe@example.com>;tag=1\r\n\
///      To: <sip:trunk.example.com>\r\n\
///      Call-ID: 7f3a\r\n\
///      CSeq: 1 OPTIONS\r\n\
///      Content-Length: 0\r\n\r\n"
///         .into(),
///     Framing::Datagram,
/// )?;
/// assert_eq!(message.method(), Method::Options);
/// assert_eq!(message.top_via().branch(), Some("z9hG4bK87"));
/// assert_eq!(message.from_tag(), Some("1"));
/// # Ok::<(), sip::message::ParseError>(())
/// ```
#[derive(Clone)]
pub struct Message {
    buffer: Bytes,
    start: Start,
    core: Core,
    fields: Fields,
    body: Span,
}

/// How the end of the body is known (RFC 3261 §18.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// One message a datagram: without Content-Length the body goes to the end.
    Datagram,
    /// A byte stream: Content-Length is required.
    Stream,
}

/// One header line as it was received.
#[derive(Clone, Copy)]
pub struct Header<'a> {
    name: Name,
    name_text: &'a str,
    value: &'a [u8],
}

impl<'a> Header<'a> {
    /// Which header this is.
    pub const fn name(&self) -> Name {
        self.name
    }

    /// The name as it was spelt.
    pub const fn name_text(&self) -> &'a str {
        self.name_text
    }

    /// The value without the white space around it; folds are still in it.
    pub const fn value(&self) -> &'a [u8] {
        self.value
    }

    /// The value on one line: each fold is one space.
    pub fn unfolded(&self) -> std::borrow::Cow<'a, [u8]> {
        print::unfold(self.value)
    }
}

type Fields = SmallVec<[Field; limits::INLINE_HEADERS]>;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    name: Name,
    name_text: Span,
    value: Span,
}

impl Field {
    pub(crate) const fn name(&self) -> Name {
        self.name
    }

    pub(crate) fn value_in<'a>(&self, buffer: &'a [u8]) -> &'a [u8] {
        self.value.of(buffer)
    }
}

#[derive(Clone, Copy)]
enum Start {
    Request {
        method: Method,
        method_text: Span,
        uri: Span,
        parts: Parts,
    },
    Response {
        status: Status,
        reason: Span,
    },
}

/// The headers without which no layer can work.
#[derive(Clone, Copy)]
struct Core {
    via: ViaSpans,
    from: NameAddrSpans,
    to: NameAddrSpans,
    call_id: Span,
    sequence: Sequence,
    max_forwards: Option<u8>,
    content_length: Option<u32>,
}

impl Message {
    /// Reads one message.
    ///
    /// # Errors
    /// Names the fault and keeps what is needed to answer it.
    pub fn parse(buffer: Bytes, framing: Framing) -> Result<Self, ParseError> {
        parse::message(buffer, framing)
    }

    /// The bytes that the message was read from.
    pub const fn bytes(&self) -> &Bytes {
        &self.buffer
    }

    /// Whether this asks for something; else it is a response.
    pub const fn is_request(&self) -> bool {
        matches!(self.start, Start::Request { .. })
    }

    /// The method of the request, or of the request that this response answers.
    pub const fn method(&self) -> Method {
        self.core.sequence.method
    }

    /// The spelling of a request's method; empty for a response.
    pub fn method_text(&self) -> &str {
        match self.start {
            Start::Request { method_text, .. } => method_text.text_of(&self.buffer),
            Start::Response { .. } => "",
        }
    }

    /// Whom a request is for; none for a response.
    pub fn request_uri(&self) -> Option<Uri<'_>> {
        match self.start {
            Start::Request { uri, parts, .. } => {
                Some(Uri::from_parts(uri.text_of(&self.buffer), parts))
            }
            Start::Response { .. } => None,
        }
    }

    /// The status of a response; none for a request.
    pub const fn status(&self) -> Option<Status> {
        match self.start {
            Start::Response { status, .. } => Some(status),
            Start::Request { .. } => None,
        }
    }

    /// The reason phrase of a response; empty for a request.
    pub fn reason_phrase(&self) -> &[u8] {
        match self.start {
            Start::Response { reason, .. } => reason.of(&self.buffer),
            Start::Request { .. } => b"",
        }
    }

    /// The topmost Via: who sent this to us, and where its response goes.
    pub fn top_via(&self) -> Via<'_> {
        Via::new(&self.buffer, self.core.via)
    }

    /// Who speaks.
    pub fn from(&self) -> NameAddr<'_> {
        NameAddr::new(&self.buffer, self.core.from)
    }

    /// Who was addressed.
    pub fn to(&self) -> NameAddr<'_> {
        NameAddr::new(&self.buffer, self.core.to)
    }

    /// The tag of From.
    pub fn from_tag(&self) -> Option<&str> {
        self.core.from.tag(&self.buffer)
    }

    /// The tag of To; absent in a request outside a dialog.
    pub fn to_tag(&self) -> Option<&str> {
        self.core.to.tag(&self.buffer)
    }

    /// The identifier of the call or registration series.
    pub fn call_id(&self) -> &str {
        self.core.call_id.text_of(&self.buffer)
    }

    /// The number and method of CSeq.
    pub const fn sequence(&self) -> Sequence {
        self.core.sequence
    }

    /// How many more hops are allowed, if the message says so.
    pub const fn max_forwards(&self) -> Option<u8> {
        self.core.max_forwards
    }

    /// What Content-Length says, if it is there.
    pub const fn content_length(&self) -> Option<u32> {
        self.core.content_length
    }

    /// The body; empty if there is none.
    pub fn body(&self) -> &[u8] {
        self.body.of(&self.buffer)
    }

    /// The body as a share of the received buffer.
    pub fn body_bytes(&self) -> Bytes {
        self.buffer.slice(self.body.start()..self.body.end())
    }

    /// All headers in the order of the message.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Header<'_>> + ExactSizeIterator {
        self.fields.iter().map(|field| Header {
            name: field.name,
            name_text: field.name_text.text_of(&self.buffer),
            value: field.value.of(&self.buffer),
        })
    }

    /// The value of the header line that comes before others of its name.
    pub fn header(&self, name: Name) -> Option<&[u8]> {
        self.headers(name).next()
    }

    /// The values of all lines with this name, in order; one line may hold several by comma.
    pub fn headers(&self, name: Name) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.fields
            .iter()
            .filter(move |field| field.name == name)
            .map(|field| field.value.of(&self.buffer))
    }

    /// The values of all lines with a name of any spelling, such as `X-Account`.
    pub fn headers_named(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.iter()
            .filter(move |header| header.name_text.eq_ignore_ascii_case(name))
            .map(|header| header.value)
    }

    /// The values of a header that is a list, comma-separated or on lines of their own.
    pub fn list(&self, name: Name) -> impl Iterator<Item = &[u8]> {
        self.headers(name).flat_map(split_list)
    }

    pub(crate) fn fields(&self) -> &[Field] {
        &self.fields
    }
}

impl std::fmt::Debug for Message {
    /// Shows the start line only: headers hold numbers, names and credentials.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.start {
            Start::Request { uri, .. } => write!(
                formatter,
                "Message({} {})",
                self.method_text(),
                uri.text_of(&self.buffer)
            ),
            Start::Response { status, .. } => {
                write!(formatter, "Message({status} to {})", self.method())
            }
        }
    }
}
