//! The projection equals a slow, obvious reading of the facts, however they come in.

use super::*;
use crate::column::word;
use crate::statement::sql;
use crate::story::{Story, by_call};
use crate::{Page, on_both_engines};
use model::{
    CallRecord, FlowCounts, FlowId, Recording, RecordingFormat, RecordingState, Timestamp,
};

const NODE: &str = "node-1";

on_both_engines! {
    async fn records_and_recordings_say_what_the_facts_say(db: &Db) {
        for seed in 0..3 {
            let mut story = Story::new(seed);
            let journal = story.journal(40);
            apply_in_pieces(db, &mut story, &journal).await;

            for (call, facts) in by_call(&journal) {
                let entry = call_records::show(db, story.enterprise, call).await.unwrap();
                assert_obvious(&entry.record, &facts, seed);
                let recordings = recordings::of_call(db, story.enterprise, call).await.unwrap();
                assert_eq!(recordings, obvious_recordings(&entry.record, &facts), "seed {seed}");
            }
        }
    }

    async fn flows_are_counted_as_each_call_says_for_itself(db: &Db) {
        for seed in 20..23 {
            let mut story = Story::new(seed);
            let journal = story.journal(40);
            apply_in_pieces(db, &mut story, &journal).await;

            let mut expected = FlowCounts::new();
            for facts in by_call(&journal).values() {
                let facts = facts.iter().map(|(at, fact)| (*at, fact));
                counting::add(&mut expected, model::flow_counts(facts));
            }
            let flows = story.flows.clone();
            assert!(expected.len() > 50, "{}", expected.len());
            assert_eq!(stored_counts(db, &flows).await, expected, "seed {seed}");
        }
        assert_eq!(rebuild(db).await.unwrap().differences, []);
    }

    async fn the_facts_of_old_are_counted_once_when_the_counts_are_new(db: &Db) {
        let mut story = Story::new(24);
        let journal = story.journal(40);
        apply(db, NODE, &journal).await.unwrap();
        let counted = stored_counts(db, &story.flows).await;
        sql!("DELETE FROM flow_counts").run(db).await.unwrap();
        assert!(!rebuild(db).await.unwrap().differences.is_empty());

        for _ in 0..2 {
            fill(db).await.unwrap();
            assert_eq!(stored_counts(db, &story.flows).await, counted);
        }
    }

    async fn a_count_that_no_fact_explains_is_found(db: &Db) {
        let mut story = Story::new(25);
        let journal = story.journal(20);
        apply(db, NODE, &journal).await.unwrap();

        sql!("UPDATE flow_counts SET callers = callers + 1 WHERE event = 'entered' AND node = 'ask'")
            .run(db).await.unwrap();
        sql!("DELETE FROM flow_counts WHERE event = 'left' AND node = 'order'")
            .run(db).await.unwrap();
        sql!("UPDATE flow_counts SET node = 'nobody' WHERE event = 'left' AND node = 'ask'")
            .run(db).await.unwrap();

        let found = rebuild(db).await.unwrap();
        let told = found.differences.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(told.iter().any(|it| it.contains(" ask entered ") && it.contains("callers is")));
        assert!(told.iter().any(|it| it.contains(" order left ") && it.ends_with("missing")));
        assert!(told.iter().any(|it| it.contains(" nobody left ") && it.contains("not explained")));
    }

    async fn the_same_facts_again_change_nothing(db: &Db) {
        let mut story = Story::new(11);
        let journal = story.journal(20);
        let applied = apply(db, NODE, &journal).await.unwrap();
        assert_eq!(applied, Applied { fresh: journal.len(), known: 0, orphans: 0 });
        let before = everything(db, &story).await;

        let again = apply(db, NODE, &journal).await.unwrap();
        let piece = apply(db, NODE, &journal[5..30]).await.unwrap();

        assert_eq!(again, Applied { fresh: 0, known: journal.len(), orphans: 0 });
        assert_eq!(piece, Applied { fresh: 0, known: 25, orphans: 0 });
        assert_eq!(everything(db, &story).await, before);
        assert_eq!(position(db, NODE).await.unwrap(), journal.len() as u64);
    }

    async fn a_fact_that_comes_twice_in_one_batch_counts_once(db: &Db) {
        let mut story = Story::new(12);
        let journal = story.journal(6);
        let twice: Vec<_> = journal.iter().flat_map(|fact| [fact.clone(), fact.clone()]).collect();

        let applied = apply(db, NODE, &twice).await.unwrap();

        let expected = Applied { fresh: journal.len(), known: journal.len(), orphans: 0 };
        assert_eq!(applied, expected);
        assert_eq!(rebuild(db).await.unwrap().differences, []);
    }

    async fn a_fact_without_its_beginning_is_kept_and_counted(db: &Db) {
        let mut story = Story::new(13);
        let journal: Vec<_> = story.journal(1);

        let applied = apply(db, NODE, &journal[1..]).await.unwrap();

        assert_eq!(applied.orphans, journal.len() - 1);
        assert_eq!(everything(db, &story).await, []);
    }

    async fn what_happens_to_a_call_is_read_back_as_it_was(db: &Db) {
        let mut story = Story::new(14);
        let journal = story.journal(8);
        apply(db, NODE, &journal).await.unwrap();

        for call in by_call(&journal).into_keys() {
            let facts = facts::of_call(db, story.enterprise, call).await.unwrap();
            let expected: Vec<Fact> = journal
                .iter()
                .map(|(_, fact)| fact.clone())
                .filter(|fact| matches!(fact.event, Event::Call { call: other, .. } if other == call))
                .collect();
            assert_eq!(facts, expected);
        }
    }

    async fn folding_again_finds_no_drift_and_then_every_drift_that_is_made(db: &Db) {
        let mut story = Story::new(15);
        let journal = story.journal(60);
        apply_in_pieces(db, &mut story, &journal).await;
        let calls: Vec<CallId> = by_call(&journal).into_keys().collect();

        let found = rebuild(db).await.unwrap();
        assert_eq!(found.differences, []);
        assert_eq!((found.facts, found.records), (journal.len() as u64, calls.len() as u64));

        sql!("UPDATE call_records SET talk_ms = talk_ms + 1 WHERE id = $1")
            .bind(word(&calls[0])).run(db).await.unwrap();
        sql!("DELETE FROM call_records WHERE id = $1")
            .bind(word(&calls[1])).run(db).await.unwrap();
        sql!("DELETE FROM facts WHERE subject_id = $1")
            .bind(word(&calls[2])).run(db).await.unwrap();

        let found = rebuild(db).await.unwrap();
        let mut drifts: Vec<String> = found.differences.iter()
            .filter(|difference| difference.table == "call_records")
            .map(|difference| match &difference.drift {
                Drift::Missing => format!("missing {}", difference.id),
                Drift::Unexplained => format!("unexplained {}", difference.id),
                Drift::Field { name, .. } => format!("{name} {}", difference.id),
            })
            .collect();
        drifts.sort();
        let expected = [
            format!("missing {}", calls[1]),
            format!("talk_ms {}", calls[0]),
            format!("unexplained {}", calls[2]),
        ];
        assert_eq!(drifts, expected);
    }
}

