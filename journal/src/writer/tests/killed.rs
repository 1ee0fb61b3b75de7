//! Stories of a writer that is killed at any byte, also in the middle of a snapshot.

use super::*;

/// A small journal of two segments; what is saved after each of its bytes of the second one.
struct Sample {
    segments: Vec<(u64, Vec<u8>)>,
    /// After how many bytes of the last segment a record ends, and what is saved there.
    states: Vec<(usize, Saved)>,
    facts: usize,
}

fn sample() -> Sample {
    let dir = TempDir::new().unwrap();
    let (mut journal, _) = open(dir.path());
    append(
        &mut journal,
        1,
        Entry::Save {
            key: b"a",
            state: b"1",
        },
    );
    append(&mut journal, 1, Entry::Fact(&fact(1)));
    let mut saved = Saved::from([(b"a".to_vec(), b"1".to_vec())]);
    save_all(&mut journal, 2, &saved);
    let mut states = vec![(usize::try_from(journal.live_bytes).unwrap(), saved.clone())];
    for number in 2..6_u8 {
        let key = [b'a' + number % 2];
        append(
            &mut journal,
            3,
            Entry::Save {
                key: &key,
                state: &[number],
            },
        );
        saved.insert(key.to_vec(), vec![number]);
        states.push((usize::try_from(journal.live_bytes).unwrap(), saved.clone()));
        append(&mut journal, 3, Entry::Fact(&fact(u64::from(number))));
        states.push((usize::try_from(journal.live_bytes).unwrap(), saved.clone()));
    }
    append(&mut journal, 4, Entry::Forget { key: b"a" });
    saved.remove(b"a".as_slice());
    states.push((usize::try_from(journal.live_bytes).unwrap(), saved));
    drop(journal);
    let firsts = segment::list(dir.path()).unwrap();
    let read = |first| (first, fs::read(segment::path(dir.path(), first)).unwrap());
    Sample {
        segments: firsts.into_iter().map(read).collect(),
        states,
        facts: 5,
    }
}

/// Recovers, checks that the state is one that the writer passed through no later than `sound`
/// bytes of the last segment, and that the journal can be written and recovered once more.
fn check_recovery(sample: &Sample, segments: &[(u64, Vec<u8>)], sound: usize, story: &str) {
    let dir = lay_out(segments);
    let (mut journal, recovered) = open(dir.path());
    let passed = sample.states.iter().rfind(|(end, _)| *end <= sound);
    // Before the end of its snapshot the last segment adds nothing to the one before.
    let expected = passed.map_or(&sample.states[0].1, |(_, saved)| saved);
    assert_eq!(&recovered.saved, expected, "{story}");
    let sequence = append(&mut journal, 9, Entry::Fact(&fact(99)));
    assert!(sequence > recovered.last_seq, "{story}");
    let mut reader = journal.reader(0).unwrap();
    let facts = drain(&mut reader, 3);
    assert_eq!(
        facts.last().map(|(_, last)| last.at.as_millis()),
        Some(99),
        "{story}"
    );
    assert!(facts.len() <= sample.facts + 1, "{story}");
    drop(journal);
    let (_, again) = open(dir.path());
    assert_eq!((again.torn_bytes, &again.saved), (0, expected), "{story}");
}

#[test]
fn a_journal_killed_at_any_byte_keeps_its_valid_prefix() {
    let sample = sample();
    let whole = sample.segments.last().unwrap().1.len();
    for length in 0..=whole {
        let mut segments = sample.segments.clone();
        segments.last_mut().unwrap().1.truncate(length);
        check_recovery(&sample, &segments, length, &format!("cut at {length}"));
    }
}

#[test]
fn a_journal_with_any_byte_flipped_keeps_its_valid_prefix() {
    let sample = sample();
    let whole = sample.segments.last().unwrap().1.len();
    for position in 0..whole {
        let flip = 1 << (position % 8);
        let mut segments = sample.segments.clone();
        segments.last_mut().unwrap().1[position] ^= flip;
        let story = format!("byte {position} xor {flip:#x}");
        check_recovery(&sample, &segments, position, &story);
    }
}

