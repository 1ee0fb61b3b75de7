//! Trunks: made, changed, removed, put in force, and explained when they are wrong.

use crate::world::{ADMIN, AGENT, Answer, SUPERVISOR, World, request};
use axum::body::Body;
use axum::http::{Method, header};
use call::{LiveGateway, LiveRegistration, LiveStranger, LiveTrunk, LiveView};
use serde_json::{Value, json};
use std::sync::Arc;

#[tokio::test]
async fn an_administrator_makes_changes_and_removes_a_trunk() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;

    let made = world
        .post(&token, "/api/v1/trunks", &carrier().to_string())
        .await;
    assert_eq!(made.status, 201, "{:?}", made.json());
    assert_eq!(made.header("etag"), "\"1\"");
    let path = format!("/api/v1/trunks/{}", made.json()["id"].as_str().unwrap());
    let mut settings = made.json()["settings"].clone();
    assert_eq!(settings["outbound"]["credentials"], json!({"user": "me"}));
    assert_eq!(settings["media"]["codecs"], json!(["pcma", "pcmu"]));
    assert_eq!(settings["outbound"]["when_unavailable"], "end");
    assert_eq!(settings["dialing"]["allowed_prefixes"], json!([]));

    settings["limits"]["concurrent_calls"] = 30.into();
    settings["outbound"]["when_unavailable"] = json!("next_gateway");
    settings["dialing"] = json!({
        "allowed_prefixes": ["+86", "0"],
        "denied_prefixes": ["+86160"],
        "short_numbers": ["110"],
    });
    let changed = put(&world, (&token, &path), "\"1\"", &settings).await;
    assert_eq!(changed.status, 200, "{:?}", changed.json());
    assert_eq!(changed.json()["version"], 2);
    let shown = world.get(&token, &path).await.json();
    assert_eq!(shown["settings"], settings);

    let late = put(&world, (&token, &path), "\"1\"", &settings).await;
    assert_eq!(late.problem(), (412, "changed_meanwhile".to_owned()));
    let unnamed = world
        .send(request(Method::DELETE, &token, &path, Body::empty()))
        .await;
    assert_eq!(unnamed.problem(), (428, "version_required".to_owned()));
    assert_eq!(remove(&world, (&token, &path), "\"2\"").await.status, 204);
    assert_eq!(world.get(&token, &path).await.problem().0, 404);
    assert_eq!(world.script.reloads(), 3);
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_with_its_place() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let mut unreadable = carrier();
    unreadable["inbound"]["sources"] = json!(["10.0.0.0/33", "10.1.0.0/16", "x"]);
    unreadable["outbound"]["gateways"][0]["host"] = json!("sip:carrier.example");
    unreadable["outbound"]["credentials"] = json!({"user": "me"});
    let mut unfit = carrier();
    unfit["media"]["codecs"] = json!([]);
    unfit["rules"]["called_in"] = json!([{"prefix": "00 86"}]);
    unfit["outbound"]["gateways"][0]["port"] = json!(0);
    unfit["dialing"] = json!({"allowed_prefixes": ["0", "+4４"], "short_numbers": ["1100"]});

    for (settings, pointers) in [
        (
            unreadable,
            vec![
                "/inbound/sources/0",
                "/inbound/sources/2",
                "/outbound/gateways/0/host",
                "/outbound/credentials/password",
            ],
        ),
        (
            unfit,
            vec![
                "/outbound/gateways/0/port",
                "/rules/called_in/0/prefix",
                "/dialing/allowed_prefixes/1",
                "/dialing/short_numbers/0",
                "/media/codecs",
            ],
        ),
        (
            json!({"name": "x", "inbound": {"source": []}}),
            vec!["/inbound/source"],
        ),
        (json!({"name": "x"}), vec!["/inbound"]),
    ] {
        let refused = world
            .post(&token, "/api/v1/trunks", &settings.to_string())
            .await;
        assert_eq!(refused.problem(), (422, "invalid_request".to_owned()));
        assert_eq!(refused.pointers(), pointers);
    }
}

#[tokio::test]
async fn two_trunks_of_the_same_source_are_refused_by_name() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let settings = json!({"name": "second", "inbound": {"sources": ["127.1.2.3/8"]}});

    let refused = world
        .post(&token, "/api/v1/trunks", &settings.to_string())
        .await;

    assert_eq!(refused.problem(), (409, "ambiguous".to_owned()));
    assert_eq!(refused.pointers(), ["/inbound/sources/0"]);
    let detail = refused.json()["detail"].to_string();
    assert!(detail.contains("the trunk local"), "{detail}");
    let named = json!({"name": "local", "inbound": {"sources": ["192.0.2.9"]}});
    let refused = world
        .post(&token, "/api/v1/trunks", &named.to_string())
        .await;
    assert_eq!(refused.problem(), (409, "already_taken".to_owned()));
}

#[tokio::test]
async fn a_password_is_kept_for_its_user_only() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let made = world
        .post(&token, "/api/v1/trunks", &carrier().to_string())
        .await;
    let path = format!("/api/v1/trunks/{}", made.json()["id"].as_str().unwrap());
    let mut settings = made.json()["settings"].clone();
    settings["outbound"]["credentials"] = json!({"user": "another"});

    let refused = put(&world, (&token, &path), "\"1\"", &settings).await;

    assert_eq!(refused.pointers(), ["/outbound/credentials/password"]);
    assert!(!made.json().to_string().contains("sesame"));
}

