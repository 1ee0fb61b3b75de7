//! Flows: drawn, saved whatever is wrong with them, published, brought back.

use crate::world::{ADMIN, AGENT, Answer, SUPERVISOR, World, request};
use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};

#[tokio::test]
async fn a_flow_is_drawn_published_and_brought_back_with_every_place_and_space() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let made = world.post(&token, "/api/v1/flows", &body(&spaced())).await;
    assert_eq!(made.status, 201, "{:?}", made.json());
    assert_eq!(made.header("etag"), "\"1\"");
    assert_eq!(made.json()["flow"]["version"], Value::Null);
    let path = path_of(&made);

    let live = publish(&world, (&token, &path), "\"1\"").await;
    assert_eq!(live.json(), json!({"version": 1, "same": false}));
    let mut other = spaced();
    other["nodes"]["say"]["items"][0]["text"] = json!("7　8");
    let saved = save(&world, (&token, &path), "\"1\"", &other).await;
    assert_eq!(saved.json()["document"], other);
    assert_eq!(saved.json()["flow"]["draft_waits"], true);
    let live = publish(&world, (&token, &path), "\"2\"").await;
    assert_eq!(live.json(), json!({"version": 2, "same": false}));

    let back = format!("{path}/versions/1/publish");
    let back = world.post(&token, &back, "").await;
    assert_eq!(back.json(), json!({"version": 3, "same": false}));
    for (version, document) in [(1, spaced()), (2, other.clone()), (3, spaced())] {
        let shown = world
            .get(&token, &format!("{path}/versions/{version}"))
            .await;
        assert_eq!(shown.json()["document"], document);
    }
    let versions = world.get(&token, &format!("{path}/versions")).await.json();
    assert_eq!(versions["items"].as_array().unwrap().len(), 3);
    let shown = world.get(&token, &path).await.json();
    assert_eq!(
        (&shown["document"], &shown["flow"]["version"]),
        (&other, &json!(3))
    );
    assert_eq!(world.script.reloads(), 3);
}

#[tokio::test]
async fn moving_nodes_alone_makes_no_version() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let made = world.post(&token, "/api/v1/flows", &body(&spaced())).await;
    let path = path_of(&made);
    publish(&world, (&token, &path), "\"1\"").await;

    let mut moved = spaced();
    moved["nodes"]["say"]["position"] = json!({"x": -317, "y": 4096});
    save(&world, (&token, &path), "\"1\"", &moved).await;
    let live = publish(&world, (&token, &path), "\"2\"").await;
    assert_eq!(live.json(), json!({"version": 1, "same": true}));
    let shown = world.get(&token, &format!("{path}/versions/1")).await;
    assert_eq!(shown.json()["document"], moved);
}

#[tokio::test]
async fn a_draft_is_kept_whatever_is_wrong_with_it_and_not_published() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let made = world.post(&token, "/api/v1/flows", &body(&spaced())).await;
    let path = path_of(&made);
    let mut wrong = spaced();
    wrong["edges"] = json!([]);
    wrong["nodes"]["say"]["items"][0]["text"] = json!("　 ");
    wrong["nodes"]["odd"] = json!({"kind": "unheard_of", "position": {"x": 1, "y": 2}});

    let saved = save(&world, (&token, &path), "\"1\"", &wrong).await;
    assert_eq!(
        (saved.status.as_u16(), &saved.json()["document"]),
        (200, &wrong)
    );
    let refused = publish(&world, (&token, &path), "\"2\"").await;
    assert_eq!(refused.problem().0, 422);
    assert_eq!(refused.pointers(), ["nodes.odd.kind"]);

    wrong["nodes"].as_object_mut().unwrap().remove("odd");
    let check = world
        .post(&token, "/api/v1/flows/check", &body(&wrong))
        .await;
    let problems = check.json()["problems"].clone();
    let codes = problems.as_array().unwrap().iter();
    let codes: Vec<_> = codes
        .map(|it| it["code"].as_str().unwrap().to_owned())
        .collect();
    for code in ["unreadable_text", "unwired_exit", "unreachable"] {
        assert!(codes.contains(&code.to_owned()), "{code}: {codes:?}");
    }
    assert_eq!(world.script.reloads(), 0);
}

