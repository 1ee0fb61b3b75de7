//! Drafts that are tried: simulated calls, tests kept with a flow, and publishing that requires them.

use crate::world::{ADMIN, AGENT, Answer, SUPERVISOR, World, request};
use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};

#[tokio::test]
async fn a_call_is_played_through_a_draft_and_told_step_by_step() {
    let world = World::new().await;
    let token = world.token(SUPERVISOR).await;
    let path = sorting(&world).await;
    let simulate = format!("{path}/draft/simulate");

    let call =
        json!({"caller": "13800138000", "do": [{"press": "12#"}], "at": "2026-11-23T02:00:00Z"});
    let played = world.post(&token, &simulate, &call.to_string()).await;
    assert_eq!(played.status, 200, "{:?}", played.json());
    let told = played.json();
    assert_eq!(told["problems"], json!([]));
    assert_eq!(
        told["trace"]["steps"][0],
        json!({
            "node": "ask", "at_ms": 0, "exit": "ok", "keys": "12",
            "said": "请输入您的订单号，按井号键结束。", "unreadable": [],
        })
    );
    assert_eq!(told["trace"]["steps"][1]["node"], "read");
    assert_eq!(told["trace"]["steps"][1]["said"], "一二");
    assert_eq!(told["trace"]["variables"]["order"], "12");
    assert_eq!(told["trace"]["variables"]["caller"], "13800138000");
    assert_eq!(
        told["trace"]["awaited"],
        json!({"what": "queue", "name": "sales"})
    );
    assert_eq!(told["trace"]["end"], "away");

    let call = json!({"do": [{"press": "12#"}], "away": {"sales": "no_agent"}});
    let told = world
        .post(&token, &simulate, &call.to_string())
        .await
        .json();
    let nodes: Vec<_> = told["trace"]["steps"].as_array().unwrap().iter().collect();
    assert_eq!(nodes[2]["exit"], "no_agent");
    assert_eq!(nodes[3]["node"], "bye");
    assert_eq!(told["trace"]["awaited"]["what"], "over");
}

#[tokio::test]
async fn what_is_sensitive_is_masked_in_a_simulation() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let path = sorting(&world).await;
    let mut document = flow();
    document["nodes"]["ask"]["sensitive"] = json!(true);
    let call = json!({"document": document, "do": [{"press": "12#"}]});
    let told = world
        .post(&token, &format!("{path}/draft/simulate"), &call.to_string())
        .await
        .json();
    assert_eq!(told["trace"]["steps"][0]["keys"], "**");
    assert_eq!(told["trace"]["variables"]["order"], "**");
}

#[tokio::test]
async fn a_draft_that_cannot_be_published_is_not_played() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let path = sorting(&world).await;
    let mut broken = flow();
    broken["edges"] = json!([]);
    let body = json!({ "document": broken }).to_string();
    for address in ["draft/simulate", "draft/test"] {
        let told = world
            .post(&token, &format!("{path}/{address}"), &body)
            .await;
        assert_eq!(told.status, 200);
        let problems = told.json()["problems"].to_string();
        assert!(problems.contains("unwired_exit"), "{problems}");
    }
}

#[tokio::test]
async fn deeds_that_cannot_be_are_named_with_their_place() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let path = sorting(&world).await;
    let simulate = format!("{path}/draft/simulate");
    for (call, place) in [
        (json!({"do": ["hang_up", {"press": "1x"}]}), "/do/1/press"),
        (json!({"do": [{"sing": 1}]}), "/do/0"),
        (json!({"caller": "1".repeat(1_025)}), "/caller"),
        (json!({"at": "tomorrow"}), "/at"),
        (json!({"called_by": "1"}), ""),
    ] {
        let refused = world.post(&token, &simulate, &call.to_string()).await;
        assert_eq!(refused.problem().0, 422, "{call}");
        let pointers = refused.pointers();
        assert!(pointers[0].starts_with(place), "{call}: {pointers:?}");
    }
}

