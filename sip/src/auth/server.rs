//! Challenging and checking (RFC 7616 §3.3, §3.4; RFC 8760 §2).
//!
//! A nonce is its time of issue, a serial number and a keyed hash of both, so nothing is kept for a
//! client until it has proved its password. Only then is its use count recorded.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::{
    Algorithm, Credentials, PasswordHashes,
    digest::{Derivation, Proof, Protection, Quality, from_hexadecimal, hexadecimal},
    window::{NonceCounts, NonceId},
};
use crate::limits;

/// What the algorithms with a derived secret end with.
const SESSION: &[u8] = b"-sess";

const SEAL_BYTES: usize = 16;
const NONCE_BYTES: usize = 12 + SEAL_BYTES;

/// Stands in for the hashes of a user that does not exist, so that the answer takes as long.
const NOBODY: PasswordHashes = PasswordHashes {
    md5: [0; 16],
    sha256: [0; 32],
};

/// The server side of digest for one realm.
#[derive(Debug)]
pub struct Authenticator {
    realm: String,
    key: Key,
    serial: u32,
    counts: NonceCounts,
}

struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Key")
    }
}

/// Why a challenge is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// The client has not proved anything yet.
    Unproved,
    /// The password was right, the nonce too old: the user need not be asked again.
    Stale,
}

/// One request that wants to be let in.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// What the client sent.
    pub credentials: &'a Credentials<'a>,
    /// The method of the request, byte for byte.
    pub method: &'a [u8],
    /// The body of the request, which `auth-int` protects.
    pub body: &'a [u8],
    /// The hashes of the user named by the credentials; none if there is no such user. The caller
    /// has compared that name with the address of record.
    pub hashes: Option<&'a PasswordHashes>,
}

/// What becomes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The client knows the password and this request has not been seen before.
    Accepted,
    /// The client knows the password; challenge it again with [`Freshness::Stale`].
    Stale,
    /// The client has not proved that it knows the password.
    Refused(Refusal),
}

/// Why an attempt is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The credentials are for another realm.
    Realm,
    /// The algorithm was not offered.
    Algorithm,
    /// The protection was not offered, or its count or client nonce is missing.
    Protection,
    /// Wrong password or no such user; nobody is told which.
    Response,
}

impl Authenticator {
    /// Guards a realm with a secret key; another key makes all earlier nonces stale.
    pub fn new(realm: impl Into<String>, key: [u8; 32]) -> Self {
        Self {
            realm: realm.into(),
            key: Key(key),
            serial: 0,
            counts: NonceCounts::default(),
        }
    }

    /// Whose users are checked.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The values of two challenge headers, the stronger algorithm in front (RFC 8760 §2.4).
    pub fn challenges(&mut self, now: Duration, freshness: Freshness) -> [String; 2] {
        self.serial = self.serial.wrapping_add(1);
        let nonce = self.nonce(NonceId {
            issued_ms: milliseconds(now),
            serial: self.serial,
        });
        let stale = match freshness {
            Freshness::Unproved => "",
            Freshness::Stale => ", stale=true",
        };
        let realm = crate::message::quote(&self.realm);
        [Algorithm::Sha256, Algorithm::Md5].map(|algorithm| {
            format!(
                "Digest realm={realm}, nonce=\"{nonce}\", algorithm={}, qop=\"auth\"{stale}",
                algorithm.token()
            )
        })
    }

