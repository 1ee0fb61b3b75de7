//! Tests of the recording writer.

use super::*;
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);
const SILENCE: u8 = 0xff;
const FILE: FileKey = FileKey(1);

fn start(limits: Limits) -> (Disk, Receiver<Event>) {
    let (sender, events) = sync_channel(100);
    let disk = spawn(limits, move |event| {
        let _ = sender.try_send(event);
    });
    (disk.unwrap(), events)
}

fn send(disk: &Disk, order: Order) {
    disk.orders().send(order).unwrap();
}

fn create(path: &Path) -> Order {
    Order::Create {
        file: FILE,
        path: path.to_owned(),
        head: b"HEAD".to_vec(),
        silence: SILENCE,
    }
}

fn write(at: u64, bytes: &[u8]) -> Order {
    Order::Write {
        file: FILE,
        at,
        bytes: bytes.to_vec(),
    }
}

fn finish(length: u64, rename_to: &Path) -> Order {
    Order::Finish {
        file: FILE,
        length,
        patches: vec![(0, *b"head")],
        rename_to: rename_to.to_owned(),
    }
}

fn names(dir: &TempDir) -> (PathBuf, PathBuf) {
    (
        dir.path().join("day/1.wav.part"),
        dir.path().join("day/1.wav"),
    )
}

#[test]
fn a_finished_recording_has_its_name_its_patches_and_its_whole_length() {
    let dir = TempDir::new().unwrap();
    let (part, whole) = names(&dir);
    let (disk, events) = start(Limits::default());
    send(&disk, create(&part));
    send(&disk, write(4, b"abc"));
    send(&disk, write(10, b"def"));
    send(&disk, finish(16, &whole));
    let finished = Event::Finished {
        file: FILE,
        bytes: 16,
        sha256: Some(Sha256::digest(b"headabc\xff\xff\xffdef\xff\xff\xff").into()),
    };
    assert_eq!(events.recv_timeout(PATIENCE).unwrap(), finished);
    assert_eq!(
        fs::read(&whole).unwrap(),
        b"headabc\xff\xff\xffdef\xff\xff\xff"
    );
    assert!(!part.exists());
    assert_eq!(disk.orders().written_bytes(), 6);
    assert_eq!(disk.orders().waiting_bytes(), 0);
}

#[test]
fn a_recording_goes_on_after_its_writer_died() {
    let dir = TempDir::new().unwrap();
    let (part, whole) = names(&dir);
    let (disk, _) = start(Limits::default());
    send(&disk, create(&part));
    send(&disk, write(4, b"abc"));
    drop(disk);
    let (disk, events) = start(Limits::default());
    let resume = Order::Resume {
        file: FILE,
        path: part,
        silence: SILENCE,
    };
    send(&disk, resume);
    send(&disk, write(9, b"def"));
    send(&disk, finish(12, &whole));
    events.recv_timeout(PATIENCE).unwrap();
    assert_eq!(fs::read(&whole).unwrap(), b"headabc\xff\xffdef");
}

#[test]
fn a_full_disk_is_told_once_and_costs_no_other_recording() {
    let dir = TempDir::new().unwrap();
    let (part, whole) = names(&dir);
    let limits = Limits {
        fault_rest: Duration::ZERO,
        ..Limits::default()
    };
    let (disk, events) = start(limits);
    let full = FileKey(2);
    let on_full = |at| Order::Write {
        file: full,
        at,
        bytes: vec![0; 8],
    };
    send(
        &disk,
        Order::Resume {
            file: full,
            path: "/dev/full".into(),
            silence: SILENCE,
        },
    );
    send(&disk, create(&part));
    for block in 0..10 {
        send(&disk, on_full(block * 8));
        send(&disk, write(4 + block, b"x"));
    }
    send(&disk, finish(14, &whole));
    let fault = Event::Fault {
        file: full,
        operation: Operation::Write,
        kind: io::ErrorKind::StorageFull,
        lost: false,
    };
    assert_eq!(events.recv_timeout(PATIENCE).unwrap(), fault);
    let finished = Event::Finished {
        file: FILE,
        bytes: 14,
        sha256: Some(Sha256::digest(b"headxxxxxxxxxx").into()),
    };
    assert_eq!(events.recv_timeout(PATIENCE).unwrap(), finished);
    assert_eq!(fs::read(&whole).unwrap(), b"headxxxxxxxxxx");
}

