//! Opus as the peer asks for it, with as much redundancy as the peer's reports call for.

use media::codec::{Codec, Decoder, FRAME_MAX, Wishes};
use media::{Order, Terms};
use rtcp_types::{ReceiverReport, ReportBlock, RtcpPacketWriterExt};

use crate::world::{Path, World, line, phone, terms, tone};

const ASKING: Wishes = Wishes {
    playback_hertz: 48_000,
    bits_max: None,
    redundancy: true,
};

/// Syllables of a gliding voice, whose next 20 ms cannot be guessed well.
fn speech(n: u64) -> i16 {
    let seconds = n as f64 / 8_000.0;
    let syllable = (seconds * 4.5 * std::f64::consts::PI).sin().powi(2);
    let glide = 140.0 * seconds + 6.0 * (seconds * 11.0).sin();
    let harmonics = (1..=12).map(|k| {
        let formant = 1.0 / (1.0 + (f64::from(k) * 140.0 / 500.0 - 1.0).powi(2));
        formant * (std::f64::consts::TAU * glide * f64::from(k)).sin()
    });
    (harmonics.sum::<f64>() * syllable * 3_000.0) as i16
}

fn report(fraction_lost: u8) -> Vec<u8> {
    let block = ReportBlock::builder(line(1).ssrc).fraction_lost(fraction_lost);
    let report = ReceiverReport::builder(7).add_report_block(block);
    let mut bytes = vec![0; 64];
    let length = report.write_into(&mut bytes).expect("room");
    bytes.truncate(length);
    bytes
}

/// What a peer by Opus that asks for this and loses so much is sent of what a telephone says.
fn sent_to(wishes: Wishes, fraction_lost: u8) -> Vec<Vec<u8>> {
    let mut world = World::new(1);
    let a = world.join(Codec::Pcmu, speech);
    let b = world.join(Codec::Opus, tone(500.0));
    world.order(Order::Retarget {
        leg: b,
        terms: Terms {
            wishes,
            ..terms(phone(1), Codec::Opus)
        },
    });
    world.order(Order::Bridge { a, b });
    world.run_ms(1_000);
    for _ in 0..10 {
        world.send(b, phone(1), &report(fraction_lost), Path::default());
        world.run_ms(100);
    }
    world.parties[1].heard.clear();
    world.run_ms(20_000);
    let heard = world.parties[1].heard.iter();
    heard.map(|heard| heard.payload.clone()).collect()
}

/// What is heard when every tenth packet is lost.
fn heard(packets: &[Vec<u8>], loses: bool) -> Vec<i16> {
    let mut decoder = Decoder::new(Codec::Opus).expect("is decoded");
    let mut heard = Vec::new();
    let mut pcm = [0; FRAME_MAX];
    for (n, packet) in packets.iter().enumerate() {
        match packets.get(n + 1) {
            Some(next) if loses && n % 10 == 7 => decoder.recover(next, &mut pcm),
            _ => decoder.decode(packet, &mut pcm),
        };
        heard.extend_from_slice(&pcm);
    }
    heard
}

/// Signal to error in dB of the frames that were lost.
fn fidelity(packets: &[Vec<u8>]) -> f64 {
    let (whole, covered) = (heard(packets, false), heard(packets, true));
    let frames = whole.chunks(FRAME_MAX).zip(covered.chunks(FRAME_MAX));
    let (mut signal, mut error) = (0.0, 1.0);
    for (clean, covered) in frames.skip(7).step_by(10) {
        for (&clean, &covered) in clean.iter().zip(covered) {
            signal += f64::from(clean).powi(2);
            error += (f64::from(clean) - f64::from(covered)).powi(2);
        }
    }
    10.0 * (signal / error).log10()
}

fn bytes(packets: &[Vec<u8>]) -> usize {
    packets.iter().map(Vec::len).sum()
}

#[test]
fn a_tenth_lost_is_covered_better_once_the_peer_has_said_so() {
    let unsaid = fidelity(&sent_to(ASKING, 0));
    let said = fidelity(&sent_to(ASKING, 26));
    assert!(said > unsaid + 3.0, "{said} {unsaid}");
}

#[test]
fn a_peer_that_does_not_ask_for_redundancy_gets_none() {
    let plain = Wishes::default();
    assert!(sent_to(plain, 0) == sent_to(plain, 26), "packets differ");
}

#[test]
fn a_peer_is_sent_no_more_bits_than_it_takes() {
    let slow = Wishes {
        bits_max: Some(9_000),
        ..Wishes::default()
    };
    let (all, few) = (sent_to(Wishes::default(), 0), sent_to(slow, 0));
    let rate = bytes(&few) * 8 / 20;
    assert!(rate < 10_500, "{rate}");
    assert!(bytes(&few) < bytes(&all));
}

/// The bandwidth that a packet says it has (RFC 6716 §3.1): 0 narrow, 2 wide.
fn bandwidth(packet: &[u8]) -> u8 {
    match packet[0] >> 3 {
        config @ 0..=11 => config / 4,
        _ => 3,
    }
}

#[test]
fn a_peer_that_plays_8_khz_is_sent_no_more() {
    for (playback_hertz, most) in [(8_000, 0), (48_000, 2)] {
        let mut world = World::new(2);
        let a = world.join(Codec::G722, tone(500.0));
        let b = world.join(Codec::Opus, tone(700.0));
        let wishes = Wishes {
            playback_hertz,
            ..Wishes::default()
        };
        world.order(Order::Retarget {
            leg: b,
            terms: Terms {
                wishes,
                ..terms(phone(1), Codec::Opus)
            },
        });
        world.order(Order::Bridge { a, b });
        world.run_ms(1_000);
        world.parties[1].heard.clear();
        world.run_ms(1_000);
        let widest = world.parties[1]
            .heard
            .iter()
            .map(|it| bandwidth(&it.payload));
        assert_eq!(widest.max(), Some(most), "{playback_hertz}");
    }
}
