//! A ladder as a capture file: the classic libpcap format, with the packets that would have been
//! seen had somebody listened without encryption.
//!
//! What came over TLS or WebSocket lies in plain TCP, and our port is 5060 then: at the ports of
//! HTTP and of SIP over TLS analysers look for other protocols.

use call::{Rung, RungDirection, Transport};
use etherparse::PacketBuilder;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

/// Microseconds, in the byte order of this file.
const MAGIC: u32 = 0xA1B2_C3D4;
const VERSION: (u16, u16) = (2, 4);
const ETHERNET: u32 = 1;
/// Longest packet; a SIP message with its headers is never longer.
const SNAP_LENGTH: u32 = 0x0004_0000;
/// Bytes of a message in one TCP segment.
const SEGMENT: usize = 1_400;
/// Addresses of the two ends on the made-up Ethernet.
const OURS: [u8; 6] = [2, 0, 0, 0, 0, 1];
const THEIRS: [u8; 6] = [2, 0, 0, 0, 0, 2];
const HOPS: u8 = 64;
const WINDOW: u16 = 65_535;
const SIP_PORT: u16 = 5060;

/// The capture file of these messages.
pub(super) fn of(rungs: &[Rung]) -> Vec<u8> {
    let mut file = Vec::new();
    file.extend(MAGIC.to_le_bytes());
    file.extend(VERSION.0.to_le_bytes());
    file.extend(VERSION.1.to_le_bytes());
    // Time zone and accuracy are zero in every file.
    file.extend([0; 8]);
    file.extend(SNAP_LENGTH.to_le_bytes());
    file.extend(ETHERNET.to_le_bytes());
    let mut streams = Streams::default();
    for rung in rungs {
        for packet in packets(rung, &mut streams) {
            record(&mut file, rung, &packet);
        }
    }
    file
}

/// Bytes sent so far from the first address to the second.
type Streams = HashMap<(SocketAddr, SocketAddr), u32>;

fn record(file: &mut Vec<u8>, rung: &Rung, packet: &[u8]) {
    let millis = u64::try_from(rung.at.as_millis()).unwrap_or(0);
    let seconds = u32::try_from(millis / 1_000).unwrap_or(u32::MAX);
    let micros = u32::try_from(millis % 1_000).unwrap_or(0) * 1_000;
    let length = u32::try_from(packet.len()).unwrap_or(u32::MAX);
    for word in [seconds, micros, length, length] {
        file.extend(word.to_le_bytes());
    }
    file.extend(packet);
}

fn packets(rung: &Rung, streams: &mut Streams) -> Vec<Vec<u8>> {
    let mut local = rung.local;
    let datagrams = match rung.transport {
        Transport::Udp => true,
        Transport::Tcp => false,
        Transport::Tls | Transport::Ws | Transport::Wss => {
            local.set_port(SIP_PORT);
            false
        }
    };
    let ((from, from_mac), (to, to_mac)) = match rung.direction {
        RungDirection::Received => ((rung.remote, THEIRS), (local, OURS)),
        RungDirection::Sent => ((local, OURS), (rung.remote, THEIRS)),
    };
    let builder = || {
        let frame = PacketBuilder::ethernet2(from_mac, to_mac);
        match (from.ip().to_canonical(), to.ip().to_canonical()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => frame.ipv4(from.octets(), to.octets(), HOPS),
            (from, to) => frame.ipv6(wide(from), wide(to), HOPS),
        }
    };
    let mut packets = Vec::new();
    if datagrams {
        let step = builder().udp(from.port(), to.port());
        let mut packet = Vec::with_capacity(step.size(rung.message.len()));
        if step.write(&mut packet, &rung.message).is_ok() {
            packets.push(packet);
        }
        return packets;
    }
    for piece in rung.message.chunks(SEGMENT) {
        let acknowledged = streams.get(&(to, from)).copied().unwrap_or(1);
        let sent = streams.entry((from, to)).or_insert(1);
        let step = builder()
            .tcp(from.port(), to.port(), *sent, WINDOW)
            .ack(acknowledged)
            .psh();
        *sent = sent.wrapping_add(u32::try_from(piece.len()).unwrap_or(0));
        let mut packet = Vec::with_capacity(step.size(piece.len()));
        if step.write(&mut packet, piece).is_ok() {
            packets.push(packet);
        }
    }
    packets
}

fn wide(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

#[cfg(test)]
mod tests;
