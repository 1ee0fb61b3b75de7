//! Tests of the whole journal: what is appended comes back, whatever happens to the files.

mod killed;

use super::*;
use model::{AgentFact, AgentId, EnterpriseId, Event, Fact, FactId, StatusActor, Timestamp};
use proptest::prelude::*;
use std::{collections::BTreeMap, env, os::unix::fs::PermissionsExt as _, time::Instant};
use tempfile::TempDir;
use uuid::Uuid;

type Saved = BTreeMap<Vec<u8>, Vec<u8>>;

fn fact(number: u64) -> Fact {
    Fact {
        id: FactId::from(Uuid::from_u128(u128::from(number))),
        at: Timestamp::from_millis(i64::try_from(number).unwrap()),
        enterprise: EnterpriseId::from(Uuid::from_u128(1)),
        event: Event::Agent {
            agent: AgentId::from(Uuid::from_u128(2)),
            fact: AgentFact::SignedOut {
                actor: StatusActor::Agent,
            },
        },
    }
}

fn second(number: u64) -> Duration {
    Duration::from_secs(number)
}

fn open(dir: &Path) -> (Journal, Recovered) {
    Journal::open(dir, Options::default()).unwrap()
}

fn append(journal: &mut Journal, now: u64, entry: Entry<'_>) -> u64 {
    journal.append(second(now), &[entry]).unwrap()
}

/// A new segment with a snapshot in one piece.
fn save_all(journal: &mut Journal, now: u64, saved: &Saved) {
    journal.rotate(second(now)).unwrap();
    journal.snapshot(second(now), saved.iter()).unwrap();
    journal.end_snapshot(second(now)).unwrap();
}

fn drain(reader: &mut Reader, max: usize) -> Vec<(u64, Fact)> {
    let mut all = Vec::new();
    loop {
        let batch = reader.next_batch(max).unwrap();
        assert!(batch.len() <= max);
        if batch.is_empty() {
            return all;
        }
        all.extend(batch);
    }
}

#[test]
fn the_folder_is_nobody_elses() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("journal");
    open(&folder);
    let rights = fs::metadata(&folder).unwrap().permissions();
    assert_eq!(rights.mode() & 0o777, 0o700);
}

fn numbers(facts: &[(u64, Fact)]) -> Vec<i64> {
    facts.iter().map(|(_, fact)| fact.at.as_millis()).collect()
}

#[test]
fn saved_states_and_the_last_moment_come_back() {
    let dir = TempDir::new().unwrap();
    let (mut journal, recovered) = open(dir.path());
    assert_eq!(recovered, Recovered::default());
    let save = |key, state| Entry::Save { key, state };
    append(&mut journal, 1, save(b"call 1", b"ringing"));
    append(&mut journal, 2, save(b"call 2", b"queued"));
    append(&mut journal, 3, save(b"call 1", b"answered"));
    append(&mut journal, 4, Entry::Forget { key: b"call 2" });
    let last = append(&mut journal, 5, Entry::Heartbeat);
    drop(journal);

    let (journal, recovered) = open(dir.path());
    let expected = Saved::from([(b"call 1".to_vec(), b"answered".to_vec())]);
    assert_eq!(recovered.saved, expected);
    assert_eq!((recovered.last_seq, recovered.last_at), (last, second(5)));
    assert_eq!((journal.last_seq(), recovered.torn_bytes), (last, 0));
}

#[test]
fn a_reader_sees_facts_across_rotations_and_while_they_are_written() {
    let dir = TempDir::new().unwrap();
    let (mut journal, _) = open(dir.path());
    let mut reader = journal.reader(0).unwrap();
    assert!(reader.next_batch(10).unwrap().is_empty());
    let mut expected = Vec::new();
    for number in 1..=30 {
        append(&mut journal, number, Entry::Fact(&fact(number)));
        append(&mut journal, number, Entry::Heartbeat);
        expected.push(i64::try_from(number).unwrap());
        if number % 7 == 0 {
            save_all(&mut journal, number, &Saved::from([(vec![1], vec![2])]));
        }
        if number % 5 == 0 {
            let seen = expected.len();
            assert_eq!(numbers(&drain(&mut reader, 2)), expected[seen - 5..]);
            assert_eq!(reader.position(), journal.last_seq());
        }
    }
    let mut late = Reader::open(dir.path(), 0).unwrap();
    let all = drain(&mut late, 4);
    assert_eq!(numbers(&all), expected);
    let middle = all[12].0;
    let mut from_middle = Reader::open(dir.path(), middle).unwrap();
    assert_eq!(numbers(&drain(&mut from_middle, 100)), expected[13..]);
}

