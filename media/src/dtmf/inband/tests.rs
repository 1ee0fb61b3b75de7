//! What is a key and what is not, by Q.24's limits and by the voices that are shipped.

#![expect(clippy::cast_precision_loss, reason = "signals of tests are short")]

use super::*;
use crate::Law;
use crate::dtmf::tones::TonePair;

const ALL: &str = "1234567890*#ABCD";

fn heard(samples: &[i16]) -> String {
    let mut keys = String::new();
    let mut ear = Inband::new();
    ear.push(samples.iter().copied(), |press| keys.push(press.key));
    keys.extend(ear.release().map(|press| press.key));
    keys
}

/// Two tones of the given levels in dB below full scale, detuned by a share.
fn tones(key: char, ms: usize, (row_db, column_db): (f32, f32), detuned: f32) -> Vec<i16> {
    let row = KEYPAD.iter().position(|keys| keys.contains(&key)).unwrap();
    let column = KEYPAD[row].iter().position(|known| *known == key).unwrap();
    let level = |db: f32| 32_767.0 * 10.0_f32.powf(-db / 20.0);
    let angle = |hertz: f32, n: usize| {
        hertz * (1.0 + detuned) * std::f32::consts::TAU * n as f32 / SAMPLE_RATE
    };
    (0..ms * 8)
        .map(|n| {
            let sum = level(row_db) * angle(ROWS[row], n).sin()
                + level(column_db) * angle(COLUMNS[column], n).sin();
            sum.clamp(-32_767.0, 32_767.0) as i16
        })
        .collect()
}

fn sequence(ms: usize, pause_ms: usize, levels: (f32, f32), detuned: f32) -> Vec<i16> {
    ALL.chars()
        .flat_map(|key| {
            let mut signal = tones(key, ms, levels, detuned);
            signal.extend(std::iter::repeat_n(0, pause_ms * 8));
            signal
        })
        .collect()
}

#[test]
fn every_key_is_heard_at_the_shortest_press_and_pause_of_the_recommendation() {
    assert_eq!(heard(&sequence(40, 40, (13.0, 13.0), 0.0)), ALL);
    assert_eq!(heard(&sequence(100, 50, (25.0, 25.0), 0.0)), ALL);
}

#[test]
fn detuned_and_unequal_tones_are_heard_within_the_limits() {
    for detuned in [-0.015, 0.015] {
        assert_eq!(heard(&sequence(60, 50, (13.0, 13.0), detuned)), ALL);
    }
    assert_eq!(
        heard(&sequence(60, 50, (19.5, 13.0), 0.0)),
        ALL,
        "column +6.5 dB"
    );
    assert_eq!(
        heard(&sequence(60, 50, (13.0, 16.0), 0.0)),
        ALL,
        "row +3 dB"
    );
}

#[test]
fn keys_are_heard_through_the_line_s_own_coding_and_noise() {
    let mut state = 1_u32;
    let noisy: Vec<i16> = sequence(60, 50, (15.0, 13.0), 0.0)
        .into_iter()
        .map(|sample| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = ((state >> 16) as i16) / 40;
            Law::A.decode(Law::A.encode(sample.saturating_add(noise)))
        })
        .collect();
    assert_eq!(heard(&noisy), ALL);
}

#[test]
fn what_we_make_is_what_we_hear() {
    for key in ALL.chars() {
        let mut samples = [0; 800];
        TonePair::of(key).unwrap().fill(&mut samples);
        assert_eq!(heard(&samples), key.to_string());
    }
    assert!(TonePair::of('x').is_none());
}

#[test]
fn what_is_too_short_or_one_tone_alone_is_no_key() {
    assert_eq!(heard(&sequence(20, 60, (13.0, 13.0), 0.0)), "");
    assert_eq!(heard(&sequence(60, 50, (90.0, 10.0), 0.0)), "");
    assert_eq!(heard(&sequence(60, 50, (13.0, 13.0), 0.05)), "", "5 % off");
}

#[test]
fn a_press_is_as_long_as_it_was_held_and_interruptions_do_not_double_it() {
    let mut signal = tones('5', 400, (13.0, 13.0), 0.0);
    signal[1_500..1_560].fill(0);
    signal.extend([0; 800]);
    let mut presses = Vec::new();
    Inband::new().push(signal.into_iter(), |press| presses.push(press));
    let [press] = presses[..] else {
        panic!("{presses:?}");
    };
    assert_eq!(press.key, '5');
    let ms = press.duration.as_millis();
    assert!((370..=410).contains(&ms), "{ms}");
}

/// Talk-off: no word of the voices that are shipped, nor the music, is taken for a key.
#[test]
#[expect(clippy::disallowed_methods, reason = "the voices lie in files")]
fn no_voice_and_no_music_of_ours_is_a_key() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../prompts");
    let mut folders = vec![folder];
    let (mut samples, mut false_keys) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "wav") {
                let bytes = std::fs::read(&path).unwrap();
                let layout = crate::wav::parse(&bytes).unwrap();
                let audio = &bytes[layout.data_offset as usize..];
                let pcm: Vec<i16> = audio.iter().map(|&byte| Law::Mu.decode(byte)).collect();
                samples += pcm.len();
                let keys = heard(&pcm);
                if !keys.is_empty() {
                    false_keys.push((path, keys));
                }
            }
        }
    }
    assert!(samples > 8_000 * 60, "{samples} samples of speech");
    assert!(false_keys.is_empty(), "{false_keys:?}");
}
