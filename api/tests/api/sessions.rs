//! Signing in and out.

use crate::world::{ADMIN, AGENT, PASSWORD, World, request};
use axum::body::Body;
use axum::http::{Method, header};

fn credentials(email: &str, password: &str) -> String {
    format!(r#"{{"email":"{email}","password":"{password}"}}"#)
}

#[tokio::test]
async fn signing_in_gives_a_token_and_a_cookie_that_both_work() {
    let world = World::new().await;

    let answer = world
        .post("", "/api/v1/sessions", &credentials(ADMIN, PASSWORD))
        .await;

    assert_eq!(answer.status, 201, "{answer:?}");
    let session = answer.json();
    assert_eq!(session["user"]["email"], ADMIN);
    assert_eq!(session["enterprise"]["name"], "demo");
    let token = session["token"].as_str().unwrap();
    let me = world.get(token, "/api/v1/me").await;
    assert_eq!(me.json()["user"]["role"], "admin");

    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    let mut by_cookie = request(Method::GET, "", "/api/v1/me", Body::empty());
    let pair = cookie.split(';').next().unwrap().parse().unwrap();
    by_cookie.headers_mut().insert(header::COOKIE, pair);
    assert_eq!(world.send(by_cookie).await.status, 200);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let world = World::new().await;
    let path = "/api/v1/sessions";

    let wrong = world.post("", path, &credentials(ADMIN, "wrong")).await;
    let unknown = world.post("", path, &credentials("x@y.z", "wrong")).await;

    assert_eq!(wrong.problem(), (401, "wrong_credentials".to_owned()));
    assert_eq!(unknown.problem(), wrong.problem());
    assert_eq!(unknown.json()["detail"], wrong.json()["detail"]);
}

#[tokio::test]
async fn guessing_is_slowed_down_and_told_when_to_come_back() {
    let world = World::new().await;
    let mut last = None;

    for _ in 0..9 {
        let guess = credentials(ADMIN, "guess");
        last = Some(world.post("", "/api/v1/sessions", &guess).await);
    }

    let last = last.unwrap();
    assert_eq!(last.problem(), (429, "too_many_attempts".to_owned()));
    assert!(last.header("retry-after").parse::<u32>().unwrap() >= 1);
}

#[tokio::test]
async fn a_token_is_good_for_nothing_after_signing_out() {
    let world = World::new().await;
    let token = world.token(AGENT).await;

    let path = "/api/v1/sessions/current";
    let removed = request(Method::DELETE, &token, path, Body::empty());
    assert_eq!(world.send(removed).await.status, 204);

    let answer = world.get(&token, "/api/v1/me").await;
    assert_eq!(answer.problem(), (401, "unauthorized".to_owned()));
}

#[tokio::test]
async fn a_cookie_alone_changes_nothing_for_another_site() {
    let world = World::new().await;
    let token = world.token(AGENT).await;
    let with = |name: &'static str, value: &'static str| {
        let path = "/api/v1/agents/me/sign-out";
        let mut request = request(Method::POST, "", path, Body::empty());
        let cookie = format!("trunkline_session={token}").parse().unwrap();
        request.headers_mut().insert(header::COOKIE, cookie);
        request.headers_mut().insert(name, value.parse().unwrap());
        request
    };

    let foreign = world.send(with("sec-fetch-site", "cross-site")).await;
    let own = world.send(with("sec-fetch-site", "same-origin")).await;

    assert_eq!(foreign.problem(), (403, "cross_site".to_owned()));
    assert_eq!(own.status, 204);
}

#[tokio::test]
async fn a_bad_body_is_refused_with_the_place_of_the_mistake() {
    let world = World::new().await;
    let path = "/api/v1/sessions";

    let unknown = r#"{"email":"a@b","password":"x","admin":true}"#;
    let unknown = world.post("", path, unknown).await;
    assert_eq!(unknown.problem(), (422, "invalid_request".to_owned()));
    assert_eq!(unknown.pointers(), ["/admin"]);

    let wrong_kind = world.post("", path, r#"{"email":5,"password":"x"}"#).await;
    assert_eq!(wrong_kind.pointers(), ["/email"]);

    let cut = world.post("", path, r#"{"email":"a"#).await;
    assert_eq!(cut.status, 422);

    let long = "x".repeat(70_000);
    let long = world.post("", path, &credentials(ADMIN, &long)).await;
    assert_eq!(long.problem(), (413, "body_too_large".to_owned()));

    let mut form = request(Method::POST, "", path, Body::from("email=a"));
    let kind = "application/x-www-form-urlencoded".parse().unwrap();
    form.headers_mut().insert(header::CONTENT_TYPE, kind);
    assert_eq!(world.send(form).await.status, 415);
}
