//! Flows within flows.

use super::*;
use crate::rehearsal::flow_beside;

const SHOP: &str = r#"
name: shop
language: zh-CN
variables: { order: "", tries: "3" }
start: hello
nodes:
  hello: { kind: play, items: [{ clip: welcome }] }
  ask: { kind: subflow, flow: order, inputs: { longest: "${tries}" }, outputs: { order: typed }, results: [nothing] }
  read: { kind: hangup, items: [{ say: digits, text: "${order}" }] }
  bye: { kind: hangup, items: [{ clip: goodbye }] }
edges:
  - { from: hello, exit: ok, to: ask }
  - { from: ask, exit: ok, to: read }
  - { from: ask, exit: nothing, to: bye }
  - { from: ask, exit: error, to: bye }
"#;

const ORDER: &str = r#"
name: order
language: zh-CN
variables: { longest: "9", order: "mine" }
start: type
nodes:
  type: { kind: collect, items: [{ clip: enter_order }], variable: typed, max_length: 2, retries: 0, sensitive: true }
  done: { kind: return }
  none: { kind: return, result: nothing }
edges:
  - { from: type, exit: ok, to: done }
  - { from: type, exit: default, to: none }
"#;

fn shop() -> Rehearsal {
    Rehearsal::among(&[SHOP, ORDER])
}

#[test]
fn a_flow_enters_another_and_takes_over_what_it_found_out() {
    let mut call = shop();
    call.hear_out();
    let lines = call.take();
    assert_eq!(
        lines[2..],
        ["◀ hello ok", "▶ ask", "▶ ask/type", "say enter_order"]
    );
    assert_eq!(call.session.variables()["longest"], "3");
    assert_eq!(call.session.variables()["caller"], "13800138000");
    assert!(!call.session.variables().contains_key("tries"));

    call.press("42");

    assert_eq!(
        call.take(),
        [
            "stop",
            "◀ ask/type ok **",
            "▶ ask/done",
            "◀ ask/done ok",
            "◀ ask ok",
            "▶ read",
            "say 四 二"
        ]
    );
    assert_eq!(call.session.variables()["order"], "42");
    assert!(call.session.is_sensitive("order"));
    assert!(!call.session.variables().contains_key("longest"));
}

#[test]
fn a_result_is_an_exit() {
    let mut call = shop();
    call.hear_out();
    call.hear_out();
    call.take();
    call.time_out();
    let lines = call.take();
    assert_eq!(lines[2..4], ["◀ ask/none nothing", "◀ ask nothing"]);
}

#[test]
fn a_flow_that_is_entered_by_callers_ends_the_call_where_it_would_return() {
    let mut call = Rehearsal::among(&[ORDER]);
    call.press("42");
    assert_eq!(call.take()[5..], ["◀ done ok", "hang up"]);
    assert!(call.session.is_over());
}

#[test]
fn a_flow_that_is_not_there_or_too_deep_is_an_error() {
    let document = Document::from_yaml(SHOP).unwrap();
    let mut call = Rehearsal::of(&document, Duration::ZERO);
    call.hear_out();
    let lines = call.take();
    assert_eq!(
        lines[4..6],
        [
            "unreadable ask order: no flow of this name takes calls",
            "◀ ask error"
        ]
    );
    let circle = "{ name: circle, language: zh-CN, start: again, nodes: {
        again: { kind: subflow, flow: circle }, bye: { kind: hangup } },
        edges: [{ from: again, exit: default, to: bye }] }";
    let mut call = Rehearsal::among(&[circle]);
    let lines = call.take();
    let deepest = "again/".repeat(limits::DEPTH) + "again";
    assert_eq!(lines[limits::DEPTH], format!("▶ {deepest}"));
    assert_eq!(lines[limits::DEPTH + 2], format!("◀ {deepest} error"));
    assert!(call.session.is_over());
}

#[test]
fn a_flow_that_does_not_come_back_takes_the_place_of_the_one_before() {
    let shop = SHOP
        .replace(
            ", outputs: { order: typed }, results: [nothing]",
            ", returns: false",
        )
        .replace("  - { from: ask, exit: ok, to: read }\n", "")
        .replace("  - { from: ask, exit: nothing, to: bye }\n", "")
        .replace(
            "  read: { kind: hangup, items: [{ say: digits, text: \"${order}\" }] }\n",
            "",
        );
    let mut call = Rehearsal::among(&[&shop, ORDER]);
    call.hear_out();
    call.press("42");
    let lines = call.take();
    assert_eq!(lines[4..6], ["◀ ask left", "▶ type"]);
    assert_eq!(lines.last().unwrap(), "hang up");
}

#[test]
fn a_restart_within_the_other_flow_goes_on_there_and_comes_back() {
    let mut call = shop();
    call.hear_out();
    call.press("4");
    call.take();
    let saved = call.session.save();
    let text = postcard::to_stdvec(&saved).unwrap();
    let saved = postcard::from_bytes(&text).unwrap();
    let flows = Arc::clone(&call.session.flows);
    let entered = Arc::clone(flows.get("shop").unwrap());
    call.session = Session::restore(call.now, &entered, &flows, saved).unwrap();
    call.press("2");
    assert!(call.take().ends_with(&[
        "◀ ask ok".to_owned(),
        "▶ read".to_owned(),
        "say 四 二".to_owned()
    ]));
}

#[test]
fn the_check_knows_the_other_flows_and_the_exits() {
    let alone = Document::from_yaml(SHOP).unwrap();
    let problems = flow_beside(&alone, &["orders"]).unwrap_err();
    let codes: Vec<_> = problems
        .iter()
        .map(|it| (it.code, it.path.as_str()))
        .collect();
    assert_eq!(codes, [("unknown_flow", "nodes.ask.flow")]);
    assert!(problems[0].message.contains("did you mean \"orders\"?"));
    let unwired = SHOP.replace("  - { from: ask, exit: nothing, to: bye }\n", "");
    let document = Document::from_yaml(&unwired).unwrap();
    let problems = flow_beside(&document, &["order"]).unwrap_err();
    assert_eq!(problems[0].message, "exit \"nothing\" leads nowhere");
}
