//! Every sample and every byte against the decision values of ITU-T G.711, tables 1 and 2.

use super::*;

/// Positive output levels of a law on the 16-bit scale and the code words that stand for them,
/// built as the tables of the recommendation are: segments of 16 steps, each twice as wide.
fn recommended(law: Law) -> Vec<(i32, u8)> {
    let mut levels = Vec::new();
    for segment in 0..8_i32 {
        for step in 0..16_i32 {
            let code = (segment * 16 + step) as u8;
            let (level, byte) = match law {
                // 14-bit: levels 0, 2, 4 … 30, then 33·2^s + 2^(s+1)·step - 33.
                Law::Mu => {
                    let level = (33 << segment) + (step << (segment + 1)) - 33;
                    (level * 4, !code)
                }
                // 13-bit: levels 1, 3 … 31 twice, then the width doubles.
                Law::A => {
                    let width = 1 << segment.max(1);
                    let base = if segment == 0 { 0 } else { 16 * width };
                    let level = base + step * width + width / 2;
                    (level * 8, (code | 0x80) ^ 0x55)
                }
            };
            levels.push((level, byte));
        }
    }
    levels
}

#[test]
fn every_byte_decodes_to_the_recommended_level() {
    for law in [Law::Mu, Law::A] {
        for (level, byte) in recommended(law) {
            assert_eq!(i32::from(law.decode(byte)), level, "{law:?} {byte:#x}");
            assert_eq!(
                i32::from(law.decode(byte ^ 0x80)),
                -level,
                "{law:?} {byte:#x}"
            );
        }
    }
}

/// The number of the level whose decision interval holds a magnitude of the law's own scale.
fn recommended_number(law: Law, magnitude: i32) -> usize {
    let lower_bounds = (0..128).map(|number| {
        let (segment, step) = (number / 16, number % 16);
        match law {
            Law::Mu if number == 0 => 0,
            Law::Mu => (33 << segment) + (step << (segment + 1)) - 33 - (1 << segment),
            Law::A if segment == 0 => step * 2,
            Law::A => (16 + step) << segment,
        }
    });
    lower_bounds.take_while(|&bound| bound <= magnitude).count() - 1
}

#[test]
fn every_sample_encodes_by_the_recommended_decision_values() {
    for (law, dropped_bits) in [(Law::Mu, 2), (Law::A, 3)] {
        let levels = recommended(law);
        for sample in i16::MIN..=i16::MAX {
            let wide = i32::from(sample);
            let magnitude = if wide < 0 { -wide - 1 } else { wide } >> dropped_bits;
            let positive = levels[recommended_number(law, magnitude)].1;
            let expected = if wide < 0 { positive ^ 0x80 } else { positive };
            assert_eq!(law.encode(sample), expected, "{law:?} {sample}");
        }
    }
}

#[test]
fn encoding_is_monotonic() {
    for law in [Law::Mu, Law::A] {
        let mut before = i16::MIN;
        for sample in i16::MIN..=i16::MAX {
            let decoded = law.decode(law.encode(sample));
            assert!(decoded >= before, "{law:?} {sample}");
            before = decoded;
        }
    }
}

#[test]
fn every_byte_but_negative_zero_survives_decoding_and_encoding() {
    for law in [Law::Mu, Law::A] {
        for byte in 0..=255_u8 {
            let back = law.encode(law.decode(byte));
            let is_negative_zero = law == Law::Mu && byte == 0x7F;
            assert_eq!(back == byte, !is_negative_zero, "{law:?} {byte:#x}");
        }
    }
}

#[test]
fn table_transcoding_is_decoding_and_encoding() {
    for (from, to) in [(Law::Mu, Law::A), (Law::A, Law::Mu)] {
        for byte in 0..=255_u8 {
            let expected = to.encode(from.decode(byte));
            assert_eq!(from.to_other()[usize::from(byte)], expected);
        }
    }
}
