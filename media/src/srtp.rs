//! Secure RTP (RFC 3711, RFC 7714): encrypts and decrypts packets where they lie.
//!
//! A direction of a leg is one context: [`Outgoing`] for what we send, [`Incoming`] for what the
//! peer sends. Both count packets by a 48-bit index, of which the wire shows the lower 16 bits. A
//! context lives as long as its key: a re-INVITE that keeps the key keeps the count.

mod incoming;
mod outgoing;
mod session;
mod window;

use std::fmt::{Debug, Formatter, Result as Written};

use serde::{Deserialize, Serialize};

pub use incoming::{Incoming, Stream};
pub use outgoing::{Outgoing, Sent};

/// Packets that one key may protect (RFC 3711 §9.2).
pub const PACKETS_MAX: u64 = 1 << 48;
/// Longest tag and trailer that protection adds to a packet.
pub const OVERHEAD_MAX: usize = 20;

/// What encrypts and authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Suite {
    /// AES in counter mode with HMAC-SHA1, tags of 80 bits.
    AesCm128HmacSha1_80,
    /// The same with tags of 32 bits, for RTP alone.
    AesCm128HmacSha1_32,
    /// AES-GCM with a key of 128 bits.
    AeadAes128Gcm,
    /// AES-GCM with a key of 256 bits.
    AeadAes256Gcm,
}

impl Suite {
    /// Every suite, strongest first.
    pub const ALL: [Self; 4] = [
        Self::AeadAes256Gcm,
        Self::AeadAes128Gcm,
        Self::AesCm128HmacSha1_80,
        Self::AesCm128HmacSha1_32,
    ];

    /// Its name in session descriptions (RFC 4568 §6.2, RFC 7714 §14.1).
    pub const fn name(self) -> &'static str {
        match self {
            Self::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
        }
    }

    /// The suite of a name in a session description.
    pub fn of_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|suite| suite.name().eq_ignore_ascii_case(name))
    }

    /// Bytes of a master key.
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 | Self::AeadAes128Gcm => 16,
            Self::AeadAes256Gcm => 32,
        }
    }

    /// Bytes of a master salt.
    pub const fn salt_bytes(self) -> usize {
        match self {
            Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 => 14,
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 12,
        }
    }

    /// Bytes that an RTP packet grows by.
    pub const fn tag_bytes(self) -> usize {
        match self {
            Self::AesCm128HmacSha1_80 => 10,
            Self::AesCm128HmacSha1_32 => 4,
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 16,
        }
    }

    /// Bytes that an RTCP packet grows by: the tag and the word with the index.
    pub const fn rtcp_bytes(self) -> usize {
        match self {
            Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 => 14,
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 20,
        }
    }
}

/// A master key with its salt. It is never shown.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MasterKey {
    key: [u8; 32],
    salt: [u8; 14],
}

impl MasterKey {
    /// A key of the length that `suite` asks for; nothing if `key` or `salt` has another.
    pub fn new(suite: Suite, key: &[u8], salt: &[u8]) -> Option<Self> {
        if key.len() != suite.key_bytes() || salt.len() != suite.salt_bytes() {
            return None;
        }
        let mut whole = Self {
            key: [0; 32],
            salt: [0; 14],
        };
        whole.key[..key.len()].copy_from_slice(key);
        whole.salt[..salt.len()].copy_from_slice(salt);
        Some(whole)
    }

    /// The key of a suite.
    pub fn key(&self, suite: Suite) -> &[u8] {
        &self.key[..suite.key_bytes()]
    }

    /// The salt of a suite.
    pub fn salt(&self, suite: Suite) -> &[u8] {
        &self.salt[..suite.salt_bytes()]
    }
}

impl Debug for MasterKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        f.write_str("MasterKey")
    }
}

/// The keys of both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// What encrypts.
    pub suite: Suite,
    /// Of what we send.
    pub ours: MasterKey,
    /// Of what the peer sends.
    pub theirs: MasterKey,
}

/// Why a packet is not let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SrtpError {
    /// Too short for a header and a tag.
    #[error("too short for a protected packet")]
    TooShort,
    /// The tag is not that of the packet.
    #[error("not authentic")]
    NotAuthentic,
    /// Its index was taken before, or is too old to tell.
    #[error("a repeated packet")]
    Replayed,
    /// The key has protected as many packets as it may.
    #[error("the key is used up")]
    UsedUp,
}

/// Length of an RTP header with its contributing sources and extension.
fn header_bytes(packet: &[u8]) -> Option<usize> {
    let first = *packet.first()?;
    let mut length = 12 + 4 * usize::from(first & 0x0F);
    if first & 0x10 != 0 {
        let words = packet.get(length + 2..length + 4)?;
        length += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    (first >> 6 == 2 && length <= packet.len()).then_some(length)
}

fn word(packet: &[u8], at: usize) -> Option<u32> {
    let bytes = packet.get(at..at + 4)?;
    Some(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

#[cfg(test)]
mod tests;