#[test]
fn only_applied_segments_behind_a_durable_snapshot_are_retired() {
    let dir = TempDir::new().unwrap();
    let (mut journal, _) = open(dir.path());
    let first = append(&mut journal, 1, Entry::Fact(&fact(1)));
    let count = || segment::list(dir.path()).unwrap().len();
    journal.retire(first).unwrap();
    assert_eq!(count(), 1, "the live segment stays");
    journal.rotate(second(2)).unwrap();
    assert!(journal.wait_synced(second(20)));
    journal.retire(first).unwrap();
    assert_eq!(count(), 2, "its snapshot is not whole");
    journal.end_snapshot(second(2)).unwrap();
    assert!(journal.wait_synced(second(20)));
    journal.retire(first - 1).unwrap();
    assert_eq!(count(), 2, "its fact is not applied");
    let full = journal.size_bytes();
    journal.retire(first).unwrap();
    assert_eq!(count(), 1);
    assert!(journal.size_bytes() < full);
    let second_fact = append(&mut journal, 3, Entry::Fact(&fact(2)));
    let mut reader = journal.reader(first).unwrap();
    assert_eq!(drain(&mut reader, 9), [(second_fact, fact(2))]);
}

#[test]
fn sequences_given_before_a_power_loss_are_not_given_again() {
    let dir = TempDir::new().unwrap();
    let (mut journal, _) = open(dir.path());
    append(
        &mut journal,
        1,
        Entry::Save {
            key: b"k",
            state: b"s",
        },
    );
    drop(journal);
    let options = Options {
        given_elsewhere: 1_000,
        ..Options::default()
    };
    let (mut journal, _) = Journal::open(dir.path(), options).unwrap();
    assert!(append(&mut journal, 2, Entry::Fact(&fact(9))) > 1_000);
    let mut reader = journal.reader(1_000).unwrap();
    assert_eq!(numbers(&drain(&mut reader, 5)), [9]);
    drop(journal);
    assert_eq!(open(dir.path()).1.saved.len(), 1);
}

#[test]
fn a_full_segment_asks_for_a_snapshot() {
    let dir = TempDir::new().unwrap();
    let options = Options {
        segment_bytes: 2_000,
        ..Options::default()
    };
    let (mut journal, _) = Journal::open(dir.path(), options).unwrap();
    assert!(!journal.needs_snapshot());
    append(
        &mut journal,
        1,
        Entry::Save {
            key: b"k",
            state: &[0; 2_000],
        },
    );
    assert!(journal.needs_snapshot());
    save_all(
        &mut journal,
        2,
        &Saved::from([(b"k".to_vec(), b"small".to_vec())]),
    );
    assert!(!journal.needs_snapshot());
    drop(journal);
    assert_eq!(open(dir.path()).1.saved[b"k".as_slice()], b"small");
}

#[test]
fn a_snapshot_larger_than_a_segment_does_not_ask_for_the_next() {
    let dir = TempDir::new().unwrap();
    let options = Options {
        segment_bytes: 2_000,
        ..Options::default()
    };
    let (mut journal, _) = Journal::open(dir.path(), options).unwrap();
    let large = Saved::from([(b"k".to_vec(), vec![0; 5_000])]);
    save_all(&mut journal, 1, &large);
    let state = [0; 2_000];
    let save = Entry::Save {
        key: b"k",
        state: &state,
    };
    for _ in 0..2 {
        append(&mut journal, 2, save);
        assert!(!journal.needs_snapshot(), "the snapshot alone is larger");
    }
    append(&mut journal, 3, save);
    assert!(journal.needs_snapshot());
}

#[test]
fn what_changes_during_a_snapshot_is_restored_as_it_was_last() {
    let dir = TempDir::new().unwrap();
    let (mut journal, _) = open(dir.path());
    for key in [b"a", b"b", b"c"] {
        append(&mut journal, 1, Entry::Save { key, state: b"old" });
    }
    journal.rotate(second(2)).unwrap();
    let part = |key: &'static [u8]| std::iter::once((key, b"old".as_slice()));
    journal.snapshot(second(2), part(b"a")).unwrap();
    for key in [b"a", b"b"] {
        append(&mut journal, 3, Entry::Save { key, state: b"new" });
    }
    append(&mut journal, 3, Entry::Forget { key: b"c" });
    assert!(!journal.needs_snapshot(), "one is under way");
    journal.end_snapshot(second(4)).unwrap();
    assert!(journal.wait_synced(second(20)));
    journal.retire(journal.last_seq()).unwrap();
    assert_eq!(segment::list(dir.path()).unwrap().len(), 1);
    drop(journal);
    let state = |key: &[u8]| (key.to_vec(), b"new".to_vec());
    let (journal, recovered) = open(dir.path());
    assert_eq!(recovered.saved, Saved::from([state(b"a"), state(b"b")]));
    drop(journal);
}