#[tokio::test]
async fn tests_are_kept_with_a_flow_and_run_against_its_draft() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let path = sorting(&world).await;
    let none = world.get(&token, &format!("{path}/tests")).await;
    assert_eq!(none.header("etag"), "\"0\"");
    assert_eq!(
        none.json(),
        json!({"tests": [], "require_tests": false, "version": 0})
    );

    let kept = keep(
        &world,
        (&token, &path),
        "\"0\"",
        &json!([good(), bad()]),
        false,
    )
    .await;
    assert_eq!(kept.status, 200, "{:?}", kept.json());
    assert_eq!(kept.header("etag"), "\"1\"");
    assert_eq!(kept.json()["tests"], json!([good(), bad()]));
    let late = keep(&world, (&token, &path), "\"0\"", &json!([]), false).await;
    assert_eq!(late.problem(), (412, "changed_meanwhile".to_owned()));

    let ran = world
        .post(&token, &format!("{path}/draft/test"), "{}")
        .await;
    assert_eq!(
        ran.json(),
        json!({
            "problems": [],
            "results": [
                {"name": "an order goes to sales", "passed": true, "differences": []},
                {"name": "silence ends the call", "passed": false, "differences": [
                    {"what": "path", "expected": "ask > read", "got": "ask > bye"},
                ]},
            ],
        })
    );
}

#[tokio::test]
async fn a_draft_that_fails_a_required_test_is_not_published() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let path = sorting(&world).await;
    let to_publish = (token.as_str(), path.as_str());
    keep(&world, to_publish, "\"0\"", &json!([]), true).await;
    let live = publish(&world, to_publish, "\"1\"").await;
    assert_eq!(live.json()["version"], 1, "there is no test to fail");

    keep(&world, to_publish, "\"1\"", &json!([good(), bad()]), true).await;
    let refused = publish(&world, to_publish, "\"1\"").await;
    assert_eq!(refused.problem(), (409, "tests_failed".to_owned()));
    assert_eq!(refused.pointers(), ["tests[1]"]);
    let detail = refused.json()["errors"][0]["detail"].clone();
    assert!(
        detail.to_string().contains("silence ends the call"),
        "{detail}"
    );
    assert_eq!(world.script.reloads(), 1);
    let back = world
        .post(&token, &format!("{path}/versions/1/publish"), "")
        .await;
    assert_eq!(
        back.json()["version"],
        2,
        "an older version can be brought back"
    );

    keep(&world, to_publish, "\"2\"", &json!([good(), bad()]), false).await;
    assert_eq!(publish(&world, to_publish, "\"1\"").await.status, 200);
    keep(&world, to_publish, "\"3\"", &json!([good()]), true).await;
    assert_eq!(publish(&world, to_publish, "\"1\"").await.status, 200);
}

#[tokio::test]
async fn tests_that_cannot_be_kept_are_named_with_their_place() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let path = sorting(&world).await;
    let mut pointless = good();
    pointless["expect"] = json!({});
    let many: Vec<_> = (0..201)
        .map(|at| {
            let mut test = good();
            test["name"] = json!(format!("test {at}"));
            test
        })
        .collect();
    for (tests, place) in [
        (json!([good(), good()]), "/tests/1/name"),
        (json!([bad(), pointless]), "/tests/1/expect"),
        (
            json!([{"name": " ", "expect": {"end": "away"}}]),
            "/tests/0/name",
        ),
        (
            json!([{"name": "x", "expect": {"end": "lost"}}]),
            "/tests/0/expect/end",
        ),
        (json!(many), "/tests"),
    ] {
        let refused = keep(&world, (&token, &path), "\"0\"", &tests, false).await;
        assert_eq!(refused.problem().0, 422, "{place}");
        assert_eq!(refused.pointers(), [place]);
    }
    let all = keep(&world, (&token, &path), "\"0\"", &json!(many[..200]), false).await;
    assert_eq!(all.status, 200);
}

