//! Scripts that hold, and how those read that do not.

use super::*;
use crate::{Document, rehearsal::flow};
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
