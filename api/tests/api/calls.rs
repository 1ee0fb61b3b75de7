//! Calls in progress.

use crate::world::{ADMIN, AGENT, Call, SUPERVISOR, World, live_call};
use call::{Command, CommandError, LiveSupervisor};
use model::SupervisionMode;
use serde_json::Value;

#[tokio::test]
async fn a_supervisor_sees_all_calls_and_an_agent_their_own() {
    let world = World::new().await;
    let enterprise = world.enterprise().await;
    let own = Call::new(enterprise, 1);
    let other = Call::new(enterprise, 2);
    let agent = world.agent(AGENT).await;
    world.show(
        vec![live_call(&own, Some(agent)), live_call(&other, None)],
        Vec::new(),
    );

    for (email, expected) in [(ADMIN, 2), (AGENT, 1)] {
        let token = world.token(email).await;
        let found = world.get(&token, "/api/v1/calls").await.json();
        assert_eq!(found["items"].as_array().map(Vec::len), Some(expected));
    }
    let token = world.token(AGENT).await;
    let path = format!("/api/v1/calls/{}", own.id);
    assert_eq!(world.get(&token, &path).await.json()["stage"], "talking");
    let path = format!("/api/v1/calls/{}", other.id);
    assert_eq!(world.get(&token, &path).await.problem().0, 404);
}

#[tokio::test]
async fn hanging_up_reaches_the_engine_and_its_refusal_the_caller() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let call = Call::new(world.enterprise().await, 1);
    world.show(vec![live_call(&call, None)], Vec::new());
    let path = format!("/api/v1/calls/{}/hangup", call.id);

    assert_eq!(world.post(&token, &path, "").await.status, 204);
    assert_eq!(world.script.asked(), [Command::HangUp { call: call.id }]);

    world.script.refuse(CommandError::UnknownCall);
    let late = world.post(&token, &path, "").await;
    assert_eq!(late.problem(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn a_supervisor_asks_for_each_way_to_take_part_and_it_is_written_down() {
    let world = World::new().await;
    let token = world.token(SUPERVISOR).await;
    let supervisor = world.agent(SUPERVISOR).await;
    let agent = world.agent(AGENT).await;
    let call = Call::new(world.enterprise().await, 1);
    world.show(vec![live_call(&call, Some(agent))], Vec::new());
    let path = |verb: &str| format!("/api/v1/calls/{}/{verb}", call.id);

    let modes = [
        ("monitor", SupervisionMode::Monitor),
        ("whisper", SupervisionMode::Whisper),
        ("barge", SupervisionMode::Barge),
        ("takeover", SupervisionMode::TakeOver),
    ];
    for (verb, wanted) in modes {
        assert_eq!(world.post(&token, &path(verb), "").await.status, 202);
        let asked = world.script.asked();
        let Some(Command::Supervise {
            supervisor: who,
            mode,
            ..
        }) = asked.last()
        else {
            panic!("{asked:?}");
        };
        assert_eq!((*who, *mode), (supervisor, wanted));
    }
    world.script.refuse(CommandError::NoPhone);
    let refused = world.post(&token, &path("monitor"), "").await;
    assert_eq!(refused.problem(), (409, "no_phone".to_owned()));

    let admin = world.token(ADMIN).await;
    let log = world.get(&admin, "/api/v1/audit-log").await.json();
    let lines = log["items"].as_array().unwrap();
    let mut told: Vec<_> = lines.iter().map(told).collect();
    let refused = "supervision_refused mode=monitor agent=1001 refusal=no_phone";
    assert_eq!(told.remove(0), refused, "{log:#}");
    told.sort();
    let wishes = ["barge", "monitor", "monitor", "take_over", "whisper"];
    let wishes = wishes.map(|mode| format!("call_supervised mode={mode} agent=1001"));
    assert_eq!(told, wishes, "one a wish, the refused one too");
    let all_of_the_call = lines.iter().all(|it| it["subject"] == call.id.to_string());
    assert!(all_of_the_call, "{log:#}");
    let nobody = world.post(&admin, &path("monitor"), "").await;
    assert_eq!(nobody.problem(), (409, "not_an_agent".to_owned()));
}

#[tokio::test]
async fn nobody_listens_of_whom_no_line_could_be_written() {
    let world = World::new().await;
    let token = world.token(SUPERVISOR).await;
    let agent = world.agent(AGENT).await;
    let call = Call::new(world.enterprise().await, 1);
    world.show(vec![live_call(&call, Some(agent))], Vec::new());
    let path = format!("/api/v1/calls/{}/monitor", call.id);
    world.db.lose_audit_log().await;

    assert_eq!(world.post(&token, &path, "").await.problem().0, 500);
    assert_eq!(world.script.asked(), []);
}

#[tokio::test]
async fn agents_supervise_nobody_and_do_not_see_who_listens() {
    let world = World::new().await;
    let token = world.token(AGENT).await;
    let agent = world.agent(AGENT).await;
    let call = Call::new(world.enterprise().await, 1);
    let mut live = live_call(&call, Some(agent));
    live.supervisors.push(LiveSupervisor {
        agent: world.agent(SUPERVISOR).await,
        mode: SupervisionMode::Monitor,
        hears: true,
    });
    world.show(vec![live], Vec::new());

    for verb in ["monitor", "whisper", "barge", "takeover"] {
        let path = format!("/api/v1/calls/{}/{verb}", call.id);
        let refused = world.post(&token, &path, "").await;
        assert_eq!(refused.problem(), (403, "forbidden".to_owned()));
    }
    let path = format!("/api/v1/calls/{}", call.id);
    let seen = world.get(&token, &path).await.json();
    assert_eq!(seen["supervisors"].as_array().map(Vec::len), Some(0));
    let token = world.token(SUPERVISOR).await;
    let seen = world.get(&token, &path).await.json();
    assert_eq!(seen["supervisors"][0]["mode"], "monitor");
}

#[tokio::test]
async fn an_agent_confers_in_their_own_call() {
    let world = World::new().await;
    let token = world.token(AGENT).await;
    let agent = world.agent(AGENT).await;
    let call = Call::new(world.enterprise().await, 1);
    world.show(vec![live_call(&call, Some(agent))], Vec::new());
    let path = format!("/api/v1/calls/{}/conference", call.id);
    assert_eq!(world.post(&token, &path, "").await.status, 204);
    let confer = Command::Confer {
        call: call.id,
        agent,
    };
    assert_eq!(world.script.asked(), [confer]);
}

/// A line of the log, with names in place of ids.
fn told(line: &Value) -> String {
    let said = |change: &Value| {
        let name = change["after_name"].as_str();
        let after = name.or(change["after"].as_str()).unwrap();
        format!("{}={after}", change["field"].as_str().unwrap())
    };
    let changes = line["changes"].as_array().unwrap().iter().map(said);
    let action = line["action"].as_str().unwrap().to_owned();
    let told: Vec<String> = std::iter::once(action).chain(changes).collect();
    told.join(" ")
}
