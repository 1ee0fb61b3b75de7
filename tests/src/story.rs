//! What stories share: letting the world come to rest, and reading its records.

use crate::audit;
use crate::phone::Phone;
use crate::world::World;
use model::{CallFact, CallRecord, Event, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// Whole seconds.
pub fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Ends what still goes on, lets the last retransmission die and holds the world to its
/// invariants.
pub fn settle(world: &mut World) {
    world.run_for(seconds(1));
    world.center.kill = None;
    let busy: Vec<String> = world
        .phones
        .iter()
        .filter(|phone| phone.is_busy())
        .map(|phone| phone.name.clone())
        .collect();
    for name in busy {
        world.at(&name, Phone::hang_up_all);
        world.run_for(Duration::from_millis(200));
    }
    world.run_for(seconds(40));
    audit::at_rest(world);
}

/// The records of all calls, in order of their arrival, folded from the facts by the product.
pub fn records(world: &World) -> Vec<CallRecord> {
    let mut records = BTreeMap::new();
    for fact in &world.center.journal.facts {
        let Event::Call { call, fact: said } = &fact.event else {
            continue;
        };
        let at: Timestamp = fact.at;
        if matches!(said, CallFact::Arrived { .. }) {
            let begun = CallRecord::begin(*call, fact.enterprise, at, said).unwrap();
            records.insert((at, *call), begun);
        }
        let known = records.values_mut().find(|record| record.id == *call);
        if let Some(record) = known {
            record.apply(at, said);
        }
    }
    records.into_values().collect()
}

/// The record of the call that arrived as the `nth`.
pub fn record(world: &World, nth: usize) -> CallRecord {
    records(world)[nth].clone()
}
