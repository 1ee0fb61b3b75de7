//! Walks over every documented route: as nobody, with the ids of another enterprise, with junk.

use crate::world::{ADMIN, AGENT, Call, World, device, live_call, recorded, request, talk};
use axum::body::Body;
use axum::http::{Method, header};
use call::LiveAgent;
use model::{AgentId, AnswerMode, EnterpriseId, LoginStatus, WorkState};
use std::time::Duration;

/// Routes that need no session.
const OPEN: [&str; 5] = [
    "/api/v1/sessions",
    "/api/v1/openapi.json",
    "/healthz",
    "/readyz",
    "/metrics",
];

/// A number that is complete, of a trunk and a flow that do not exist.
const NUMBER: &str = r#"{
    "number": "4000000000",
    "trunk": "01890000-0000-7000-8000-000000000000",
    "destination": {"to": "flow", "flow": "01890000-0000-7000-8000-000000000000"}
}"#;

/// Routes in the words of another, which `bots.rs` walks over.
const FOREIGN: &str = "/2010-04-01/";

fn documented() -> Vec<(Method, String)> {
    let specification: serde_json::Value = serde_json::from_str(&api::specification()).unwrap();
    let paths = specification["paths"].as_object().unwrap();
    let own = paths.iter().filter(|(path, _)| !path.starts_with(FOREIGN));
    let routes = own.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(|method| {
            let method = method.to_uppercase().parse::<Method>().unwrap();
            (method, path.clone())
        })
    });
    routes.collect()
}

/// A call and an agent of an enterprise that is not the caller's.
async fn foreign(world: &World) -> (Call, AgentId) {
    let enterprise = EnterpriseId::new(crate::world::now(), [5; 10]);
    let agent = AgentId::new(crate::world::now(), [6; 10]);
    let call = Call::new(enterprise, 77);
    let mut facts = talk("111", agent);
    facts.insert(1, recorded("recordings/foreign.wav"));
    world.facts(&call, Duration::ZERO, facts).await;
    world.show(
        vec![live_call(&call, Some(agent))],
        vec![LiveAgent {
            id: agent,
            enterprise,
            status: LoginStatus::Online,
            work: WorkState::Idle,
            since: crate::world::now(),
            answer_mode: Some(AnswerMode::Sip),
            devices: vec![device()],
        }],
    );
    (call, agent)
}

#[tokio::test]
async fn every_route_but_the_open_ones_needs_a_session() {
    let world = World::new().await;

    for (method, path) in documented() {
        if OPEN.contains(&path.as_str()) {
            continue;
        }
        let id = "01890000-0000-7000-8000-000000000000";
        let path = path.replace("{id}", id).replace("{version}", "1");
        let answer = world
            .send(request(method.clone(), "", &path, Body::from("{}")))
            .await;
        let expected = (401, "unauthorized".to_owned());
        assert_eq!(answer.problem(), expected, "{method} {path}");
    }
}

#[tokio::test]
async fn what_belongs_to_another_enterprise_does_not_exist() {
    let world = World::new().await;
    let (call, agent) = foreign(&world).await;

    for email in [ADMIN, AGENT] {
        let token = world.token(email).await;
        for (method, path) in documented() {
            if OPEN.contains(&path.as_str()) || path.ends_with("/current") {
                continue;
            }
            let id = if path.contains("/agents/") {
                agent.to_string()
            } else {
                call.id.to_string()
            };
            let address = path.replace("{id}", &id).replace("{version}", "1");
            let body = match (
                method.as_str(),
                path.rsplit('/').nth(1),
                path.rsplit('/').next(),
            ) {
                (_, _, Some("sign-in")) => r#"{"answer_mode":"sip"}"#,
                (_, _, Some("draft")) => r#"{"document":{"nodes":{}}}"#,
                (_, Some("draft"), _) => "{}",
                ("PUT", _, Some("tests")) => r#"{"tests":[],"require_tests":false}"#,
                (_, _, Some("status")) => r#"{"status":"online"}"#,
                ("PUT", Some("trunks"), _) => {
                    r#"{"name":"x","inbound":{"sources":["203.0.113.1"]}}"#
                }
                ("PUT", Some("trunk-numbers"), _) => NUMBER,
                ("PUT", Some("time-schemes"), _) => r#"{"name":"x","hours":[]}"#,
                _ => "",
            };
            let mut request = request(method, &token, &address, Body::from(body));
            let headers = request.headers_mut();
            headers.insert(header::IF_MATCH, "\"1\"".parse().unwrap());
            let answer = world.send(request).await;
            if path.contains("{id}") {
                let (status, _) = answer.problem();
                assert!(matches!(status, 403 | 404), "{email} {address}: {status}");
            }
            let text = String::from_utf8_lossy(&answer.body);
            assert!(!text.contains(&call.id.to_string()), "{address}: {text}");
            assert!(!text.contains(&agent.to_string()), "{address}: {text}");
        }
    }
    let own = world.agent(AGENT).await.to_string();
    for command in world.script.asked() {
        assert!(format!("{command:?}").contains(&own), "{command:?}");
    }
}

#[tokio::test]
async fn junk_is_refused_and_never_a_fault_of_the_server() {
    let world = World::new().await;
    let mut token = world.token(ADMIN).await;
    let id = "01890000-0000-7000-8000-000000000000";
    let bodies = ["", "{", "[]", "null", "\"x\"", "{\"x\":{}}", "\u{0}\u{1}"];

    for (method, path) in documented() {
        for junk in ["x", "..", "%00", "%ff%fe", "' OR 1=1", id] {
            let junk = junk.replace(' ', "%20");
            let address = path.replace("{id}", &junk).replace("{version}", &junk);
            let queries = [
                "",
                "?limit=-1",
                "?%ff=%ff",
                "?cursor=.&range=",
                "?&&=&a=b&a=b",
            ];
            for (query, body) in queries.iter().cycle().zip(bodies) {
                let address = format!("{address}{query}");
                let body = Body::from(body);
                let answer = world
                    .send(request(method.clone(), &token, &address, body))
                    .await;
                let status = answer.status;
                assert!(!status.is_server_error(), "{method} {address}: {status}");
                if status.is_client_error() {
                    answer.problem();
                }
                if path.ends_with("/current") {
                    token = world.token(ADMIN).await;
                }
            }
        }
    }
}
