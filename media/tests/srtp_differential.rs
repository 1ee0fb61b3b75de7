//! Our SRTP against that of webrtc-rs: what one protects the other reads, byte for byte the same.

use media::srtp::{Incoming, MasterKey, Outgoing, Suite};
use proptest::prelude::*;
use rtc_srtp::context::Context;
use rtc_srtp::protection_profile::ProtectionProfile;

fn profile(suite: Suite) -> ProtectionProfile {
    match suite {
        Suite::AesCm128HmacSha1_80 => ProtectionProfile::Aes128CmHmacSha1_80,
        Suite::AesCm128HmacSha1_32 => ProtectionProfile::Aes128CmHmacSha1_32,
        Suite::AeadAes128Gcm => ProtectionProfile::AeadAes128Gcm,
        Suite::AeadAes256Gcm => ProtectionProfile::AeadAes256Gcm,
    }
}

fn theirs(suite: Suite, master: &MasterKey) -> Context {
    let provider = rtc_crypto::providers::RingProvider::new();
    let crypto = rtc_crypto::RTCCryptoProvider::crypto(&provider);
    let (key, salt) = (master.key(suite), master.salt(suite));
    Context::new(key, salt, profile(suite), None, None, crypto).expect("the suite's own lengths")
}

fn rtp(sequence: u16, sources: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80 | (sources & 3), 8, 0, 0, 0, 0, 0, 9, 0, 0, 0, 7];
    packet[2..4].copy_from_slice(&sequence.to_be_bytes());
    packet.resize(12 + 4 * usize::from(sources & 3), 5);
    if sources & 4 != 0 {
        packet[0] |= 0x10;
        packet.extend_from_slice(&[0xBE, 0xDE, 0, 1, 0x10, 0xAA, 0, 0]);
    }
    packet.extend_from_slice(payload);
    packet
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn both_protect_and_read_alike(
        suite in 0..4_usize,
        key: [u8; 32],
        salt: [u8; 14],
        first: u16,
        packets in proptest::collection::vec(
            (0..8_u8, proptest::collection::vec(any::<u8>(), 1..400)),
            1..40,
        ),
    ) {
        let suite = Suite::ALL[suite];
        let (key, salt) = (&key[..suite.key_bytes()], &salt[..suite.salt_bytes()]);
        let master = MasterKey::new(suite, key, salt).unwrap();
        let (mut sending, mut receiving) = (theirs(suite, &master), theirs(suite, &master));
        let mut ours = Outgoing::new(suite, &master, first);
        let mut incoming = Incoming::new(suite, &master);
        for (step, (sources, payload)) in (0..).zip(packets) {
            let plain = rtp(first.wrapping_add(step), sources, &payload);
            let sealed = sending.encrypt_rtp(&plain).unwrap();
            let mut packet = plain.clone();
            packet.resize(plain.len() + suite.tag_bytes(), 0);
            ours.protect(&mut packet).unwrap();
            prop_assert_eq!(&packet[..], &sealed[..]);
            prop_assert_eq!(&receiving.decrypt_rtp(&packet).unwrap()[..], &plain[..]);
            let length = incoming.unprotect(&mut packet).unwrap();
            prop_assert_eq!(&packet[..length], &plain[..]);

            let mut report = vec![0x80, 201, 0, 1, 0, 0, 0, 7];
            report.extend_from_slice(&payload[..payload.len() / 4 * 4]);
            let sealed = sending.encrypt_rtcp(&report).unwrap();
            let mut incoming_report = sealed.to_vec();
            let length = incoming.unprotect_report(&mut incoming_report).unwrap();
            prop_assert_eq!(&incoming_report[..length], &report[..]);
            let mut packet = report.clone();
            packet.resize(report.len() + suite.rtcp_bytes(), 0);
            ours.protect_report(&mut packet).unwrap();
            prop_assert_eq!(&receiving.decrypt_rtcp(&packet).unwrap()[..], &report[..]);
        }
    }
}
