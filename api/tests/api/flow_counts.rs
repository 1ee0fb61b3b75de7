//! What callers did in a flow: counted by node and exit, of the days that are asked for.

use crate::world::{ADMIN, AGENT, Call, SUPERVISOR, World, arrived, ended};
use model::{CallFact, FlowId};
use serde_json::json;
use std::time::Duration;

const A_DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn callers_are_counted_by_exit_and_where_they_hang_up() {
    let world = World::new().await;
    let token = world.token(SUPERVISOR).await;
    let (flow, path) = demo(&world).await;
    let menu = [
        entered("main_menu"),
        left("main_menu", "1"),
        entered("sales"),
        ended(),
    ];
    called(&world, (flow, 1), (1, Duration::ZERO), &menu).await;
    let gave_up = [entered("main_menu"), ended()];
    called(&world, (flow, 1), (2, Duration::ZERO), &gave_up).await;
    called(
        &world,
        (flow, 1),
        (3, Duration::ZERO),
        &[entered("main_menu")],
    )
    .await;
    called(&world, (flow, 2), (4, Duration::ZERO), &gave_up).await;

    let told = world.get(&token, &format!("{path}?range=last7")).await;

    assert_eq!(told.status, 200, "{:?}", told.json());
    assert_eq!(told.json()["version"], 1);
    assert_eq!(told.json()["days"]["time_zone"], "Asia/Shanghai");
    assert_eq!(
        told.json()["nodes"],
        json!([
            {
                "node": "main_menu", "entered": 3, "hung_up": 1, "answered": 0, "cut_off": 0,
                "still_there": 1, "spent_ms": 2_000,
                "exits": [{"exit": "1", "callers": 1, "spent_ms": 1_000}],
            },
            {
                "node": "sales", "entered": 1, "hung_up": 1, "answered": 0, "cut_off": 0,
                "still_there": 0, "spent_ms": 1_000, "exits": [],
            },
        ])
    );
}

#[tokio::test]
async fn calls_count_on_the_day_on_which_they_began() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let (flow, path) = demo(&world).await;
    for (seed, days) in [(1, 0), (2, 3), (3, 20), (4, 200)] {
        let walk = [entered("main_menu"), ended()];
        called(&world, (flow, 1), (seed, A_DAY * days), &walk).await;
    }

    for (query, calls) in [
        ("range=today", 1),
        ("range=last7", 2),
        ("range=last30", 3),
        ("", 2),
    ] {
        let told = world.get(&token, &format!("{path}?{query}")).await.json();
        assert_eq!(told["nodes"][0]["entered"], calls, "{query}");
    }
    let week = world
        .get(&token, &format!("{path}?range=last7"))
        .await
        .json();
    let [from, to] = ["from", "to"].map(|name| week["days"][name].as_str().unwrap().to_owned());
    let same = world
        .get(&token, &format!("{path}?from={from}&to={to}"))
        .await;
    assert_eq!(same.json(), week, "the days that are told ask the same");
    let none = world
        .get(&token, &format!("{path}?from=2024-02-29&to=2024-02-29"))
        .await;
    assert_eq!(none.json()["nodes"], json!([]));
    assert_eq!(none.json()["days"]["begins_at"], "2024-02-28T16:00:00.000Z");
    assert_eq!(none.json()["days"]["ends_at"], "2024-02-29T16:00:00.000Z");
}

#[tokio::test]
async fn days_that_cannot_be_are_refused_by_name() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let (_, path) = demo(&world).await;

    for (query, pointer) in [
        ("from=2026-02-30&to=2026-03-01", "from"),
        ("from=yesterday&to=2026-03-01", "from"),
        ("from=2026-03-01", "to"),
        ("to=2026-03-01", "from"),
        ("from=2026-03-02&to=2026-03-01", "to"),
        ("from=2025-01-01&to=2026-01-02", "to"),
        ("from=9999-12-31&to=9999-12-31", "from"),
        ("range=last7&from=2026-03-01&to=2026-03-01", "range"),
        ("range=last8", "range"),
        ("version=x", "version"),
        ("day=2026-03-01", ""),
    ] {
        let refused = world.get(&token, &format!("{path}?{query}")).await;
        assert_eq!(
            refused.problem(),
            (422, "invalid_request".to_owned()),
            "{query}"
        );
        assert!(
            refused.pointers()[0].starts_with(pointer),
            "{query}: {:?}",
            refused.pointers()
        );
    }
    let whole = world
        .get(&token, &format!("{path}?from=2025-01-01&to=2026-01-01"))
        .await;
    assert_eq!(whole.status, 200, "366 days may be counted");
}

