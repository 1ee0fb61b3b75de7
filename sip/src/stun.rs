//! STUN Binding on the SIP port: phones behind NAT keep their path open with it and learn their
//! public address (RFC 5389, RFC 5626 §4.4.2).
//!
//! ```text
//! 0        2        4            8                20
//! │ type   │ length │ 2112A442   │ transaction    │ attributes: type, length, value, padding
//! ```

use std::net::{IpAddr, SocketAddr};

use bytes::{BufMut, Bytes, BytesMut};

const HEADER_BYTES: usize = 20;
const COOKIE: u32 = 0x2112_A442;

/// Longest request that is looked at; a keep-alive has next to no attributes.
const REQUEST_BYTES: usize = 256;

const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const BINDING_ERROR: u16 = 0x0111;

const ERROR_CODE: u16 = 0x0009;
const UNKNOWN_ATTRIBUTES: u16 = 0x000A;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const FINGERPRINT: u16 = 0x8028;

/// Attributes that must be understood and are: those of authentication, which is not asked for.
const UNDERSTOOD: [u16; 5] = [0x0001, 0x0006, 0x0008, 0x0014, 0x0015];

/// Attributes below this must be understood.
const OPTIONAL_FROM: u16 = 0x8000;

/// Most attributes that an error names.
const NAMED: usize = 4;

/// What a datagram is as STUN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// No STUN message.
    Other,
    /// STUN that gets no answer: an indication, a response, or damaged.
    Silent,
    /// A Binding request and the answer to it.
    Answer(Bytes),
}

/// Reads a datagram that came from an address.
pub(crate) fn read(data: &[u8], source: SocketAddr) -> Reading {
    let Some(header) = data.first_chunk::<HEADER_BYTES>() else {
        return Reading::Other;
    };
    if data[0] & 0xC0 != 0 || number(&header[4..8]) != COOKIE {
        return Reading::Other;
    }
    let length = usize::from(short(&header[2..4]));
    let is_whole = length + HEADER_BYTES == data.len() && length.is_multiple_of(4);
    if !is_whole || data.len() > REQUEST_BYTES || short(&header[..2]) != BINDING_REQUEST {
        return Reading::Silent;
    }
    match attributes(data) {
        Some(found) => Reading::Answer(answer(header, source, &found)),
        None => Reading::Silent,
    }
}

/// What of a request's attributes matters for its answer.
#[derive(Default)]
struct Found {
    unknown: Vec<u16>,
    fingerprint: bool,
}

/// None if an attribute is cut off or the fingerprint is wrong.
fn attributes(data: &[u8]) -> Option<Found> {
    let mut found = Found::default();
    let mut at = HEADER_BYTES;
    while at < data.len() {
        let head = data.get(at..at + 4)?;
        let (kind, length) = (short(&head[..2]), usize::from(short(&head[2..])));
        let value = data.get(at + 4..at + 4 + length)?;
        if kind == FINGERPRINT {
            let is_last = at + 8 == data.len();
            if !is_last || length != 4 || number(value) != fingerprint(&data[..at]) {
                return None;
            }
            found.fingerprint = true;
        } else if kind < OPTIONAL_FROM && !UNDERSTOOD.contains(&kind) && found.unknown.len() < NAMED
        {
            found.unknown.push(kind);
        }
        at += 4 + length.next_multiple_of(4);
    }
    Some(found)
}

fn answer(request: &[u8; HEADER_BYTES], source: SocketAddr, found: &Found) -> Bytes {
    let mut attributes = BytesMut::new();
    let kind = if found.unknown.is_empty() {
        put_address(&mut attributes, source, request);
        BINDING_SUCCESS
    } else {
        put_unknown(&mut attributes, &found.unknown);
        BINDING_ERROR
    };
    let fingerprint_bytes = if found.fingerprint { 8 } else { 0 };
    let mut out = BytesMut::with_capacity(HEADER_BYTES + attributes.len() + fingerprint_bytes);
    out.put_u16(kind);
    out.put_u16(u16::try_from(attributes.len() + fingerprint_bytes).unwrap_or(u16::MAX));
    out.put_slice(&request[4..]);
    out.put_slice(&attributes);
    if found.fingerprint {
        let check = fingerprint(&out);
        out.put_u16(FINGERPRINT);
        out.put_u16(4);
        out.put_u32(check);
    }
    out.freeze()
}

fn put_address(out: &mut BytesMut, source: SocketAddr, request: &[u8; HEADER_BYTES]) {
    let mut address = [0; 16];
    let (family, octets) = match source.ip().to_canonical() {
        IpAddr::V4(ip) => {
            address[..4].copy_from_slice(&ip.octets());
            (1, 4)
        }
        IpAddr::V6(ip) => {
            address = ip.octets();
            (2, 16)
        }
    };
    out.put_u16(XOR_MAPPED_ADDRESS);
    out.put_u16(4 + u16::from(family == 2) * 12 + 4);
    out.put_u8(0);
    out.put_u8(family);
    out.put_u16(source.port() ^ short(&request[4..6]));
    for (octet, key) in address[..octets].iter().zip(&request[4..]) {
        out.put_u8(octet ^ key);
    }
}

