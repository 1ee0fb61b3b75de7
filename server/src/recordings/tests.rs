//! What a kill leaves of a recording, wherever it cut the file.

use super::*;
use std::sync::mpsc::sync_channel;

const PATIENCE: Duration = Duration::from_secs(20);
/// Samples that the call lasted.
const SAMPLES: u64 = 20;

#[test]
fn a_file_that_was_cut_at_any_byte_becomes_a_whole_one_as_long_as_its_call() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, events) = sync_channel(100);
    let disk = net::disk::spawn(net::disk::Limits::default(), move |event| {
        sender.try_send(event).unwrap();
    });
    let mut recordings = Recordings::new(folder.path().to_owned(), disk.unwrap());
    let audio: Vec<u8> = (1..=30).collect();
    let whole = [&wav::header(Law::Mu)[..], &audio].concat();
    for cut in 0..=whole.len() {
        let path = format!("{cut}.wav");
        fs::write(folder.path().join(format!("{cut}.wav.part")), &whole[..cut]).unwrap();

        let key = RecordingKey(cut as u64);
        assert!(recordings.recover(key, &path, SAMPLES).is_none(), "{cut}");
        let told = events.recv_timeout(PATIENCE).unwrap();
        let kept = recordings.event(&told);

        let Some(Input::RecordingKept {
            samples, sha256, ..
        }) = kept
        else {
            panic!("cut at {cut}: {kept:?}");
        };
        assert_eq!((samples, sha256.is_some()), (SAMPLES, true), "{cut}");
        let file = fs::read(folder.path().join(&path)).unwrap();
        let layout = wav::parse(&file).unwrap();
        assert_eq!(layout.data_bytes, Some(SAMPLES * FRAME), "cut at {cut}");
        assert_eq!(file.len(), wav::HEADER_SIZE + 40, "cut at {cut}");
        let said = &audio[..cut.saturating_sub(wav::HEADER_SIZE)];
        let silent = &file[wav::HEADER_SIZE + said.len()..];
        assert_eq!(
            &file[wav::HEADER_SIZE..][..said.len()],
            said,
            "cut at {cut}"
        );
        let quiet = if cut < wav::HEADER_SIZE { 0xD5 } else { 0xFF };
        assert!(silent.iter().all(|byte| *byte == quiet), "cut at {cut}");
    }
}

#[test]
fn a_file_longer_than_its_call_by_half_a_sample_loses_that_half() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, events) = sync_channel(100);
    let disk = net::disk::spawn(net::disk::Limits::default(), move |event| {
        sender.try_send(event).unwrap();
    });
    let mut recordings = Recordings::new(folder.path().to_owned(), disk.unwrap());
    let part = [&wav::header(Law::A)[..], &[1; 41]].concat();
    fs::write(folder.path().join("a.wav.part"), part).unwrap();

    assert!(recordings.recover(RecordingKey(1), "a.wav", 7).is_none());
    recordings
        .event(&events.recv_timeout(PATIENCE).unwrap())
        .unwrap();

    let file = fs::read(folder.path().join("a.wav")).unwrap();
    assert_eq!(file.len(), wav::HEADER_SIZE + 40);
    assert_eq!(wav::parse(&file).unwrap().data_bytes, Some(40));
}
