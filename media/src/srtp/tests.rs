//! The vectors of the standards, and what a context owes to its peer.

use proptest::prelude::*;

use super::session::{Place, Session};
use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(char::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
        .collect()
}

fn key_of_rfc_3711() -> MasterKey {
    let key = bytes("E1F97A0D3E018BE0D64FA32C06DE4139");
    let salt = bytes("0EC675AD498AFEEBB6960B3AABE6");
    MasterKey::new(Suite::AesCm128HmacSha1_80, &key, &salt).unwrap()
}

fn master(suite: Suite, seed: u8) -> MasterKey {
    let key: Vec<u8> = (0..suite.key_bytes() as u8).map(|i| i ^ seed).collect();
    let salt: Vec<u8> = (0..suite.salt_bytes() as u8).map(|i| i + seed).collect();
    MasterKey::new(suite, &key, &salt).unwrap()
}

fn packet(suite: Suite, sequence: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 7];
    packet[2..4].copy_from_slice(&sequence.to_be_bytes());
    packet.extend_from_slice(payload);
    packet.resize(packet.len() + suite.tag_bytes(), 0);
    packet
}

#[test]
fn the_keystream_is_that_of_rfc_3711_appendix_b_2() {
    let key = bytes("2B7E151628AED2A6ABF7158809CF4F3C");
    let session = Session::with_counter_keys(&key, &bytes("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"));
    let mut stream = vec![0; 48];
    let place = Place { ssrc: 0, index: 0 };
    session.seal(place, (&mut stream, 0), [0; 4]);
    let expected = "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB \
        41E95B3BB0A2E8DD477901E4FCA894C0";
    assert_eq!(stream, bytes(expected));
}

#[test]
fn session_keys_are_those_of_rfc_3711_appendix_b_3() {
    let (mut key, mut salt, mut authentication) = ([0; 16], [0; 14], [0; 94]);
    let suite = Suite::AesCm128HmacSha1_80;
    for (label, output) in [(0, &mut key[..]), (2, &mut salt), (1, &mut authentication)] {
        session::expand(suite, &key_of_rfc_3711(), label, output);
    }
    assert_eq!(key[..], bytes("C61E7A93744F39EE10734AFE3FF7A087"));
    assert_eq!(salt[..], bytes("30CBBC08863D8C85D49DB34A9AE1"));
    let expected = "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCE \
        E049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC25 \
        6D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2";
    assert_eq!(authentication[..], bytes(expected));
}

#[test]
fn a_packet_is_protected_as_by_libsrtp() {
    let mut packet = bytes("800f1234decafbadcafebabe abababababababababababababababab");
    packet.resize(packet.len() + 10, 0);
    let mut sending = Outgoing::new(Suite::AesCm128HmacSha1_80, &key_of_rfc_3711(), 0x1234);
    sending.protect(&mut packet).unwrap();
    let expected = "800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb";
    assert_eq!(packet, bytes(expected));
}

#[test]
fn packets_are_those_of_rfc_7714_section_16() {
    let clear = "8040f17b8041f8d35501a0b2 47616c6c696120657374206f6d6e6973206469766973612069\
        6e207061727465732074726573";
    let place = Place {
        ssrc: 0x5501_a0b2,
        index: 0xf17b,
    };
    for (suite, expected) in [
        (
            Suite::AeadAes128Gcm,
            "8040f17b8041f8d35501a0b2 f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7\
             d19b36de3adf8833 899d7f27beb16a9152cf765ee4390cce",
        ),
        (
            Suite::AeadAes256Gcm,
            "8040f17b8041f8d35501a0b2 32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ff\
             ae0f1ba63799b87b 7aa3db36dfffd6b0f9bb7878d7a76c13",
        ),
    ] {
        let key: Vec<u8> = (0..suite.key_bytes() as u8).collect();
        let session = Session::with_gcm_keys(suite, &key, b"Quid pro quo");
        let mut packet = bytes(clear);
        let tag = session.seal(place, (&mut packet, 12), [0; 4]);
        packet.extend_from_slice(&tag[..16]);
        assert_eq!(packet, bytes(expected), "{suite:?}");
    }
}

#[test]
fn reports_are_those_of_rfc_7714_section_17() {
    let suite = Suite::AeadAes128Gcm;
    let key: Vec<u8> = (0..16).collect();
    let session = Session::with_gcm_keys(suite, &key, b"Quid pro quo");
    let mut report = bytes(
        "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 \
         deadbeef deadbeef deadbeef deadbeef deadbeef",
    );
    let place = Place {
        ssrc: 0x4d61_7273,
        index: 0x5d4,
    };
    let tag = session.seal_report(place, &mut report, [0x80, 0, 0x05, 0xd4]);
    report.extend_from_slice(&tag[..16]);
    let expected = "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda\
        4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade";
    assert_eq!(report, bytes(expected));
}

