//! Contact (RFC 3261 §20.10): where someone can be reached directly.

use super::{
    super::{Message, Name},
    MalformedHeader, NameAddr,
};

/// One value of a Contact header.
#[derive(Clone, Copy)]
pub enum Contact<'a> {
    /// `*`: all bindings, in a REGISTER that removes them.
    All,
    /// An address.
    Address(NameAddr<'a>),
}

impl Message {
    /// All contacts, in order.
    pub fn contacts(&self) -> impl Iterator<Item = Result<Contact<'_>, MalformedHeader>> {
        self.list(Name::Contact).map(|value| match value {
            b"*" => Ok(Contact::All),
            address => NameAddr::parse(Name::Contact, address).map(Contact::Address),
        })
    }

    /// The addresses of a header such as Route, Record-Route or P-Asserted-Identity, in order.
    pub fn addresses(
        &self,
        name: Name,
    ) -> impl Iterator<Item = Result<NameAddr<'_>, MalformedHeader>> {
        self.list(name)
            .map(move |value| NameAddr::parse(name, value))
    }
}