/// One thing that the writer does in a random story.
#[derive(Debug, Clone)]
enum Step {
    Fact,
    Save(u8, Vec<u8>),
    Forget(u8),
    Heartbeat,
    /// Begins a segment, or goes on with its snapshot by so many states.
    Snapshot(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Fact),
        (0..6_u8, prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(k, s)| Step::Save(k, s)),
        (0..6_u8).prop_map(Step::Forget),
        Just(Step::Heartbeat),
        (0..4_usize).prop_map(Step::Snapshot),
    ]
}

/// What the journal should hold.
#[derive(Default)]
struct Told {
    saved: Saved,
    facts: Vec<u64>,
    /// The keys that the snapshot under way has still to save.
    left: Option<Vec<Vec<u8>>>,
}

/// Does a step in the journal and in the model of what it should hold.
fn take(journal: &mut Journal, told: &mut Told, step: &Step) {
    let now = journal.last_seq() + 1;
    match step {
        Step::Fact => told
            .facts
            .push(append(journal, now, Entry::Fact(&fact(now)))),
        Step::Save(key, state) => {
            append(
                journal,
                now,
                Entry::Save {
                    key: &[*key],
                    state,
                },
            );
            told.saved.insert(vec![*key], state.clone());
        }
        Step::Forget(key) => {
            append(journal, now, Entry::Forget { key: &[*key] });
            told.saved.remove([*key].as_slice());
        }
        Step::Heartbeat => {
            append(journal, now, Entry::Heartbeat);
        }
        Step::Snapshot(count) => go_on(journal, told, now, *count),
    }
}

fn go_on(journal: &mut Journal, told: &mut Told, now: u64, count: usize) {
    let Some(left) = &mut told.left else {
        journal.rotate(second(now)).unwrap();
        told.left = Some(told.saved.keys().cloned().collect());
        return;
    };
    let rest = left.len().saturating_sub(count);
    let part = left.split_off(rest);
    let states = part.iter().filter_map(|key| told.saved.get_key_value(key));
    journal.snapshot(second(now), states).unwrap();
    if left.is_empty() {
        journal.end_snapshot(second(now)).unwrap();
        told.left = None;
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_kill_at_any_byte_of_any_story_keeps_what_was_written_before_it(
        steps in prop::collection::vec(step(), 1..40),
        cut in 0..=1_000_u64,
    ) {
        let dir = fast_dir();
        let (mut journal, _) = open(dir.path());
        let mut told = Told::default();
        let mut passed = vec![(journal.live_first(), journal.live_bytes, Saved::new(), journal.last_seq())];
        for step in &steps {
            take(&mut journal, &mut told, step);
            let (first, bytes) = (journal.live_first(), journal.live_bytes);
            passed.push((first, bytes, told.saved.clone(), journal.last_seq()));
        }
        let (live, whole) = (journal.live_first(), journal.live_bytes);
        drop(journal);
        let kept = whole * cut / 1_000;
        let path = segment::path(dir.path(), live);
        OpenOptions::new().write(true).open(&path).unwrap().set_len(kept).unwrap();

        let (journal, recovered) = open(dir.path());
        let survives = |(first, bytes, ..): &&(u64, u64, Saved, u64)| *first < live || *bytes <= kept;
        let last = passed.iter().rfind(survives);
        let (expected, last_seq) = last.map_or((Saved::new(), 0), |(.., saved, seq)| (saved.clone(), *seq));
        prop_assert_eq!(&recovered.saved, &expected);
        prop_assert!(recovered.last_seq >= last_seq);
        let read = drain(&mut journal.reader(0).unwrap(), 7);
        let read: Vec<u64> = read.into_iter().map(|(sequence, _)| sequence).collect();
        let surviving: Vec<u64> = told.facts.into_iter().filter(|fact| *fact <= last_seq).collect();
        prop_assert_eq!(read, surviving);
    }
}
