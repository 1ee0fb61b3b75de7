//! Files of every kind are heard as they were recorded, and others refused by what is wrong.

use super::*;
use proptest::prelude::*;
use std::f64::consts::TAU;

/// Half a second of 1 kHz, stereo at 44.1 kHz, behind a tag.
const MP3: &[u8] = include_bytes!("tone.mp3");

/// A WAV file of a format, channels, rate and bits, with these bytes of samples.
fn file((tag, channels, rate, bits): (u16, u16, u32, u16), data: &[u8]) -> Vec<u8> {
    let frame = channels * bits / 8;
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
    file.extend_from_slice(&tag.to_le_bytes());
    file.extend_from_slice(&channels.to_le_bytes());
    file.extend_from_slice(&rate.to_le_bytes());
    file.extend_from_slice(&(rate * u32::from(frame)).to_le_bytes());
    file.extend_from_slice(&frame.to_le_bytes());
    file.extend_from_slice(&bits.to_le_bytes());
    file.extend_from_slice(b"LIST\x03\0\0\0abc\0data");
    file.extend_from_slice(&(data.len() as u32).to_le_bytes());
    file.extend_from_slice(data);
    file
}

/// Half a second of a tone, full scale being one.
fn tone(hertz: f64, rate: u32, loudness: f64) -> impl Iterator<Item = f64> {
    (0..rate / 2).map(move |at| (TAU * hertz * f64::from(at) / f64::from(rate)).sin() * loudness)
}

fn pcm16(hertz: f64, rate: u32, loudness: f64) -> Vec<u8> {
    let samples = tone(hertz, rate, loudness * 32_767.0);
    samples.flat_map(|it| (it as i16).to_le_bytes()).collect()
}

fn linear(mulaw: &[u8]) -> Vec<f64> {
    mulaw
        .iter()
        .map(|&it| f64::from(Law::Mu.decode(it)) / 32_768.0)
        .collect()
}

/// How loud a frequency is in a sound (Goertzel), as the amplitude of a tone.
fn loudness(mulaw: &[u8], hertz: f64) -> f64 {
    let samples = linear(mulaw);
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (at, sample) in samples.iter().enumerate() {
        let angle = TAU * hertz * at as f64 / f64::from(RATE);
        real += sample * angle.cos();
        imaginary += sample * angle.sin();
    }
    2.0 * f64::hypot(real, imaginary) / samples.len() as f64
}

fn assert_tone(file: &[u8], expected: f64) {
    let sound = read(file).unwrap();
    let heard = loudness(&sound, 1_000.0);
    assert!(
        (heard - expected).abs() < 0.02,
        "1 kHz at {heard}, not {expected}"
    );
    assert!(loudness(&sound, 1_700.0) < 0.01);
    let millis = length(sound.len()).as_millis();
    assert!((495..=560).contains(&millis), "{millis} ms");
}

#[test]
fn every_kind_of_sample_is_heard_at_its_loudness() {
    let rate = 16_000;
    let tone = || tone(1_000.0, rate, 0.5);
    let integer = |it: f64, full: f64| (it * full) as i32;
    let kinds: [((u16, u16), Vec<u8>); 8] = [
        (
            (1, 8),
            tone().map(|it| (it * 127.0 + 128.0) as u8).collect(),
        ),
        (
            (1, 16),
            tone()
                .flat_map(|it| (integer(it, 32_767.0) as i16).to_le_bytes())
                .collect(),
        ),
        (
            (1, 24),
            tone()
                .flat_map(|it| integer(it, 8_388_607.0).to_le_bytes()[..3].to_vec())
                .collect(),
        ),
        (
            (1, 32),
            tone()
                .flat_map(|it| integer(it, 2_147_483_647.0).to_le_bytes())
                .collect(),
        ),
        (
            (3, 32),
            tone().flat_map(|it| (it as f32).to_le_bytes()).collect(),
        ),
        ((3, 64), tone().flat_map(f64::to_le_bytes).collect()),
        (
            (6, 8),
            tone()
                .map(|it| Law::A.encode((it * 32_767.0) as i16))
                .collect(),
        ),
        (
            (7, 8),
            tone()
                .map(|it| Law::Mu.encode((it * 32_767.0) as i16))
                .collect(),
        ),
    ];
    for ((tag, bits), data) in kinds {
        assert_tone(&file((tag, 1, rate, bits), &data), 0.5);
    }
}

