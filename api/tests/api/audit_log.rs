//! Who looked at or changed what stands in the audit log, page by page, for administrators.

use crate::trunks::{put, remove};
use crate::world::{ADMIN, AGENT, Call, SUPERVISOR, World, live_call, random};
use call::{Answer, CommandError, Rung, RungDirection, Transport};
use model::{EnterpriseId, Event, Fact, FactId, SourceFact, Timestamp};
use serde_json::{Value, json};

#[tokio::test]
async fn a_number_is_made_changed_and_removed_and_each_leaves_a_line() {
    let world = World::new().await;
    let token = world.token(ADMIN).await;
    let first = world.get(&token, "/api/v1/trunk-numbers").await.json()["items"][0].clone();
    let mut number = json!({
        "number": "4000000000",
        "trunk": first["trunk"]["id"],
        "destination": {"to": "flow", "flow": first["destination"]["flow"]["id"]}
    });

    let made = world
        .post(&token, "/api/v1/trunk-numbers", &number.to_string())
        .await;
    assert_eq!(made.status, 201, "{:?}", made.json());
    let path = format!(
        "/api/v1/trunk-numbers/{}",
        made.json()["id"].as_str().unwrap()
    );
    number["recorded"] = true.into();
    let changed = put(&world, (&token, &path), "\"1\"", &number).await;
    assert_eq!(changed.json()["recorded"], true);
    assert_eq!(remove(&world, (&token, &path), "\"2\"").await.status, 204);
    number["trunk"] = json!("01890000-0000-7000-8000-000000000000");
    let refused = world
        .post(&token, "/api/v1/trunk-numbers", &number.to_string())
        .await;
    assert_eq!(refused.pointers(), ["/trunk"]);

    assert_eq!(world.script.reloads(), 3);
    let lines = lines(&world, &token).await;
    let mut actions: Vec<_> = lines.iter().map(|line| line["action"].clone()).collect();
    actions.sort_by_key(ToString::to_string);
    let expected = [
        "trunk_number_changed",
        "trunk_number_created",
        "trunk_number_deleted",
    ];
    assert_eq!(actions, expected.map(Value::from));
    assert!(lines.iter().all(|line| line["user"]["name"] == "admin"));
}

#[tokio::test]
async fn the_messages_of_a_call_are_shown_and_exported_with_a_line_each() {
    let world = World::new().await;
    let call = Call::new(world.enterprise().await, 5);
    world.show(vec![live_call(&call, None)], Vec::new());
    world.script.answer(Answer::Ladder(vec![rung()]));
    let supervisor = world.token(SUPERVISOR).await;
    let path = format!("/api/v1/calls/{}/sip", call.id);

    let shown = world.get(&supervisor, &path).await.json();
    let exported = world.get(&supervisor, &format!("{path}.pcap")).await;

    let message = &shown["messages"][0];
    assert_eq!(message["first_line"], "OPTIONS sip:x SIP/2.0");
    assert_eq!(message["direction"], "received");
    assert_eq!(message["transport"], "udp");
    assert_eq!(
        exported.header("content-type"),
        "application/vnd.tcpdump.pcap"
    );
    assert_eq!(exported.body[..4], [0xD4, 0xC3, 0xB2, 0xA1]);
    let admin = world.token(ADMIN).await;
    let lines = lines(&world, &admin).await;
    assert_eq!(lines.len(), 2);
    assert!(
        lines
            .iter()
            .all(|line| line["subject"] == call.id.to_string())
    );
    let agent = world.token(AGENT).await;
    assert_eq!(world.get(&agent, &path).await.problem().0, 403);
    assert_eq!(
        world.get(&agent, "/api/v1/audit-log").await.problem().0,
        403
    );
}

#[tokio::test]
async fn a_call_whose_messages_are_gone_is_told_from_one_that_never_was() {
    let world = World::new().await;
    let call = Call::new(world.enterprise().await, 5);
    world.show(vec![live_call(&call, None)], Vec::new());
    world.script.refuse(CommandError::LadderGone);
    let token = world.token(SUPERVISOR).await;

    let gone = world
        .get(&token, &format!("/api/v1/calls/{}/sip", call.id))
        .await;
    let never = Call::new(call.enterprise, 6).id;
    let never = world
        .get(&token, &format!("/api/v1/calls/{never}/sip"))
        .await;

    assert_eq!(gone.problem(), (404, "ladder_gone".to_owned()));
    assert_eq!(never.problem(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn barred_sources_stand_in_the_log_newest_first_and_page_by_page() {
    let world = World::new().await;
    let batch: Vec<(u64, Fact)> = (1..=5).map(|nth| (nth, barred(nth))).collect();
    for _ in 0..2 {
        store::projection::apply(&world.db, "test", &batch)
            .await
            .unwrap();
    }
    let token = world.token(ADMIN).await;

    let mut subjects = Vec::new();
    let mut path = "/api/v1/audit-log?limit=2".to_owned();
    loop {
        let page = world.get(&token, &path).await.json();
        for line in page["items"].as_array().unwrap() {
            assert_eq!(line["action"], "source_barred");
            assert_eq!(line["user"], Value::Null);
            subjects.push(line["subject"].as_str().unwrap().to_owned());
        }
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/v1/audit-log?limit=2&cursor={cursor}");
    }

    let expected: Vec<String> = (1..=5).rev().map(|nth| format!("192.0.2.{nth}")).collect();
    assert_eq!(subjects, expected);
}

fn barred(nth: u64) -> Fact {
    let at = Timestamp::from_millis(1_700_000_000_000 + i64::try_from(nth).unwrap());
    Fact {
        id: FactId::new(at, random(nth)),
        at,
        enterprise: EnterpriseId::SERVER,
        event: Event::Source {
            source: format!("192.0.2.{nth}").parse().unwrap(),
            fact: SourceFact::Barred {
                until: at,
                failures: 10,
                user: Some("1001".to_owned()),
            },
        },
    }
}

fn rung() -> Rung {
    Rung {
        at: Timestamp::from_millis(1_700_000_000_000),
        leg: 0,
        direction: RungDirection::Received,
        transport: Transport::Udp,
        local: "127.0.0.1:5060".parse().unwrap(),
        remote: "127.0.0.1:5080".parse().unwrap(),
        message: "OPTIONS sip:x SIP/2.0\r\n\r\n".to_owned().into(),
    }
}

async fn lines(world: &World, token: &str) -> Vec<Value> {
    let log = world.get(token, "/api/v1/audit-log").await.json();
    log["items"].as_array().unwrap().clone()
}
