//! A datagram to a leg in the clear.

use media::rtp::{self, Datagram};

/// Reads the bytes; what is media lies within them.
pub fn run(data: &[u8]) {
    if let Datagram::Rtp(packet) = rtp::parse(data) {
        assert!(packet.payload.len() + rtp::HEADER_SIZE <= data.len());
    }
}