#[tokio::test]
async fn a_call_id_with_a_nul_does_not_hold_up_the_projection() {
    let db = crate::test::postgres().await;
    let mut story = Story::new(16);
    let mut journal = story.journal(1);
    if let Event::Call {
        fact: CallFact::Arrived { sip_call_id, .. },
        ..
    } = &mut journal[0].1.event
    {
        *sip_call_id = "odd\0id".to_owned();
    }

    apply(&db, NODE, &journal).await.unwrap();

    assert_eq!(rebuild(&db).await.unwrap().differences, []);
}

async fn apply_in_pieces(db: &Db, story: &mut Story, journal: &[(u64, Fact)]) {
    let mut begin = 0;
    while begin < journal.len() {
        let end = (begin + 1 + story.below(90)).min(journal.len());
        apply(db, NODE, &journal[begin..end]).await.unwrap();
        let overlap = story.below(10).min(end - 1);
        begin = if end == journal.len() {
            end
        } else {
            end - overlap
        };
    }
}

async fn stored_counts(db: &Db, flows: &[FlowId]) -> FlowCounts {
    let rows = flow_counts::next(db, None, 100_000).await.unwrap();
    let rows = rows
        .into_iter()
        .filter(|(key, _)| flows.contains(&key.flow));
    rows.collect()
}

async fn everything(db: &Db, story: &Story) -> Vec<call_records::Entry> {
    let page = Page {
        limit: Page::LONGEST,
        after: None,
    };
    let filter = call_records::Filter::default();
    let slice = call_records::list(db, story.enterprise, &filter, page).await;
    slice.unwrap().items
}

type Facts = [(Timestamp, CallFact)];

/// Reads each field for itself, by looking through all the facts.
fn assert_obvious(record: &CallRecord, facts: &Facts, seed: u64) {
    assert_obvious_times(record, facts, seed);
    let mut expected = record.clone();
    (expected.flow, expected.queue, expected.recording) = (None, None, None);
    (expected.agent, expected.answer_mode, expected.ending) = (None, None, None);
    expected.offers = 0;
    for (_, fact) in facts.iter().rev() {
        if let CallFact::FlowEntered { flow, .. } = fact {
            expected.flow = Some(*flow);
        }
        if let CallFact::Queued { queue } = fact {
            expected.queue = Some(*queue);
        }
    }
    for (_, fact) in facts {
        if let CallFact::Offered { answer_mode, .. } = fact {
            expected.offers += 1;
            expected.answer_mode = Some(*answer_mode);
        }
        if let CallFact::Bridged { agent } = fact {
            expected.agent = *agent;
        }
        if let CallFact::RecordingStarted { recording, .. } = fact {
            expected.recording = Some(*recording);
        }
        expected.surveyed |= matches!(fact, CallFact::SurveyOffered { .. });
        if let CallFact::Rated { rating, .. } = fact {
            expected.rating = Some(*rating);
        }
        if let CallFact::Ended(ending) = fact {
            expected.ending = Some(ending.clone());
        }
    }
    if expected.ending.is_some() && expected.agent.is_none() {
        expected.answer_mode = None;
    }
    let count = |wanted: fn(&CallFact) -> bool| {
        let wanted = facts.iter().filter(|(_, fact)| wanted(fact));
        u32::try_from(wanted.count()).unwrap()
    };
    expected.consults = count(|fact| matches!(fact, CallFact::Consulted { .. }));
    expected.conferences = count(|fact| matches!(fact, CallFact::ConferenceBegun { .. }));
    expected.transfers = count(|fact| {
        matches!(
            fact,
            CallFact::Transferred {
                status: 200 | 202,
                ..
            }
        )
    });
    assert_eq!(record, &expected, "seed {seed}");
}

