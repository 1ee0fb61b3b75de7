//! RTP packets (RFC 3550 §5): read by `rtp-rs`, written as twelve bytes over a copied payload.

pub(crate) mod sequence;

use rtp_rs::RtpReader;

/// Length of the headers that we write.
pub const HEADER_SIZE: usize = 12;
/// Longest payload that a G.711 sender has reason to send: 100 ms and some.
pub const PAYLOAD_MAX: usize = 1_024;

/// The fields of an RTP header that matter to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the payload is.
    pub payload_type: u8,
    /// Beginning of a talkspurt or of an event.
    pub marker: bool,
    /// Counts packets.
    pub sequence: u16,
    /// Instant of the first sample.
    pub timestamp: u32,
    /// Who sends.
    pub ssrc: u32,
}

impl Header {
    /// The twelve bytes, version 2, without padding, extension and contributing sources.
    #[inline]
    pub fn to_bytes(self) -> [u8; HEADER_SIZE] {
        let mut bytes = [0; HEADER_SIZE];
        bytes[0] = 0x80;
        bytes[1] = (u8::from(self.marker) << 7) | (self.payload_type & 0x7F);
        bytes[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.timestamp.to_be_bytes());
        bytes[8..12].copy_from_slice(&self.ssrc.to_be_bytes());
        bytes
    }
}

/// A media packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Its header.
    pub header: Header,
    /// What is between the header and the padding.
    pub payload: &'a [u8],
}

/// A datagram as seen by the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Datagram<'a> {
    /// Media.
    Rtp(Packet<'a>),
    /// A report that shares the port (RFC 5761 §4).
    Rtcp,
    /// Anything else.
    Malformed,
}

/// Reads a datagram.
#[inline]
pub fn parse(datagram: &[u8]) -> Datagram<'_> {
    if datagram.len() >= 8 && datagram[0] >> 6 == 2 && (192..=223).contains(&datagram[1]) {
        return Datagram::Rtcp;
    }
    let Ok(reader) = RtpReader::new(datagram) else {
        return Datagram::Malformed;
    };
    let payload = reader.payload();
    if payload.len() > PAYLOAD_MAX {
        return Datagram::Malformed;
    }
    let header = Header {
        payload_type: reader.payload_type(),
        marker: reader.mark(),
        sequence: reader.sequence_number().into(),
        timestamp: reader.timestamp(),
        ssrc: reader.ssrc(),
    };
    Datagram::Rtp(Packet { header, payload })
}

#[cfg(test)]
mod tests {
    use rtp_rs::RtpPacketBuilder;

    use super::*;

    #[test]
    fn a_written_header_reads_back_as_it_was() {
        let header = Header {
            payload_type: 101,
            marker: true,
            sequence: 65_535,
            timestamp: 0xDEAD_BEEF,
            ssrc: 7,
        };
        let mut bytes = header.to_bytes().to_vec();
        bytes.extend_from_slice(b"abc");
        let payload = b"abc";
        assert_eq!(parse(&bytes), Datagram::Rtp(Packet { header, payload }));
    }

    #[test]
    fn contributing_sources_extension_and_padding_are_not_payload() {
        let bytes = RtpPacketBuilder::new()
            .payload_type(0)
            .sequence(9.into())
            .add_csrc(1)
            .add_csrc(2)
            .extension(0xBEDE, &[1, 2, 3, 4])
            .padded(rtp_rs::Pad::round_to(8))
            .payload(b"voice")
            .build()
            .unwrap();
        let Datagram::Rtp(packet) = parse(&bytes) else {
            panic!("not read");
        };
        let read = (packet.header.sequence, packet.payload);
        assert_eq!(read, (9, b"voice".as_slice()));
    }

    #[test]
    fn reports_on_the_media_port_are_told_apart() {
        assert_eq!(parse(&[0x80, 200, 0, 1, 0, 0, 0, 1]), Datagram::Rtcp);
        assert_eq!(parse(&[0x80, 203, 0, 1, 0, 0, 0, 1]), Datagram::Rtcp);
    }

    #[test]
    fn what_is_not_rtp_is_malformed() {
        for bytes in [
            &b""[..],
            b"\x80",
            &[0; 12],
            b"\x00\x01STUN-like bytes",
            &[0x90; 12],
        ] {
            assert_eq!(parse(bytes), Datagram::Malformed, "{bytes:?}");
        }
    }
}
