//! Host names and addresses as a trunk's settings give them.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use thiserror::Error;

/// A DNS name in lower case (RFC 1123 §2.1), or an IP address; IPv6 without brackets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(String);

/// Why a text is not a host.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HostError {
    /// Nothing was given.
    #[error("the host is empty")]
    Empty,
    /// More than 253 characters.
    #[error("the host is longer than 253 characters")]
    TooLong,
    /// A part between dots that is empty, too long, or has a hyphen at its edge.
    #[error(
        "{0:?} cannot be a part of a host name; it takes 1 to 63 letters, digits and hyphens, no hyphen at either end"
    )]
    Label(String),
    /// Digits and dots that are no IPv4 address.
    #[error("{0:?} is not an IPv4 address")]
    Address(String),
}

impl Host {
    /// Longest name accepted, in characters (RFC 1035 §2.3.4).
    pub const LONGEST: usize = 253;
    /// Longest part between dots.
    const LABEL_LONGEST: usize = 63;

    /// Reads a host; brackets around an IPv6 address and a dot at the end of a name are dropped.
    ///
    /// # Errors
    /// [`HostError`] names what is wrong.
    pub fn parse(text: &str) -> Result<Self, HostError> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(HostError::Empty);
        }
        if text.chars().count() > Self::LONGEST {
            return Err(HostError::TooLong);
        }
        let bare = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(text);
        if let Ok(address) = bare.parse::<Ipv6Addr>() {
            return Ok(Self(address.to_string()));
        }
        if let Some(wrong) = text.split('.').find(|label| !is_label(label)) {
            return Err(HostError::Label(wrong.to_owned()));
        }
        let numeric = text.chars().all(|c| c.is_ascii_digit() || c == '.');
        if numeric && text.parse::<IpAddr>().is_err() {
            return Err(HostError::Address(text.to_owned()));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The name or address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address, if it is one and no name.
    pub fn address(&self) -> Option<IpAddr> {
        self.0.parse().ok()
    }
}

/// An underscore is no letter of a host name, but names with one are in use.
fn is_label(text: &str) -> bool {
    (1..=Host::LABEL_LONGEST).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && !text.starts_with('-')
        && !text.ends_with('-')
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Host {
    type Err = HostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        Self(address.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_hosts() {
        for (given, kept) in [
            ("SIP.Carrier.example", "sip.carrier.example"),
            ("sip.carrier.example.", "sip.carrier.example"),
            ("192.0.2.7", "192.0.2.7"),
            ("[2001:DB8::7]", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
            ("gw_1", "gw_1"),
        ] {
            assert_eq!(Host::parse(given).unwrap().as_str(), kept);
        }
        assert!(Host::parse("[::1]").unwrap().address().is_some());
        assert!(Host::parse("carrier.example").unwrap().address().is_none());
    }

    #[test]
    fn a_wrong_host_says_what_is_wrong() {
        assert_eq!(Host::parse(""), Err(HostError::Empty));
        assert_eq!(
            Host::parse("192.0.2.999"),
            Err(HostError::Address("192.0.2.999".to_owned()))
        );
        assert_eq!(
            Host::parse("sip:carrier.example"),
            Err(HostError::Label("sip:carrier".to_owned()))
        );
        assert_eq!(Host::parse("a..b"), Err(HostError::Label(String::new())));
        assert_eq!(
            Host::parse("x\r\ny"),
            Err(HostError::Label("x\r\ny".to_owned()))
        );
        assert_eq!(Host::parse(&"a".repeat(254)), Err(HostError::TooLong));
    }
}
