//! Calls of drafts: what the engine is handed, what the page is given, and who may not.

use crate::world::{ADMIN, AGENT, SUPERVISOR, World};
use call::{Answer, Command, CommandError};
use model::{CallId, Timestamp};
use serde_json::{Value, json};

fn flow() -> Value {
    json!({
        "name": "heard",
        "language": "zh-CN",
        "start": "hello",
        "nodes": {
            "hello": {"kind": "play", "items": [{"clip": "welcome"}]},
            "bye": {"kind": "hangup"},
        },
        "edges": [{"from": "hello", "exit": "ok", "to": "bye"}],
    })
}

/// The address of the calls of a draft.
async fn drawn(world: &World) -> String {
    let token = world.token(ADMIN).await;
    let body = json!({"document": flow()}).to_string();
    let made = world.post(&token, "/api/v1/flows", &body).await;
    assert_eq!(made.status, 201, "{:?}", made.json());
    let id = made.json()["flow"]["id"].as_str().unwrap().to_owned();
    format!("/api/v1/flows/{id}/draft/calls")
}

fn answer() -> Answer {
    Answer::Trial {
        call: CallId::new(Timestamp::default(), [7; 10]),
        until: Timestamp::from_millis(1_700_000_060_000),
    }
}

#[tokio::test]
async fn a_page_gets_credentials_and_the_engine_the_checked_draft() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let calls = drawn(&world).await;
    world.script.answer(answer());

    let body = json!({"caller": "13800138000", "called": "4008110510"}).to_string();
    let told = world.post(&token, &calls, &body).await;
    assert_eq!(told.status, 201, "{:?}", told.json());
    let ticket = told.json();
    let user = ticket["user"].as_str().unwrap();
    assert!(user.starts_with("trial-"), "{ticket}");
    assert_eq!(ticket["password"].as_str().unwrap().len(), 32);
    assert_eq!(ticket["from"], format!("sip:{user}@trunkline"));
    let asked = world.script.asked();
    let [Command::Try(trial)] = &asked[..] else {
        panic!("{asked:?}");
    };
    assert_eq!(trial.account.user, user);
    assert_eq!(trial.caller.as_str(), "13800138000");
    assert_eq!(trial.entry.flow.name(), "heard");

    let again = world.post(&token, &calls, "{}").await.json();
    assert_ne!(again["user"], ticket["user"]);
    assert_ne!(again["password"], ticket["password"]);
}

#[tokio::test]
async fn who_may_not_draw_may_not_call_and_what_is_broken_is_not_called() {
    let world = World::new().await;
    let calls = drawn(&world).await;
    world.script.answer(answer());
    for person in [AGENT, SUPERVISOR] {
        let token = world.token(person).await;
        assert_eq!(
            world.post(&token, &calls, "{}").await.status,
            403,
            "{person}"
        );
    }
    let token = world.token(ADMIN).await;
    let mut broken = flow();
    broken["edges"] = json!([]);
    let body = json!({"document": broken}).to_string();
    let refused = world.post(&token, &calls, &body).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.json()["errors"].to_string().contains("hello"),
        "{:?}",
        refused.json()
    );
    let body = json!({"caller": "no number"}).to_string();
    let refused = world.post(&token, &calls, &body).await;
    assert_eq!(refused.json()["errors"][0]["pointer"], "/caller");
    assert!(world.script.asked().is_empty());

    world.script.refuse(CommandError::TooManyTrials);
    let refused = world.post(&token, &calls, "{}").await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["code"]),
        (409, &json!("too_many_trials"))
    );
}