/// 420 with the attributes that are not understood.
fn put_unknown(out: &mut BytesMut, unknown: &[u16]) {
    out.put_u16(ERROR_CODE);
    out.put_u16(4);
    out.put_slice(&[0, 0, 4, 20]);
    let length = unknown.len() * 2;
    out.put_u16(UNKNOWN_ATTRIBUTES);
    out.put_u16(u16::try_from(length).unwrap_or(0));
    for kind in unknown {
        out.put_u16(*kind);
    }
    out.put_bytes(0, length.next_multiple_of(4) - length);
}

/// CRC-32 of ISO 3309 over what comes before the attribute, and `STUN` over it (§15.5).
fn fingerprint(data: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in data {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc ^ 0x5354_554E
}

fn short(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[0], bytes[1]])
}

fn number(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The request and the IPv4 and IPv6 responses of RFC 5769 share this transaction.
    const TRANSACTION: [u8; 12] = [
        0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
    ];

    fn request(attributes: &[u8]) -> Vec<u8> {
        let mut data = vec![0, 1, 0, u8::try_from(attributes.len()).unwrap()];
        data.extend(COOKIE.to_be_bytes());
        data.extend(TRANSACTION);
        data.extend(attributes);
        data
    }

    fn signed(attributes: &[u8]) -> Vec<u8> {
        let mut data = request(attributes);
        data[3] += 8;
        let check = fingerprint(&data);
        data.extend([0x80, 0x28, 0, 4]);
        data.extend(check.to_be_bytes());
        data
    }

    fn answered(data: &[u8], source: &str) -> Bytes {
        match read(data, source.parse().unwrap()) {
            Reading::Answer(answer) => answer,
            other @ (Reading::Other | Reading::Silent) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_phone_learns_its_address_as_in_rfc_5769() {
        let answer = answered(&request(&[]), "192.0.2.1:32853");
        let mapped = [0, 0x20, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43];
        assert_eq!(answer[..4], [1, 1, 0, 12]);
        assert_eq!(answer[8..20], TRANSACTION);
        assert_eq!(answer[20..], mapped);

        let answer = answered(
            &request(&[]),
            "[2001:db8:1234:5678:11:2233:4455:6677]:32853",
        );
        let mapped = [
            0, 0x20, 0, 20, 0, 2, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc,
            0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9,
        ];
        assert_eq!(answer[20..], mapped);
    }

    #[test]
    fn a_fingerprint_is_checked_and_returned() {
        assert_eq!(fingerprint(b"123456789"), 0xCBF4_3926 ^ 0x5354_554E);
        let data = signed(&[]);
        let answer = answered(&data, "192.0.2.1:32853");
        let (front, check) = answer.split_at(answer.len() - 4);
        assert_eq!(number(check), fingerprint(&front[..front.len() - 4]));
        assert_eq!(answer[3], 20);

        let mut damaged = data;
        *damaged.last_mut().unwrap() ^= 1;
        let reading = read(&damaged, "192.0.2.1:5060".parse().unwrap());
        assert_eq!(reading, Reading::Silent);
    }

    #[test]
    fn what_must_be_understood_and_is_not_is_named() {
        let answer = answered(&request(&[0x00, 0x25, 0, 0]), "192.0.2.1:5060");
        assert_eq!(answer[..2], [1, 0x11]);
        assert_eq!(answer[24..28], [0, 0, 4, 20]);
        assert_eq!(answer[28..34], [0, 10, 0, 2, 0, 0x25]);
    }

    #[test]
    fn no_answer_is_larger_than_three_requests() {
        let unknown: Vec<u8> = (0x25..0x60_u8).flat_map(|kind| [0, kind, 0, 0]).collect();
        let requests = [
            request(&[]),
            signed(&[]),
            request(&unknown[..4]),
            request(&unknown),
        ];
        for data in requests {
            for source in ["192.0.2.1:5060", "[2001:db8::1]:5060"] {
                assert!(answered(&data, source).len() <= 3 * data.len());
            }
        }
    }

    #[test]
    fn anything_else_is_no_stun_or_gets_no_answer() {
        let source = "192.0.2.1:5060".parse().unwrap();
        assert_eq!(
            read(b"OPTIONS sip:a@example.com SIP/2.0\r\n", source),
            Reading::Other
        );
        assert_eq!(read(b"\r\n\r\n", source), Reading::Other);
        let mut indication = request(&[]);
        indication[1] = 0x11;
        assert_eq!(read(&indication, source), Reading::Silent);
        assert_eq!(
            read(&request(&[0, 6, 0, 9]), source),
            Reading::Silent,
            "cut off"
        );
        assert_eq!(read(&request(&[0; 240]), source), Reading::Silent, "long");
    }
}
