//! What is written to a store that others wrote is read from it, whatever came between.

use super::*;
use ::tests::bucket::{KEY_ID, Mood, NAME, SECRET, Store};
use net::disk;
use std::path::PathBuf;
use tempfile::TempDir;
use tokio::net::TcpSocket;

/// Longer than two pieces.
const LONG: u64 = 2 * PIECE as u64 + 12_345;

fn settings(store: &Store) -> config::Bucket {
    config::Bucket {
        name: NAME.to_owned(),
        endpoint: Some(store.endpoint()),
        region: "us-east-1".to_owned(),
        prefix: "site-a/".to_owned(),
        path_style: true,
        key_id: KEY_ID.to_owned(),
        secret: SECRET.to_owned(),
        roots: None,
    }
}

fn file(folder: &TempDir, size_bytes: u64) -> PathBuf {
    let path = folder.path().join("a.wav");
    let bytes: Vec<u8> = (0..size_bytes).map(|at| (at % 251) as u8).collect();
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The store has a runtime of its own.
fn run(story: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().unwrap().block_on(story);
}

fn place(key: &str) -> Place {
    Place {
        bucket: NAME.to_owned(),
        key: key.to_owned(),
    }
}

#[test]
fn files_of_any_length_come_back_as_they_were_whole_and_in_ranges() {
    let store = Store::start(Mood::Well);
    run(async {
        let bucket = Bucket::open(&settings(&store)).unwrap();
        bucket.prove().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        for size_bytes in [1, 100_000, PIECE as u64, PIECE as u64 + 1, LONG] {
            let path = file(&folder, size_bytes);
            let key = bucket.key(&format!("recordings/{size_bytes}.wav"));
            assert_eq!(key, format!("site-a/recordings/{size_bytes}.wav"));
            let opened = File::open(&path).await.unwrap();

            bucket.put(&key, opened, size_bytes).await.unwrap();

            let digest = bucket.digest(&place(&key), size_bytes).await.unwrap();
            assert_eq!(digest, disk::sha256_of(&path).unwrap(), "{size_bytes}");
            let last = bucket.read(&place(&key), size_bytes - 1..size_bytes).await;
            assert_eq!(last.unwrap()[..], [((size_bytes - 1) % 251) as u8]);
        }
    });
}

#[test]
fn an_upload_that_is_cut_in_any_part_leaves_nothing_and_is_made_again() {
    let store = Store::start(Mood::Cutting(100_000));
    run(async {
        let bucket = Bucket::open(&settings(&store)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (size_bytes, most) in [(200_000, 100_000), (LONG, 100_000), (LONG, PIECE)] {
            store.becomes(Mood::Cutting(
                most.min(usize::try_from(size_bytes).unwrap() - 1),
            ));
            if most == PIECE {
                // The first parts arrive, the last one does not.
                store.becomes(Mood::Cutting(PIECE - 1));
            }
            let path = file(&folder, size_bytes);
            let key = bucket.key(&format!("recordings/{size_bytes}-{most}.wav"));
            let opened = File::open(&path).await.unwrap();
            let refused = bucket.put(&key, opened, size_bytes).await.unwrap_err();
            let Refusal::Store(error) = refused else {
                panic!("{refused:?}");
            };
            assert!(told(&error).starts_with("bucket.endpoint"), "{error}");
            let nothing = bucket.read(&place(&key), 0..1).await.unwrap_err();
            assert!(matches!(nothing, Error::NotFound { .. }), "{nothing}");

            store.becomes(Mood::Well);
            let opened = File::open(&path).await.unwrap();
            bucket.put(&key, opened, size_bytes).await.unwrap();
            let digest = bucket.digest(&place(&key), size_bytes).await.unwrap();
            assert_eq!(digest, disk::sha256_of(&path).unwrap(), "{size_bytes}");
        }
    });
}

#[test]
fn a_store_that_refuses_is_told_by_the_key_to_look_at() {
    let store = Store::start(Mood::Well);
    run(async {
        let well = settings(&store);
        let mut unknown = well.clone();
        unknown.key_id = "nobody".to_owned();
        let mut wrong = well.clone();
        wrong.secret = "wrong".to_owned();
        let mut nowhere = well.clone();
        nowhere.name = "another".to_owned();
        let mut away = well.clone();
        let deserted = TcpSocket::new_v4().unwrap();
        // Held and never listened at: another test's store cannot come to have this port.
        deserted.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        away.endpoint = Some(format!("http://{}", deserted.local_addr().unwrap()));
        for (settings, said) in [
            (unknown, "bucket.key_id: "),
            (wrong, "bucket.secret: it is not that of bucket.key_id"),
            (
                nowhere,
                "bucket.name: there is no such bucket (NoSuchBucket)",
            ),
            (away, "bucket.endpoint: it does not answer"),
        ] {
            let bucket = Bucket::open(&settings).unwrap();
            let refusal = bucket.prove().await.expect_err(said);
            let told = told(&refusal);
            assert!(told.starts_with(said), "{told}");
        }
    });
}
