//! Header values as types, one file a header; each borrows from the message.

mod contact;
mod content_type;
mod name_addr;
mod number;
mod parameters;
mod reason;
mod sequence;
mod via;

pub use contact::Contact;
pub use content_type::ContentType;
pub use name_addr::{NameAddr, quote};
pub use parameters::{Parameter, Parameters};
pub use reason::Reason;
pub use sequence::Sequence;
pub use via::{Rport, Via};

pub(super) use name_addr::NameAddrSpans;
pub(super) use via::ViaSpans;

use super::Name;

/// The value of a header breaks its grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed {0}")]
pub struct MalformedHeader(
    /// Which header it is.
    pub Name,
);
