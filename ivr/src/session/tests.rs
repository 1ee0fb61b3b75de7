//! Walks as callers take them, one ladder a behaviour.

mod asking;
mod bots;
mod graphs;
mod replaying;
mod speaking;
mod subflows;

use super::*;
use crate::{Document, rehearsal::Rehearsal};

const ASK: &str = r#"
name: ask
language: zh-CN
start: hello
nodes:
  hello: { kind: play, items: [{ clip: welcome }] }
  menu: { kind: menu, items: [{ clip: main_menu }], invalid_items: [{ clip: invalid }], timeout_items: [{ clip: timeout }], keys: ["1", "2"], retries: 1 }
  pin: { kind: collect, items: [{ clip: enter_digits }], invalid_items: [{ clip: invalid }], variable: pin, min_length: 2, max_length: 4, retries: 1, sensitive: true }
  read: { kind: play, items: [{ say: number, text: "${pin}" }] }
  bye: { kind: hangup, items: [{ clip: goodbye }] }
edges:
  - { from: hello, exit: ok, to: menu }
  - { from: menu, exit: "1", to: pin }
  - { from: menu, exit: default, to: bye }
  - { from: pin, exit: ok, to: read }
  - { from: pin, exit: default, to: bye }
  - { from: read, exit: ok, to: bye }
"#;

#[test]
fn a_key_stops_the_speech_and_is_kept_for_the_menu_after_it() {
    let mut call = rehearse(ASK);
    call.press("2");
    assert_eq!(
        call.take(),
        [
            "▶ hello",
            "say welcome",
            "stop",
            "◀ hello ok",
            "▶ menu",
            "◀ menu 2 2",
            "▶ bye",
            "say goodbye"
        ]
    );
}

#[test]
fn keys_typed_ahead_skip_prompts_up_to_the_node_that_wants_them() {
    let mut call = rehearse(ASK);
    call.press("1123#");
    assert_eq!(
        call.take(),
        [
            "▶ hello",
            "say welcome",
            "stop",
            "◀ hello ok",
            "▶ menu",
            "◀ menu 1 1",
            "▶ pin",
            "say enter_digits",
            "stop",
            "◀ pin ok ***",
            "▶ read",
            "say 一 百 二 十 三",
        ]
    );
}

#[test]
fn a_wrong_key_asks_again_and_the_second_one_leaves_by_invalid() {
    let mut call = rehearse(ASK);
    call.hear_out();
    call.take();
    call.press("9");
    assert_eq!(call.take(), ["stop", "say invalid main_menu"]);
    call.hear_out();
    call.press("8");
    assert_eq!(call.take(), ["◀ menu invalid 98", "▶ bye", "say goodbye"]);
}

#[test]
fn silence_asks_again_and_then_leaves_by_timeout() {
    let mut call = rehearse(ASK);
    call.hear_out();
    call.hear_out();
    call.take();
    let before = call.now;
    call.time_out();
    assert_eq!(call.now.checked_sub(before).unwrap().as_secs(), 5);
    assert_eq!(call.take(), ["say timeout main_menu"]);
    call.hear_out();
    call.time_out();
    assert_eq!(call.take(), ["◀ menu timeout", "▶ bye", "say goodbye"]);
}

#[test]
fn a_row_ends_at_its_terminator_its_longest_or_a_pause() {
    for (keys, waits) in [("12#", false), ("1234", false), ("123", true)] {
        let mut call = at_pin();
        call.press(keys);
        if waits {
            call.time_out();
        }
        let left = call.take().into_iter().find(|line| line.starts_with('◀'));
        let stars = "*".repeat(keys.trim_end_matches('#').len());
        assert_eq!(left, Some(format!("◀ pin ok {stars}")), "{keys}");
        assert_eq!(call.session.variables()["pin"], keys.trim_end_matches('#'));
        assert!(call.session.is_sensitive("pin"));
    }
}

#[test]
fn a_row_that_is_too_short_asks_again_and_then_leaves_by_invalid() {
    let mut call = at_pin();
    call.press("1#");
    assert_eq!(call.take(), ["stop", "say invalid enter_digits"]);
    call.press("1#");
    assert_eq!(
        call.take(),
        ["stop", "◀ pin invalid *", "▶ bye", "say goodbye"]
    );
}

#[test]
fn a_value_that_cannot_be_read_takes_the_error_exit_else_is_spelled_else_has_no_information() {
    let say = "name: say\nlanguage: zh-CN\nvariables: { value: '' }\nstart: say\nnodes:\n  \
        say: { kind: play, items: [{ say: number, text: '${value}' }] }\n  \
        bye: { kind: hangup }\nedges:\n  - { from: say, exit: ok, to: bye }\n";
    let wired = format!("{say}  - {{ from: say, exit: error, to: bye }}\n");
    let cases = [
        (say, "1234", "", "say 一 千 二 百 三 十 四"),
        (
            say,
            "12元34",
            "unreadable say *****: this is not a number",
            "say 一 二 三 四",
        ),
        (
            say,
            "",
            "unreadable say : there is nothing to read",
            "say no_information",
        ),
        (
            say,
            "元",
            "unreadable say *: this is not a number",
            "say no_information",
        ),
        (
            &wired,
            "12元34",
            "unreadable say *****: this is not a number",
            "◀ say error",
        ),
    ];
    for (flow, value, step, outcome) in cases {
        let flow = flow.replace("value: ''", &format!("value: '{value}'"));
        let lines = rehearse(&flow).take();
        assert!(
            step.is_empty() || lines.contains(&step.to_owned()),
            "{lines:?}"
        );
        assert!(lines.contains(&outcome.to_owned()), "{value}: {lines:?}");
    }
}

