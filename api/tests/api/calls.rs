//! Calls in progress.

use crate::world::{ADMIN, AGENT, Call, World, live_call};
use call::{Command, CommandError};

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
