//! I4 and I5: the line is served in order, and an agent has one call at a time.

use crate::world::World;
use model::{AgentId, CallFact, CallId, OfferOutcome, QueueId, Timestamp, WorkState};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Each call's stretches with an agent: from the offer until it failed, until the agent handed the
/// customer on, or until the call ended.
fn claims(world: &World) -> BTreeMap<AgentId, Vec<(Duration, Duration, CallId)>> {
    let mut claims = BTreeMap::<_, Vec<_>>::new();
    for (call, facts) in world.center.journal.calls() {
        for (nth, (from, fact)) in facts.iter().enumerate() {
            let CallFact::Offered { agent, .. } = fact else {
                continue;
            };
            let end = facts[nth..].iter().find(|(_, later)| match later {
                CallFact::OfferEnded { outcome, .. } => *outcome != OfferOutcome::Answered,
                CallFact::Unbridged { agent: left } => *left == Some(*agent),
                later => matches!(later, CallFact::Ended(_)),
            });
            let to = end.map_or(Duration::MAX, |(at, _)| *at);
            claims.entry(*agent).or_default().push((*from, to, call));
        }
    }
    claims
}

/// Agents with two calls at once.
pub(super) fn overlaps(world: &World) -> Vec<String> {
    let mut faults = Vec::new();
    for (agent, mut stretches) in claims(world) {
        stretches.sort_unstable();
        for pair in stretches.windows(2) {
            if pair[1].0 < pair[0].1 {
                let (first, second) = (pair[0].2, pair[1].2);
                faults.push(format!("I5 {agent} has {first} and {second} at once"));
            }
        }
    }
    faults
}

/// Calls that were offered to somebody while one who had come earlier stood in the same line. Who
/// came in the same millisecond came at once.
pub(super) fn queue_order(world: &World) -> Vec<String> {
    let mut faults = Vec::new();
    let mut lines = BTreeMap::<QueueId, Vec<(Timestamp, CallId)>>::new();
    let mut offered = BTreeSet::new();
    for fact in &world.center.journal.facts {
        let at = fact.at;
        let model::Event::Call { call, fact } = &fact.event else {
            continue;
        };
        match fact {
            CallFact::Queued { queue } => lines.entry(*queue).or_default().push((at, *call)),
            CallFact::Dequeued { .. } | CallFact::Ended(_) => {
                for line in lines.values_mut() {
                    line.retain(|(_, it)| it != call);
                }
            }
            CallFact::Offered {
                queue: Some(queue), ..
            } => {
                let line = lines.get(queue).map_or(&[][..], Vec::as_slice);
                let came = line.iter().find(|(_, it)| it == call).map(|(at, _)| *at);
                let first = line.iter().find(|(_, it)| !offered.contains(it));
                if came.is_none() || first.map(|(at, _)| *at) < came {
                    faults.push(format!("I4 {call} is served before {first:?}"));
                }
                offered.insert(*call);
            }
            CallFact::OfferEnded { .. } => {
                offered.remove(call);
            }
            _ => (),
        }
    }
    faults
}

/// Agents who are held by a call though there is none.
pub(super) fn stuck(world: &World) -> Vec<String> {
    let live = world.center.live(world.now);
    let held = live.agents.iter().filter(|agent| {
        matches!(
            agent.work,
            WorkState::Ringing { .. } | WorkState::Talking { .. }
        )
    });
    held.map(|agent| format!("I5 {} is stuck at rest: {:?}", agent.id, agent.work))
        .collect()
}
