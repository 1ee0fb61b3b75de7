//! Callers who hear what engines speak, and what they hear when engines do not.

use super::*;
use crate::rehearsal::lines;

const SPOKEN: &str = r#"
name: spoken
language: zh-CN
variables: { name: "王女士", sum: "12.5" }
speech: { zh-CN: { engine: studio, voice: mei, speed_percent: 90 } }
start: hello
nodes:
  hello: { kind: play, items: [{ clip: welcome }, { tts: "您好，${name}" }] }
  pin: { kind: collect, items: [{ tts: "请输入密码" }], variable: pin, sensitive: true, max_length: 2, retries: 1, invalid_items: [{ tts: "不对" }], min_length: 2 }
  told: { kind: play, items: [{ tts: "${pin:digits}，余额${sum:money}", engine: other, cache: true }] }
  sorry: { kind: hangup, items: [{ tts: "抱歉" }] }
edges:
  - { from: hello, exit: ok, to: pin }
  - { from: pin, exit: ok, to: told }
  - { from: pin, exit: default, to: sorry }
  - { from: told, exit: ok, to: sorry }
  - { from: told, exit: error, to: sorry }
"#;

const HELLO: &str = "render studio/mei@90 您好，王女士";
const PIN: &str = "render studio/mei@90 请输入密码";

fn spoken(call: &mut Rehearsal, outcome: Result<(), &str>) -> Vec<String> {
    let outcome = outcome.map_err(str::to_owned);
    call.session.rendered(call.now, &[outcome]);
    call.take()
}

#[test]
fn what_is_said_waits_for_the_engine_and_values_are_in_the_planners_words() {
    let mut call = rehearse(SPOKEN);
    assert_eq!(call.take(), ["▶ hello", HELLO]);
    assert_eq!(spoken(&mut call, Ok(())), ["say welcome [您好，王女士]"]);
    assert_eq!(spoken(&mut call, Ok(())), [""; 0]);
    call.hear_out();
    assert_eq!(call.take(), ["◀ hello ok", "▶ pin", PIN]);
    spoken(&mut call, Ok(()));
    call.press("34");
    // The number is the caller's secret: it is kept nowhere, and the flow's own engine has no voice
    // for another one.
    assert_eq!(
        call.take(),
        [
            "stop",
            "◀ pin ok **",
            "▶ told",
            "render other/any@100 三四，余额十二元五角 once",
        ]
    );
}

#[test]
fn a_key_does_not_wait_for_the_engine() {
    let mut call = rehearse(SPOKEN);
    call.press("1");
    assert_eq!(
        call.take(),
        ["▶ hello", HELLO, "◀ hello ok", "▶ pin"],
        "it was pressed while the engine was asked"
    );
    assert_eq!(spoken(&mut call, Ok(())), [""; 0]);
}

#[test]
fn an_engine_that_fails_has_the_exit_for_errors_or_the_caller_hears_that_there_is_nothing() {
    let mut call = rehearse(SPOKEN);
    call.take();
    let missed = "unreadable hello ******: engine studio: it is away";
    assert_eq!(
        spoken(&mut call, Err("it is away")),
        [missed, "say welcome no_information"]
    );
    call.hear_out();
    call.take();
    spoken(&mut call, Ok(()));
    call.press("34");
    call.take();
    let lines = spoken(&mut call, Err("it is away"));
    assert!(lines[0].starts_with("unreadable told ***"), "{lines:?}");
    assert!(!lines[0].contains('三'), "{lines:?}");
    assert_eq!(
        lines[1..],
        ["◀ told error", "▶ sorry", "render studio/mei@90 抱歉"]
    );
    assert_eq!(
        spoken(&mut call, Err("it is away"))[1..],
        ["say no_information"]
    );
    call.hear_out();
    assert_eq!(call.take(), ["◀ sorry hang_up", "hang up"]);
}

#[test]
fn an_engine_that_says_nothing_is_not_waited_for_without_end() {
    let mut call = rehearse(SPOKEN);
    call.take();
    call.time_out();
    let lines = call.take();
    assert!(lines[0].contains("it was not spoken in time"), "{lines:?}");
    assert_eq!(lines[1], "say welcome no_information");
}

#[test]
fn a_restart_has_it_spoken_again() {
    let mut call = rehearse(SPOKEN);
    assert_eq!(call.take(), ["▶ hello", HELLO]);
    let mut restored = restart(&call.session, call.now);
    assert_eq!(lines(&mut restored), [HELLO]);
    restored.rendered(call.now, &[Ok(())]);
    assert_eq!(lines(&mut restored), ["say welcome [您好，王女士]"]);
}

#[test]
fn a_value_without_words_and_a_text_without_a_speaker_are_missed() {
    let nameless = SPOKEN.replace("sum: \"12.5\"", "sum: \"viel\"");
    let mut call = rehearse(&nameless);
    call.take();
    spoken(&mut call, Ok(()));
    call.hear_out();
    spoken(&mut call, Ok(()));
    call.press("34");
    let lines = call.take();
    assert!(
        lines.iter().any(|line| line.starts_with("unreadable told")),
        "{lines:?}"
    );
    assert!(lines.contains(&"◀ told error".to_owned()), "{lines:?}");

    let empty = SPOKEN.replace("您好，${name}", "${name}");
    let mut call = rehearse(&empty.replace("王女士", " "));
    assert_eq!(
        call.take(),
        [
            "▶ hello",
            "unreadable hello : there is nothing to speak",
            "say welcome no_information",
        ]
    );
}

#[test]
fn what_is_spoken_ahead_is_listed_in_every_language_of_the_flow() {
    let call = rehearse(SPOKEN);
    let listed: Vec<_> = call
        .session
        .flow
        .spoken()
        .iter()
        .map(|spoken| {
            let text = spoken.text.as_ref().map_or("", |it| it.text.as_str());
            (spoken.path.as_str(), text, spoken.speaker.engine.as_str())
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("nodes.hello.items[1].tts", "", "studio"),
            ("nodes.pin.items[0].tts", "请输入密码", "studio"),
            ("nodes.pin.invalid_items[0].tts", "不对", "studio"),
            ("nodes.sorry.items[0].tts", "抱歉", "studio"),
            ("nodes.told.items[0].tts", "", "other"),
        ]
    );
}

#[test]
fn an_item_is_written_as_it_is_read_and_nothing_is_mixed() {
    let read = |text: &str| serde_json::from_str::<crate::Item>(text);
    for text in [
        r#"{"tts":"您 好"}"#,
        r#"{"language":"en-US","tts":"hi","engine":"a","voice":"b","speed_percent":90,"cache":false}"#,
    ] {
        let item = read(text).unwrap();
        assert_eq!(serde_json::to_string(&item).unwrap(), text);
    }
    for text in [
        r#"{"tts":"a","clip":"welcome"}"#,
        r#"{"tts":"a","text":"b"}"#,
        r#"{"clip":"welcome","voice":"b"}"#,
        r#"{"say":"digits"}"#,
        r#"{"engine":"a"}"#,
    ] {
        assert!(read(text).is_err(), "{text}");
    }
}
