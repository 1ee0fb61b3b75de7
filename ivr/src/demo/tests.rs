//! The shipped flows, walked as callers walk them.

use super::*;
use crate::{
    Happening, Locale, Resources, TransferOutcome, check,
    rehearsal::{Rehearsal, voices},
};
use std::{collections::BTreeSet, time::Duration};

#[test]
fn every_shipped_flow_passes_every_check() {
    let voices = voices();
    let resources = Resources {
        queues: BTreeSet::from(["sales".to_owned()]),
        ..Resources::new(&voices)
    };
    for document in demo_flows() {
        if let Err(problems) = check(&document, &resources) {
            panic!("{}: {problems:#?}", document.name);
        }
    }
}

#[test]
fn shipped_flows_read_the_same_as_json() {
    for document in demo_flows() {
        assert_eq!(Document::from_json(&document.to_json()), Ok(document));
    }
}

#[test]
fn echo_digits_reads_back_digits_and_their_value() {
    let mut call = rehearse("echo-digits");

    assert_eq!(call.take(), ["▶ enter_digits", "say enter_digits"]);
    call.press("2024#");
    assert_eq!(
        call.take(),
        [
            "stop",
            "◀ enter_digits ok 2024",
            "▶ read_back",
            "say you_entered 200ms 二 零 二 四 500ms as_number 200ms 两 千 零 二 十 四 500ms",
        ]
    );
    call.hear_out();
    assert_eq!(call.take(), ["◀ read_back ok", "▶ goodbye", "say goodbye"]);
    call.hear_out();
    assert_eq!(call.take(), ["◀ goodbye hang_up", "hang up"]);
    assert!(call.session.is_over());
}

#[test]
fn the_demo_speaks_english_after_key_two_and_pauses_at_spaces() {
    let mut call = rehearse("demo");
    call.hear_out();
    call.press("23");

    let said = call.take();
    assert_eq!(
        said.last().map(String::as_str),
        Some(
            "say our_number 200ms one three eight 250ms zero zero one three 250ms eight zero zero zero 500ms \
             spaced_number 200ms one two 250ms three zero four five 250ms six seven 500ms"
        )
    );
}

#[test]
fn the_demo_offers_voicemail_when_no_agent_is_there() {
    let mut call = rehearse("demo");
    call.hear_out();
    call.press("1");
    call.press("1");
    call.hear_out();
    assert_eq!(
        call.take().last().map(String::as_str),
        Some("to queue sales")
    );

    call.tell(Happening::TransferEnded(TransferOutcome::NoAgent));
    assert_eq!(
        call.take(),
        ["◀ sales no_agent", "▶ all_busy", "say all_busy"]
    );
    call.hear_out();
    call.hear_out();
    assert_eq!(
        call.take().last().map(String::as_str),
        Some("record 120s #")
    );
}

#[test]
fn ten_seconds_waits_for_one_key_after_the_prompt() {
    let mut call = rehearse("ten-seconds");
    assert_eq!(call.take(), ["▶ prompt", "say ten_seconds"]);
    call.hear_out();
    assert_eq!(call.take(), [""; 0]);
    call.press("5");
    assert_eq!(
        call.take(),
        ["◀ prompt 5 5", "▶ end", "◀ end hang_up", "hang up"]
    );
}

#[test]
fn outside_flows_differ_only_in_recording() {
    let transfers: Vec<_> = ["outside", "outside-recorded"]
        .map(|name| rehearse(name).take().pop().unwrap())
        .into_iter()
        .collect();
    assert_eq!(transfers, ["to number 2000", "to number 2000, recorded"]);
}

fn rehearse(name: &str) -> Rehearsal {
    let document = demo_flows()
        .into_iter()
        .find(|document| document.name == name)
        .unwrap();
    assert_eq!(document.language, Locale::ZhCn);
    Rehearsal::of(&document, Duration::from_secs(1))
}
