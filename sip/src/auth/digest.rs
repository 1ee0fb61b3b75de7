//! The arithmetic of RFC 7616 §3.4.

use md5::Md5;
use sha2::{Digest, Sha256};

/// How hashes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// `SHA-256`.
    Sha256,
    /// `MD5`, for phones that know no better.
    Md5,
}

/// The hashes of `user:realm:password`, from which the password cannot be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PasswordHashes {
    /// With MD5.
    pub md5: [u8; 16],
    /// With SHA-256.
    pub sha256: [u8; 32],
}

impl PasswordHashes {
    /// Makes both hashes.
    pub fn new(user: &str, realm: &str, password: &str) -> Self {
        let secret = [user, realm, password].join(":");
        Self {
            md5: Md5::digest(&secret).into(),
            sha256: Sha256::digest(&secret).into(),
        }
    }

    fn hexadecimal(&self, algorithm: Algorithm) -> String {
        match algorithm {
            Algorithm::Sha256 => hexadecimal(&self.sha256),
            Algorithm::Md5 => hexadecimal(&self.md5),
        }
    }
}

impl std::fmt::Debug for PasswordHashes {
    /// Shows nothing: the hashes are as good as the password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PasswordHashes")
    }
}

impl Algorithm {
    /// The token in headers.
    pub const fn token(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Md5 => "MD5",
        }
    }

    /// Recognises a token, but not the `-sess` variants.
    pub fn from_token(token: &[u8]) -> Option<Self> {
        [Self::Sha256, Self::Md5]
            .into_iter()
            .find(|algorithm| token.eq_ignore_ascii_case(algorithm.token().as_bytes()))
    }

    fn hash(self, parts: &[&[u8]]) -> String {
        let text = parts.join(&b':');
        match self {
            Self::Sha256 => hexadecimal(&Sha256::digest(&text)),
            Self::Md5 => hexadecimal(&Md5::digest(&text)),
        }
    }
}

/// What a response is computed over; texts exactly as they stand in the header.
pub(super) struct Proof<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) method: &'a [u8],
    pub(super) uri: &'a [u8],
    pub(super) nonce: &'a [u8],
    /// None for a client of RFC 2069, which knows no `qop`.
    pub(super) protection: Option<Protection<'a>>,
    pub(super) derivation: Derivation,
}

/// What `qop` adds.
#[derive(Clone, Copy)]
pub(super) struct Protection<'a> {
    pub(super) count: &'a [u8],
    pub(super) client_nonce: &'a [u8],
    pub(super) quality: Quality<'a>,
}

/// What of a request is protected.
#[derive(Clone, Copy)]
pub(super) enum Quality<'a> {
    /// `auth`: the method and the URI.
    Auth,
    /// `auth-int`: the body too.
    AuthInt(&'a [u8]),
}

/// How the secret of a response is made from the password's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Derivation {
    Plain,
    /// The `-sess` algorithms: both nonces go into it (§3.4.2).
    Session,
}

impl Proof<'_> {
    /// The response in lower-case hexadecimal digits.
    pub(super) fn response(&self, hashes: &PasswordHashes) -> String {
        let hash = |parts: &[&[u8]]| self.algorithm.hash(parts);
        let mut secret = hashes.hexadecimal(self.algorithm);
        if let (Derivation::Session, Some(protection)) = (self.derivation, self.protection) {
            secret = hash(&[secret.as_bytes(), self.nonce, protection.client_nonce]);
        }
        let secret = secret.as_bytes();
        let Some(Protection {
            count,
            client_nonce,
            quality,
        }) = self.protection
        else {
            let request = hash(&[self.method, self.uri]);
            return hash(&[secret, self.nonce, request.as_bytes()]);
        };
        let (token, request): (&[u8], _) = match quality {
            Quality::Auth => (b"auth", hash(&[self.method, self.uri])),
            Quality::AuthInt(body) => {
                let body = hash(&[body]);
                let request = hash(&[self.method, self.uri, body.as_bytes()]);
                (b"auth-int", request)
            }
        };
        hash(&[
            secret,
            self.nonce,
            count,
            client_nonce,
            token,
            request.as_bytes(),
        ])
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}

pub(super) fn from_hexadecimal(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? << 4 | digit(*low)?).ok(),
            _ => None,
        })
        .collect()
}