#[test]
fn samples_without_a_header_are_heard_alike() {
    let tone = || tone(1_000.0, 24_000, 0.5).map(|it| (it * 32_767.0) as i16);
    let companded = |law: Law| tone().map(|it| law.encode(it)).collect::<Vec<_>>();
    let pcm: Vec<u8> = tone().flat_map(i16::to_le_bytes).collect();
    for (raw, data) in [
        (Raw::Pcm, pcm),
        (Raw::Mulaw, companded(Law::Mu)),
        (Raw::Alaw, companded(Law::A)),
    ] {
        let sound = read_raw(raw, 24_000, &data).unwrap();
        let heard = loudness(&sound, 1_000.0);
        assert!((heard - 0.5).abs() < 0.02, "{raw:?}: {heard}");
        assert!((495..=560).contains(&length(sound.len()).as_millis()));
    }
    assert_eq!(read_raw(Raw::Pcm, 24_000, &[0]), Err(SoundError::Empty));
    assert_eq!(read_raw(Raw::Pcm, 1, &[0; 64]), Err(SoundError::Rate(1)));
}

#[test]
fn a_file_of_a_writer_that_did_not_know_its_length_ends_where_it_ends() {
    let mut file = file((1, 1, 8_000, 16), &pcm16(1_000.0, 8_000, 0.5));
    let length = file.windows(4).position(|it| it == b"data").unwrap() + 4;
    for unknown in [0x7fff_f000_u32, u32::MAX] {
        file[length..length + 4].copy_from_slice(&unknown.to_le_bytes());
        assert_tone(&file, 0.5);
    }
}

#[test]
fn every_rate_comes_down_to_telephony_without_aliases() {
    for rate in [
        4_000, 8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000,
    ] {
        assert_tone(&file((1, 1, rate, 16), &pcm16(1_000.0, rate, 0.5)), 0.5);
    }
    let high = read(&file((1, 1, 44_100, 16), &pcm16(7_000.0, 44_100, 0.9))).unwrap();
    let middle = &high[100..high.len() - 100];
    assert!(
        loudness(middle, 1_000.0) < 0.001,
        "7 kHz came back as 1 kHz"
    );
}

#[test]
fn both_channels_are_heard() {
    let left = pcm16(1_000.0, 8_000, 0.8);
    let stereo = |right: &[u8]| -> Vec<u8> {
        let frames = left.chunks(2).zip(right.chunks(2));
        frames
            .flat_map(|(left, right)| [left, right].concat())
            .collect()
    };
    assert_tone(&file((1, 2, 8_000, 16), &stereo(&left)), 0.8);
    assert_tone(&file((1, 2, 8_000, 16), &stereo(&vec![0; left.len()])), 0.4);
}

#[test]
fn peaks_beyond_full_scale_are_made_quieter_instead_of_cut() {
    let loud: Vec<u8> = tone(1_000.0, 48_000, 2.5)
        .flat_map(|it| (it as f32).to_le_bytes())
        .collect();
    let sound = read(&file((3, 1, 48_000, 32), &loud)).unwrap();
    assert!((loudness(&sound, 1_000.0) - 0.98).abs() < 0.02);
    assert!(
        loudness(&sound, 3_000.0) < 0.01,
        "a cut tone has a third harmonic"
    );
    let absurd: Vec<u8> = tone(1_000.0, 8_000, 5.0)
        .flat_map(|it| (it as f32).to_le_bytes())
        .collect();
    assert_eq!(
        read(&file((3, 1, 8_000, 32), &absurd)),
        Err(SoundError::TooLoud)
    );
}

#[test]
fn an_mp3_is_heard_with_its_tag_and_without() {
    assert_tone(MP3, 0.085);
    let bare = &MP3[72..];
    assert_eq!(bare[..2], [0xff, 0xfb]);
    assert_tone(bare, 0.085);
    assert_tone(&[MP3, b"TAG", &[0; 125]].concat(), 0.085);
}

