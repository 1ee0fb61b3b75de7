//! What callers hear is understood by a listener who does not know what was meant.

use crate::CALLER;
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};
use tests::server::Server;
use tests::sipp::Sipp;
use tests::voice::Voice;
use tests::whisper::{Listener, understood};

const NUMBER: &str = "4008110512";
/// Pairs, which both voices say well.
const DIGITS: &str = "7294 3816";

/// The listener, or a loud word that nobody listened.
fn listener() -> Option<Listener> {
    match Listener::installed(Path::new(env!("CARGO_TARGET_TMPDIR"))) {
        Ok(listener) => Some(listener),
        Err(reason) => {
            eprintln!("SKIPPED, NOBODY LISTENED: {reason}");
            None
        }
    }
}

/// What a caller hears who types some digits that the flow reads back, up to the hang-up.
fn heard(story: &str, language: &str, lead: &str) -> Vec<i16> {
    let server = Server::start(story);
    let admin = server.api("admin");
    admin.publish(&json!({
        "name": "echo-digits",
        "language": language,
        "start": "ask",
        "nodes": {
            "ask": {"kind": "collect", "items": [{"clip": "beep"}], "variable": "typed", "max_length": 8},
            "read": {"kind": "play", "interruptible": false, "items": [
                {"clip": lead},
                {"pause_ms": 300},
                {"say": "digits", "text": DIGITS},
                {"pause_ms": 700},
                {"say": "digits", "text": "${typed}"},
            ]},
            "bye": {"kind": "hangup"},
        },
        "edges": [
            {"from": "ask", "exit": "ok", "to": "read"},
            {"from": "ask", "exit": "default", "to": "bye"},
            {"from": "read", "exit": "ok", "to": "bye"},
        ],
    }));
    let voice = Voice::speaking(CALLER);
    let caller = Sipp::call(&server, NUMBER, voice.port());
    admin.newest_enters("ask");
    voice.press("50948627");
    let since = Instant::now();
    caller.succeeds_within(Duration::from_secs(40));
    assert_eq!(admin.finished_record()["ending"]["reason"], "flow_ended");
    voice.sound_since(since)
}

/// One story for both voices: the listener is installed once, and not by two at a time.
#[test]
fn what_both_voices_say_is_understood_by_who_does_not_know_it() {
    let Some(listener) = listener() else {
        return;
    };
    english_is_understood_word_by_word_and_digit_by_digit(&listener);
    mandarin_is_understood_syllable_by_syllable(&listener);
}

fn english_is_understood_word_by_word_and_digit_by_digit(listener: &Listener) {
    let sound = heard("understood-en", "en-US", "thanks_for_rating");
    let text = listener.understands("en", &sound);
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    let said: Vec<char> = "7294381650948627".chars().collect();
    let share = understood(&said, &digits);
    println!("en: {share:.2} of the digits: {text}");
    assert!(share >= 0.95, "{text}");
    let words: Vec<&str> = text.split(' ').take(6).collect();
    let lead = ["thank", "you", "for", "your", "rating", "goodbye"];
    assert!(understood(&lead, &words) > 0.8, "{text}");
}

fn mandarin_is_understood_syllable_by_syllable(listener: &Listener) {
    let sound = heard("understood-zh", "zh-CN", "thanks_for_rating");
    let text = listener.understands("zh", &sound);
    let syllables: Vec<&str> = text.split(' ').collect();
    let said = "gan xie nin de ping jia zai jian \
                qi er jiu si san ba yi liu wu ling jiu si ba liu er qi";
    let said: Vec<&str> = said.split_whitespace().collect();
    let share = understood(&said, &syllables);
    println!("zh: {share:.2} of the syllables: {text}");
    assert!(share >= 0.8, "{text}");
}
