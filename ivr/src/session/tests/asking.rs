//! Callers who wait while another system, a queue or the calendar is asked.

use super::*;
use crate::node::{Answer, QueueNow};

const CRM: &str = r#"
name: crm
language: zh-CN
variables: { level: "", card: "" }
start: find
nodes:
  find:
    kind: http
    url: "https://crm.example/customers/${caller}?q=${card}"
    headers: { Authorization: "Bearer x" }
    retries: 1
    timeout_ms: 2000
    take: [{ pointer: /level, variable: level }, { pointer: /card/0, variable: card, sensitive: true }]
  gold: { kind: hangup, items: [{ say: digits, text: "${level}" }] }
  bye: { kind: hangup }
edges:
  - { from: find, exit: ok, to: gold }
  - { from: find, exit: default, to: bye }
"#;

const ASKED: &str = "ask GET https://crm.example/customers/13800138000?q=";

fn answered(status: u16, body: &str) -> Answer {
    Answer::Answered {
        status,
        body: body.to_owned(),
    }
}

#[test]
fn parts_of_an_answer_become_variables() {
    let mut call = rehearse(CRM);
    assert_eq!(call.take(), ["▶ find", ASKED]);
    call.press("5");
    let answer = answered(200, r#"{"level":3,"card":["6222 0"]}"#);
    call.session.answer(call.now, &answer);
    assert_eq!(call.take(), ["◀ find ok", "▶ gold", "say 三"]);
    let variables = call.session.variables();
    assert_eq!(variables["http.status"], "200");
    assert_eq!(variables["card"], "6222 0");
    assert!(call.session.is_sensitive("card"));
    call.session.answer(call.now, &answer);
    assert_eq!(call.take(), [""; 0]);
}

#[test]
fn an_answer_that_is_no_success_has_its_exit() {
    let long = format!(r#"{{"level":"{}"}}"#, "9".repeat(limits::TEXT_CHARS + 1));
    for (answer, exit) in [
        (answered(200, "{}"), "ok"),
        (answered(204, ""), "error"),
        (answered(200, "<html>"), "error"),
        (answered(200, &long), "error"),
        (answered(404, "{}"), "failed"),
        (answered(500, ""), "failed"),
        (Answer::TimedOut, "timeout"),
        (Answer::Failed("not allowed".to_owned()), "error"),
    ] {
        let mut call = rehearse(CRM);
        call.take();
        call.session.answer(call.now, &answer);
        let lines = call.take();
        assert!(
            lines.contains(&format!("◀ find {exit}")),
            "{answer:?}: {lines:?}"
        );
    }
}

#[test]
fn values_cannot_leave_their_part_of_an_address() {
    let text = CRM.replace("card: \"\"", "card: \"1&admin=1/../#\"");
    let mut call = rehearse(&text);
    let asked = format!("{ASKED}1%26admin%3D1%2F%2E%2E%2F%23");
    assert_eq!(call.take(), ["▶ find", &asked]);
}

#[test]
fn nobody_waits_for_an_answer_for_ever_and_a_restart_asks_again_by_the_same_number() {
    let mut call = rehearse(CRM);
    let Some(Action::Step(_)) = call.session.poll_action() else {
        panic!("a node is entered first");
    };
    let Some(Action::Ask(asked)) = call.session.poll_action() else {
        panic!("a request follows");
    };
    let mut restored = restart(&call.session, call.now);
    let Some(Action::Ask(again)) = restored.poll_action() else {
        panic!("it is asked again");
    };
    assert_eq!(asked, again);
    let begun = call.now;
    call.time_out();
    assert_eq!(call.now, begun + Duration::from_secs(4) + limits::ATTEMPT);
    assert_eq!(call.take()[0], "◀ find timeout");
}

const LATE: &str = r#"
name: late
language: zh-CN
start: look
nodes:
  look: { kind: queue_state, queue: sales }
  crowded: { kind: branch, cases: [
    { exit: full, if: "int(queue.waiting) > 3 || queue.free == '0'" },
    { exit: lunch, if: "now.time >= '12:00' && now.time < '13:00' && now.weekday in ['1', '2']" },
  ] }
  sales: { kind: queue, queue: sales }
  bye: { kind: hangup }
edges:
  - { from: look, exit: ok, to: crowded }
  - { from: look, exit: error, to: bye }
  - { from: crowded, exit: otherwise, to: sales }
  - { from: crowded, exit: default, to: bye }
  - { from: sales, exit: default, to: bye }
"#;

#[test]
fn a_flow_decides_by_the_queue_and_the_time() {
    // 2026-11-23 is a Monday.
    for (at, waiting, free, exit) in [
        ("2026-11-23T10:00:00Z", 3, 1, "otherwise"),
        ("2026-11-23T10:00:00Z", 4, 1, "full"),
        ("2026-11-23T10:00:00Z", 0, 0, "full"),
        ("2026-11-23T12:00:00Z", 0, 1, "lunch"),
        ("2026-11-23T13:00:00Z", 0, 1, "otherwise"),
        ("2026-11-25T12:00:00Z", 0, 1, "otherwise"),
    ] {
        let at: jiff::Timestamp = at.parse().unwrap();
        let now = Duration::from_secs(u64::try_from(at.as_second()).unwrap());
        let mut call = Rehearsal::of(&Document::from_yaml(LATE).unwrap(), now);
        assert_eq!(call.take(), ["▶ look", "look at sales"]);
        let seen = QueueNow {
            waiting,
            free,
            agents: free,
            longest_wait: 0,
        };
        call.tell(Happening::QueueSeen(Some(seen)));
        let lines = call.take();
        assert!(
            lines.contains(&format!("◀ crowded {exit}")),
            "{at}: {lines:?}"
        );
    }
    let mut call = rehearse(LATE);
    call.tell(Happening::QueueSeen(None));
    assert!(call.take().contains(&"◀ look error".to_owned()));
}