#[test]
fn an_entry_over_its_limits_keeps_the_whole_batch_out() {
    let dir = TempDir::new().unwrap();
    let (mut journal, _) = open(dir.path());
    let before = journal.last_seq();
    let batch = [Entry::Heartbeat, Entry::Forget { key: b"" }];
    assert!(matches!(
        journal.append(second(1), &batch),
        Err(Error::KeyLength(0))
    ));
    assert_eq!(append(&mut journal, 2, Entry::Heartbeat), before + 1);
    drop(journal);
    assert_eq!(open(dir.path()).1.torn_bytes, 0);
}

#[test]
fn a_refused_write_is_an_error_and_leaves_no_trace() {
    let dir = TempDir::new().unwrap();
    let (mut journal, _) = open(dir.path());
    append(&mut journal, 1, Entry::Fact(&fact(1)));
    let sound = Arc::clone(&journal.live);
    journal.live = Arc::new(OpenOptions::new().write(true).open("/dev/full").unwrap());
    let refused = journal.append(second(2), &[Entry::Fact(&fact(2))]);
    assert!(matches!(refused, Err(Error::File { .. })));
    assert!(journal.needs_snapshot(), "a device cannot be cut back");
    assert!(matches!(
        journal.append(second(2), &[Entry::Heartbeat]),
        Err(Error::Broken)
    ));
    drop(sound);
    journal.rotate(second(3)).unwrap();
    append(&mut journal, 4, Entry::Fact(&fact(3)));
    let mut reader = journal.reader(0).unwrap();
    assert_eq!(numbers(&drain(&mut reader, 9)), [1, 3]);
}

#[test]
fn a_failed_sync_is_remembered() {
    let pipe = Arc::new(OpenOptions::new().write(true).open("/dev/full").unwrap());
    let syncer = Syncer::start(pipe, Vec::new(), 0, Duration::ZERO).unwrap();
    syncer.wrote(1);
    assert!(!syncer.wait(1, second(20)));
    assert!(syncer.failed());
    assert_eq!(syncer.synced(), 0);
}

#[test]
fn a_segment_of_a_newer_release_is_refused_and_kept() {
    let dir = TempDir::new().unwrap();
    let path = segment::path(dir.path(), 1);
    let mut header = segment::header(1);
    header[8] = 2;
    let checksum = crc32fast::hash(&header[..24]).to_le_bytes();
    header[24..].copy_from_slice(&checksum);
    fs::write(&path, header).unwrap();
    let refused = Journal::open(dir.path(), Options::default());
    assert!(matches!(refused, Err(Error::Version { found: 2, .. })));
    assert!(path.exists());
}

/// A directory in memory where there is one: hundreds of journals are made durable in it.
fn fast_dir() -> TempDir {
    TempDir::new_in("/dev/shm").unwrap_or_else(|_| TempDir::new().unwrap())
}

fn lay_out(segments: &[(u64, Vec<u8>)]) -> TempDir {
    let dir = fast_dir();
    for (first, bytes) in segments {
        fs::write(segment::path(dir.path(), *first), bytes).unwrap();
    }
    dir
}

#[test]
fn a_restart_makes_durable_what_a_killed_process_left_in_memory() {
    let dir = TempDir::new().unwrap();
    drop(open(dir.path()));
    fs::write(dir.path().join("7.draft"), b"half a snapshot").unwrap();
    let (journal, _) = open(dir.path());
    assert!(journal.wait_synced(second(20)));
    assert_eq!(journal.synced(), journal.last_seq());
    assert!(!dir.path().join("7.draft").exists());
}

#[test]
fn any_bytes_in_a_segment_are_no_panic() {
    let seconds = env::var("TRUNKLINE_FUZZ_SECONDS").ok();
    let seconds = seconds
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(1);
    let until = Instant::now() + second(seconds);
    let bytes = prop::collection::vec(any::<u8>(), 0..400);
    let mut runner = prop::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    while Instant::now() < until {
        let outcome = runner.run(&(bytes.clone(), any::<bool>()), |(garbage, headed)| {
            let mut bytes = if headed {
                segment::header(1).to_vec()
            } else {
                Vec::new()
            };
            bytes.extend_from_slice(&garbage);
            let dir = lay_out(&[(1, bytes)]);
            let mut reader = Reader::open(dir.path(), 0).unwrap();
            reader.next_batch(10).unwrap();
            let (mut journal, _) = open(dir.path());
            append(&mut journal, 1, Entry::Fact(&fact(1)));
            let mut reader = journal.reader(0).unwrap();
            prop_assert_eq!(numbers(&drain(&mut reader, 10)), [1]);
            Ok(())
        });
        outcome.unwrap();
    }
}
