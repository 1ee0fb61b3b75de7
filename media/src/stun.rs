//! STUN messages as ICE uses them (RFC 8489): read where they lie, written into a small buffer.

use std::net::SocketAddr;

use hmac::{Hmac, KeyInit as _, Mac};
use sha1::Sha1;

const COOKIE: u32 = 0x2112_A442;
const HEADER: usize = 20;
const INTEGRITY_BYTES: usize = 20;
/// Attributes beyond this are no honest message.
const ATTRIBUTES_MAX: usize = 32;
/// The longest answer: an address of IPv6 or an error, integrity and fingerprint.
pub(crate) const ANSWER_MAX: usize = 128;

const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;

const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;
const ERROR_CODE: u16 = 0x0009;
const UNKNOWN_ATTRIBUTES: u16 = 0x000A;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const PRIORITY: u16 = 0x0024;
const USE_CANDIDATE: u16 = 0x0025;
const FINGERPRINT: u16 = 0x8028;
const ICE_CONTROLLED: u16 = 0x8029;
const FINGERPRINT_MIX: u32 = 0x5354_554E;

/// A Binding request (RFC 8445 §7.1).
#[derive(Debug)]
pub(crate) struct Request<'a> {
    bytes: &'a [u8],
    transaction: [u8; 12],
    pub(crate) username: Option<&'a [u8]>,
    /// Whether the peer takes this path for the media.
    pub(crate) nominates: bool,
    /// Whether the peer believes to be the controlled side, which is ours.
    pub(crate) is_controlled: bool,
    /// An attribute that must be understood and is not.
    pub(crate) unknown: Option<u16>,
    /// Where the integrity attribute begins.
    integrity: Option<usize>,
    fingerprint: Option<usize>,
}

/// Reads a Binding request; nothing for anything else.
pub(crate) fn parse(bytes: &[u8]) -> Option<Request<'_>> {
    let length = usize::from(u16_at(bytes, 2)?);
    if u16_at(bytes, 0)? != BINDING_REQUEST
        || u32_at(bytes, 4)? != COOKIE
        || length + HEADER != bytes.len()
        || !length.is_multiple_of(4)
    {
        return None;
    }
    let mut request = Request {
        bytes,
        transaction: bytes.get(8..HEADER)?.try_into().ok()?,
        username: None,
        nominates: false,
        is_controlled: false,
        unknown: None,
        integrity: None,
        fingerprint: None,
    };
    let mut at = HEADER;
    for _ in 0..ATTRIBUTES_MAX {
        if at == bytes.len() {
            return Some(request);
        }
        let kind = u16_at(bytes, at)?;
        let size = usize::from(u16_at(bytes, at + 2)?);
        let value = bytes.get(at + 4..at + 4 + size)?;
        request.note(at, kind, value);
        at += 4 + size.next_multiple_of(4);
    }
    None
}

impl<'a> Request<'a> {
    /// Only the fingerprint counts behind the integrity (RFC 8489 §14.5).
    fn note(&mut self, at: usize, kind: u16, value: &'a [u8]) {
        match kind {
            FINGERPRINT if value.len() == 4 => self.fingerprint = Some(at),
            _ if self.integrity.is_some() => {}
            USERNAME => self.username = Some(value),
            MESSAGE_INTEGRITY if value.len() == INTEGRITY_BYTES => self.integrity = Some(at),
            USE_CANDIDATE => self.nominates = true,
            ICE_CONTROLLED => self.is_controlled = true,
            PRIORITY | 0x8000.. => {}
            unknown => self.unknown = Some(unknown),
        }
    }

    /// Whether the sender knows the password, and nothing was changed on the way.
    pub(crate) fn is_authentic(&self, password: &[u8]) -> bool {
        let Some(at) = self.integrity else {
            return false;
        };
        let tag = &self.bytes[at + 4..at + 4 + INTEGRITY_BYTES];
        let mut mac = keyed(password);
        authenticate(&mut mac, &self.bytes[..at]);
        mac.verify_slice(tag).is_ok() && self.has_fingerprint()
    }

    fn has_fingerprint(&self) -> bool {
        self.fingerprint.is_some_and(|at| {
            at + 8 == self.bytes.len()
                && u32_at(self.bytes, at + 4) == Some(fingerprint(&self.bytes[..at]))
        })
    }