#[test]
fn a_value_holding_a_variable_is_not_expanded() {
    let flow = "name: set\nlanguage: zh-CN\nvariables: { a: '${caller}' }\nstart: set\nnodes:\n  \
        set: { kind: set, variable: b, value: '${a}!' }\n  bye: { kind: hangup }\nedges:\n  \
        - { from: set, exit: ok, to: bye }\n";
    assert_eq!(rehearse(flow).session.variables()["b"], "${caller}!");
}

#[test]
fn the_case_that_holds_is_the_exit() {
    let cases = [
        ("equals: gold", "gold", true),
        ("equals: gold", "golden", false),
        ("not_equals: gold", "silver", true),
        ("starts_with: '138'", "13800138000", true),
        ("starts_with: '138'", "1", false),
        ("digits: { min: 3, max: 4 }", "123", true),
        ("digits: { min: 3, max: 4 }", "12a", false),
        ("greater: '99.5'", "100", true),
        ("greater: '99.5'", "99.50", false),
        ("greater: '99.5'", "many", false),
        ("less: '0'", "-0.1", true),
        ("equals: '${caller}'", "13800138000", true),
    ];
    for (when, value, holds) in cases {
        let flow = format!(
            "name: b\nlanguage: zh-CN\nvariables: {{ v: '{value}' }}\nstart: b\nnodes:\n  \
             b: {{ kind: branch, cases: [{{ exit: yes, variable: v, when: {{ {when} }} }}] }}\n  \
             bye: {{ kind: hangup }}\nedges:\n  - {{ from: b, exit: default, to: bye }}\n"
        );
        let exit = if holds {
            "◀ b yes"
        } else {
            "◀ b otherwise"
        };
        assert_eq!(rehearse(&flow).take()[1], exit, "{when} {value}");
    }
}

#[test]
fn every_outcome_of_a_transfer_has_its_exit() {
    use TransferOutcome as T;
    let cases = [
        ("queue, queue: sales", T::NoAgent, "no_agent"),
        ("queue, queue: sales", T::TimedOut, "timeout"),
        ("queue, queue: sales", T::Full, "full"),
        ("queue, queue: sales", T::Unavailable, "error"),
        ("queue, queue: sales", T::Completed, "hang_up"),
        ("agent, extension: '1001'", T::NoAnswer, "no_answer"),
        ("agent, extension: '1001'", T::NoAgent, "no_agent"),
        ("number, number: '2000'", T::Busy, "busy"),
        ("number, number: '2000'", T::Refused, "refused"),
        ("number, number: '2000'", T::Unavailable, "error"),
    ];
    for (node, outcome, exit) in cases {
        let flow = format!(
            "name: t\nlanguage: zh-CN\nstart: t\nnodes:\n  t: {{ kind: {node} }}\n  \
             bye: {{ kind: hangup }}\nedges:\n  - {{ from: t, exit: default, to: bye }}\n"
        );
        let mut call = rehearse(&flow);
        assert!(call.session.is_away());
        call.take();
        call.press("1");
        assert_eq!(call.take(), [""; 0]);
        call.tell(Happening::TransferEnded(outcome));
        assert_eq!(call.take()[0], format!("◀ t {exit}"), "{outcome:?}");
        assert!(call.session.is_over());
    }
}

#[test]
fn a_caller_who_is_still_there_after_the_talk_goes_on_only_where_that_is_wired() {
    let flow = |edge: &str| {
        format!(
            "name: t\nlanguage: zh-CN\nstart: t\nnodes:\n  t: {{ kind: queue, queue: sales }}\n  \
             rate: {{ kind: survey, items: [{{ clip: please_wait }}], scores: {{ '1': 5, '2': 1 }} }}\n  \
             bye: {{ kind: hangup }}\nedges:\n  - {{ from: t, exit: default, to: bye }}\n  \
             - {{ from: rate, exit: default, to: bye }}\n{edge}"
        )
    };
    let wired = flow("  - { from: t, exit: talked, to: rate }\n");
    let mut call = rehearse(&wired);
    assert!(call.session.goes_on_after_talk());
    call.take();
    call.tell(Happening::TransferEnded(TransferOutcome::Talked));
    let asked = ["◀ t talked", "▶ rate", "survey rate", "say please_wait"];
    assert_eq!(call.take(), asked);
    assert!(call.session.is_surveying());
    call.press("7");
    assert_eq!(call.take(), ["stop", "say please_wait"]);
    call.press("2");
    assert_eq!(
        call.take(),
        [
            "stop",
            "rated rate 1 Stars",
            "◀ rate ok 72",
            "▶ bye",
            "◀ bye hang_up",
            "hang up"
        ]
    );
    assert_eq!(call.session.variables()["rating"], "1");

    let entered = flow("  - { from: t, exit: error, to: rate }\n");
    let mut call = rehearse(&entered);
    assert!(!call.session.goes_on_after_talk());
    call.take();
    call.tell(Happening::TransferEnded(TransferOutcome::Talked));
    assert_eq!(call.take(), ["◀ t hang_up", "hang up"]);
}

