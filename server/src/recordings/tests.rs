//! What a kill leaves of a recording, wherever it cut the file.

use super::*;
use std::sync::mpsc::sync_channel;

const PATIENCE: Duration = Duration::from_secs(20);
/// Samples that the call lasted.
const SAMPLES: u64 = 20;

#[test]
fn a_file_that_was_cut_at_any_byte_becomes_a_whole_one_as_long_as_its_call() {
    for codec in [FileCodec::Pcmu, FileCodec::Pcm16] {
        cut_everywhere(codec);
    }
}

fn cut_everywhere(codec: FileCodec) {
    let folder = tempfile::tempdir().unwrap();
    let (sender, events) = sync_channel(100);
    let disk = net::disk::spawn(net::disk::Limits::default(), move |event| {
        sender.try_send(event).unwrap();
    });
    let mut recordings = Recordings::new(folder.path().to_owned(), disk.unwrap());
    let audio: Vec<u8> = (1..=30).collect();
    let whole = [&wav::header(codec)[..], &audio].concat();
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
        // One that was cut in its header is begun anew.
        let begun = if cut < wav::HEADER_SIZE {
            FileCodec::Pcma
        } else {
            codec
        };
        assert_eq!(layout.codec, begun, "cut at {cut}");
        let data = SAMPLES * begun.unit_bytes() as u64;
        assert_eq!(layout.data_bytes, Some(data), "cut at {cut}");
        assert_eq!(file.len() as u64, wav::HEADER_SIZE as u64 + data);
        let said = &audio[..cut.saturating_sub(wav::HEADER_SIZE)];
        let (start, rest) = file[wav::HEADER_SIZE..].split_at(said.len());
        assert_eq!(start, said, "cut at {cut}");
        assert!(rest.iter().all(|it| *it == begun.silence()), "cut at {cut}");
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
    let part = [&wav::header(FileCodec::Pcma)[..], &[1; 41]].concat();
    fs::write(folder.path().join("a.wav.part"), part).unwrap();

    assert!(recordings.recover(RecordingKey(1), "a.wav", 7).is_none());
    recordings
        .event(&events.recv_timeout(PATIENCE).unwrap())
        .unwrap();

    let file = fs::read(folder.path().join("a.wav")).unwrap();
    assert_eq!(file.len(), wav::HEADER_SIZE + 40);
    assert_eq!(wav::parse(&file).unwrap().data_bytes, Some(40));
}
