//! Which of the free agents gets the call: a pure function of their states.

use crate::Seat;
use model::{AgentId, Strategy};

/// The agent who gets the next call, none when there is no candidate. Ties go to the older id, so
/// that the same state always gives the same choice.
pub(crate) fn choose<'a>(
    strategy: Strategy,
    candidates: impl Iterator<Item = &'a Seat>,
) -> Option<AgentId> {
    match strategy {
        Strategy::LongestIdle => candidates
            .min_by_key(|seat| (seat.idle_since(), seat.id()))
            .map(Seat::id),
    }
}
