//! Blocks of addresses in CIDR form (RFC 4632): from where a trunk's calls come.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use thiserror::Error;

/// A block of addresses in CIDR form, such as `127.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why a text is not a network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NetworkError {
    /// The part before the slash.
    #[error("{0:?} is not an IP address")]
    Address(String),
    /// The part after the slash.
    #[error("{0:?} is not a prefix length that fits the address")]
    Prefix(String),
}

impl Network {
    /// The address and the number of leading bits that count.
    pub const fn parts(self) -> (IpAddr, u8) {
        (self.address, self.prefix)
    }

    /// The block with the bits that do not count set to zero, so that equal blocks are equal.
    #[must_use]
    pub fn block(self) -> Self {
        let address = match self.address {
            IpAddr::V4(address) => {
                let mask = u32::MAX
                    .checked_shl(u32::from(32 - self.prefix))
                    .unwrap_or(0);
                IpAddr::V4((u32::from(address) & mask).into())
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX
                    .checked_shl(u32::from(128 - self.prefix))
                    .unwrap_or(0);
                IpAddr::V6((u128::from(address) & mask).into())
            }
        };
        Self {
            address,
            prefix: self.prefix,
        }
    }

    /// Whether `address` lies in the block; an IPv4-mapped IPv6 address counts as IPv4.
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(block), IpAddr::V4(asked)) => same_prefix(
                u32::from(block).into(),
                u32::from(asked).into(),
                32,
                self.prefix,
            ),
            (IpAddr::V6(block), IpAddr::V6(asked)) => {
                same_prefix(block.into(), asked.into(), 128, self.prefix)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn same_prefix(left: u128, right: u128, width: u8, prefix: u8) -> bool {
    let ignored = u32::from(width - prefix);
    left.checked_shr(ignored).unwrap_or(0) == right.checked_shr(ignored).unwrap_or(0)
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address
            .parse()
            .map_err(|_| NetworkError::Address(address.to_owned()))?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => width,
            Some(digits) => digits
                .parse()
                .ok()
                .filter(|bits| *bits <= width)
                .ok_or_else(|| NetworkError::Prefix(digits.to_owned()))?,
        };
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_exactly_its_block() {
        let loopback: Network = "127.0.0.0/8".parse().unwrap();

        assert!(loopback.contains("127.9.8.7".parse().unwrap()));
        assert!(loopback.contains("::ffff:127.0.0.1".parse().unwrap()));
        assert!(!loopback.contains("128.0.0.1".parse().unwrap()));
        assert!(!loopback.contains("::1".parse().unwrap()));
        assert!(
            "0.0.0.0/0"
                .parse::<Network>()
                .unwrap()
                .contains("9.9.9.9".parse().unwrap())
        );
    }

    #[test]
    fn blocks_that_differ_in_bits_that_do_not_count_are_equal() {
        let block = |text: &str| text.parse::<Network>().unwrap().block().to_string();

        assert_eq!(block("10.1.2.3/8"), "10.0.0.0/8");
        assert_eq!(block("10.1.2.3/0"), "0.0.0.0/0");
        assert_eq!(block("10.1.2.3"), "10.1.2.3/32");
        assert_eq!(block("2001:db8::7/32"), "2001:db8::/32");
    }

    #[test]
    fn a_wrong_network_says_which_part_is_wrong() {
        assert_eq!(
            "10.0.0.0/33".parse::<Network>(),
            Err(NetworkError::Prefix("33".to_owned()))
        );
        assert_eq!(
            "ten/8".parse::<Network>(),
            Err(NetworkError::Address("ten".to_owned()))
        );
    }
}
