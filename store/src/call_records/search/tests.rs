//! Every filter and page gives what looking through all records gives.

use super::*;
use crate::projection;
use crate::statement::sql;
use crate::statement::tests::plan_of;
use crate::story::{BEGINNING, Story};
use crate::test;
use crate::{Limits, on_both_engines};

on_both_engines! {
    async fn pages_together_are_the_whole_list_newest_first(db: &Db) {
        let (story, all) = told(db, 21).await;

        let mut paged = Vec::new();
        let mut page = Page { limit: 7, after: None };
        loop {
            let slice = list(db, story.enterprise, &Filter::default(), page).await.unwrap();
            assert!(slice.items.len() <= 7);
            paged.extend(slice.items.into_iter().map(|entry| entry.record));
            match slice.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }

        assert_eq!(paged, all);
        assert!(paged.is_sorted_by_key(|record| std::cmp::Reverse((record.started_at, record.id))));
    }

    async fn each_filter_gives_what_looking_through_all_records_gives(db: &Db) {
        let (story, all) = told(db, 22).await;
        for (filter, keeps) in filters(&story) {
            let found = list(db, story.enterprise, &filter, whole()).await.unwrap();
            let found: Vec<_> = found.items.into_iter().map(|entry| entry.record).collect();
            let expected: Vec<_> = all.iter().filter(|record| keeps(record)).cloned().collect();
            assert!(!expected.is_empty(), "the story has nothing for {filter:?}");
            assert_eq!(found, expected, "{filter:?}");
        }
    }

    async fn a_call_of_another_enterprise_is_not_there(db: &Db) {
        let (_, all) = told(db, 23).await;
        let other = Story::new(24);

        let missing = crate::call_records::show(db, other.enterprise, all[0].id).await;
        let listed = list(db, other.enterprise, &Filter::default(), whole()).await.unwrap();

        assert!(matches!(missing, Err(Error::NotFound("call"))), "{missing:?}");
        assert_eq!(listed.items, []);
    }
}

#[tokio::test]
async fn no_list_is_sorted_by_sqlite_whatever_is_asked() {
    let db = test::sqlite().await;
    let (story, all) = told(&db, 25).await;
    let place = Cursor {
        started_at: all[9].started_at,
        call: all[9].id,
    };

    no_list_is_sorted(&db, &story, place).await;

    sql!("ANALYZE").run(&*db).await.unwrap();
    // Statistics reach a connection when it reads the schema.
    let analyzed = Db::open(db.url(), Limits::default()).await.unwrap();
    no_list_is_sorted(&analyzed, &story, place).await;
}

async fn no_list_is_sorted(db: &Db, story: &Story, place: Cursor) {
    for choice in 0..1_u32 << 10 {
        let filter = chosen(choice, story);
        for after in [None, Some(place)] {
            let page = Page { limit: 20, after };
            let statement = page_of(Engine::Sqlite, story.enterprise, &filter, page);
            let (text, _) = statement.render(Engine::Sqlite);
            let plan = plan_of(db, text.as_str()).await;
            assert!(!plan.contains("TEMP B-TREE"), "{filter:?}\n{plan}");
            assert!(!plan.contains("SCAN call_records"), "{filter:?}\n{plan}");
        }
    }
}

async fn told(db: &Db, seed: u64) -> (Story, Vec<CallRecord>) {
    let mut story = Story::new(seed);
    let journal = story.journal(60);
    projection::apply(db, "node", &journal).await.unwrap();
    let slice = list(db, story.enterprise, &Filter::default(), whole()).await;
    let all: Vec<_> = slice
        .unwrap()
        .items
        .into_iter()
        .map(|entry| entry.record)
        .collect();
    assert_eq!(all.len(), 60);
    (story, all)
}

fn whole() -> Page {
    Page {
        limit: Page::LONGEST,
        after: None,
    }
}

type Keeps = Box<dyn Fn(&CallRecord) -> bool + Send>;

fn filters(story: &Story) -> Vec<(Filter, Keeps)> {
    let middle = Timestamp::from_millis(BEGINNING + 300_000);
    let number = story.numbers[0].clone();
    let [from, to, ours] = [(); 3].map(|()| number.clone());
    let (agent, queue) = (story.agents[0], story.queues[0]);
    let only = |choice| chosen(choice, story);
    vec![
        (only(1), Box::new(move |record| record.started_at >= middle)),
        (
            only(1 << 1),
            Box::new(move |record| record.started_at < middle),
        ),
        (
            only(1 << 2),
            Box::new(move |record| record.trunk_number == ours),
        ),
        (only(1 << 3), Box::new(move |record| record.caller == from)),
        (only(1 << 4), Box::new(move |record| record.called == to)),
        (
            only(1 << 5),
            Box::new(move |record| record.agent == Some(agent)),
        ),
        (
            only(1 << 6),
            Box::new(move |record| record.queue == Some(queue)),
        ),
        (
            only(1 << 7),
            Box::new(|record| record.call_type == CallType::Inbound),
        ),
        (
            only(1 << 8),
            Box::new(|record| record.answer_mode == Some(AnswerMode::Sip)),
        ),
        (
            only(1 << 9),
            Box::new(|record| {
                let ending = record.ending.as_ref();
                ending.is_some_and(|ending| ending.reason == EndReason::HungUp)
            }),
        ),
        (
            only(1 << 3 | 1 << 7),
            Box::new(move |record| {
                record.caller == number && record.call_type == CallType::Inbound
            }),
        ),
    ]
}

/// The filter that sets the fields whose bits are set.
fn chosen(choice: u32, story: &Story) -> Filter {
    let set = |bit: u32| choice & (1 << bit) != 0;
    let middle = Timestamp::from_millis(BEGINNING + 300_000);
    let number = &story.numbers[0];
    Filter {
        from: set(0).then_some(middle),
        until: set(1).then_some(middle),
        trunk_number: set(2).then(|| number.clone()),
        caller: set(3).then(|| number.clone()),
        called: set(4).then(|| number.clone()),
        agent: set(5).then(|| story.agents[0]),
        queue: set(6).then(|| story.queues[0]),
        call_type: set(7).then_some(CallType::Inbound),
        answer_mode: set(8).then_some(AnswerMode::Sip),
        ended_reason: set(9).then_some(EndReason::HungUp),
    }
}
