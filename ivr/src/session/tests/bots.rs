//! Callers who are with a bot.

use super::*;

const BOT: &str = r#"
name: bot
language: zh-CN
start: bot
nodes:
  bot: { kind: stream, url: "wss://bot.example/?from=${caller}", parameters: { who: "${caller}" }, max_seconds: 60 }
  bye: { kind: hangup }
  handed: { kind: hangup, items: [{ say: digits, text: "${handoff}" }] }
edges:
  - { from: bot, exit: transfer, to: handed }
  - { from: bot, exit: default, to: bye }
"#;

const STARTED: &str = r#"stream wss://bot.example/?from=13800138000 {"who": "13800138000"}"#;

#[test]
fn a_bot_ends_the_node_by_its_exits() {
    for (outcome, exit) in [
        (StreamOutcome::Done, "done"),
        (StreamOutcome::Failed, "error"),
    ] {
        let mut call = rehearse(BOT);
        assert_eq!(call.take(), ["▶ bot", STARTED]);
        assert!(call.session.is_streaming());
        call.press("5");
        assert_eq!(call.take(), [""; 0]);
        call.tell(Happening::StreamEnded(outcome));
        let left = format!("◀ bot {exit}");
        assert_eq!(call.take()[0], left);
        call.tell(Happening::StreamEnded(outcome));
        assert!(call.session.is_over());
    }
}

#[test]
fn a_bot_that_stays_too_long_or_whose_caller_leaves_is_stopped() {
    let mut call = rehearse(BOT);
    call.take();
    let begun = call.now;
    call.time_out();
    assert_eq!(call.now, begun + Duration::from_mins(1));
    assert_eq!(call.take()[..2], ["stop stream", "◀ bot timeout"]);
    let mut call = rehearse(BOT);
    call.take();
    call.tell(Happening::HungUp);
    assert_eq!(call.take(), ["stop stream", "◀ bot hung_up"]);
}

#[test]
fn what_a_bot_says_when_it_hands_over_is_a_variable() {
    let mut call = rehearse(BOT);
    call.take();
    assert!(call.session.hand_over(call.now, "42"));
    let lines = call.take();
    assert_eq!(lines[..3], ["stop stream", "◀ bot transfer", "▶ handed"]);
    assert_eq!(call.session.variables()["handoff"], "42");
    assert!(!call.session.hand_over(call.now, "43"));
}

#[test]
fn a_restart_calls_the_bot_again() {
    let mut call = rehearse(BOT);
    call.take();
    let saved = call.session.save();
    let flow = Arc::clone(&call.session.flow);
    call.session = Session::restore(call.now, &flow, &Arc::default(), saved).unwrap();
    assert_eq!(call.take(), [STARTED]);
}