#[test]
fn sequence_numbers_that_wrap_carry_on_in_the_rollover_counter() {
    for suite in Suite::ALL {
        let mut sending = Outgoing::new(suite, &master(suite, 1), 65_000);
        let mut receiving = Incoming::new(suite, &master(suite, 1));
        for step in 0..2_000_u32 {
            sending.checkpoint();
            let mut sent = packet(suite, 65_000_u16.wrapping_add(step as u16), b"word");
            sending.protect(&mut sent).unwrap();
            let length = receiving.unprotect(&mut sent).unwrap();
            assert_eq!(&sent[12..length], b"word", "{suite:?} {step}");
        }
        assert_eq!(receiving.stream().unwrap().index >> 16, 1);
    }
}

#[test]
fn a_number_is_never_used_twice_and_never_beyond_the_checkpoint() {
    let suite = Suite::AeadAes128Gcm;
    let mut sending = Outgoing::new(suite, &master(suite, 1), 10);
    sending.protect(&mut packet(suite, 10, b"a")).unwrap();
    sending.checkpoint();
    let again = sending.protect(&mut packet(suite, 10, b"b"));
    assert_eq!(again, Err(SrtpError::Replayed));
    let far = sending.protect(&mut packet(suite, 10 + 513, b"c"));
    assert_eq!(far, Err(SrtpError::UsedUp));
    sending.protect(&mut packet(suite, 10 + 512, b"d")).unwrap();
}

#[test]
fn a_process_that_follows_uses_numbers_that_none_before_it_could_use() {
    let suite = Suite::AesCm128HmacSha1_80;
    let mut first = Outgoing::new(suite, &master(suite, 1), 65_500);
    first.protect(&mut packet(suite, 65_500, b"a")).unwrap();
    let kept = first.checkpoint();
    let mut last = 0;
    for step in 1..2_000_u16 {
        let sequence = 65_500_u16.wrapping_add(step);
        if first.protect(&mut packet(suite, sequence, b"a")).is_ok() {
            last = step;
        }
    }
    let mut second = Outgoing::resumed(suite, &master(suite, 1), kept);
    assert_eq!(second.next_sequence(), 65_500_u16.wrapping_add(last + 1));
    let mut receiving = Incoming::new(suite, &master(suite, 1));
    let mut before = packet(suite, 65_499, b"a");
    Outgoing::new(suite, &master(suite, 1), 65_499)
        .protect(&mut before)
        .unwrap();
    receiving.unprotect(&mut before).unwrap();
    let mut sent = packet(suite, second.next_sequence(), b"b");
    second.protect(&mut sent).unwrap();
    receiving.unprotect(&mut sent).unwrap();
    assert_eq!(receiving.stream().unwrap().index >> 16, 1);
}

#[test]
fn a_process_that_follows_hears_a_peer_whose_numbers_have_wrapped() {
    let suite = Suite::AesCm128HmacSha1_32;
    let mut sending = Outgoing::new(suite, &master(suite, 1), 0);
    let mut first = Incoming::new(suite, &master(suite, 1));
    let mut send = |sequence: u32| {
        let mut sent = packet(suite, sequence as u16, b"a");
        sending.checkpoint();
        sending.protect(&mut sent).unwrap();
        sent
    };
    for sequence in 0..140_000 {
        first.unprotect(&mut send(sequence)).unwrap();
    }
    let mut known = Incoming::resumed(suite, &master(suite, 1), first.stream());
    known.unprotect(&mut send(140_020)).unwrap();
    let mut guessing = Incoming::resumed(suite, &master(suite, 1), None);
    guessing.unprotect(&mut send(140_021)).unwrap();
    let mut fresh = Incoming::new(suite, &master(suite, 1));
    let lost = fresh.unprotect(&mut send(140_022));
    assert_eq!(lost, Err(SrtpError::NotAuthentic));
}

