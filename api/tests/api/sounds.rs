//! Sounds: recordings of the enterprise's own, kept by administrators, played by flows.

use crate::world::{ADMIN, AGENT, Answer, World, request};
use axum::body::Body;
use axum::http::{Method, header};
use serde_json::json;
use std::f64::consts::TAU;

const PATH: &str = "/api/v1/sounds";

/// A second of a tone as 16-bit WAV of 16 kHz.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the tone stays within 12,000"
)]
fn tone(hertz: f64) -> Vec<u8> {
    let samples = (0..16_000).map(|at| (TAU * hertz * f64::from(at) / 16_000.0).sin());
    let samples: Vec<u8> = samples
        .flat_map(|it| i16::to_le_bytes((it * 12_000.0).round() as i16))
        .collect();
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    file.extend_from_slice(&16_000_u32.to_le_bytes());
    file.extend_from_slice(&32_000_u32.to_le_bytes());
    file.extend_from_slice(b"\x02\0\x10\0data");
    file.extend_from_slice(&32_000_u32.to_le_bytes());
    file.extend_from_slice(&samples);
    file
}

async fn send(
    world: &World,
    (token, method, path): (&str, Method, &str),
    (version, kind, file): (&str, &str, Vec<u8>),
) -> Answer {
    let mut request = request(method, token, path, Body::from(file));
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
    headers.insert(header::IF_MATCH, version.parse().unwrap());
    world.send(request).await
}

async fn upload(world: &World, token: &str, name: &str, file: Vec<u8>) -> Answer {
    let path = format!("{PATH}?name={name}");
    send(
        world,
        (token, Method::POST, &path),
        ("\"0\"", "audio/wav", file),
    )
    .await
}

async fn delete(world: &World, token: &str, path: &str, version: &str) -> Answer {
    let sent = (version, "application/json", Vec::new());
    send(world, (token, Method::DELETE, path), sent).await
}

#[tokio::test]
async fn a_sound_is_made_heard_replaced_by_one_at_a_time_and_removed() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let made = upload(&world, &token, "spring%20offer", tone(1_000.0)).await;
    assert_eq!(made.status, 201, "{:?}", made.json());
    assert_eq!(made.header("etag"), "\"1\"");
    let shown = made.json();
    assert_eq!(
        (&shown["name"], &shown["used_by"]),
        (&json!("spring offer"), &json!([]))
    );
    assert!((1_000..1_010).contains(&shown["length_ms"].as_u64().unwrap()));
    let twin = upload(&world, &token, "spring%20offer", tone(1_000.0)).await;
    assert_eq!(twin.problem(), (409, "already_taken".to_owned()));

    let path = format!("{PATH}/{}", shown["id"].as_str().unwrap());
    let audio = format!("{path}/audio");
    let agent = world.token(AGENT).await;
    let first = world.get(&agent, &audio).await;
    assert_eq!(first.header("content-type"), "audio/wav");
    assert!(first.body.starts_with(b"RIFF"));
    let mut part = request(Method::GET, &agent, &audio, Body::empty());
    part.headers_mut()
        .insert(header::RANGE, "bytes=8-11".parse().unwrap());
    let part = world.send(part).await;
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &b"WAVE"[..]));

    let change = (token.as_str(), Method::PUT, audio.as_str());
    let sent = ("\"1\"", "audio/x-wav; codec=1", tone(700.0));
    let replaced = send(&world, change.clone(), sent.clone()).await;
    assert_eq!(replaced.json()["version"], 2, "{:?}", replaced.json());
    assert_eq!(send(&world, change, sent).await.problem().0, 412);
    let second = world.get(&token, &audio).await;
    assert!(second.body != first.body && second.header("etag") != first.header("etag"));

    let listed = world.get(&agent, PATH).await.json();
    assert_eq!(listed["items"], json!([replaced.json()]));
    assert_eq!(
        delete(&world, &token, &path, "\"1\"").await.problem().0,
        412
    );
    assert_eq!(delete(&world, &token, &path, "\"2\"").await.status, 204);
    assert_eq!(world.get(&token, &audio).await.problem().0, 404);
    assert_eq!(world.script.reloads(), 3);
    let log = world.get(&token, "/api/v1/audit-log").await.json();
    let actions: Vec<_> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["action"])
        .collect();
    assert_eq!(actions, ["sound_deleted", "sound_changed", "sound_created"]);
}

#[tokio::test]
async fn administrators_alone_change_sounds() {
    let world = World::new().await;
    let agent = world.token(AGENT).await;
    assert_eq!(
        upload(&world, &agent, "x", tone(700.0)).await.problem().0,
        403
    );
    let admin = world.token(ADMIN).await;
    let made = upload(&world, &admin, "x", tone(700.0)).await.json();
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let change = (agent.as_str(), Method::PUT, &*format!("{path}/audio"));
    let sent = ("\"1\"", "audio/wav", tone(700.0));
    assert_eq!(send(&world, change, sent).await.problem().0, 403);
    assert_eq!(
        delete(&world, &agent, &path, "\"1\"").await.problem().0,
        403
    );
}

