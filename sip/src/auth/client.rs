//! Answering a challenge (RFC 7616 §3.4).

use super::{
    Algorithm, MalformedCredentials, PasswordHashes,
    credentials::digest_fields,
    digest::{Derivation, Proof, Protection, Quality},
};
use crate::message::split_list;

/// What a server wants to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'a> {
    realm: &'a str,
    nonce: &'a str,
    opaque: Option<&'a str>,
    algorithm: Algorithm,
    has_auth: bool,
    is_stale: bool,
}

/// What a client puts in.
#[derive(Clone, Copy)]
pub struct Claim<'a> {
    /// The user name of the digest.
    pub user: &'a str,
    /// The hashes of the user's password for the challenge's realm.
    pub hashes: &'a PasswordHashes,
    /// The method of the request.
    pub method: &'a str,
    /// The Request-URI, byte for byte.
    pub uri: &'a str,
    /// A fresh random token.
    pub client_nonce: &'a str,
    /// How often this nonce has been used, from 1.
    pub count: u32,
}

impl<'a> Challenge<'a> {
    /// Reads the value of a WWW-Authenticate or Proxy-Authenticate header.
    ///
    /// # Errors
    /// If it is malformed, or wants an algorithm or a protection that this stack does not know.
    pub fn parse(value: &'a [u8]) -> Result<Self, MalformedCredentials> {
        Self::read(value).ok_or(MalformedCredentials)
    }

    fn read(value: &'a [u8]) -> Option<Self> {
        let (mut realm, mut nonce, mut opaque) = (None, None, None);
        let mut algorithm = Algorithm::Md5;
        let mut qop = None;
        let mut is_stale = false;
        for field in digest_fields(value)? {
            let (name, bytes) = field?;
            // What is quoted here goes into a header of ours, which no text may break out of.
            let text = str::from_utf8(bytes)
                .ok()
                .filter(|text| !text.contains(char::is_control))?;
            match name.to_ascii_lowercase().as_slice() {
                b"realm" => realm = Some(text),
                b"nonce" => nonce = Some(text),
                b"opaque" => opaque = Some(text),
                b"algorithm" => algorithm = Algorithm::from_token(bytes)?,
                b"qop" => qop = Some(bytes),
                b"stale" => is_stale = text.eq_ignore_ascii_case("true"),
                _ => {}
            }
        }
        let has_auth = qop.is_some_and(|list| {
            split_list(list).any(|protection| protection.eq_ignore_ascii_case(b"auth"))
        });
        if qop.is_some() && !has_auth {
            return None;
        }
        Some(Self {
            realm: realm?,
            nonce: nonce?,
            opaque,
            algorithm,
            has_auth,
            is_stale,
        })
    }

    /// Whose password is wanted.
    pub const fn realm(&self) -> &'a str {
        self.realm
    }

    /// The server's nonce.
    pub const fn nonce(&self) -> &'a str {
        self.nonce
    }

    /// How the answer is hashed.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether the password was right and only the nonce too old.
    pub const fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// The value of the Authorization header that answers this challenge.
    pub fn answer(&self, claim: &Claim<'_>) -> String {
        let count = format!("{:08x}", claim.count);
        let protection = Protection {
            count: count.as_bytes(),
            client_nonce: claim.client_nonce.as_bytes(),
            quality: Quality::Auth,
        };
        let proof = Proof {
            algorithm: self.algorithm,
            method: claim.method.as_bytes(),
            uri: claim.uri.as_bytes(),
            nonce: self.nonce.as_bytes(),
            protection: self.has_auth.then_some(protection),
            derivation: Derivation::Plain,
        };
        let protection = self
            .has_auth
            .then(|| format!(", qop=auth, nc={count}, cnonce=\"{}\"", claim.client_nonce));
        let opaque = self.opaque.map(|opaque| format!(", opaque=\"{opaque}\""));
        format!(
            "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{}\", algorithm={}{}{}",
            claim.user,
            self.realm,
            self.nonce,
            claim.uri,
            proof.response(claim.hashes),
            self.algorithm.token(),
            protection.unwrap_or_default(),
            opaque.unwrap_or_default(),
        )
    }
}