#[test]
fn a_caller_who_hangs_up_ends_the_walk_and_the_message() {
    let mut call = rehearse(
        "name: v\nlanguage: zh-CN\nstart: v\nnodes:\n  v: { kind: voicemail }\n  \
         bye: { kind: hangup }\nedges:\n  - { from: v, exit: ok, to: bye }\n",
    );
    assert_eq!(call.take(), ["▶ v", "record 120s #"]);
    call.tell(Happening::HungUp);
    assert_eq!(call.take(), ["stop message", "◀ v hung_up"]);
    call.tell(Happening::VoicemailEnded);
    call.tell(Happening::HungUp);
    assert_eq!(call.take(), [""; 0]);
}

#[test]
fn speech_whose_end_is_never_reported_ends_by_the_clock() {
    let mut call = rehearse(ASK);
    call.take();
    call.time_out();
    assert_eq!(call.take()[0], "◀ hello ok");
}

#[test]
fn a_caller_who_stays_too_long_hears_that_the_system_is_busy() {
    let mut flow = Document::from_yaml(ASK).unwrap();
    flow.edges[2].to = "menu".to_owned();
    let mut call = Rehearsal::of(&flow, Duration::ZERO);
    while !call.session.is_over() {
        call.time_out();
    }
    assert!(call.now <= limits::WALK + limits::SPEECH, "{:?}", call.now);
    let lines = call.take();
    assert_eq!(lines[lines.len() - 2..], ["say system_error", "hang up"]);
}

#[test]
fn a_restart_speaks_the_node_again_and_keeps_the_keys() {
    let mut call = at_pin();
    call.press("12");
    call.take();

    let mut restored = restart(&call.session, call.now);
    assert_eq!(crate::rehearsal::lines(&mut restored), [""; 0]);
    restored.handle(call.now, Happening::Digit('#'));
    assert_eq!(crate::rehearsal::lines(&mut restored)[0], "◀ pin ok **");

    let menu = {
        let mut call = rehearse(ASK);
        call.hear_out();
        call
    };
    let mut restored = restart(&menu.session, menu.now);
    assert_eq!(crate::rehearsal::lines(&mut restored), ["say main_menu"]);
}

#[test]
fn a_restart_in_a_transfer_asks_for_nothing_and_goes_on() {
    let flow = "name: t\nlanguage: zh-CN\nstart: t\nnodes:\n  t: { kind: queue, queue: sales }\n  \
         bye: { kind: hangup }\nedges:\n  - { from: t, exit: default, to: bye }\n";
    let call = rehearse(flow);
    let mut restored = restart(&call.session, call.now);
    assert!(restored.is_away());
    assert_eq!(restored.poll_action(), None);
    restored.handle(call.now, Happening::TransferEnded(TransferOutcome::Full));
    assert_eq!(crate::rehearsal::lines(&mut restored)[0], "◀ t full");
}

#[test]
fn a_session_of_another_flow_is_not_restored() {
    let saved = rehearse(ASK).session.save();
    let other = rehearse(&ASK.replace("name: ask", "name: other"));
    let flow = Arc::clone(&other.session.flow);
    assert_eq!(
        Session::restore(other.now, &flow, &Arc::default(), saved.clone()).unwrap_err(),
        RestoreError::OtherFlow("ask".to_owned())
    );
    let renamed = rehearse(&ASK.replace("hello", "greeting"));
    let flow = Arc::clone(&renamed.session.flow);
    assert_eq!(
        Session::restore(renamed.now, &flow, &Arc::default(), saved).unwrap_err(),
        RestoreError::UnknownNode("hello".to_owned())
    );
}

fn rehearse(flow: &str) -> Rehearsal {
    let document = match Document::from_yaml(flow) {
        Ok(document) => document,
        Err(problems) => panic!("{problems:#?}"),
    };
    Rehearsal::of(&document, Duration::from_secs(1))
}

fn at_pin() -> Rehearsal {
    let mut call = rehearse(ASK);
    call.press("1");
    call.take();
    call
}

/// The session as another process finds it.
fn restart(session: &Session, now: Duration) -> Session {
    let bytes = postcard::to_allocvec(&session.save()).unwrap();
    let saved = postcard::from_bytes(&bytes).unwrap();
    Session::restore(now, &session.flow, &session.flows, saved).unwrap()
}
