//! Why bytes are no message, and what of them is enough to be answered.

use bytes::Bytes;
use smallvec::SmallVec;

use super::{Field, Method, Name, Status};

/// A malformed message.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{fault}")]
pub struct ParseError {
    fault: Fault,
    pub(super) salvage: Option<Box<Salvage>>,
}

/// What is wrong with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing but line ends: a keep-alive.
    #[error("no message")]
    Empty,
    /// More bytes than [`crate::limits::MESSAGE_BYTES`].
    #[error("message too long")]
    TooLong,
    /// A header line of more bytes than [`crate::limits::LINE_BYTES`].
    #[error("line too long")]
    LineTooLong,
    /// More header lines than [`crate::limits::HEADERS`].
    #[error("too many headers")]
    TooManyHeaders,
    /// More Via values than [`crate::limits::VIAS`].
    #[error("too many Via values")]
    TooManyVias,
    /// The start line is neither a request line nor a status line.
    #[error("malformed start line")]
    StartLine,
    /// Another version than SIP/2.0.
    #[error("not SIP/2.0")]
    Version,
    /// The status code is not a number between 100 and 699.
    #[error("malformed status code")]
    StatusCode,
    /// The Request-URI is malformed.
    #[error("malformed Request-URI")]
    RequestUri,
    /// A header line without a name or a colon.
    #[error("malformed header line")]
    HeaderLine,
    /// A carriage return that ends no line, which some peers would take for a line end.
    #[error("carriage return without line feed")]
    BareReturn,
    /// The end comes before the empty line that closes the headers.
    #[error("unfinished headers")]
    UnfinishedHeaders,
    /// The body is shorter than Content-Length says.
    #[error("body shorter than Content-Length")]
    UnfinishedBody,
    /// A header that every message must have.
    #[error("missing {0}")]
    Missing(Name),
    /// A header that may be there only once.
    #[error("more than one {0}")]
    Duplicate(Name),
    /// The value of a header breaks its grammar or its range.
    #[error("malformed {0}")]
    Malformed(Name),
    /// The methods of request line and CSeq differ.
    #[error("CSeq names another method")]
    MethodMismatch,
}

impl Fault {
    /// The status with which a request of this fault is answered.
    pub const fn status(self) -> Status {
        match self {
            Self::Version => Status::VERSION_NOT_SUPPORTED,
            Self::TooLong => Status::MESSAGE_TOO_LARGE,
            Self::Empty
            | Self::LineTooLong
            | Self::TooManyHeaders
            | Self::TooManyVias
            | Self::StartLine
            | Self::StatusCode
            | Self::RequestUri
            | Self::HeaderLine
            | Self::BareReturn
            | Self::UnfinishedHeaders
            | Self::UnfinishedBody
            | Self::Missing(_)
            | Self::Duplicate(_)
            | Self::Malformed(_)
            | Self::MethodMismatch => Status::BAD_REQUEST,
        }
    }
}

/// The headers that an answer to a malformed request repeats.
#[derive(Clone, Debug)]
pub(super) struct Salvage {
    pub(super) buffer: Bytes,
    pub(super) method: Method,
    pub(super) is_request: bool,
    pub(super) fields: SmallVec<[Field; 8]>,
}

impl ParseError {
    pub(super) const fn new(fault: Fault) -> Self {
        Self {
            fault,
            salvage: None,
        }
    }

    pub(super) fn with_salvage(fault: Fault, salvage: Salvage) -> Self {
        Self {
            fault,
            salvage: Some(Box::new(salvage)),
        }
    }

    /// The message as it came, as far as it could be told apart from noise.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.salvage
            .as_ref()
            .map(|salvage| &salvage.buffer[..])
            .unwrap_or_default()
    }

    /// What is wrong, the earliest fault of the message.
    pub const fn fault(&self) -> Fault {
        self.fault
    }

    /// The method, if the start line was a request line.
    pub fn method(&self) -> Option<Method> {
        self.salvage
            .as_ref()
            .filter(|salvage| salvage.is_request)
            .map(|salvage| salvage.method)
    }

    /// Whether this is a request that a response can reach: it is no ACK and has the headers that
    /// a response must repeat.
    pub fn is_answerable(&self) -> bool {
        self.method().is_some_and(|method| method != Method::Ack)
            && [Name::Via, Name::From, Name::To, Name::CallId, Name::CSeq]
                .into_iter()
                .all(|name| self.header(name).is_some())
    }

    /// The value of Via, From, To, Call-ID or CSeq, if it was found.
    pub fn header(&self, name: Name) -> Option<&[u8]> {
        let salvage = self.salvage.as_ref()?;
        salvage
            .fields
            .iter()
            .find(|field| field.name == name)
            .map(|field| field.value.of(&salvage.buffer))
    }
}