fn assert_obvious_times(record: &CallRecord, facts: &Facts, seed: u64) {
    let answered = |fact: &CallFact| matches!(fact, CallFact::Answered);
    let queued = |fact: &CallFact| matches!(fact, CallFact::Queued { .. });
    let offered = |fact: &CallFact| matches!(fact, CallFact::Offered { .. });
    let bridged = |fact: &CallFact| matches!(fact, CallFact::Bridged { .. });
    let ended = |fact: &CallFact| matches!(fact, CallFact::Ended(_));
    let left = |fact: &CallFact| matches!(fact, CallFact::Dequeued { .. }) || ended(fact);
    let decided = |fact: &CallFact| matches!(fact, CallFact::OfferEnded { .. }) || ended(fact);
    let parted = |fact: &CallFact| matches!(fact, CallFact::Unbridged { .. }) || ended(fact);
    assert_eq!(record.started_at, facts[0].0, "seed {seed}");
    assert_eq!(record.answered_at, first(facts, answered), "seed {seed}");
    assert_eq!(record.bridged_at, first(facts, bridged), "seed {seed}");
    assert_eq!(record.ended_at, first(facts, ended), "seed {seed}");
    assert_eq!(record.queue_ms, spans(facts, queued, left), "seed {seed}");
    assert_eq!(
        record.ring_ms,
        spans(facts, offered, decided),
        "seed {seed}"
    );
    assert_eq!(record.talk_ms, spans(facts, bridged, parted), "seed {seed}");
}

fn first(facts: &Facts, test: impl Fn(&CallFact) -> bool) -> Option<Timestamp> {
    let found = facts.iter().find(|(_, fact)| test(fact));
    found.map(|(at, _)| *at)
}

/// The sum of the times from each beginning to the next end; what never ends adds nothing.
fn spans(
    facts: &Facts,
    begins: impl Fn(&CallFact) -> bool,
    ends: impl Fn(&CallFact) -> bool,
) -> i64 {
    let mut sum = 0;
    for (at, (from, fact)) in facts.iter().enumerate() {
        if begins(fact)
            && let Some((until, _)) = facts[at..].iter().find(|(_, fact)| ends(fact))
        {
            sum += until.millis_since(*from);
        }
    }
    sum
}

fn obvious_recordings(record: &CallRecord, facts: &Facts) -> Vec<Recording> {
    let mut recordings = Vec::new();
    for (at, fact) in facts {
        if let CallFact::RecordingStarted { recording, path } = fact {
            let mut expected = Recording {
                id: *recording,
                enterprise: record.enterprise,
                call: record.id,
                started_at: *at,
                duration_ms: None,
                size_bytes: None,
                path: path.clone(),
                state: RecordingState::Open,
                fault: None,
                format: RecordingFormat::Wav,
                sha256: None,
                bucket: None,
            };
            for (_, end) in facts {
                note_end(&mut expected, end);
            }
            recordings.push(expected);
        }
    }
    recordings
}

fn note_end(expected: &mut Recording, fact: &CallFact) {
    if let CallFact::RecordingEnded {
        recording,
        duration_ms,
        size_bytes,
        fault,
        sha256,
    } = fact
        && *recording == expected.id
    {
        expected.duration_ms = Some(*duration_ms);
        expected.size_bytes = Some(*size_bytes);
        expected.fault.clone_from(fault);
        expected.sha256.clone_from(sha256);
        expected.state = if fault.is_some() {
            RecordingState::Faulty
        } else {
            RecordingState::Closed
        };
    }
    if let CallFact::RecordingCompressed {
        recording,
        path,
        size_bytes,
        sha256,
    } = fact
        && *recording == expected.id
    {
        expected.path.clone_from(path);
        expected.size_bytes = Some(*size_bytes);
        expected.sha256 = Some(sha256.clone());
        expected.format = RecordingFormat::Opus;
    }
    if let CallFact::RecordingMoved {
        recording,
        bucket,
        key,
    } = fact
        && *recording == expected.id
    {
        expected.path.clone_from(key);
        expected.bucket = Some(bucket.clone());
    }
}
