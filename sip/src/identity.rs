//! Who calls, and by which way the call came: P-Asserted-Identity, P-Preferred-Identity and Privacy
//! (RFC 3325, RFC 3323), Remote-Party-ID, Diversion (RFC 5806), History-Info (RFC 7044, RFC 7544).
//!
//! All of these are claims of whoever sent the message. [`Incoming`](crate::Incoming) has them only
//! from a sender that is trusted to make them.

mod diversion;

pub use diversion::{Cause, Diversion, DiversionReason, HistoryEntry};

use serde::{Deserialize, Serialize};

use crate::message::{Message, Name, NameAddr, quote};
use crate::uri::{escape_user, is_number, number_of};

/// The host of a From that names nobody (RFC 3323 §4.1.1.3).
pub(crate) const ANONYMOUS_HOST: &str = "anonymous.invalid";

/// The From of a caller who wants to stay unknown, but for its tag.
pub(crate) const ANONYMOUS: &str = "\"Anonymous\" <sip:anonymous@anonymous.invalid>";

/// A caller as a network names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerName {
    /// User part or telephone number.
    pub user: String,
    /// The name for people.
    pub display: Option<String>,
}

impl CallerName {
    /// Reads an address.
    pub fn of(address: &NameAddr<'_>) -> Self {
        Self {
            user: number_of(&address.uri()),
            display: Some(address.display_lossy()).filter(|display| !display.is_empty()),
        }
    }

    /// The value of a P-Asserted-Identity or P-Preferred-Identity header.
    pub fn value(&self, domain: &Domain<'_>) -> String {
        let display = self
            .display
            .as_deref()
            .map(|display| format!("{} ", quote(display)))
            .unwrap_or_default();
        format!("{display}<{}>", domain.address(&self.user))
    }
}

/// The host under which users are written, and whether numbers are marked as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Domain<'a> {
    /// Name, IPv4 address, or IPv6 address in brackets; with a port if need be.
    pub host: &'a str,
    /// Whether telephone numbers get `user=phone`.
    pub user_phone: bool,
}

impl Domain<'_> {
    /// The SIP URI of a user.
    pub fn address(&self, user: &str) -> String {
        let host = self.host;
        let kind = if self.user_phone && is_number(user) {
            ";user=phone"
        } else {
            ""
        };
        let user = escape_user(user);
        let at = if user.is_empty() { "" } else { "@" };
        format!("sip:{user}{at}{host}{kind}")
    }
}

impl Message {
    /// Who calls as the network asserts: a SIP address before a telephone number (RFC 3325 §9.1).
    pub fn asserted_identity(&self) -> Option<CallerName> {
        self.caller(Name::PAssertedIdentity)
    }

    /// As whom the caller wants to appear (RFC 3325 §9.2).
    pub fn preferred_identity(&self) -> Option<CallerName> {
        self.caller(Name::PPreferredIdentity)
    }

    fn caller(&self, name: Name) -> Option<CallerName> {
        let mut addresses = self.addresses(name).filter_map(Result::ok).take(2);
        let first = addresses.next()?;
        let better = addresses.find(|address| address.uri().host().is_some());
        let chosen = match first.uri().host() {
            Some(_) => first,
            None => better.unwrap_or(first),
        };
        Some(CallerName::of(&chosen))
    }

    /// The caller of a Remote-Party-ID, which old systems write for P-Asserted-Identity.
    pub fn remote_party(&self) -> Option<CallerName> {
        self.calling_party().map(|address| CallerName::of(&address))
    }

    fn calling_party(&self) -> Option<NameAddr<'_>> {
        self.addresses(Name::RemotePartyId)
            .filter_map(Result::ok)
            .find(|address| {
                let party = address.parameters().text("party");
                party.is_none_or(|party| party.eq_ignore_ascii_case("calling"))
            })
    }

    /// Whether the caller wants to stay unknown, by whichever header.
    pub fn wants_privacy(&self) -> bool {
        let asks = self
            .headers(Name::Privacy)
            .flat_map(|value| value.split(|byte| matches!(byte, b';' | b',')))
            .any(|kind| {
                let kind = kind.trim_ascii().to_ascii_lowercase();
                matches!(&kind[..], b"id" | b"user" | b"header")
            });
        let is_anonymous = self
            .from()
            .uri()
            .host()
            .is_some_and(|host| host.eq_ignore_ascii_case(ANONYMOUS_HOST));
        let hides_party = self.calling_party().is_some_and(|address| {
            let privacy = address.parameters().text("privacy").unwrap_or("off");
            !privacy.eq_ignore_ascii_case("off") && !privacy.eq_ignore_ascii_case("none")
        });
        asks || is_anonymous || hides_party
    }
}

#[cfg(test)]
mod tests;
