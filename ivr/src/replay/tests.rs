//! Calls through changed drafts: where their ways part, and what is not known.

use super::*;
use crate::node::Answer;
use crate::rehearsal::{Chronicle, flow, flow_id};
use crate::{Happening, Inputs, Session};
use std::time::Duration;

const CALLER: &str = "13800138000";
const BEGAN: Duration = Duration::from_secs(1_700_000_000);

const HOTLINE: &str = "{name: hotline, language: zh-CN, start: hello, variables: {level: ''}, nodes: { \
    hello: {kind: play, items: [{clip: welcome}]}, \
    menu: {kind: menu, items: [{clip: main_menu}], keys: ['1', '2'], retries: 1}, \
    ask: {kind: http, url: 'https://crm.example/', take: [{pointer: /level, variable: level}]}, \
    sort: {kind: branch, cases: [{exit: vip, variable: level, when: {equals: gold}}]}, \
    sales: {kind: queue, queue: sales}, \
    bye: {kind: hangup, items: [{clip: goodbye}]}}, edges: [ \
    {from: hello, exit: ok, to: menu}, {from: menu, exit: '1', to: sales}, \
    {from: menu, exit: '2', to: ask}, {from: menu, exit: default, to: bye}, \
    {from: ask, exit: default, to: sort}, {from: sort, exit: vip, to: sales}, \
    {from: sort, exit: default, to: bye}, {from: sales, exit: default, to: bye}]}";