#[test]
fn a_peer_with_another_key_may_go_on_counting_or_begin_anew() {
    let suite = Suite::AeadAes256Gcm;
    for begins_at in [65_540_u32, 3] {
        let mut sending = Outgoing::new(suite, &master(suite, 1), 65_000);
        let mut receiving = Incoming::new(suite, &master(suite, 1));
        for sequence in 65_000..65_540_u32 {
            sending.checkpoint();
            let mut sent = packet(suite, sequence as u16, b"a");
            sending.protect(&mut sent).unwrap();
            receiving.unprotect(&mut sent).unwrap();
        }
        let mut other = Outgoing::resumed(
            suite,
            &master(suite, 2),
            Sent {
                index: u64::from(begins_at).saturating_sub(513),
                report: 0,
            },
        );
        let sequence = other.next_sequence();
        let mut sent = packet(suite, sequence, b"b");
        other.protect(&mut sent).unwrap();
        receiving = receiving.rekeyed(suite, &master(suite, 2));
        receiving.unprotect(&mut sent).unwrap();
    }
}

#[test]
fn streams_beyond_the_fourth_displace_the_one_longest_unheard() {
    let suite = Suite::AesCm128HmacSha1_80;
    let mut receiving = Incoming::new(suite, &master(suite, 1));
    for ssrc in 0..100_u32 {
        let mut sent = packet(suite, 1, b"a");
        sent[8..12].copy_from_slice(&ssrc.to_be_bytes());
        let mut sending = Outgoing::new(suite, &master(suite, 1), 1);
        sending.protect(&mut sent).unwrap();
        receiving.unprotect(&mut sent.clone()).unwrap();
        assert_eq!(receiving.unprotect(&mut sent), Err(SrtpError::Replayed));
        assert_eq!(receiving.stream().unwrap().ssrc, ssrc);
    }
}

#[test]
fn reports_survive_the_way_and_are_taken_once() {
    for suite in Suite::ALL {
        let mut sending = Outgoing::new(suite, &master(suite, 3), 1);
        let mut receiving = Incoming::new(suite, &master(suite, 3));
        let mut media = packet(suite, 1, b"a");
        sending.protect(&mut media).unwrap();
        receiving.unprotect(&mut media).unwrap();
        let plain = bytes("80c90001 00000007 0102030405060708");
        let mut report = plain.clone();
        report.resize(plain.len() + suite.rtcp_bytes(), 0);
        sending.protect_report(&mut report).unwrap();
        assert_ne!(report[8..16], plain[8..]);
        let mut repeated = report.clone();
        let length = receiving.unprotect_report(&mut report).unwrap();
        assert_eq!(report[..length], plain);
        let again = receiving.unprotect_report(&mut repeated);
        assert_eq!(again, Err(SrtpError::Replayed), "{suite:?}");
    }
}

proptest! {
    #[test]
    fn what_arrives_in_any_order_is_read_once_and_nothing_forged_is(
        suite in 0..4_usize,
        first: u16,
        order in proptest::collection::vec(0..100_u16, 1..200),
        flipped in 0..400_usize,
    ) {
        let suite = Suite::ALL[suite];
        let mut sending = Outgoing::new(suite, &master(suite, 9), first);
        let mut receiving = Incoming::new(suite, &master(suite, 9));
        let mut sent = Vec::new();
        for step in 0..100_u16 {
            let mut one = packet(suite, first.wrapping_add(step), &[step as u8; 30]);
            sending.protect(&mut one).unwrap();
            sent.push(one);
        }
        receiving.unprotect(&mut sent[0].clone()).unwrap();
        let mut heard = std::collections::HashSet::from([0]);
        for step in order {
            let mut one = sent[usize::from(step)].clone();
            let mut forged = one.clone();
            let bit = flipped % (forged.len() * 8);
            forged[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(receiving.unprotect(&mut forged).is_err());
            match receiving.unprotect(&mut one) {
                Ok(length) => {
                    prop_assert!(heard.insert(step));
                    prop_assert_eq!(&one[12..length], &[step as u8; 30]);
                }
                Err(error) => {
                    prop_assert_eq!(error, SrtpError::Replayed);
                    prop_assert!(heard.contains(&step));
                }
            }
        }
    }

    #[test]
    fn no_bytes_disturb_a_context(
        suite in 0..4_usize,
        mut bytes in proptest::collection::vec(any::<u8>(), 0..1_600),
    ) {
        let suite = Suite::ALL[suite];
        let mut receiving = Incoming::new(suite, &master(suite, 9));
        let before = bytes.clone();
        prop_assert!(receiving.unprotect(&mut bytes).is_err());
        prop_assert!(receiving.unprotect_report(&mut bytes).is_err());
        prop_assert_eq!(before, bytes.clone());
        let _ = Outgoing::new(suite, &master(suite, 9), 0).protect(&mut bytes);
        let _ = Outgoing::new(suite, &master(suite, 9), 0).protect_report(&mut bytes);
    }
}
