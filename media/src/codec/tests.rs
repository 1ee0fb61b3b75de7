//! Every codec against itself: what goes in comes out, and nothing odd harms.

use super::*;

fn voice(rate: Rate, count: usize) -> Vec<i16> {
    let step = 440.0 * std::f64::consts::TAU / f64::from(rate.hertz());
    let swell = |n: usize| 0.6 + 0.4 * (n as f64 * step / 170.0).sin();
    (0..count)
        .map(|n| ((n as f64 * step).sin() * swell(n) * 8_000.0) as i16)
        .collect()
}

/// Encodes and decodes; what the decoder gave.
fn through(codec: Codec, rate: Rate, seconds: usize) -> Vec<i16> {
    let mut encoder = Encoder::new(codec, rate).unwrap();
    let mut decoder = Decoder::new(codec).unwrap();
    let mut heard = Vec::new();
    let (mut bytes, mut pcm) = ([0; PACKET_BYTES_MAX], [0; PACKET_SAMPLES_MAX]);
    for frame in voice(encoder.rate(), seconds * encoder.rate().hertz() as usize)
        .chunks_exact(encoder.rate().frame())
    {
        let packet = encoder.encode(frame, &mut bytes);
        assert_eq!(codec.units(&bytes[..packet]), Some(160), "{codec:?}");
        let count = decoder.decode(&bytes[..packet], &mut pcm);
        assert_eq!(count, decoder.rate().frame(), "{codec:?}");
        heard.extend_from_slice(&pcm[..count]);
    }
    heard
}

/// The best correlation with the clean signal over delays of up to 30 ms.
fn likeness(heard: &[i16], clean: &[i16]) -> f64 {
    let correlation = |delay: usize| {
        let pairs = heard[3_200 + delay..].iter().zip(&clean[3_200..]);
        let (mut product, mut a_power, mut b_power) = (0.0, 1.0, 1.0);
        for (&a, &b) in pairs {
            let (a, b) = (f64::from(a), f64::from(b));
            product += a * b;
            a_power += a * a;
            b_power += b * b;
        }
        product / (a_power * b_power).sqrt()
    };
    (0..480).map(correlation).fold(0.0, f64::max)
}

#[test]
fn what_is_encoded_is_heard() {
    for (codec, rate) in [
        (Codec::Pcmu, Rate::Narrow),
        (Codec::Pcma, Rate::Narrow),
        (Codec::G722, Rate::Wide),
        (Codec::Opus, Rate::Narrow),
        (Codec::Opus, Rate::Wide),
    ] {
        let heard = through(codec, rate, 2);
        let clean = voice(codec.decoded_rate(), heard.len());
        let likeness = likeness(&heard, &clean);
        assert!(likeness > 0.97, "{codec:?} {rate:?}: {likeness}");
    }
}

#[test]
fn g729_is_neither_decoded_nor_encoded() {
    assert!(Decoder::new(Codec::G729).is_none());
    assert!(Encoder::new(Codec::G729, Rate::Narrow).is_none());
    assert_eq!(Codec::G729.units(&[0; 20]), Some(160));
}

#[test]
fn a_lost_opus_packet_is_found_in_the_one_behind_it() {
    let clean = voice(Rate::Wide, 32_000);
    let mut encoder = Encoder::new(Codec::Opus, Rate::Wide).unwrap();
    encoder.heed(&Wishes {
        redundancy: true,
        ..Wishes::default()
    });
    encoder.set_loss(20);
    let mut bytes = [0; PACKET_BYTES_MAX];
    let packets: Vec<Vec<u8>> = clean
        .chunks_exact(320)
        .map(|frame| {
            let length = encoder.encode(frame, &mut bytes);
            bytes[..length].to_vec()
        })
        .collect();
    let heard = |cover: fn(&mut Decoder, &[u8], &mut [i16]) -> usize, loses: bool| {
        let mut decoder = Decoder::new(Codec::Opus).unwrap();
        let mut heard = Vec::new();
        let mut pcm = [0; FRAME_MAX];
        for (n, packet) in packets.iter().enumerate() {
            let count = if loses && n % 5 == 4 && n + 1 < packets.len() {
                cover(&mut decoder, &packets[n + 1], &mut pcm)
            } else {
                decoder.decode(packet, &mut pcm)
            };
            assert_eq!(count, FRAME_MAX);
            heard.extend_from_slice(&pcm);
        }
        heard
    };
    let whole = heard(Decoder::recover, false);
    let recovered = likeness(&heard(Decoder::recover, true), &whole);
    let concealed = likeness(&heard(|decoder, _, pcm| decoder.conceal(pcm), true), &whole);
    assert!(
        recovered > 0.97 && recovered > concealed,
        "{recovered} {concealed}"
    );
}

#[test]
fn packets_of_other_lengths_than_20_ms_are_understood() {
    // Mono, wide-band SILK of 10, 40 and 60 ms; and one, two and three frames of 20 ms.
    assert_eq!(Codec::Opus.units(&[8 << 3]), Some(80));
    assert_eq!(Codec::Opus.units(&[10 << 3]), Some(320));
    assert_eq!(Codec::Opus.units(&[11 << 3]), Some(480));
    assert_eq!(Codec::Opus.units(&[9 << 3 | 1]), Some(320));
    assert_eq!(Codec::Opus.units(&[9 << 3 | 3, 3]), Some(480));
    for nonsense in [&[][..], &[9 << 3 | 3], &[11 << 3 | 3, 63], &[9 << 3 | 3, 0]] {
        assert_eq!(Codec::Opus.units(nonsense), None, "{nonsense:?}");
        let mut pcm = [0; PACKET_SAMPLES_MAX];
        assert_eq!(
            Decoder::new(Codec::Opus)
                .unwrap()
                .decode(nonsense, &mut pcm),
            0
        );
    }
}
