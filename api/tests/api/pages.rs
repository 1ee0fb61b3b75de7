//! The console's files, the documentation and the probes.

use crate::world::{ADMIN, World, request};
use axum::body::Body;
use axum::http::Method;
use metrics_exporter_prometheus::PrometheusBuilder;

#[tokio::test]
async fn every_page_of_the_console_is_its_front_page() {
    let world = World::new().await;

    for path in ["/", "/calls", "/call-records", "/sign-in"] {
        let answer = world.get("", path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-cache");
        assert!(
            answer
                .header("content-security-policy")
                .contains("script-src 'self';")
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
    }
}

#[tokio::test]
async fn files_with_a_hash_in_their_name_are_kept_for_ever() {
    let world = World::new().await;

    let script = world.get("", "/assets/index-abc.js").await;
    assert!(script.header("cache-control").contains("immutable"));
    assert!(script.header("content-type").starts_with("text/javascript"));
    let missing = world.get("", "/assets/index-old.js").await;
    assert_eq!(missing.problem().0, 404);
    assert_eq!(world.get("", "/favicon.ico").await.problem().0, 404);
}

#[tokio::test]
async fn an_unknown_address_of_the_api_is_a_problem_and_no_page() {
    let world = World::new().await;

    let answer = world.get("", "/api/v1/nothing").await;
    assert_eq!(answer.problem(), (404, "not_found".to_owned()));
    let patch = request(Method::PATCH, "", "/api/v1/me", Body::empty());
    let answer = world.send(patch).await;
    assert_eq!(answer.problem(), (405, "method_not_allowed".to_owned()));
    let post = request(Method::POST, "", "/calls", Body::empty());
    assert_eq!(world.send(post).await.problem().0, 405);
}

#[tokio::test]
async fn the_probes_answer_without_a_session() {
    let world = World::new().await;

    assert_eq!(world.get("", "/healthz").await.body, b"ok\n");
    let ready = world.get("", "/readyz").await;
    assert_eq!(ready.status, 200);
    assert_eq!(ready.json()["checks"][0]["name"], "database");
    assert_eq!(world.get("", "/metrics").await.status, 200);

    world.db.close().await;
    let ready = world.get("", "/readyz").await;
    assert_eq!(ready.status, 503);
    assert_eq!(ready.json()["ready"], false);
    let token = "0".repeat(64);
    let me = world.get(&token, "/api/v1/me").await;
    assert_eq!(me.problem(), (503, "store_unreachable".to_owned()));
}

#[tokio::test]
async fn the_documentation_needs_nothing_from_outside() {
    let world = World::new().await;

    let page = world.get("", "/api/docs").await;
    let text = String::from_utf8(page.body).unwrap();
    assert!(text.contains("/api/docs/page.js"));
    assert!(!text.contains("http://") && !text.contains("https://"));
    for path in ["/api/docs/page.js", "/api/docs/page.css"] {
        assert_eq!(world.get("", path).await.status, 200, "{path}");
    }
    let specification = world.get("", "/api/v1/openapi.json").await.json();
    assert_eq!(specification["openapi"], "3.1.0");
}

#[tokio::test]
async fn the_settings_can_be_read() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;

    for (path, name) in [
        ("queues", "sales"),
        ("trunks", "local"),
        ("flows", "demo"),
        ("trunk-numbers", "4008110510"),
    ] {
        let answer = world.get(&token, &format!("/api/v1/{path}")).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.json().to_string().contains(&format!("\"{name}\"")));
    }
}

#[tokio::test]
async fn a_request_is_counted_by_its_route_and_not_by_its_address() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let world = World::new().await;
    let token = world.token(ADMIN).await;

    let id = "01890000-0000-7000-8000-000000000000";
    world.get(&token, &format!("/api/v1/calls/{id}")).await;
    let odd = request("BREW".parse().unwrap(), "", "/pot", Body::empty());
    world.send(odd).await;

    let text = handle.render();
    assert!(
        text.contains(r#"method="GET",route="/api/v1/calls/{id}",status="404""#),
        "{text}"
    );
    assert!(text.contains("trunkline_http_request_duration_seconds"));
    assert!(!text.contains(id) && !text.contains("BREW"), "{text}");
}
