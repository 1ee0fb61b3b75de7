//! The REST call of bots, in Twilio's words.

use crate::world::{Answer, Call, World, live_call, now, request};
use api::bots::{account_sid, call_sid};
use axum::body::Body;
use axum::http::{Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use call::{Command, CommandError};
use model::EnterpriseId;

/// As the world is given it.
const TOKEN: &str = "a token for bots";

async fn ask(world: &World, (account, call): (&str, &str), token: &str, form: &str) -> Answer {
    let path = format!("/2010-04-01/Accounts/{account}/Calls/{call}.json");
    let mut request = request(Method::POST, "", &path, Body::from(form.to_owned()));
    let credentials = STANDARD.encode(format!("{account}:{token}"));
    let value = format!("Basic {credentials}").parse().unwrap();
    request.headers_mut().insert(header::AUTHORIZATION, value);
    world.send(request).await
}

/// The status and Twilio's code of a refusal.
fn refusal(answer: &Answer) -> (u16, u64) {
    let body = answer.json();
    assert_eq!(body["status"], answer.status.as_u16(), "{body}");
    (answer.status.as_u16(), body["code"].as_u64().unwrap())
}

#[tokio::test]
async fn a_bot_hangs_up_and_hands_over() {
    let world = World::new().await;
    let enterprise = world.enterprise().await;
    let call = Call::new(enterprise, 1);
    world.show(vec![live_call(&call, None)], Vec::new());
    let (account, sid) = (account_sid(enterprise), call_sid(call.id));
    let names = (account.as_str(), sid.as_str());

    let handed = "Twiml=%3CResponse%3E%3CDial%3E42%3C/Dial%3E%3C/Response%3E";
    let answer = ask(&world, names, TOKEN, handed).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["sid"], sid);
    let answer = ask(&world, names, TOKEN, "Url=https://bot.example/next").await;
    assert_eq!(answer.json()["status"], "in-progress");
    let answer = ask(&world, names, TOKEN, "Status=completed").await;
    assert_eq!(answer.json()["status"], "completed");
    let call = call.id;
    let hand_over = |handoff: &str| Command::HandOver {
        call,
        handoff: handoff.to_owned(),
    };
    let asked = [
        hand_over("42"),
        hand_over("https://bot.example/next"),
        Command::HangUp { call },
    ];
    assert_eq!(world.script.asked(), asked);

    world.script.refuse(CommandError::UnknownCall);
    let late = ask(&world, names, TOKEN, "Status=completed").await;
    assert_eq!(refusal(&late), (404, 20_404));
}

#[tokio::test]
async fn a_bot_without_the_token_or_with_the_call_of_others_is_refused() {
    let world = World::new().await;
    let own = world.enterprise().await;
    let foreign = EnterpriseId::new(now(), [5; 10]);
    let call = Call::new(foreign, 7);
    world.show(vec![live_call(&call, None)], Vec::new());
    let (own, sid) = (account_sid(own), call_sid(call.id));

    for token in ["", "another"] {
        let answer = ask(&world, (&own, &sid), token, "Status=completed").await;
        assert_eq!(refusal(&answer), (401, 20_003));
    }
    for names in [(own.as_str(), sid.as_str()), (&own, "CA1"), ("AC1", &sid)] {
        let answer = ask(&world, names, TOKEN, "Status=completed").await;
        assert_eq!(refusal(&answer), (404, 20_404));
    }
    assert!(world.script.asked().is_empty());
}

#[tokio::test]
async fn forms_that_ask_for_nothing_are_refused() {
    let world = World::new().await;
    let enterprise = world.enterprise().await;
    let call = Call::new(enterprise, 1);
    world.show(vec![live_call(&call, None)], Vec::new());
    let (account, sid) = (account_sid(enterprise), call_sid(call.id));

    for form in [
        "",
        "{",
        "Status=busy",
        "Status=completed&Url=x",
        "Twiml=%3CSay/%3E",
        "Twiml=%ff",
        "Status=completed&Status=completed",
    ] {
        let answer = ask(&world, (&account, &sid), TOKEN, form).await;
        assert_eq!(refusal(&answer).0, 400, "{form}");
    }
    assert!(world.script.asked().is_empty());
}
