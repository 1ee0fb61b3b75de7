//! Time schemes: kept by administrators, and held by the flows that look at them.

use crate::world::{ADMIN, AGENT, Answer, World, request};
use axum::body::Body;
use axum::http::{Method, header};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/time-schemes";

fn office() -> Value {
    json!({
        "name": "office",
        "hours": [{"days": ["monday", "friday"], "from": "09:00", "to": "18:00"}],
        "holidays": [{"name": "元旦", "from": "2027-01-01", "to": "2027-01-03"}],
        "workdays": [{"date": "2027-01-02", "like": "monday"}],
    })
}

async fn change(world: &World, token: &str, path: &str, (version, body): (&str, &Value)) -> Answer {
    let mut request = request(Method::PUT, token, path, Body::from(body.to_string()));
    let headers = request.headers_mut();
    headers.insert(header::IF_MATCH, version.parse().unwrap());
    world.send(request).await
}

#[tokio::test]
async fn a_scheme_is_made_changed_by_one_at_a_time_and_shown() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let made = world.post(&token, PATH, &office().to_string()).await;
    assert_eq!(made.status, 201, "{:?}", made.json());
    assert_eq!(made.header("etag"), "\"1\"");
    let path = format!("{PATH}/{}", made.json()["id"].as_str().unwrap());
    let twin = world.post(&token, PATH, &office().to_string()).await;
    assert_eq!(twin.problem().0, 409);

    let mut night = office();
    night["hours"][0]["to"] = json!("02:00");
    let changed = change(&world, &token, &path, ("\"1\"", &night)).await;
    assert_eq!(changed.json()["version"], 2, "{:?}", changed.json());
    let late = change(&world, &token, &path, ("\"1\"", &office())).await;
    assert_eq!(late.problem().0, 412);

    let agent = world.token(AGENT).await;
    let shown = world.get(&agent, PATH).await.json();
    let scheme = &shown["items"][0];
    assert_eq!(scheme["hours"][0]["to"], "02:00:00");
    assert_eq!(scheme["holidays"], office()["holidays"]);
    assert_eq!(scheme["workdays"], office()["workdays"]);
    assert_eq!(scheme["used_by"], json!([]));
    let refused = world.post(&agent, PATH, &office().to_string()).await;
    assert_eq!(refused.problem().0, 403);
    assert_eq!(world.script.reloads(), 2);
}

#[tokio::test]
async fn what_is_wrong_with_a_scheme_is_named_with_its_place() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let mut wrong = office();
    wrong["name"] = json!(" ");
    wrong["hours"][0]["days"] = json!([]);
    wrong["holidays"][0]["to"] = json!("2026-12-31");
    let refused = world.post(&token, PATH, &wrong.to_string()).await;
    assert_eq!(refused.problem().0, 422);
    let errors = refused.json()["errors"].clone();
    let pointers: Vec<_> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["pointer"])
        .collect();
    assert_eq!(pointers, ["/hours/0/days", "/holidays/0/to", "/name"]);
    for (pointer, value) in [
        ("/hours/0/from", json!("25:00")),
        ("/hours/0/days/0", json!("someday")),
        ("/workdays/0/date", json!("2027-02-30")),
        ("/holidays", json!(7)),
    ] {
        let mut wrong = office();
        *wrong.pointer_mut(pointer).unwrap() = value;
        let refused = world.post(&token, PATH, &wrong.to_string()).await;
        assert_eq!(refused.problem().0, 422, "{pointer}");
        assert!(
            refused.json().to_string().contains(pointer),
            "{:?}",
            refused.json()
        );
    }
}

#[tokio::test]
async fn a_scheme_that_a_published_flow_looks_at_stays() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let made = world.post(&token, PATH, &office().to_string()).await;
    let path = format!("{PATH}/{}", made.json()["id"].as_str().unwrap());
    let flow = json!({"document": {
        "name": "asks",
        "language": "zh-CN",
        "start": "now",
        "nodes": {
            "now": {"kind": "schedule", "scheme": "office"},
            "bye": {"kind": "hangup"},
        },
        "edges": [{"from": "now", "exit": "default", "to": "bye"}],
    }});
    let drawn = world.post(&token, "/api/v1/flows", &flow.to_string()).await;
    let id = drawn.json()["flow"]["id"].clone();
    let publish = format!("/api/v1/flows/{}/publish", id.as_str().unwrap());
    let mut asked = request(Method::POST, &token, &publish, Body::empty());
    let headers = asked.headers_mut();
    headers.insert(header::IF_MATCH, "\"1\"".parse().unwrap());
    assert_eq!(world.send(asked).await.status, 200);

    let mut removal = request(Method::DELETE, &token, &path, Body::empty());
    let headers = removal.headers_mut();
    headers.insert(header::IF_MATCH, "\"1\"".parse().unwrap());
    let refused = world.send(removal).await;
    assert_eq!(refused.problem(), (409, "in_use".to_owned()));
    assert!(refused.json()["detail"].as_str().unwrap().contains("asks"));
    let mut renamed = office();
    renamed["name"] = json!("other");
    let refused = change(&world, &token, &path, ("\"1\"", &renamed)).await;
    assert_eq!(refused.problem().0, 409);
    let shown = world.get(&token, PATH).await.json();
    assert_eq!(shown["items"][0]["used_by"], json!(["asks"]));
}
