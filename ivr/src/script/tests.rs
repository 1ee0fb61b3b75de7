//! Scripts that hold, and how those read that do not.

use super::*;
use crate::{Clip, Document, rehearsal::flow};
use std::sync::Arc;

const FLOW: &str = r#"
name: sorting
language: zh-CN
variables: { size: "" }
start: ask
nodes:
  ask: { kind: collect, items: [{ clip: enter_order }], variable: order, max_length: 4, retries: 0 }
  mark: { kind: set, variable: size, expression: "int(order) >= 100 ? 'large' : 'small'" }
  sort: { kind: branch, cases: [{ exit: large, if: "size == 'large' && !caller.startsWith('0')" }] }
  sales: { kind: queue, queue: sales }
  bye: { kind: hangup, items: [{ clip: goodbye }] }
edges:
  - { from: ask, exit: ok, to: mark }
  - { from: ask, exit: default, to: bye }
  - { from: mark, exit: ok, to: sort }
  - { from: sort, exit: large, to: sales }
  - { from: sort, exit: otherwise, to: bye }
  - { from: sales, exit: default, to: bye }
"#;

const SCRIPT: &str = r#"
flow: sorting.yaml
tests:
  - name: a large order goes to sales
    caller: "13800138000"
    at: 2026-11-23T10:00:00+08:00
    do: [{ press: "120#" }]
    expect: { path: [ask, mark, sort, sales], heard: [enter_order], variables: { size: large }, end: away }
  - name: nobody is there for a large order
    do: [{ interrupt: "9999" }]
    away: { sales: no_agent }
    expect: { path: [ask, mark, sort, sales, bye], heard: [enter_order, goodbye], end: hung_up }
  - name: silence ends the call
    do: [{ silence: 1 }]
    expect: { path: [ask, bye], end: hung_up }
  - name: a caller gives up
    do: [hang_up]
    expect: { path: [ask], end: caller_hung_up }
  - name: a caller thinks
    expect: { end: waiting }
"#;

#[test]
fn a_script_presses_waits_and_hangs_up_and_finds_what_it_expects() {
    let flow = flow(&Document::from_yaml(FLOW).unwrap());
    let script = Script::from_yaml(SCRIPT).unwrap();
    assert_eq!(script.tests.len(), 5);
    for test in &script.tests {
        assert_eq!(
            test.differences(&flow, &Arc::default()),
            [],
            "{}",
            test.name
        );
    }
}

#[test]
fn what_differs_is_shown_side_by_side() {
    let flow = flow(&Document::from_yaml(FLOW).unwrap());
    let script = Script::from_yaml(&SCRIPT.replace("120#", "12#")).unwrap();
    let lines: Vec<_> = script.tests[0]
        .differences(&flow, &Arc::default())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        lines,
        [
            "path\n  expected: ask > mark > sort > sales\n  got:      ask > mark > sort > bye",
            "heard\n  expected: enter_order\n  got:      enter_order goodbye",
            "variable size\n  expected: \"large\"\n  got:      \"small\"",
            "end\n  expected: away\n  got:      hung_up",
        ]
    );
}

#[test]
fn a_script_that_cannot_be_read_says_why() {
    for (good, bad) in [
        ("press", "pres"),
        ("away: {", "awy: {"),
        ("no_agent", "gone"),
    ] {
        let text = SCRIPT.replacen(good, bad, 1);
        let error = Script::from_yaml(&text).unwrap_err();
        assert!(error.contains(bad.trim_end_matches(": {")), "{error}");
    }
}

