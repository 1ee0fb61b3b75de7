//! I2 and I10: the times of records and the lengths of recordings, added up slowly and obviously.

use super::Said;
use crate::world::World;
use model::{CallFact, CallRecord, ConferenceSide, RecordingId};
use std::time::Duration;

/// How far a recording may be from its span, in milliseconds.
const TOLERANCE: i64 = 20;

/// Where the product's records differ from what the facts say.
pub(super) fn differences(records: &[CallRecord], world: &World) -> Vec<String> {
    let calls = world.center.journal.calls();
    let mut faults = Vec::new();
    for record in records {
        let facts = &calls[&record.id];
        let figures = [
            ("queue", record.queue_ms, queue_ms(facts)),
            ("ring", record.ring_ms, ring_ms(facts)),
            ("talk", record.talk_ms, talk_ms(facts)),
            ("offers", i64::from(record.offers), offers(facts)),
            ("transfers", i64::from(record.transfers), transfers(facts)),
            (
                "conferences",
                i64::from(record.conferences),
                conferences(facts),
            ),
        ];
        for (what, folded, counted) in figures {
            if folded != counted {
                let id = record.id;
                faults.push(format!(
                    "I2 {what} of {id}: {folded}, by the facts {counted}"
                ));
            }
        }
        let whole = record
            .ended_at
            .map_or(0, |at| at.millis_since(record.started_at));
        if record.queue_ms + record.talk_ms > whole {
            faults.push(format!("I2 {} waited and talked for too long", record.id));
        }
    }
    faults
}

/// The instants at which `begins` holds, each with the next instant at which `ends` holds.
fn spans(
    facts: &Said,
    begins: impl Fn(&CallFact) -> bool,
    ends: impl Fn(&CallFact) -> bool,
) -> Vec<(Duration, Duration)> {
    let mut spans = Vec::new();
    for (nth, (from, fact)) in facts.iter().enumerate() {
        if begins(fact) {
            let end = facts[nth + 1..].iter().find(|(_, later)| ends(later));
            spans.extend(end.map(|(to, _)| (*from, *to)));
        }
    }
    spans
}

fn total(spans: &[(Duration, Duration)]) -> i64 {
    spans
        .iter()
        .map(|(from, to)| (*to - *from).as_millis() as i64)
        .sum()
}

fn is_end(fact: &CallFact) -> bool {
    matches!(fact, CallFact::Ended(_))
}

/// The customer left the other two of a conference to each other.
fn is_left(fact: &CallFact) -> bool {
    let side = ConferenceSide::Customer;
    *fact == CallFact::ConferenceLeft { side }
}

fn queue_ms(facts: &Said) -> i64 {
    total(&spans(
        facts,
        |fact| matches!(fact, CallFact::Queued { .. }),
        |fact| matches!(fact, CallFact::Dequeued { .. }) || is_end(fact),
    ))
}

fn ring_ms(facts: &Said) -> i64 {
    total(&spans(
        facts,
        |fact| matches!(fact, CallFact::Offered { .. }),
        |fact| matches!(fact, CallFact::OfferEnded { .. }) || is_end(fact),
    ))
}

fn talk_ms(facts: &Said) -> i64 {
    total(&spans(
        facts,
        |fact| matches!(fact, CallFact::Bridged { .. }),
        |fact| matches!(fact, CallFact::Unbridged { .. }) || is_end(fact) || is_left(fact),
    ))
}

fn offers(facts: &Said) -> i64 {
    let offers = facts
        .iter()
        .filter(|(_, fact)| matches!(fact, CallFact::Offered { .. }));
    offers.count() as i64
}

fn transfers(facts: &Said) -> i64 {
    let done = facts
        .iter()
        .filter(|(_, fact)| matches!(fact, CallFact::Transferred { status, .. } if *status == 200));
    done.count() as i64
}

/// By who left them, or with the call: each conference ends once.
fn conferences(facts: &Said) -> i64 {
    let begins = |fact: &CallFact| matches!(fact, CallFact::ConferenceBegun { .. });
    let ends = |fact: &CallFact| matches!(fact, CallFact::ConferenceLeft { .. }) || is_end(fact);
    spans(facts, begins, ends).len() as i64
}

/// Recordings that are not closed, or not as long as what they recorded.
pub(super) fn recordings(world: &World) -> Vec<String> {
    let mut faults = Vec::new();
    for facts in world.center.journal.calls().values() {
        for (nth, (from, fact)) in facts.iter().enumerate() {
            let CallFact::RecordingStarted { recording, path } = fact else {
                continue;
            };
            let span = (recording_end(facts, nth) - *from).as_millis() as i64;
            let closed = closing(facts, *recording);
            let [duration] = closed[..] else {
                faults.push(format!("I10 {path} was closed {} times", closed.len()));
                continue;
            };
            let file = &world.center.disk.files[path];
            if (duration - span).abs() > TOLERANCE {
                let said = &facts[nth..];
                faults.push(format!(
                    "I10 {path} lasts {duration} ms of {span} ms: {said:?}"
                ));
            }
            if !file.complete || file.samples() as i64 / 8 != duration {
                faults.push(format!("I10 {path} holds {} samples", file.samples()));
            }
        }
    }
    faults
}

fn closing(facts: &Said, recording: RecordingId) -> Vec<i64> {
    let closings = facts.iter().filter_map(|(_, fact)| match fact {
        CallFact::RecordingEnded {
            recording: ended,
            duration_ms,
            ..
        } if *ended == recording => Some(*duration_ms),
        _ => None,
    });
    closings.collect()
}

/// When the recording that begins with the `nth` fact had to end: with the message that it is of,
/// with the customer's leaving of a conference, or with the call.
fn recording_end(facts: &Said, nth: usize) -> Duration {
    let before = nth.checked_sub(1).map(|before| &facts[before].1);
    let message = matches!(before, Some(CallFact::VoicemailStarted));
    let left_node = |fact: &CallFact| message && matches!(fact, CallFact::NodeLeft { .. });
    let talk = matches!(before, Some(CallFact::Bridged { .. }));
    let talked = |fact: &CallFact| {
        talk && matches!(fact, CallFact::NodeLeft { exit, .. } if exit == "talked")
    };
    let ends = |fact: &CallFact| is_end(fact) || is_left(fact) || left_node(fact) || talked(fact);
    let end = facts[nth..].iter().find(|(_, fact)| ends(fact));
    end.map_or(facts[nth].0, |(at, _)| *at)
}