#[test]
fn a_file_that_cannot_be_made_is_lost_and_told() {
    let dir = TempDir::new().unwrap();
    let blocked = dir.path().join("a file");
    fs::write(&blocked, b"").unwrap();
    let (disk, events) = start(Limits::default());
    send(&disk, create(&blocked.join("below.part")));
    send(&disk, write(4, b"nowhere"));
    let fault = events.recv_timeout(PATIENCE).unwrap();
    assert!(matches!(
        fault,
        Event::Fault {
            file: FILE,
            operation: Operation::Open,
            lost: true,
            ..
        }
    ));
}

#[test]
fn blocks_over_the_bound_are_refused_and_their_hole_is_silence() {
    let dir = TempDir::new().unwrap();
    let (part, whole) = names(&dir);
    let limits = Limits {
        waiting_bytes: 3,
        ..Limits::default()
    };
    let (disk, events) = start(limits);
    send(&disk, create(&part));
    let refused = disk.orders().send(write(4, b"four")).unwrap_err();
    assert!(matches!(*refused, Refused::Full(Order::Write { .. })));
    assert_eq!(
        (disk.orders().refused(), disk.orders().waiting_bytes()),
        (1, 0)
    );
    send(&disk, write(8, b"abc"));
    send(&disk, finish(11, &whole));
    events.recv_timeout(PATIENCE).unwrap();
    assert_eq!(fs::read(&whole).unwrap(), b"head\xff\xff\xff\xffabc");
}

#[test]
fn a_name_that_cannot_be_given_is_told_and_the_part_stays() {
    let dir = TempDir::new().unwrap();
    let (part, _) = names(&dir);
    let blocked = dir.path().join("taken");
    fs::create_dir_all(blocked.join("by a directory")).unwrap();
    let (disk, events) = start(Limits::default());
    send(&disk, create(&part));
    send(&disk, finish(4, &blocked));
    let fault = events.recv_timeout(PATIENCE).unwrap();
    assert!(matches!(
        fault,
        Event::Fault {
            operation: Operation::Rename,
            lost: true,
            ..
        }
    ));
    assert_eq!(fs::read(&part).unwrap(), b"head");
}

#[test]
fn orders_after_the_end_are_given_back() {
    let (disk, _) = start(Limits::default());
    let orders = disk.orders();
    drop(disk);
    let refused = orders.send(write(0, b"late")).unwrap_err();
    assert!(matches!(*refused, Refused::Ended(_)));
}

#[test]
fn a_finished_file_is_counted_again() {
    let dir = TempDir::new().unwrap();
    let whole = dir.path().join("1.wav");
    fs::write(&whole, b"whole").unwrap();
    let (disk, events) = start(Limits::default());
    let recount = |path: &Path| Order::Recount {
        file: FILE,
        path: path.to_owned(),
    };
    send(&disk, recount(&whole));
    let finished = Event::Finished {
        file: FILE,
        bytes: 5,
        sha256: Some(Sha256::digest(b"whole").into()),
    };
    assert_eq!(events.recv_timeout(PATIENCE).unwrap(), finished);
    send(&disk, recount(&dir.path().join("2.wav")));
    let gone = Event::Fault {
        file: FILE,
        operation: Operation::Open,
        kind: io::ErrorKind::NotFound,
        lost: true,
    };
    assert_eq!(events.recv_timeout(PATIENCE).unwrap(), gone);
}

#[test]
fn many_recordings_that_end_together_all_get_their_names() {
    let dir = TempDir::new().unwrap();
    let (disk, events) = start(Limits::default());
    for nth in 0..20 {
        let file = FileKey(nth);
        let path = dir.path().join(format!("{}/{nth}.wav.part", nth % 3));
        send(
            &disk,
            Order::Create {
                file,
                path: path.clone(),
                head: b"HEAD".to_vec(),
                silence: SILENCE,
            },
        );
        let rename_to = path.with_extension("");
        send(
            &disk,
            Order::Finish {
                file,
                length: 4,
                patches: Vec::new(),
                rename_to,
            },
        );
    }
    let digest: [u8; 32] = Sha256::digest(b"HEAD").into();
    let mut finished = Vec::new();
    while finished.len() < 20 {
        let event = events.recv_timeout(PATIENCE).unwrap();
        let Event::Finished {
            file,
            bytes: 4,
            sha256,
        } = event
        else {
            panic!("{event:?}");
        };
        assert_eq!(sha256, Some(digest));
        finished.push(file.0);
    }
    finished.sort_unstable();
    assert!(finished.into_iter().eq(0..20));
    for nth in 0..20 {
        let path = dir.path().join(format!("{}/{nth}.wav", nth % 3));
        assert_eq!(fs::read(path).unwrap(), b"HEAD");
    }
}
