//! Recordings over HTTP: whole, in ranges, and while they are being written.

use crate::world::{ADMIN, Answer, Call, World, arrived, ended, kept, recorded, request};
use axum::body::Body;
use axum::http::Method;
use model::{CallFact, RecordingId};
use std::time::Duration;

const HEADER: usize = 58;

/// A G.711 stereo WAV whose lengths are not written yet.
fn unfinished(samples: usize) -> Vec<u8> {
    let mut file = b"RIFF\xff\xff\xff\xffWAVEfmt \x12\0\0\0".to_vec();
    file.extend_from_slice(&[
        7, 0, 2, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 8, 0, 0, 0,
    ]);
    file.extend_from_slice(b"fact\x04\0\0\0\xff\xff\xff\xffdata\xff\xff\xff\xff");
    assert_eq!(file.len(), HEADER);
    file.extend((0..samples * 2).map(|at| u8::try_from(at % 251).unwrap()));
    file
}

struct Scene {
    world: World,
    token: String,
    path: String,
    file: Vec<u8>,
}

impl Scene {
    async fn new() -> Self {
        let world = World::new().await;
        let token = world.token(ADMIN).await;
        let call = Call::new(world.enterprise().await, 1);
        let facts = vec![arrived("111"), recorded("recordings/a.wav"), ended()];
        world.facts(&call, Duration::ZERO, facts).await;
        let file = unfinished(100_000);
        std::fs::create_dir(world.folder.path().join("recordings")).unwrap();
        std::fs::write(world.folder.path().join("recordings/a.wav.part"), &file).unwrap();
        let path = format!("/api/v1/call-records/{}/recording", call.id);
        Self {
            world,
            token,
            path,
            file,
        }
    }

    async fn get(&self, headers: &[(&'static str, &str)]) -> Answer {
        let mut request = request(Method::GET, &self.token, &self.path, Body::empty());
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        self.world.send(request).await
    }
}

#[tokio::test]
async fn a_recording_that_is_not_finished_is_sent_with_its_true_lengths() {
    let scene = Scene::new().await;

    let answer = scene.get(&[]).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "audio/wav");
    assert_eq!(answer.header("accept-ranges"), "bytes");
    assert_eq!(answer.body[HEADER..], scene.file[HEADER..]);
    assert_eq!(answer.body[54..58], 200_000_u32.to_le_bytes());
    assert_eq!(answer.body[46..50], 100_000_u32.to_le_bytes());
}

#[tokio::test]
async fn ranges_give_exactly_their_bytes() {
    let scene = Scene::new().await;
    let whole = scene.get(&[]).await.body;
    let length = whole.len();

    for (range, first, after) in [
        ("bytes=0-0", 0, 1),
        ("bytes=50-60", 50, 61),
        ("bytes=500-70000", 500, 70_001),
        ("bytes=100000-", 100_000, length),
        ("bytes=-10", length - 10, length),
    ] {
        let answer = scene.get(&[("range", range)]).await;
        assert_eq!(answer.status, 206, "{range}");
        let expected = format!("bytes {first}-{}/{length}", after - 1);
        assert_eq!(answer.header("content-range"), expected);
        assert!(answer.body == whole[first..after], "{range}");
    }
}

#[tokio::test]
async fn a_range_behind_the_end_is_refused_with_the_length() {
    let scene = Scene::new().await;

    let answer = scene.get(&[("range", "bytes=9999999-")]).await;

    assert_eq!(answer.problem(), (416, "range_not_satisfiable".to_owned()));
    let length = scene.file.len();
    assert_eq!(answer.header("content-range"), format!("bytes */{length}"));
}

#[tokio::test]
async fn a_copy_that_is_current_is_not_sent_again() {
    let scene = Scene::new().await;
    let tag = scene.get(&[]).await.header("etag").to_owned();

    assert_eq!(scene.get(&[("if-none-match", &tag)]).await.status, 304);
    let stale = [("range", "bytes=0-9"), ("if-range", "\"other\"")];
    assert_eq!(scene.get(&stale).await.status, 200);
    let current = [("range", "bytes=0-9"), ("if-range", tag.as_str())];
    assert_eq!(scene.get(&current).await.status, 206);
}

#[tokio::test]
async fn a_recording_whose_file_is_gone_is_not_found() {
    let scene = Scene::new().await;
    std::fs::remove_file(scene.world.folder.path().join("recordings/a.wav.part")).unwrap();

    assert_eq!(scene.get(&[]).await.problem().0, 404);
}

/// A recording that lies under this key of a bucket.
async fn moved(bucket: &str, key: &str) -> Scene {
    let scene = Scene::new().await;
    let call = Call::new(scene.world.enterprise().await, 2);
    let begun = recorded("recordings/b.wav");
    let CallFact::RecordingStarted { recording, .. } = begun else {
        panic!("{begun:?}");
    };
    let facts = vec![
        arrived("112"),
        begun,
        ended(),
        closed(recording),
        CallFact::RecordingMoved {
            recording,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
        },
    ];
    scene.world.facts(&call, Duration::ZERO, facts).await;
    let path = format!("/api/v1/call-records/{}/recording", call.id);
    Scene { path, ..scene }
}

fn closed(recording: RecordingId) -> CallFact {
    CallFact::RecordingEnded {
        recording,
        duration_ms: 1_000,
        size_bytes: i64::try_from(kept().len()).unwrap(),
        fault: None,
        sha256: Some("5e".repeat(32)),
    }
}

#[tokio::test]
async fn a_recording_in_a_bucket_is_sent_like_one_that_lies_here() {
    let scene = moved("archive", "kept").await;
    let whole = kept();

    let answer = scene.get(&[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "audio/wav");
    assert!(answer.body == whole);
    for (range, first, after) in [
        ("bytes=0-0", 0, 1),
        ("bytes=1000000-2500000", 1_000_000, 2_500_001),
        ("bytes=-10", whole.len() - 10, whole.len()),
    ] {
        let answer = scene.get(&[("range", range)]).await;
        assert_eq!(answer.status, 206, "{range}");
        assert!(answer.body == whole[first..after], "{range}");
    }
    let behind = scene.get(&[("range", "bytes=9999999-")]).await;
    assert_eq!(behind.status, 416);
}

#[tokio::test]
async fn a_bucket_that_gives_nothing_is_told_from_a_recording_that_is_gone() {
    let away = moved("another", "kept").await.get(&[]).await;
    assert_eq!(away.problem(), (503, "bucket_unavailable".to_owned()));
    let gone = moved("archive", "lost").await.get(&[]).await;
    assert_eq!(gone.problem(), (404, "not_found".to_owned()));
}
