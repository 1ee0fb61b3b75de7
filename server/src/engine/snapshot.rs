//! A full segment of the journal is followed by a new one, into which every state is written anew:
//! a few in each turn, because calls must not wait for all of them.

use super::Running;
use call::Living;
use std::time::Duration;

/// States that are written anew in one turn: about a millisecond of it.
const STATES_A_TURN: usize = 128;

/// The states that are still to be written into the new segment.
#[derive(Debug)]
pub(super) struct Snapshot(Vec<Living>);

impl Running {
    /// Begins a new segment where the journal asks for one, or goes on with its snapshot.
    pub(super) fn save_anew(&mut self, now: Duration) {
        if let Err(error) = self.try_to_save_anew(now) {
            self.journal_failed(&error);
        }
    }

    fn try_to_save_anew(&mut self, now: Duration) -> Result<(), journal::Error> {
        let (switchboard, journal) = (&self.engine.switchboard, &mut self.engine.journal);
        if journal.needs_snapshot() {
            journal.rotate(now)?;
            self.snapshot = Some(Snapshot(switchboard.living()));
        }
        let Some(Snapshot(left)) = &mut self.snapshot else {
            return Ok(());
        };
        let rest = left.len().saturating_sub(STATES_A_TURN);
        let states = left[rest..]
            .iter()
            .filter_map(|living| switchboard.state(living));
        let states = states.map(|(key, state)| (key.to_bytes(), state));
        journal.snapshot(now, states)?;
        left.truncate(rest);
        if left.is_empty() {
            journal.end_snapshot(now)?;
            self.snapshot = None;
        }
        Ok(())
    }
}
