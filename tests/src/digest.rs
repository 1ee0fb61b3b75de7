//! Digest credentials as a phone computes them (RFC 7616), independent of the server's.

use md5::{Digest as _, Md5};
use sha2::Sha256;

/// A hash that a challenge may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// Of old phones.
    Md5,
    /// RFC 8760.
    Sha256,
}

impl Hash {
    /// Its name in a challenge.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    fn hex(self, text: &str) -> String {
        let bytes = match self {
            Self::Md5 => Md5::digest(text).to_vec(),
            Self::Sha256 => Sha256::digest(text).to_vec(),
        };
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
        digits
            .filter_map(|digit| char::from_digit(digit.into(), 16))
            .collect()
    }
}

/// `user:realm:password` hashed, as an account keeps it.
pub fn ha1<const N: usize>(hash: Hash, user: &str, realm: &str, password: &str) -> [u8; N] {
    let text = format!("{user}:{realm}:{password}");
    let bytes = match hash {
        Hash::Md5 => Md5::digest(text).to_vec(),
        Hash::Sha256 => Sha256::digest(text).to_vec(),
    };
    bytes
        .try_into()
        .expect("the caller knows the hash's length")
}

/// The challenges of a 401 as the values of its WWW-Authenticate lines.
pub fn answer(
    challenges: &[String],
    hash: Hash,
    (user, password): (&str, &str),
    (method, uri): (&str, &str),
) -> Option<String> {
    let challenge = challenges
        .iter()
        .find(|challenge| parameter(challenge, "algorithm").unwrap_or("MD5") == hash.name())?;
    let realm = parameter(challenge, "realm")?;
    let nonce = parameter(challenge, "nonce")?;
    let (count, cnonce) = ("00000001", "0a4f113b");
    let ha1 = hash.hex(&format!("{user}:{realm}:{password}"));
    let ha2 = hash.hex(&format!("{method}:{uri}"));
    let response = hash.hex(&format!("{ha1}:{nonce}:{count}:{cnonce}:auth:{ha2}"));
    let opaque = parameter(challenge, "opaque")
        .map(|opaque| format!(", opaque=\"{opaque}\""))
        .unwrap_or_default();
    Some(format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
         response=\"{response}\", algorithm={}, cnonce=\"{cnonce}\", qop=auth, nc={count}{opaque}",
        hash.name()
    ))
}

fn parameter<'a>(challenge: &'a str, name: &str) -> Option<&'a str> {
    challenge
        .trim_start_matches("Digest ")
        .split(',')
        .filter_map(|part| part.trim().split_once('='))
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_comes_out() {
        // RFC 7616 §3.9.1 with SHA-256; its client nonce differs, so only HA1 is compared.
        let ha1: [u8; 32] = ha1(
            Hash::Sha256,
            "Mufasa",
            "http-auth@example.org",
            "Circle of Life",
        );

        assert_eq!(ha1[..4], [0x79, 0x87, 0xc6, 0x4c]);
    }
}