/// What a real call is told, a second apart.
enum Told {
    Happens(Happening),
    Answers(&'static str),
    /// The time comes that it waits for.
    Waits,
}

use Told::{Answers, Happens, Waits};

const HEARD: Told = Happens(Happening::PlayEnded);

fn key(key: char) -> Told {
    Happens(Happening::Digit(key))
}

/// A call through the flow, as its facts tell it.
fn called(text: &str, deeds: &[Told]) -> Walked {
    let flow = flow(&Document::from_yaml(text).unwrap());
    let inputs = Inputs {
        caller: CALLER.to_owned(),
        called: "4008110510".to_owned(),
        trunk_number: "4008110510".to_owned(),
        ..Inputs::default()
    };
    let mut now = BEGAN;
    let mut chronicle = Chronicle::begin(now, CALLER);
    let mut session = Session::start(now, flow, Arc::default(), inputs);
    chronicle.take(now, &mut session);
    for told in deeds {
        now += Duration::from_secs(1);
        match told {
            Happens(happening) => session.handle(now, *happening),
            Answers(body) => {
                let (status, body) = (200, (*body).to_owned());
                session.answer(now, &Answer::Answered { status, body });
            }
            Waits => {
                now = session.poll_timeout().unwrap();
                session.handle_timeout(now);
            }
        }
        chronicle.take(now, &mut session);
    }
    chronicle.end(now);
    Walked::read(&chronicle.0, flow_id()).unwrap()
}

fn replayed(walked: &Walked, before: &str, draft: &str) -> Outcome {
    let [before, draft] = [before, draft].map(|text| Document::from_yaml(text).unwrap());
    walked.replay(Some(&before), &flow(&draft), &Arc::default())
}

fn parting(node: &str, happened: (&str, &str), would: (&str, &str)) -> Outcome {
    let way = |(exit, to): (&str, &str)| {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Way {
            exit: text(exit),
            to: text(to),
        }
    };
    Outcome::Differs(Parting {
        node: Some(node.to_owned()),
        happened: way(happened),
        would: way(would),
    })
}

#[test]
fn only_the_calls_that_a_change_concerns_take_another_way() {
    let draft = HOTLINE.replace("exit: '1', to: sales", "exit: '1', to: bye");
    let sales = called(HOTLINE, &[HEARD, HEARD, key('1')]);
    let silent = called(HOTLINE, &[HEARD, HEARD, Waits, HEARD, Waits, HEARD]);

    assert_eq!(replayed(&sales, HOTLINE, HOTLINE), Outcome::Same);
    assert_eq!(replayed(&silent, HOTLINE, HOTLINE), Outcome::Same);
    assert_eq!(replayed(&silent, HOTLINE, &draft), Outcome::Same);
    assert_eq!(
        replayed(&sales, HOTLINE, &draft),
        parting("menu", ("1", "sales"), ("1", "bye"))
    );
}

#[test]
fn a_key_that_is_no_longer_known_is_followed_as_far_as_the_caller_is() {
    let draft = HOTLINE
        .replace("keys: ['1', '2']", "keys: ['2']")
        .replace("{from: menu, exit: '1', to: sales}, ", "");
    let sales = called(HOTLINE, &[HEARD, HEARD, key('1')]);

    let asked_again = parting("menu", ("1", "sales"), ("", ""));
    assert_eq!(replayed(&sales, HOTLINE, &draft), asked_again);
    let at_once = draft.replace("retries: 1", "retries: 0");
    let refused = parting("menu", ("1", "sales"), ("invalid", "bye"));
    assert_eq!(replayed(&sales, HOTLINE, &at_once), refused);
}

#[test]
fn a_caller_who_hung_up_where_the_draft_goes_on_takes_another_way() {
    let draft = HOTLINE.replace(
        "menu: {kind: menu, items: [{clip: main_menu}], keys: ['1', '2'], retries: 1}",
        "menu: {kind: branch, cases: [{exit: '1', variable: caller, when: empty}, \
         {exit: '2', variable: caller, when: empty}]}",
    );
    let gone = called(HOTLINE, &[HEARD]);

    assert_eq!(replayed(&gone, HOTLINE, HOTLINE), Outcome::Same);
    assert_eq!(
        replayed(&gone, HOTLINE, &draft),
        parting("menu", ("", ""), ("otherwise", "bye"))
    );
}

#[test]
fn what_another_system_answered_is_not_guessed() {
    let vip = called(
        HOTLINE,
        &[HEARD, HEARD, key('2'), Answers(r#"{"level": "gold"}"#)],
    );

    let unknown = |node: &str, what| Outcome::Unknown {
        node: node.to_owned(),
        what,
    };
    assert_eq!(
        replayed(&vip, HOTLINE, HOTLINE),
        unknown("sort", Unknown::Answer)
    );
    let draft = HOTLINE
        .replace("exit: '2', to: ask", "exit: '2', to: bye")
        .replace("exit: '1', to: sales", "exit: '1', to: ask");
    assert_eq!(
        replayed(&vip, HOTLINE, &draft),
        parting("menu", ("2", "ask"), ("2", "bye")),
        "what comes before it is known"
    );
}

#[test]
fn what_a_caller_typed_in_secret_is_not_guessed() {
    let secret = "{name: card, language: zh-CN, start: card, nodes: { \
        card: {kind: collect, items: [{clip: enter_digits}], variable: card, sensitive: true}, \
        sort: {kind: branch, cases: [{exit: known, variable: card, when: {starts_with: '62'}}]}, \
        bye: {kind: hangup, items: [{clip: goodbye}]}}, edges: [ \
        {from: card, exit: default, to: sort}, {from: sort, exit: default, to: bye}]}";
    let typed = called(secret, &[HEARD, key('6'), key('2'), key('#')]);

    let unknown = |node: &str| Outcome::Unknown {
        node: node.to_owned(),
        what: Unknown::Sensitive,
    };
    assert_eq!(replayed(&typed, secret, secret), unknown("sort"));
    let open = secret.replace(", sensitive: true", "");
    assert_eq!(replayed(&typed, secret, &open), unknown("card"));
    let short = secret.replace(
        "sensitive: true",
        "sensitive: true, min_length: 3, retries: 0",
    );
    let refused = parting("card", ("ok", "sort"), ("invalid", "sort"));
    assert_eq!(
        replayed(&typed, secret, &short),
        refused,
        "how much was typed is known"
    );
}

#[test]
fn the_clock_of_a_call_is_its_own() {
    let clock = "{name: clock, language: zh-CN, start: wait, nodes: { \
        wait: {kind: menu, items: [], keys: ['1'], timeout_ms: 60000, retries: 0}, \
        late: {kind: branch, cases: [{exit: soon, if: \"now.time < '22:14'\"}]}, \
        bye: {kind: hangup, items: []}, end: {kind: hangup, items: []}}, edges: [ \
        {from: wait, exit: default, to: late}, {from: late, exit: soon, to: bye}, \
        {from: late, exit: default, to: end}]}";
    // It began at 22:13:20 UTC.
    for deeds in [[key('1')], [Waits]] {
        let walked = called(clock, &deeds);
        assert_eq!(replayed(&walked, clock, clock), Outcome::Same);
    }
    let silent = called(clock, &[Waits]);
    let earlier = clock.replace("22:14", "22:15");
    assert_eq!(
        replayed(&silent, clock, &earlier),
        parting("late", ("otherwise", "end"), ("soon", "bye"))
    );
}