#[test]
fn a_trace_tells_of_every_node_its_exit_its_keys_and_what_is_waited_for() {
    let flow = flow(&Document::from_yaml(FLOW).unwrap());
    let script = Script::from_yaml(SCRIPT).unwrap();
    let got = script.tests[0].run(&flow, &Arc::default());
    let told: Vec<_> = got
        .passed
        .iter()
        .map(|it| {
            (
                it.node.as_str(),
                it.at.as_millis(),
                it.exit.as_deref(),
                it.keys.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("ask", 0, Some("ok"), "120"),
            ("mark", 1_400, Some("ok"), ""),
            ("sort", 1_400, Some("large"), ""),
            ("sales", 1_400, None, ""),
        ]
    );
    assert!(
        matches!(&got.passed[0].said[..], [Clip::Unit { name, .. }] if name == "enter_order"),
        "{got:?}"
    );
    assert_eq!(got.awaited, Awaited::Queue("sales".to_owned()));
    assert_eq!(got.lasted.as_millis(), 1_400);

    let awaited = |test: usize| script.tests[test].run(&flow, &Arc::default()).awaited;
    assert_eq!(awaited(1), Awaited::Over);
    assert_eq!(awaited(4), Awaited::Key);
}

#[test]
fn a_trace_keeps_sensitive_keys_to_itself() {
    let hidden = FLOW.replace("variable: order,", "variable: order, sensitive: true,");
    let flow = flow(&Document::from_yaml(&hidden).unwrap());
    let script = Script::from_yaml(SCRIPT).unwrap();
    let got = script.tests[0].run(&flow, &Arc::default());
    assert_eq!(got.passed[0].keys, "***");
    assert!(got.sensitive.contains("order"), "{:?}", got.sensitive);
}

#[test]
fn what_a_test_may_not_hold_is_named_with_its_place() {
    let many = vec![Deed::HangUp; limits::DEEDS + 1];
    let long = "1".repeat(limits::PRESSED + 1);
    for (deeds, place) in [
        (many, "do"),
        (
            vec![Deed::HangUp, Deed::Press("1x".to_owned())],
            "do[1].press",
        ),
        (vec![Deed::Interrupt(String::new())], "do[0].interrupt"),
        (vec![Deed::Press(long)], "do[0].press"),
    ] {
        let test = Test {
            deeds,
            ..Test::default()
        };
        let places: Vec<_> = test.faults().into_iter().map(|it| it.path).collect();
        assert_eq!(places, [place, "name", "expect"]);
    }
    let error = Script::from_yaml(&SCRIPT.replace("9999", "9 9")).unwrap_err();
    assert!(error.starts_with("tests[1].do[0].interrupt: "), "{error}");
}

#[test]
fn a_test_is_written_as_it_is_read() {
    let script = Script::from_yaml(SCRIPT).unwrap();
    for test in script.tests {
        let text = serde_json::to_string(&test).unwrap();
        assert_eq!(serde_json::from_str::<Test>(&text).unwrap(), test, "{text}");
    }
}

#[test]
fn a_script_may_be_json() {
    let script = Script::from_yaml(SCRIPT).unwrap();
    let json = serde_json::json!({"flow": "sorting.json", "tests": script.tests});
    let read = Script::from_yaml(&json.to_string()).unwrap();
    assert_eq!(read.tests, script.tests);
}

#[test]
fn a_node_that_enters_another_flow_is_left_after_the_nodes_of_that_flow() {
    let outer = "{name: outer, language: zh-CN, start: in, nodes: {in: {kind: subflow, flow: inner}, \
                 bye: {kind: hangup, items: []}}, edges: [{from: in, exit: ok, to: bye}, \
                 {from: in, exit: error, to: bye}]}";
    let inner = "{name: inner, language: zh-CN, start: say, nodes: {say: {kind: play, items: [{clip: welcome}]}, \
                 back: {kind: return}}, edges: [{from: say, exit: ok, to: back}]}";
    let [outer, inner] = [outer, inner].map(|text| flow(&Document::from_yaml(text).unwrap()));
    let got = Test::default().run(&outer, &Arc::new([inner].into_iter().collect()));
    let told: Vec<_> = got
        .passed
        .iter()
        .map(|it| (it.node.as_str(), it.exit.as_deref(), it.said.len()))
        .collect();
    assert_eq!(
        told,
        [
            ("in", Some("ok"), 0),
            ("in/say", Some("ok"), 1),
            ("in/back", Some("ok"), 0),
            ("bye", Some("hang_up"), 0),
        ]
    );
}