    /// Checks the response, then the nonce, then the use count, which is recorded only for a right
    /// response.
    pub fn check(&mut self, now: Duration, attempt: &Attempt<'_>) -> Verdict {
        let credentials = attempt.credentials;
        if credentials.realm != self.realm.as_bytes() {
            return Verdict::Refused(Refusal::Realm);
        }
        let Some((algorithm, derivation)) = algorithm(credentials) else {
            return Verdict::Refused(Refusal::Algorithm);
        };
        let Some((protection, count)) = protection(credentials, attempt.body) else {
            return Verdict::Refused(Refusal::Protection);
        };
        if derivation == Derivation::Session && protection.is_none() {
            return Verdict::Refused(Refusal::Protection);
        }
        let proof = Proof {
            algorithm,
            method: attempt.method,
            uri: credentials.uri,
            nonce: credentials.nonce,
            protection,
            derivation,
        };
        let expected = proof.response(attempt.hashes.unwrap_or(&NOBODY));
        let given = credentials.response.to_ascii_lowercase();
        let is_right = expected.as_bytes().ct_eq(&given);
        if !bool::from(is_right) || attempt.hashes.is_none() {
            return Verdict::Refused(Refusal::Response);
        }
        let now_ms = milliseconds(now);
        let oldest_ms = now_ms.saturating_sub(milliseconds(limits::NONCE_LIFETIME));
        self.counts.expire(oldest_ms.saturating_sub(1));
        let nonce = self
            .opened(credentials.nonce)
            .filter(|nonce| (oldest_ms..=now_ms).contains(&nonce.issued_ms));
        match nonce {
            Some(nonce) if self.counts.record(nonce, count) => Verdict::Accepted,
            Some(_) | None => Verdict::Stale,
        }
    }

    fn nonce(&self, id: NonceId) -> String {
        let mut bytes = Vec::with_capacity(NONCE_BYTES);
        bytes.extend_from_slice(&id.issued_ms.to_be_bytes());
        bytes.extend_from_slice(&id.serial.to_be_bytes());
        let seal = self.seal(&bytes);
        bytes.extend_from_slice(&seal);
        hexadecimal(&bytes)
    }

    /// The id in a nonce that this key has sealed.
    fn opened(&self, nonce: &[u8]) -> Option<NonceId> {
        let bytes = from_hexadecimal(nonce)?;
        let (id, seal) = bytes.split_at_checked(NONCE_BYTES - SEAL_BYTES)?;
        if !bool::from(self.seal(id).ct_eq(seal)) {
            return None;
        }
        let (issued_ms, serial) = id.split_at_checked(8)?;
        Some(NonceId {
            issued_ms: u64::from_be_bytes(issued_ms.try_into().ok()?),
            serial: u32::from_be_bytes(serial.try_into().ok()?),
        })
    }

    fn seal(&self, id: &[u8]) -> [u8; SEAL_BYTES] {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key.0).expect("HMAC takes a key of any length");
        mac.update(self.realm.as_bytes());
        mac.update(b"\0");
        mac.update(id);
        let whole: [u8; 32] = mac.finalize().into_bytes().into();
        let mut seal = [0; SEAL_BYTES];
        seal.copy_from_slice(&whole[..SEAL_BYTES]);
        seal
    }
}

/// The algorithm of credentials; MD5 is meant if there is none.
fn algorithm(credentials: &Credentials<'_>) -> Option<(Algorithm, Derivation)> {
    let Some(token) = credentials.algorithm else {
        return Some((Algorithm::Md5, Derivation::Plain));
    };
    if let Some(algorithm) = Algorithm::from_token(token) {
        return Some((algorithm, Derivation::Plain));
    }
    let (base, suffix) = token.split_at_checked(token.len().checked_sub(SESSION.len())?)?;
    let is_session = suffix.eq_ignore_ascii_case(SESSION);
    let algorithm = Algorithm::from_token(base).filter(|_| is_session)?;
    Some((algorithm, Derivation::Session))
}

/// The protection and its use count. A client of RFC 2069 counts nothing, so each of its nonces is
/// good for one request.
fn protection<'a>(
    credentials: &Credentials<'a>,
    body: &'a [u8],
) -> Option<(Option<Protection<'a>>, u32)> {
    let Some(qop) = credentials.qop else {
        return Some((None, 1));
    };
    let quality = if qop.eq_ignore_ascii_case(b"auth") {
        Quality::Auth
    } else if qop.eq_ignore_ascii_case(b"auth-int") {
        Quality::AuthInt(body)
    } else {
        return None;
    };
    let count = credentials.count?;
    let client_nonce = credentials.client_nonce?;
    let digits = str::from_utf8(count)
        .ok()
        .filter(|text| !text.starts_with('+'))?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    let protection = Protection {
        count,
        client_nonce,
        quality,
    };
    Some((Some(protection), number))
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