#[tokio::test]
async fn a_version_that_is_not_there_and_a_person_who_may_not_look_are_told_so() {
    let world = World::new().await;
    let (_, path) = demo(&world).await;
    let admin = world.token(ADMIN).await;
    let agent = world.token(AGENT).await;

    let absent = world.get(&admin, &format!("{path}?version=7")).await;
    assert_eq!(absent.problem(), (404, "not_found".to_owned()));
    let refused = world.get(&agent, &path).await;
    assert_eq!(refused.problem(), (403, "forbidden".to_owned()));
}

#[tokio::test]
async fn calls_are_replayed_through_a_draft_and_those_that_part_are_listed() {
    let world = World::new().await;
    let token = world.token(SUPERVISOR).await;
    let (flow, path) = demo(&world).await;
    let replay = path.replace("/counts", "/draft/replay");
    let begin = [
        entered("welcome"),
        left("welcome", "ok"),
        entered("choose_language"),
    ];
    let begin = |then: &[CallFact]| [&begin[..], then].concat();
    let keyed = begin(&[
        left("choose_language", "1"),
        entered("mandarin"),
        left("mandarin", "ok"),
        entered("main_menu"),
        ended(),
    ]);
    called(&world, (flow, 1), (1, Duration::ZERO), &keyed).await;
    called(&world, (flow, 1), (2, Duration::ZERO), &begin(&[ended()])).await;
    called(&world, (flow, 1), (3, Duration::ZERO), &begin(&[])).await;
    called(&world, (flow, 1), (4, A_DAY * 30), &keyed).await;

    let told = world.post(&token, &replay, "{}").await;
    assert_eq!(told.status, 200, "{:?}", told.json());
    let told = told.json();
    assert_eq!((&told["calls"], &told["same"]), (&json!(3), &json!(2)));
    assert_eq!(told["different"], json!([]));
    assert_eq!(
        told["unknown"],
        json!([{"reason": "in_progress", "calls": 1}])
    );

    let detail = world.get(&token, &path.replace("/counts", "")).await.json();
    let mut document = detail["document"].clone();
    for edge in document["edges"].as_array_mut().unwrap() {
        if edge["to"] == "mandarin" {
            edge["to"] = json!("english");
        }
    }
    document["nodes"]
        .as_object_mut()
        .unwrap()
        .remove("mandarin");
    let edges = document["edges"].as_array_mut().unwrap();
    edges.retain(|edge| edge["from"] != "mandarin");
    let body = json!({"document": document, "range": "today"}).to_string();
    let told = world.post(&token, &replay, &body).await.json();
    assert_eq!(told["problems"], json!([]));
    assert_eq!(told["same"], 1);
    assert_eq!(told["different"].as_array().unwrap().len(), 1);
    let parted = &told["different"][0];
    assert_eq!(parted["node"], "choose_language");
    assert_eq!(parted["happened"], json!({"exit": "1", "to": "mandarin"}));
    assert_eq!(parted["would"], json!({"exit": "1", "to": "english"}));

    for (body, pointer) in [
        (json!({"limit": 501}), "/limit"),
        (json!({"limit": 0}), "/limit"),
        (json!({"from": "2026-01-02", "to": "2026-01-01"}), "to"),
    ] {
        let refused = world.post(&token, &replay, &body.to_string()).await;
        assert_eq!(refused.problem().0, 422);
        assert_eq!(refused.pointers(), [pointer]);
    }
}

/// The flow of the demo, and where its counts are.
async fn demo(world: &World) -> (FlowId, String) {
    let token = world.token(ADMIN).await;
    let flows = world.get(&token, "/api/v1/flows").await.json();
    let mut flows = flows["items"].as_array().unwrap().iter();
    let demo = flows.find(|flow| flow["name"] == "demo").unwrap();
    let id = demo["id"].as_str().unwrap();
    (id.parse().unwrap(), format!("/api/v1/flows/{id}/counts"))
}

/// A call that walked through a version, a second for each fact, and the last of them so long ago.
async fn called(
    world: &World,
    (flow, version): (FlowId, u32),
    (seed, ago): (u64, Duration),
    walk: &[CallFact],
) {
    let call = Call::new(world.enterprise().await, seed);
    let mut facts = vec![
        arrived("13800138000"),
        CallFact::FlowEntered { flow, version },
    ];
    facts.extend_from_slice(walk);
    world.facts(&call, ago, facts).await;
}

fn entered(node: &str) -> CallFact {
    let node = node.to_owned();
    CallFact::NodeEntered { node }
}

fn left(node: &str, exit: &str) -> CallFact {
    CallFact::NodeLeft {
        node: node.to_owned(),
        exit: exit.to_owned(),
        keys: exit.to_owned(),
    }
}