#[tokio::test]
async fn what_is_no_sound_is_refused_with_what_is_wrong() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let silence = [&tone(1_000.0)[..44], &vec![0; 32_000]].concat();
    let cut = tone(1_000.0)[..9_000].to_vec();
    for (file, code, said) in [
        (Vec::new(), "sound_empty", "no audio"),
        (
            b"OggS and more".to_vec(),
            "sound_format",
            "neither a WAV nor an MP3",
        ),
        (silence, "sound_silent", "silent all through"),
        (cut, "sound_damaged", "ends before its audio does"),
    ] {
        let refused = upload(&world, &token, "x", file).await;
        assert_eq!(refused.problem(), (422, code.to_owned()));
        let problem = refused.json();
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(said), "{detail}");
    }
    for name in ["", "%20", "a%00b", &"x".repeat(65)] {
        let refused = upload(&world, &token, name, tone(1_000.0)).await;
        assert_eq!(refused.problem().0, 422);
        assert_eq!(refused.pointers(), ["name"]);
    }
    let make = (token.as_str(), Method::POST, "/api/v1/sounds?name=x");
    let typed = ("\"0\"", "application/json", tone(1_000.0));
    let other = send(&world, make.clone(), typed).await;
    assert_eq!(other.problem(), (415, "unsupported_media_type".to_owned()));
    let long = ("\"0\"", "audio/wav", vec![0; 10 * 1_024 * 1_024 + 1]);
    let long = send(&world, make, long).await;
    assert_eq!(long.problem(), (413, "body_too_large".to_owned()));
    assert_eq!(world.get(&token, PATH).await.json()["items"], json!([]));
    assert_eq!(world.script.reloads(), 0);
}

#[tokio::test]
async fn a_sound_that_a_draft_or_a_live_flow_plays_stays() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let document = |item: serde_json::Value| {
        json!({ "document": {
            "name": "offers", "language": "zh-CN", "start": "say",
            "nodes": { "say": { "kind": "play", "items": [item] }, "bye": { "kind": "hangup" } },
            "edges": [{ "from": "say", "exit": "ok", "to": "bye" }],
        }})
    };
    let drawn = document(json!({ "sound": "sprin" })).to_string();
    let drawn = world.post(&token, "/api/v1/flows", &drawn).await.json();
    let flow = format!("/api/v1/flows/{}", drawn["flow"]["id"].as_str().unwrap());
    let tagged = |method, path: &str, version: &str, body: String| {
        let mut asked = request(method, &token, path, Body::from(body));
        asked
            .headers_mut()
            .insert(header::IF_MATCH, version.parse().unwrap());
        asked
    };
    let publish = format!("{flow}/publish");
    let made = upload(&world, &token, "spring", tone(700.0)).await.json();
    let sound = format!("{PATH}/{}", made["id"].as_str().unwrap());

    let refused = world
        .send(tagged(Method::POST, &publish, "\"1\"", String::new()))
        .await;
    assert_eq!(refused.problem().0, 422);
    assert_eq!(refused.pointers(), ["nodes.say.items[0].sound"]);
    let detail = refused.json()["errors"][0]["detail"].to_string();
    assert!(detail.contains("did you mean"), "{detail}");

    let draft = format!("{flow}/draft");
    let good = document(json!({ "sound": "spring" })).to_string();
    assert!(
        world
            .send(tagged(Method::PUT, &draft, "\"1\"", good))
            .await
            .status
            .is_success()
    );
    let refused = delete(&world, &token, &sound, "\"1\"").await;
    assert_eq!(refused.problem(), (409, "in_use".to_owned()));
    assert!(
        refused.json()["detail"]
            .as_str()
            .unwrap()
            .contains("offers")
    );
    let live = world
        .send(tagged(Method::POST, &publish, "\"2\"", String::new()))
        .await;
    assert_eq!(live.status, 200, "{:?}", live.json());

    let other = document(json!({ "clip": "welcome" })).to_string();
    assert!(
        world
            .send(tagged(Method::PUT, &draft, "\"2\"", other))
            .await
            .status
            .is_success()
    );
    assert_eq!(
        delete(&world, &token, &sound, "\"1\"").await.problem().0,
        409
    );
    let listed = world.get(&token, PATH).await.json();
    assert_eq!(listed["items"][0]["used_by"], json!(["offers"]));
    let live = world
        .send(tagged(Method::POST, &publish, "\"3\"", String::new()))
        .await;
    assert_eq!(live.status, 200, "{:?}", live.json());
    assert_eq!(delete(&world, &token, &sound, "\"1\"").await.status, 204);
}