#[tokio::test]
async fn only_administrators_change_trunks_and_agents_do_not_see_them() {
    let world = World::new().await;
    for email in [SUPERVISOR, AGENT] {
        let token = world.token(email).await;
        let refused = world
            .post(&token, "/api/v1/trunks", &carrier().to_string())
            .await;
        assert_eq!(refused.problem(), (403, "forbidden".to_owned()));
    }
    let token = world.token(AGENT).await;
    assert_eq!(world.get(&token, "/api/v1/trunks").await.problem().0, 403);
    assert_eq!(world.script.reloads(), 0);
}

#[tokio::test]
async fn a_change_that_is_saved_but_not_in_force_is_told() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    world.script.fail_reloads("the database does not answer");

    let made = world
        .post(&token, "/api/v1/trunks", &carrier().to_string())
        .await;

    assert_eq!(made.problem(), (503, "saved_not_applied".to_owned()));
    let list = world.get(&token, "/api/v1/trunks").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_list_shows_how_trunks_are_doing() {
    let world = World::new().await;
    let token = world.token(SUPERVISOR).await;
    let list = world.get(&token, "/api/v1/trunks").await.json();
    let id = list["items"][0]["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(list["items"][0]["status"], Value::Null);

    let at = crate::world::now();
    world.live.send_replace(Arc::new(LiveView {
        trunks: vec![LiveTrunk {
            id,
            enterprise: world.enterprise().await,
            calls: 7,
            registration: Some(LiveRegistration::Failed {
                status: Some(403),
                retry_at: at,
            }),
            gateways: vec![LiveGateway {
                name: "sip.carrier.example".to_owned(),
                address: Some("192.0.2.7:5060".parse().unwrap()),
                alive: false,
                last_status: Some(503),
                since: at,
            }],
        }],
        ..LiveView::default()
    }));
    let list = world.get(&token, "/api/v1/trunks").await.json();

    let status = &list["items"][0]["status"];
    assert_eq!(status["calls"], 7);
    assert_eq!(status["registration"]["state"], "failed");
    assert_eq!(status["registration"]["status"], 403);
    assert_eq!(status["gateways"][0]["alive"], false);
    assert_eq!(status["gateways"][0]["address"], "192.0.2.7:5060");
}

#[tokio::test]
async fn administrators_see_who_called_and_belongs_to_no_trunk() {
    let world = World::new().await;
    world.live.send_replace(Arc::new(LiveView {
        strangers: vec![LiveStranger {
            source: "198.51.100.7".parse().unwrap(),
            calls: 14,
            last_at: crate::world::now(),
            dialled: "4008110510".to_owned(),
        }],
        ..LiveView::default()
    }));

    let token = world.token(ADMIN).await;
    let list = world.get(&token, "/api/v1/strangers").await.json();
    let stranger = &list["items"][0];
    assert_eq!(stranger["source"], "198.51.100.7");
    assert_eq!(stranger["calls"], 14);
    assert_eq!(stranger["dialled"], "4008110510");

    let token = world.token(SUPERVISOR).await;
    let refused = world.get(&token, "/api/v1/strangers").await;
    assert_eq!(refused.problem(), (403, "forbidden".to_owned()));
}

fn carrier() -> Value {
    json!({
        "name": "carrier",
        "inbound": {"sources": ["192.0.2.0/24"]},
        "outbound": {
            "gateways": [{"host": "sip.carrier.example", "transport": "tls"}],
            "credentials": {"user": "me", "password": "open sesame"},
            "registration": {"user": "4008110510", "domain": "carrier.example"},
            "health_seconds": 30
        },
        "rules": {"called_in": [{"prefix": "+86", "strip": 3, "prepend": ""}]}
    })
}

pub(crate) async fn put(
    world: &World,
    (token, path): (&str, &str),
    version: &str,
    body: &Value,
) -> Answer {
    let mut change = request(Method::PUT, token, path, Body::from(body.to_string()));
    let headers = change.headers_mut();
    headers.insert(header::IF_MATCH, version.parse().unwrap());
    world.send(change).await
}

pub(crate) async fn remove(world: &World, (token, path): (&str, &str), version: &str) -> Answer {
    let mut removal = request(Method::DELETE, token, path, Body::empty());
    let headers = removal.headers_mut();
    headers.insert(header::IF_MATCH, version.parse().unwrap());
    world.send(removal).await
}

/// The bodies that the operations page shows, one a kind of carrier.
#[tokio::test]
async fn the_examples_of_the_documentation_are_accepted() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let page = include_str!("../../../docs/operations.md");
    let examples = page.split("```json\n").skip(1);
    let examples: Vec<&str> = examples
        .filter_map(|rest| rest.split("```").next())
        .collect();

    assert_eq!(examples.len(), 3);
    for example in examples {
        let made = world.post(&token, "/api/v1/trunks", example).await;
        assert_eq!(made.status, 201, "{example}: {:?}", made.json());
    }
}
