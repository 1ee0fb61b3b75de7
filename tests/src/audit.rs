//! The invariants of the world, computed from its facts by code that shares nothing with the
//! product's own folding.

mod agents;
mod consults;
mod times;

use crate::story;
use crate::world::World;
use model::{CallFact, CallId};
use std::time::Duration;

/// A call's facts with their instants.
pub type Said = [(Duration, CallFact)];

/// Everything that must hold when nothing goes on.
///
/// # Panics
/// With the seed and the ladder, naming the invariant.
pub fn at_rest(world: &World) {
    let mut faults = always(world);
    let gauges = world.center.gauges();
    if gauges != call::Gauges::default() {
        faults.push(format!("I3 something is held at rest: {gauges:?}"));
    }
    if world.center.open_legs() > 0 {
        faults.push(format!("I3 {} legs sound", world.center.open_legs()));
    }
    for (call, facts) in world.center.journal.calls() {
        faults.extend(ended_once(call, &facts));
    }
    faults.extend(times::differences(&story::records(world), world));
    faults.extend(times::recordings(world));
    faults.extend(consults::difference(world));
    faults.extend(agents::stuck(world));
    faults.extend(states_left(world));
    for phone in &world.phones {
        if phone.is_busy() {
            faults.push(format!("{} is left in a call", phone.name));
        }
    }
    complain(world, &faults);
}

/// Everything that must hold at any time.
///
/// # Panics
/// With the seed and the ladder, naming the invariant.
pub fn at_any_time(world: &World) {
    complain(world, &always(world));
}

fn always(world: &World) -> Vec<String> {
    let mut faults = agents::overlaps(world);
    faults.extend(agents::queue_order(world));
    for (call, facts) in world.center.journal.calls() {
        let count =
            |wanted: fn(&CallFact) -> bool| facts.iter().filter(|(_, fact)| wanted(fact)).count();
        if count(|fact| matches!(fact, CallFact::Arrived { .. })) != 1 {
            faults.push(format!("I1 {call} did not arrive once"));
        }
        if count(|fact| matches!(fact, CallFact::Ended(_))) > 1 {
            faults.push(format!("I1 {call} ended more than once"));
        }
    }
    faults.extend(world.center.lost.iter().map(|why| format!("lost: {why}")));
    for phone in &world.phones {
        let breaks = phone.talks.iter().flat_map(|talk| &talk.voice.breaks);
        for complaint in phone.complaints.iter().chain(breaks) {
            faults.push(format!("{}: {complaint}", phone.name));
        }
    }
    faults
}

/// I1 and I9: the call ended, and whatever it went through ended with it.
fn ended_once(call: CallId, facts: &Said) -> Vec<String> {
    let ends = facts
        .iter()
        .filter(|(_, fact)| matches!(fact, CallFact::Ended(_)))
        .count();
    if ends == 1 {
        return Vec::new();
    }
    let said: Vec<&CallFact> = facts.iter().map(|(_, fact)| fact).collect();
    vec![format!("I1 {call} ended {ends} times: {said:#?}")]
}

/// The journal holds nothing of calls and recordings, and no more than a new segment would.
fn states_left(world: &World) -> Vec<String> {
    let snapshot = world.center.snapshot_keys();
    let saved = world.center.journal.saved.keys();
    let mut faults = Vec::new();
    for key in saved {
        if matches!(key.first(), Some(b'c' | b'r' | b's')) {
            faults.push(format!("a state of kind {:?} is left", char::from(key[0])));
        } else if !snapshot.contains(key) {
            faults.push(format!("a state is saved that a snapshot lacks: {key:?}"));
        }
    }
    faults
}

fn complain(world: &World, faults: &[String]) {
    assert!(
        faults.is_empty(),
        "seed {}:\n{}\n{}",
        world.seed,
        faults.join("\n"),
        world.ladder
    );
}
