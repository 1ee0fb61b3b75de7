//! Engines that speak: listed, listened to, and asked before a flow is published.

use crate::world::{ADMIN, AGENT, Answer, SUPERVISOR, World, request};
use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/speech-engines";

fn flow(item: &Value) -> Value {
    json!({
        "name": "spoken",
        "language": "zh-CN",
        "variables": {"name": ""},
        "start": "hello",
        "nodes": {
            "hello": {"kind": "play", "items": [item]},
            "bye": {"kind": "hangup"},
        },
        "edges": [{"from": "hello", "exit": "ok", "to": "bye"}],
    })
}

async fn problems(world: &World, token: &str, document: &Value) -> Vec<(String, String)> {
    let body = json!({"document": document}).to_string();
    let checked = world.post(token, "/api/v1/flows/check", &body).await;
    let problems = checked.json()["problems"].clone();
    let problems = problems.as_array().unwrap().iter();
    let text = |problem: &Value, field: &str| problem[field].as_str().unwrap().to_owned();
    problems
        .map(|problem| (text(problem, "code"), text(problem, "path")))
        .collect()
}

/// Draws the flow and publishes it.
async fn publish(world: &World, token: &str, document: &Value) -> Answer {
    let body = json!({"document": document}).to_string();
    let made = world.post(token, "/api/v1/flows", &body).await.json();
    let id = made["flow"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/flows/{id}/publish");
    let mut request = request(Method::POST, token, &path, Body::empty());
    let seen = "\"1\"".parse().unwrap();
    request.headers_mut().insert(header::IF_MATCH, seen);
    world.send(request).await
}

#[tokio::test]
async fn engines_are_listed_with_their_voices_and_what_is_wrong_with_them() {
    let world = World::new().await;
    let token = world.token(SUPERVISOR).await;
    let listed = world.get(&token, PATH).await.json();
    assert_eq!(
        listed["items"][1],
        json!({
            "name": "studio",
            "driver": "command",
            "voices": [{"name": "mei", "language": "zh-CN"}, {"name": "any", "language": null}],
            "fault": null,
        })
    );
    assert_eq!(
        listed["items"][0]["fault"],
        "the program gone is not installed"
    );
    let agent = world.token(AGENT).await;
    assert_eq!(world.get(&agent, PATH).await.problem().0, 403);
}

#[tokio::test]
async fn administrators_listen_to_a_text_so_often_and_no_more() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let listen = format!("{PATH}/studio/listen");
    let wanted = json!({"text": "您好", "language": "zh-CN", "voice": "mei"});
    let heard = world.post(&token, &listen, &wanted.to_string()).await;
    assert_eq!(heard.header("content-type"), "audio/wav");
    assert!(heard.body.starts_with(b"RIFF"), "{:?}", heard.status);

    let long = "长".repeat(301);
    for (field, value) in [
        ("text", json!("。")),
        ("text", json!(long)),
        ("language", json!("fr-FR")),
        ("voice", json!("nobody")),
        ("speed_percent", json!(201)),
    ] {
        let mut wrong = wanted.clone();
        wrong[field] = value;
        let refused = world.post(&token, &listen, &wrong.to_string()).await;
        assert_eq!(refused.problem().0, 422, "{wrong}");
        assert_eq!(refused.pointers(), [format!("/{field}")]);
    }
    let failing = json!({"text": "no", "language": "zh-CN"}).to_string();
    let failed = world.post(&token, &listen, &failing).await;
    assert_eq!(failed.problem(), (502, "speech_failed".to_owned()));
    let unknown = format!("{PATH}/nobody/listen");
    let unknown = world.post(&token, &unknown, &wanted.to_string()).await;
    assert_eq!(unknown.problem().0, 404);
    let supervisor = world.token(SUPERVISOR).await;
    let refused = world.post(&supervisor, &listen, &wanted.to_string()).await;
    assert_eq!(refused.problem().0, 403);

    let mut last = heard;
    for _ in 0..25 {
        last = world.post(&token, &listen, &wanted.to_string()).await;
    }
    assert_eq!(last.problem(), (429, "too_many_requests".to_owned()));
    assert!(!last.header("retry-after").is_empty());
}

#[tokio::test]
async fn what_engines_lack_is_told_while_a_flow_is_drawn() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let found = |item: Value| {
        let (world, token) = (&world, &token);
        async move { problems(world, token, &flow(&item)).await }
    };
    let place = |field: &str| format!("nodes.hello.items[0].{field}");
    for (item, code, field) in [
        (json!({"tts": "您好"}), "no_engine", "tts"),
        (
            json!({"tts": "您好", "engine": "stdio"}),
            "unknown_engine",
            "engine",
        ),
        (
            json!({"tts": "您好", "engine": "gone"}),
            "engine_unreachable",
            "engine",
        ),
        (
            json!({"tts": "您好", "engine": "studio", "voice": "me"}),
            "unknown_voice",
            "voice",
        ),
        (
            json!({"tts": "hello", "engine": "studio", "voice": "mei", "language": "en-US"}),
            "other_language",
            "voice",
        ),
        (
            json!({"tts": "您好", "engine": "studio", "speed_percent": 5}),
            "bad_speed",
            "speed_percent",
        ),
        (
            json!({"tts": "，。", "engine": "studio"}),
            "nothing_to_say",
            "tts",
        ),
        (
            json!({"tts": "${nme}", "engine": "studio"}),
            "unknown_variable",
            "tts",
        ),
        (
            json!({"tts": "${name:x}", "engine": "studio"}),
            "bad_template",
            "tts",
        ),
    ] {
        let problems = found(item.clone()).await;
        assert_eq!(problems, [(code.to_owned(), place(field))], "{item}");
    }
    for item in [
        json!({"tts": "您好", "engine": "studio"}),
        json!({"tts": "${name:phone}", "engine": "studio", "voice": "mei", "cache": false}),
    ] {
        assert!(found(item).await.is_empty());
    }
    let mut spoken = flow(&json!({"tts": "您好"}));
    spoken["speech"] = json!({"zh-CN": {"engine": "studio", "voice": "nobody"}});
    assert_eq!(
        problems(&world, &token, &spoken).await,
        [("unknown_voice".to_owned(), "speech.zh-CN.voice".to_owned())]
    );
}

#[tokio::test]
async fn a_flow_is_published_only_when_engines_have_spoken_it() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let unspoken = flow(&json!({"tts": "no such words", "engine": "studio"}));
    let refused = publish(&world, &token, &unspoken).await;
    assert_eq!(refused.problem().0, 422);
    assert_eq!(refused.pointers(), ["nodes.hello.items[0].tts"]);
    let told = refused.json()["errors"][0]["detail"].clone();
    assert_eq!(
        told,
        "node \"hello\" needs a voice for zh-CN of engine \"studio\", which does not speak: it answered with status 500"
    );

    let mut asleep = flow(&json!({"tts": "${name}", "engine": "studio", "voice": "mei"}));
    asleep["name"] = json!("asleep");
    let refused = publish(&world, &token, &asleep).await;
    let told = refused.json()["errors"][0]["detail"].clone();
    assert!(told.as_str().unwrap().ends_with("it is asleep"), "{told}");

    let mut good = flow(&json!({"tts": "您好", "engine": "studio", "voice": "mei"}));
    good["name"] = json!("good");
    assert_eq!(publish(&world, &token, &good).await.status, 200);
    assert_eq!(world.script.reloads(), 1);
}
