//! As much of Ogg (RFC 3533) as carries Opus (RFC 7845) to and from its tools.

const SERIAL: u32 = 1;
/// Samples at 48 kHz in 20 ms.
const FRAME: u64 = 960;

/// An Opus file of packets of 20 ms.
pub(crate) fn written(packets: &[Vec<u8>]) -> Vec<u8> {
    let head = [
        b"OpusHead\x01\x01\0\0".as_slice(),
        &48_000_u32.to_le_bytes(),
        b"\0\0\0",
    ]
    .concat();
    let tags = b"OpusTags\x01\0\0\0x\0\0\0\0".to_vec();
    let mut file = page(&head, 0, 0, 2);
    file.extend(page(&tags, 1, 0, 0));
    for (n, packet) in packets.iter().enumerate() {
        let last = if n + 1 == packets.len() { 4 } else { 0 };
        file.extend(page(packet, n as u32 + 2, (n as u64 + 1) * FRAME, last));
    }
    file
}

/// The packets of a file, headers first.
pub(crate) fn packets(file: &[u8]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    let mut packet = Vec::new();
    let mut rest = file;
    while !rest.is_empty() {
        assert_eq!(&rest[..4], b"OggS");
        let segments = usize::from(rest[26]);
        let (lengths, mut body) = rest[27..].split_at(segments);
        for &length in lengths {
            let (piece, behind) = body.split_at(length.into());
            packet.extend_from_slice(piece);
            body = behind;
            if length < 255 {
                packets.push(std::mem::take(&mut packet));
            }
        }
        rest = body;
    }
    packets
}

fn page(packet: &[u8], sequence: u32, position: u64, flags: u8) -> Vec<u8> {
    let whole = packet.len() / 255;
    let mut page = [
        b"OggS\0".as_slice(),
        &[flags],
        &position.to_le_bytes(),
        &SERIAL.to_le_bytes(),
    ]
    .concat();
    page.extend(sequence.to_le_bytes());
    page.extend([0; 4]);
    page.push(whole as u8 + 1);
    page.extend(std::iter::repeat_n(255, whole));
    page.push((packet.len() % 255) as u8);
    page.extend_from_slice(packet);
    let sum = checksum(&page);
    page[22..26].copy_from_slice(&sum.to_le_bytes());
    page
}

fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0, |sum, &byte| {
        (0..8).fold(sum ^ (u32::from(byte) << 24), |sum: u32, _| {
            (sum << 1) ^ (0x04C1_1DB7 * (sum >> 31))
        })
    })
}