#[tokio::test]
async fn a_test_file_is_read_into_what_can_be_kept() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let path = sorting(&world).await;
    let read = "/api/v1/flows/tests/read";
    let text = "flow: sorting.yaml\ntests:\n  - name: an order goes to sales\n    do: [{ press: \"12#\" }]\n    \
                expect: { path: [ask, read, sales], end: away }\n";
    let told = world
        .post(&token, read, &json!({ "text": text }).to_string())
        .await;
    assert_eq!(
        told.json(),
        json!({"flow": "sorting.yaml", "tests": [good()]})
    );
    let kept = keep(
        &world,
        (&token, &path),
        "\"0\"",
        &told.json()["tests"],
        true,
    )
    .await;
    assert_eq!(kept.status, 200);

    let wrong = text.replace("press", "sing");
    let refused = world
        .post(&token, read, &json!({ "text": wrong }).to_string())
        .await;
    assert_eq!(refused.problem().0, 422);
    assert_eq!(refused.pointers(), ["/text"]);
    assert!(
        refused.json()["errors"][0]["detail"]
            .to_string()
            .contains("sing")
    );
}

#[tokio::test]
async fn only_administrators_keep_tests_and_agents_try_nothing() {
    let world = World::new().await;
    let path = sorting(&world).await;
    for (email, allowed) in [(SUPERVISOR, 200), (AGENT, 403)] {
        let token = world.token(email).await;
        for address in ["draft/simulate", "draft/test"] {
            let answer = world.post(&token, &format!("{path}/{address}"), "{}").await;
            assert_eq!(answer.status, allowed, "{email} {address}");
        }
        let tests = world.get(&token, &format!("{path}/tests")).await;
        assert_eq!(tests.status, allowed);
        let kept = keep(&world, (&token, &path), "\"0\"", &json!([]), false).await;
        assert_eq!(kept.status, 403);
    }
}

/// A draft of a flow that asks for an order, reads it back and leads to sales; its address.
async fn sorting(world: &World) -> String {
    let token = world.token(ADMIN).await;
    let body = json!({ "document": flow() }).to_string();
    let made = world.post(&token, "/api/v1/flows", &body).await;
    assert_eq!(made.status, 201, "{:?}", made.json());
    let id = made.json()["flow"]["id"].as_str().unwrap().to_owned();
    format!("/api/v1/flows/{id}")
}

fn flow() -> Value {
    json!({
        "name": "sorting",
        "language": "zh-CN",
        "start": "ask",
        "nodes": {
            "ask": {
                "kind": "collect", "items": [{"clip": "enter_order"}], "variable": "order",
                "max_length": 4, "retries": 0,
            },
            "read": {"kind": "play", "items": [{"say": "digits", "text": "${order}"}]},
            "sales": {"kind": "queue", "queue": "sales"},
            "bye": {"kind": "hangup", "items": [{"clip": "goodbye"}]},
        },
        "edges": [
            {"from": "ask", "exit": "ok", "to": "read"},
            {"from": "ask", "exit": "default", "to": "bye"},
            {"from": "read", "exit": "ok", "to": "sales"},
            {"from": "sales", "exit": "default", "to": "bye"},
        ],
    })
}

fn good() -> Value {
    json!({
        "name": "an order goes to sales",
        "do": [{"press": "12#"}],
        "expect": {"path": ["ask", "read", "sales"], "end": "away"},
    })
}

fn bad() -> Value {
    json!({
        "name": "silence ends the call",
        "do": [{"silence": 1}],
        "expect": {"path": ["ask", "read"]},
    })
}

async fn keep(
    world: &World,
    (token, path): (&str, &str),
    tag: &str,
    tests: &Value,
    require_tests: bool,
) -> Answer {
    let body = json!({"tests": tests, "require_tests": require_tests}).to_string();
    let path = format!("{path}/tests");
    let mut request = request(Method::PUT, token, &path, Body::from(body));
    let tag = tag.parse().unwrap();
    request.headers_mut().insert(header::IF_MATCH, tag);
    world.send(request).await
}

async fn publish(world: &World, (token, path): (&str, &str), tag: &str) -> Answer {
    let path = format!("{path}/publish");
    let mut request = request(Method::POST, token, &path, Body::empty());
    let tag = tag.parse().unwrap();
    request.headers_mut().insert(header::IF_MATCH, tag);
    world.send(request).await
}
