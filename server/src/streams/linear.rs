//! Linear samples of 16 bits, low byte first, from µ-law and to it.

use media::Law;

pub(super) fn from_mu_law(audio: &[u8]) -> impl Iterator<Item = u8> {
    audio
        .iter()
        .flat_map(|&byte| Law::Mu.decode(byte).to_le_bytes())
}

pub(super) fn to_mu_law(bytes: &[u8]) -> Vec<u8> {
    let (samples, _) = bytes.as_chunks::<2>();
    samples
        .iter()
        .map(|&sample| Law::Mu.encode(i16::from_le_bytes(sample)))
        .collect()
}