#[test]
fn a_sound_reads_back_byte_for_byte() {
    let sound = read(&file((1, 1, 8_000, 16), &pcm16(440.0, 8_000, 0.7))).unwrap();
    assert_eq!(read(&wave(&sound)).unwrap(), sound);
    assert_eq!(
        read(&wave(&sound[1..])).unwrap(),
        sound[1..],
        "an odd length is padded"
    );
    let layout = crate::wav::parse(&wave(&sound)).unwrap();
    assert_eq!((layout.channels, layout.sample_rate), (1, RATE));
    assert_eq!(layout.data_bytes, Some(sound.len() as u64));
}

#[test]
fn a_header_that_was_never_closed_reads_to_the_end() {
    let mut open = file((1, 1, 8_000, 16), &pcm16(1_000.0, 8_000, 0.5));
    open[52..56].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_tone(&open, 0.5);
}

#[test]
fn what_cannot_be_played_is_refused_by_name() {
    let good = file((1, 1, 8_000, 16), &pcm16(1_000.0, 8_000, 0.5));
    let tone = pcm16(1_000.0, 8_000, 0.5);
    let damaged = |file: &[u8]| matches!(read(file), Err(SoundError::Damaged(_)));
    assert_eq!(read(b""), Err(SoundError::Empty));
    assert_eq!(read(b"OggS and so on"), Err(SoundError::UnknownFormat));
    assert_eq!(read(&MP3[..60]), Err(SoundError::UnknownFormat));
    assert_eq!(read(&file((1, 1, 8_000, 16), &[])), Err(SoundError::Empty));
    assert_eq!(
        read(&file((1, 1, 8_000, 16), &[0; 9_000])),
        Err(SoundError::Silent)
    );
    assert_eq!(
        read(&file((1, 6, 8_000, 16), &tone)),
        Err(SoundError::Channels(6))
    );
    assert_eq!(
        read(&file((1, 0, 8_000, 16), &tone)),
        Err(SoundError::Channels(0))
    );
    assert_eq!(
        read(&file((1, 1, 800, 16), &tone)),
        Err(SoundError::Rate(800))
    );
    let other = SoundError::OtherAudio { tag: 17, bits: 4 };
    assert_eq!(read(&file((17, 1, 8_000, 4), &tone)), Err(other));
    assert!(damaged(&good[..good.len() - 1]));
    assert!(damaged(&good[..40]));
    assert!(damaged(&good[..20]));
    let nothing = f32::NAN.to_le_bytes().repeat(800);
    assert!(damaged(&file((3, 1, 8_000, 32), &nothing)));
    let long = Law::Mu.encode(9_000);
    let minutes = vec![long; 8_000 * 60 * 10 + 4_100];
    assert_eq!(
        read(&file((7, 1, 8_000, 8), &minutes)),
        Err(SoundError::TooLong)
    );
    assert!(read(&file((7, 1, 8_000, 8), &minutes[4_100..])).is_ok());
}

#[test]
fn an_mp3_with_holes_is_damaged_or_heard_with_them_and_a_cut_one_is_heard_to_its_end() {
    let half = read(&MP3[..MP3.len() / 2]).unwrap();
    assert!(loudness(&half[800..], 1_000.0) > 0.07);
    let mut holes = MP3.to_vec();
    for byte in holes[700..].iter_mut().step_by(3) {
        *byte = 0x5a;
    }
    assert!(read(&holes).is_err() || !read(&holes).unwrap().is_empty());
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(
        head in prop::sample::select(vec![&b""[..], b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0", b"ID3\x03\0\0\0\0\0\x04", b"\xff\xfb\x50\0", b"\xff\xf3\x40\0"]),
        tail in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let _ = read(&[head, &tail].concat());
    }

    #[test]
    fn no_damage_makes_the_reader_panic(
        whole in prop::sample::select(vec![MP3.to_vec(), file((3, 2, 44_101, 32), &pcm16(900.0, 8_000, 0.3))]),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut damaged = whole.clone();
        for (place, byte) in damage {
            let place = place.index(damaged.len());
            damaged[place] = byte;
        }
        let _ = read(&damaged);
        let _ = read(&whole[..cut.index(whole.len())]);
    }
}
