//! What people record becomes what is recognised.

use super::*;
use media::detect::{Finding, Listener, Listening};
use std::sync::Arc;

fn clip() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../prompts/zh-CN/xiaoxiao/main_menu.wav")
}

/// 16-bit samples at 16 kHz in two channels, the right one silent.
fn wide_stereo(samples: &[i16]) -> Vec<u8> {
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
    for word in [1_u16, 2, 16_000, 0, 64_000, 0, 4, 16] {
        file.extend(word.to_le_bytes());
    }
    let frames: Vec<u8> = samples
        .iter()
        .flat_map(|it| [*it, 0, *it, 0])
        .flat_map(i16::to_le_bytes)
        .collect();
    file.extend(b"data");
    file.extend(u32::try_from(frames.len()).unwrap().to_le_bytes());
    file.extend(frames);
    file
}

fn heard(library: Announcements, samples: &[i16]) -> Vec<Finding> {
    let mut listener = Listener::new(Listening {
        announcements: Some(Arc::new(library)),
        ..Listening::default()
    });
    let mut found = Vec::new();
    listener.push(samples, |finding| found.push(finding));
    found
}

#[test]
fn a_recording_is_added_listed_loaded_and_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path();
    assert!(load(data_dir).is_empty());

    add(data_dir, (&clip(), Outcome::PoweredOff), Some("mobile-off")).unwrap();

    list(data_dir).unwrap();
    let samples = wave::read(&fs::read(clip()).unwrap()).unwrap();
    let found = heard(load(data_dir), &samples);
    assert_eq!(found, [Finding::Unreached(Outcome::PoweredOff)]);
}

#[test]
fn a_recording_of_another_form_has_the_same_sound() {
    let folder = tempfile::tempdir().unwrap();
    let samples = wave::read(&fs::read(clip()).unwrap()).unwrap();
    let wide = folder.path().join("off.wav");
    fs::write(&wide, wide_stereo(&samples)).unwrap();

    add(folder.path(), (&wide, Outcome::EmptyNumber), None).unwrap();

    let found = heard(load(folder.path()), &samples);
    assert_eq!(found, [Finding::Unreached(Outcome::EmptyNumber)]);
}

#[test]
fn what_is_no_announcement_is_refused_and_a_broken_file_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path();
    let bad = data_dir.join("bad.wav");
    for bytes in [
        &b""[..],
        b"RIFF",
        b"RIFF\0\0\0\0WAVE",
        b"RIFF\0\0\0\0WAVEfmt \xff\0\0\0\x01",
    ] {
        fs::write(&bad, bytes).unwrap();
        assert!(add(data_dir, (&bad, Outcome::Busy), None).is_err());
    }
    assert!(add(data_dir, (&clip(), Outcome::Busy), Some("../out")).is_err());
    add(data_dir, (&clip(), Outcome::Busy), None).unwrap();
    for text in ["", "{}", r#"{"format":2,"outcome":"busy","prints":""}"#] {
        fs::write(path_of(data_dir, "broken"), text).unwrap();
        assert_eq!(load(data_dir).len(), 1);
    }
}