#[tokio::test]
async fn of_two_who_draw_the_later_is_told_who_was_quicker() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let made = world.post(&token, "/api/v1/flows", &body(&spaced())).await;
    let path = path_of(&made);
    assert_eq!(
        save(&world, (&token, &path), "\"1\"", &spaced())
            .await
            .status,
        200
    );

    let late = save(&world, (&token, &path), "\"1\"", &spaced()).await;
    assert_eq!(late.problem(), (412, "changed_meanwhile".to_owned()));
    let late = publish(&world, (&token, &path), "\"1\"").await;
    assert_eq!(late.problem(), (412, "changed_meanwhile".to_owned()));
    let shown = world.get(&token, &path).await.json();
    assert!(shown["flow"]["changed_by"]["name"].is_string());
    let again = world.post(&token, "/api/v1/flows", &body(&spaced())).await;
    assert_eq!(again.problem(), (409, "already_taken".to_owned()));
}

#[tokio::test]
async fn a_shipped_flow_is_drawn_from_its_live_version() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let flows = world.get(&token, "/api/v1/flows").await.json();
    let demo = flows["items"].as_array().unwrap().iter();
    let demo = demo
        .clone()
        .find(|it| it["name"] == "demo")
        .unwrap()
        .clone();
    let path = format!("/api/v1/flows/{}", demo["id"].as_str().unwrap());
    let shown = world.get(&token, &path).await;
    assert_eq!(shown.header("etag"), "\"0\"");
    let document = shown.json()["document"].clone();

    let check = world
        .post(&token, "/api/v1/flows/check", &body(&document))
        .await;
    assert_eq!(check.json()["problems"], json!([]));
    let spoken = check.json()["spoken"].as_array().unwrap().clone();
    let heard = spoken
        .iter()
        .find(|it| it["path"] == "nodes.read_numbers.items[2].text");
    assert_eq!(heard.unwrap()["text"], "幺三八 ▏ 零零幺三 ▏ 八零零零");
    let clips = check.json()["clips"].to_string();
    assert!(clips.contains("\"welcome\""));
    let saved = save(&world, (&token, &path), "\"0\"", &document).await;
    assert_eq!(saved.header("etag"), "\"1\"");
}

#[tokio::test]
async fn only_administrators_draw_and_agents_do_not_look() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let made = world.post(&token, "/api/v1/flows", &body(&spaced())).await;
    let path = path_of(&made);
    for email in [SUPERVISOR, AGENT] {
        let token = world.token(email).await;
        let looks = world.get(&token, &path).await.status;
        assert_eq!(looks.as_u16(), if email == AGENT { 403 } else { 200 });
        assert_eq!(
            save(&world, (&token, &path), "\"1\"", &spaced())
                .await
                .status,
            403
        );
        assert_eq!(publish(&world, (&token, &path), "\"1\"").await.status, 403);
        let made = world.post(&token, "/api/v1/flows", &body(&spaced())).await;
        assert_eq!(made.status, 403);
    }
}

/// A flow with spaces of every width and places of every sign.
fn spaced() -> Value {
    json!({
        "name": "spaces",
        "language": "zh-CN",
        "start": "say",
        "nodes": {
            "say": {
                "kind": "play",
                "items": [{"say": "digits", "text": " 12  30　45 "}],
                "position": {"x": -17, "y": 240},
            },
            "bye": {"kind": "hangup", "items": [], "position": {"x": 1234, "y": 0}},
        },
        "edges": [{"from": "say", "exit": "ok", "to": "bye"}],
    })
}

fn body(document: &Value) -> String {
    json!({ "document": document }).to_string()
}

fn path_of(made: &Answer) -> String {
    let id = made.json()["flow"]["id"].as_str().unwrap().to_owned();
    format!("/api/v1/flows/{id}")
}

async fn save(world: &World, (token, path): (&str, &str), tag: &str, document: &Value) -> Answer {
    let path = format!("{path}/draft");
    let mut request = request(Method::PUT, token, &path, Body::from(body(document)));
    request
        .headers_mut()
        .insert(header::IF_MATCH, tag.parse().unwrap());
    world.send(request).await
}

async fn publish(world: &World, (token, path): (&str, &str), tag: &str) -> Answer {
    let path = format!("{path}/publish");
    let mut request = request(Method::POST, token, &path, Body::empty());
    request
        .headers_mut()
        .insert(header::IF_MATCH, tag.parse().unwrap());
    world.send(request).await
}
