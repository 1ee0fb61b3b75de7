//! The packets of a capture file are what an analyser expects.

use super::*;
use etherparse::{SlicedPacket, TransportSlice};
use model::Timestamp;

fn rung(transport: Transport, (local, remote): (&str, &str), message: &str) -> Rung {
    Rung {
        at: Timestamp::from_millis(1_700_000_000_123),
        leg: 0,
        direction: RungDirection::Received,
        transport,
        local: local.parse().unwrap(),
        remote: remote.parse().unwrap(),
        message: message.to_owned().into(),
    }
}

/// The packets of a file, cut by the lengths in front of them.
fn packets_of(file: &[u8]) -> Vec<&[u8]> {
    let mut rest = &file[24..];
    let mut packets = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        packets.push(&rest[16..16 + length]);
        rest = &rest[16 + length..];
    }
    packets
}

#[test]
fn a_datagram_is_one_packet_with_its_addresses_and_checksums() {
    let over_udp = rung(
        Transport::Udp,
        ("192.0.2.1:5060", "192.0.2.2:5080"),
        "OPTIONS x",
    );
    let file = of(&[over_udp]);

    assert_eq!(file[..4], 0xA1B2_C3D4_u32.to_le_bytes());
    let packet = SlicedPacket::from_ethernet(packets_of(&file)[0]).unwrap();
    let Some(TransportSlice::Udp(udp)) = packet.transport else {
        panic!("{packet:?}");
    };
    assert_eq!((udp.source_port(), udp.destination_port()), (5080, 5060));
    assert_eq!(udp.payload(), b"OPTIONS x");
    assert_ne!(udp.checksum(), 0);
}

#[test]
fn a_stream_is_numbered_through_and_long_messages_are_cut() {
    let addresses = ("[2001:db8::1]:5061", "[2001:db8::2]:40000");
    let long = "a".repeat(3_000);
    let mut answer = rung(Transport::Tls, addresses, "b");
    answer.direction = RungDirection::Sent;
    let file = of(&[rung(Transport::Tls, addresses, &long), answer]);

    let numbers: Vec<_> = packets_of(&file)
        .into_iter()
        .map(|packet| {
            let packet = SlicedPacket::from_ethernet(packet).unwrap();
            let Some(TransportSlice::Tcp(tcp)) = packet.transport else {
                panic!("{packet:?}");
            };
            (
                tcp.sequence_number(),
                tcp.acknowledgment_number(),
                tcp.payload().len(),
            )
        })
        .collect();

    assert_eq!(
        numbers,
        [
            (1, 1, 1_400),
            (1_401, 1, 1_400),
            (2_801, 1, 200),
            (1, 3_001, 1)
        ]
    );
}

#[test]
fn a_call_without_messages_is_an_empty_file() {
    assert_eq!(of(&[]).len(), 24);
}
