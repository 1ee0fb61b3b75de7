//! Searching call records, and what happened in one call.

use crate::world::{ADMIN, AGENT, Call, World, arrived, ended, talk};
use model::{CallFact, OfferOutcome};
use std::time::Duration;

const AN_HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_record_shows_durations_and_who_hung_up() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let call = Call::new(world.enterprise().await, 1);
    let facts = talk("13800138000", world.agent(AGENT).await);
    world.facts(&call, Duration::ZERO, facts).await;

    let answer = world.get(&token, "/api/v1/call-records").await;

    let record = &answer.json()["items"][0];
    assert_eq!(record["id"], call.id.to_string());
    assert_eq!(record["caller"], "13800138000");
    assert_eq!(record["duration_seconds"], 3);
    assert_eq!(record["talk_ms"], 1_000);
    assert_eq!(record["ending"]["by"], "customer");
    assert_eq!(record["extension"], "1001");
    let one = world
        .get(&token, &format!("/api/v1/call-records/{}", call.id))
        .await;
    assert_eq!(one.json()["talk_seconds"], 1);
    assert!(one.json()["recording_file"].is_null());
}

#[tokio::test]
async fn whoever_saw_a_call_end_finds_its_record() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let call = Call::new(world.enterprise().await, 1);
    let facts = talk("13800138000", world.agent(AGENT).await);
    world.written.send_replace(facts.len() as u64);
    let one = format!("/api/v1/call-records/{}", call.id);

    let list = world.get(&token, "/api/v1/call-records");
    let show = world.get(&token, &one);
    let ledger = async {
        world.hurry.notified().await;
        let applied = facts.len() as u64;
        world.facts(&call, Duration::ZERO, facts).await;
        world.applied.send_replace(applied);
    };
    let (list, show, ()) = tokio::join!(list, show, ledger);

    assert_eq!(list.json()["items"][0]["id"], call.id.to_string());
    assert_eq!(show.json()["talk_seconds"], 1);
}

#[tokio::test]
async fn a_database_that_is_behind_still_answers() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let call = Call::new(world.enterprise().await, 1);
    let facts = talk("13800138000", world.agent(AGENT).await);
    world.facts(&call, Duration::ZERO, facts).await;
    world.written.send_replace(1_000);

    let answer = world.get(&token, "/api/v1/call-records").await;

    assert_eq!(answer.json()["items"][0]["id"], call.id.to_string());
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_overlap() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let enterprise = world.enterprise().await;
    for seed in 0..5 {
        let call = Call::new(enterprise, seed);
        let ago = Duration::from_secs(seed * 10);
        world.facts(&call, ago, vec![arrived("1"), ended()]).await;
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/call-records?limit=2".to_owned();

    loop {
        let page = world.get(&token, &path).await.json();
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["started_at"].to_string()));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/v1/call-records?limit=2&cursor={cursor}");
    }

    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|newer, older| newer > older), "{seen:?}");
}

#[tokio::test]
async fn filters_narrow_the_search_and_the_range_is_echoed() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let enterprise = world.enterprise().await;
    let agent = world.agent(AGENT).await;
    let talked = Call::new(enterprise, 1);
    world
        .facts(&talked, Duration::from_mins(1), talk("111", agent))
        .await;
    let old = Call::new(enterprise, 2);
    let facts = vec![arrived("222"), ended()];
    world.facts(&old, AN_HOUR * 24 * 20, facts).await;

    for (query, expected) in [
        ("", 2),
        ("range=last7", 1),
        ("range=last30", 2),
        ("caller=222", 1),
        ("trunk_number=4008110510", 2),
        ("called=999", 0),
        ("call_type=click_to_dial", 0),
        ("from=2026-01-01T00:00:00Z&sort=-started_at", 2),
        ("to=2020-01-01T00:00:00%2B08:00", 0),
        (&format!("agent={agent}"), 1),
    ] {
        let path = format!("/api/v1/call-records?{query}");
        let found = world.get(&token, &path).await.json();
        let count = found["items"].as_array().map(Vec::len);
        assert_eq!(count, Some(expected), "{query}: {found}");
    }
    let found = world.get(&token, "/api/v1/call-records?range=today").await;
    let from = found.json()["period"]["from"].as_str().unwrap().to_owned();
    assert!(
        from.ends_with("T16:00:00.000Z"),
        "midnight in Shanghai: {from}"
    );
}

#[tokio::test]
async fn a_parameter_that_is_unknown_or_wrong_is_refused_by_name() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;

    for (query, name) in [
        ("colour=red", "colour"),
        ("range=forever", "range"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("cursor=nonsense", "cursor"),
        ("from=yesterday", "from"),
        ("caller=1%0d%0a", "caller"),
        ("agent=1001", "agent"),
        ("sort=caller", "sort"),
        ("range=today&from=2026-01-01T00:00:00Z", "range"),
    ] {
        let path = format!("/api/v1/call-records?{query}");
        let answer = world.get(&token, &path).await;
        assert_eq!(answer.problem().0, 422, "{query}");
        assert_eq!(answer.pointers(), [name], "{query}");
    }
}

#[tokio::test]
async fn the_events_tell_the_call_with_names_in_place_of_ids() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let agent = world.agent(AGENT).await;
    let call = Call::new(world.enterprise().await, 1);
    let mut facts = talk("111", agent);
    let outcome = OfferOutcome::Answered;
    facts.insert(2, CallFact::OfferEnded { agent, outcome });
    world.facts(&call, Duration::ZERO, facts).await;

    let path = format!("/api/v1/call-records/{}/events", call.id);
    let events = world.get(&token, &path).await.json();

    let items = events["items"].as_array().unwrap();
    let kinds: Vec<&str> = items
        .iter()
        .map(|item| item["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["arrived", "answered", "offer_ended", "bridged", "ended"]
    );
    assert!(items[2]["agent"]["name"].is_string());
    assert_eq!(items[4]["by"], "customer");
}

#[tokio::test]
async fn an_agent_sees_their_own_calls_only() {
    let world = World::new().await;
    let token = world.token(AGENT).await;
    let enterprise = world.enterprise().await;
    let own = Call::new(enterprise, 1);
    let other = Call::new(enterprise, 2);
    let colleague = world.agent("1002@demo.example").await;
    let facts = talk("111", world.agent(AGENT).await);
    world.facts(&own, Duration::ZERO, facts).await;
    world
        .facts(&other, Duration::ZERO, talk("222", colleague))
        .await;

    let found = world.get(&token, "/api/v1/call-records").await.json();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1));
    let of_colleague = format!("/api/v1/call-records?agent={colleague}");
    let found = world.get(&token, &of_colleague).await.json();
    assert_eq!(found["items"].as_array().map(Vec::len), Some(0));
    for (call, status) in [(own, 200), (other, 404)] {
        for part in ["", "/events"] {
            let path = format!("/api/v1/call-records/{}{part}", call.id);
            assert_eq!(world.get(&token, &path).await.status, status, "{path}");
        }
    }
}