    /// Tells the sender the address that it is seen at.
    pub(crate) fn succeed<'b>(
        &self,
        seen: SocketAddr,
        password: &[u8],
        buffer: &'b mut [u8; ANSWER_MAX],
    ) -> &'b [u8] {
        let mut address = [0; 20];
        let port = seen.port() ^ (COOKIE >> 16) as u16;
        address[2..4].copy_from_slice(&port.to_be_bytes());
        let size = match seen {
            SocketAddr::V4(v4) => {
                address[1] = 1;
                let mixed = u32::from(*v4.ip()) ^ COOKIE;
                address[4..8].copy_from_slice(&mixed.to_be_bytes());
                8
            }
            SocketAddr::V6(v6) => {
                address[1] = 2;
                address[4..8].copy_from_slice(&COOKIE.to_be_bytes());
                address[8..20].copy_from_slice(&self.transaction);
                let octets = v6.ip().octets();
                for (byte, octet) in address[4..].iter_mut().zip(octets) {
                    *byte ^= octet;
                }
                20
            }
        };
        let mut answer = Answer::new(BINDING_SUCCESS, self.transaction, buffer);
        answer.push(XOR_MAPPED_ADDRESS, &address[..size]);
        answer.finish(password)
    }

    /// Refuses the request with 420 or 487.
    pub(crate) fn refuse<'b>(
        &self,
        code: u16,
        password: &[u8],
        buffer: &'b mut [u8; ANSWER_MAX],
    ) -> &'b [u8] {
        let mut answer = Answer::new(BINDING_ERROR, self.transaction, buffer);
        let value = [0, 0, (code / 100) as u8, (code % 100) as u8];
        answer.push(ERROR_CODE, &value);
        if let Some(unknown) = self.unknown {
            answer.push(UNKNOWN_ATTRIBUTES, &unknown.to_be_bytes());
        }
        answer.finish(password)
    }
}

struct Answer<'b> {
    buffer: &'b mut [u8; ANSWER_MAX],
    length: usize,
}

impl<'b> Answer<'b> {
    fn new(kind: u16, transaction: [u8; 12], buffer: &'b mut [u8; ANSWER_MAX]) -> Self {
        buffer[..2].copy_from_slice(&kind.to_be_bytes());
        buffer[4..8].copy_from_slice(&COOKIE.to_be_bytes());
        buffer[8..HEADER].copy_from_slice(&transaction);
        Self {
            buffer,
            length: HEADER,
        }
    }

    fn push(&mut self, kind: u16, value: &[u8]) {
        let (at, padded) = (self.length, value.len().next_multiple_of(4));
        self.buffer[at..at + 2].copy_from_slice(&kind.to_be_bytes());
        self.buffer[at + 2..at + 4].copy_from_slice(&(value.len() as u16).to_be_bytes());
        self.buffer[at + 4..at + 4 + padded].fill(0);
        self.buffer[at + 4..at + 4 + value.len()].copy_from_slice(value);
        self.length += 4 + padded;
        let size = (self.length - HEADER) as u16;
        self.buffer[2..4].copy_from_slice(&size.to_be_bytes());
    }

    fn finish(mut self, password: &[u8]) -> &'b [u8] {
        let mut mac = keyed(password);
        authenticate(&mut mac, &self.buffer[..self.length]);
        self.push(MESSAGE_INTEGRITY, &mac.finalize().into_bytes());
        let length = self.length + 8 - HEADER;
        self.buffer[2..4].copy_from_slice(&(length as u16).to_be_bytes());
        let print = fingerprint(&self.buffer[..self.length]);
        self.push(FINGERPRINT, &print.to_be_bytes());
        &self.buffer[..self.length]
    }
}

fn keyed(password: &[u8]) -> Hmac<Sha1> {
    Hmac::new_from_slice(password).expect("HMAC takes keys of any length")
}

/// The length in the header is that of a message which ends with the integrity (RFC 8489 §14.5).
fn authenticate(mac: &mut Hmac<Sha1>, before: &[u8]) {
    let length = (before.len() - HEADER + 4 + INTEGRITY_BYTES) as u16;
    mac.update(&before[..2]);
    mac.update(&length.to_be_bytes());
    mac.update(&before[4..]);
}

fn fingerprint(before: &[u8]) -> u32 {
    crc32fast::hash(before) ^ FINGERPRINT_MIX
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at + 2)?;
    Some(u16::from_be_bytes([pair[0], pair[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let word = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes([word[0], word[1], word[2], word[3]]))
}

#[cfg(test)]
pub(crate) mod tests;
