//! Agents and their states.

use crate::world::{AGENT, SUPERVISOR, World, device, now};
use call::{Command, CommandError, LiveAgent};
use model::{AnswerMode, BreakKind, LoginStatus, StatusActor, WorkState};

#[tokio::test]
async fn the_list_has_both_dimensions_of_every_state() {
    let world = World::new().await;
    let token = world.token(SUPERVISOR).await;
    let agent = LiveAgent {
        id: world.agent(AGENT).await,
        enterprise: world.enterprise().await,
        status: LoginStatus::Break(BreakKind::new(12).unwrap()),
        work: WorkState::Busy,
        since: now(),
        answer_mode: Some(AnswerMode::Sip),
        devices: vec![device()],
    };
    world.show(Vec::new(), vec![agent]);

    let list = world.get(&token, "/api/v1/agents").await.json();

    let first = &list["items"][0];
    assert_eq!(first["extension"], "1001");
    assert_eq!(first["status"], "break");
    assert_eq!(first["break"], 12);
    assert_eq!(first["work"], "busy");
    assert_eq!(first["registered"], true);
    let second = &list["items"][1];
    assert_eq!(second["status"], "offline");
    assert_eq!(second["registered"], false);
}

#[tokio::test]
async fn an_agent_signs_in_changes_status_and_signs_out() {
    let world = World::new().await;
    let token = world.token(AGENT).await;
    let agent = world.agent(AGENT).await;
    let actor = StatusActor::Agent;

    for (action, body) in [
        ("sign-in", r#"{"answer_mode":"sip"}"#),
        ("status", r#"{"status":"break","break":11}"#),
        ("end-wrap-up", ""),
        ("sign-out", ""),
    ] {
        let path = format!("/api/v1/agents/me/{action}");
        let answer = world.post(&token, &path, body).await;
        assert_eq!(answer.status, 204, "{action}: {answer:?}");
    }

    let status = LoginStatus::Break(BreakKind::new(11).unwrap());
    assert_eq!(
        world.script.asked(),
        [
            Command::SignIn {
                agent,
                answer_mode: AnswerMode::Sip,
                status: LoginStatus::Online,
                actor
            },
            Command::SetStatus {
                agent,
                status,
                actor
            },
            Command::EndWrapUp { agent },
            Command::SignOut { agent, actor },
        ]
    );
}

#[tokio::test]
async fn a_supervisor_may_change_an_agent_and_an_agent_no_other() {
    let world = World::new().await;
    let agent = world.agent(AGENT).await;
    let colleague = world.agent("1002@demo.example").await;
    let body = r#"{"status":"do_not_disturb"}"#;

    let token = world.token(SUPERVISOR).await;
    let path = format!("/api/v1/agents/{agent}/status");
    assert_eq!(world.post(&token, &path, body).await.status, 204);
    let token = world.token(AGENT).await;
    let path = format!("/api/v1/agents/{colleague}/status");
    let refused = world.post(&token, &path, body).await;

    assert_eq!(refused.problem(), (403, "forbidden".to_owned()));
    assert_eq!(world.script.asked().len(), 1);
}

#[tokio::test]
async fn a_break_that_does_not_exist_is_refused_before_the_engine() {
    let world = World::new().await;
    let token = world.token(AGENT).await;

    for body in [
        r#"{"status":"break"}"#,
        r#"{"status":"break","break":10}"#,
        r#"{"status":"online","break":11}"#,
        r#"{"status":"break","break":1000}"#,
    ] {
        let answer = world.post(&token, "/api/v1/agents/me/status", body).await;
        assert_eq!(answer.pointers(), ["/break"], "{body}");
    }
    let nonsense = r#"{"status":"asleep"}"#;
    let answer = world
        .post(&token, "/api/v1/agents/me/status", nonsense)
        .await;
    assert_eq!(answer.pointers(), ["/status"]);
    assert!(world.script.asked().is_empty());
}

#[tokio::test]
async fn what_the_engine_refuses_has_a_stable_code() {
    let world = World::new().await;
    let token = world.token(AGENT).await;

    for (refusal, status, code) in [
        (CommandError::NotSignedIn, 409, "not_signed_in"),
        (CommandError::OnCall, 409, "on_call"),
        (CommandError::NotInWrapUp, 409, "not_in_wrap_up"),
        (CommandError::UnknownAgent, 404, "not_found"),
        (CommandError::Status, 422, "status_not_settable"),
    ] {
        world.script.refuse(refusal);
        let answer = world
            .post(&token, "/api/v1/agents/me/end-wrap-up", "")
            .await;
        assert_eq!(answer.problem(), (status, code.to_owned()));
    }
}

#[tokio::test]
async fn a_supervisor_who_takes_no_calls_cannot_sign_in_as_an_agent() {
    let world = World::new().await;
    let token = world.token("admin@demo.example").await;

    let body = r#"{"answer_mode":"sip"}"#;
    let answer = world.post(&token, "/api/v1/agents/me/sign-in", body).await;

    assert_eq!(answer.problem(), (409, "not_an_agent".to_owned()));
}
