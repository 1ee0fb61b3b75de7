//! Reason (RFC 3326, RFC 6432): why a request or a refusal was sent.

use super::{
    super::{Cursor, Message, Name, Span, decimal},
    MalformedHeader,
    parameters::{self, Parameters},
};

/// One value of a Reason header, such as `Q.850;cause=16;text="Terminated"`.
#[derive(Clone, Copy, Debug)]
pub struct Reason<'a> {
    protocol: &'a str,
    parameters: Parameters<'a>,
}

impl<'a> Reason<'a> {
    /// Reads one value.
    ///
    /// # Errors
    /// If it is malformed.
    pub fn parse(value: &'a [u8]) -> Result<Self, MalformedHeader> {
        Self::read(value).ok_or(MalformedHeader(Name::Reason))
    }

    fn read(value: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(value, 0);
        let protocol = cursor.token()?;
        let start = cursor.at();
        parameters::read(&mut cursor, |_| {})?;
        cursor.is_done().then(|| Self {
            protocol: protocol.text_of(value),
            parameters: Parameters::new(Span::new(start, value.len()).of(value)),
        })
    }

    /// Whose causes these are: `SIP` or `Q.850`.
    pub const fn protocol(&self) -> &'a str {
        self.protocol
    }

    /// The number of the cause.
    pub fn cause(&self) -> Option<u16> {
        decimal(self.parameters.value("cause")?, u64::from(u16::MAX))
            .and_then(|cause| u16::try_from(cause).ok())
    }

    /// The explanation for people.
    pub fn text(&self) -> Option<&'a [u8]> {
        self.parameters.value("text")
    }
}

impl Message {
    /// The reasons that can be read, in order.
    pub fn reasons(&self) -> impl Iterator<Item = Reason<'_>> {
        self.list(Name::Reason)
            .filter_map(|value| Reason::parse(value).ok())
    }
}
