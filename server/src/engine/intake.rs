//! What is handled first: whatever belongs to calls that exist, then new calls, for as long as a
//! turn may take. So a crowd at the door does not hold up those inside.

use super::Running;
use call::Input;
use sip::Glance;
use std::collections::VecDeque;
use std::time::Duration;

/// New calls that may wait; beyond it they are lost as if the network had lost them, and come
/// again.
const NEWCOMERS: usize = 4_096;
/// How long a turn spends on new calls.
const BUDGET: Duration = Duration::from_millis(5);

/// New calls that wait for their turn, and CANCELs behind their calls.
#[derive(Debug, Default)]
pub(super) struct Intake {
    waiting: VecDeque<Newcomer>,
    in_order: InOrder,
}

/// New calls over connections keep their place among this turn's inputs, because nothing on a
/// connection may overtake what came before it: their places, ascending, and when they arrived.
#[derive(Debug, Default)]
struct InOrder(VecDeque<(usize, Duration)>);

impl InOrder {
    fn note(&mut self, place: usize, arrived: Duration) {
        self.0.push_back((place, arrived));
    }

    /// When the new call at this place arrived, if there is one.
    fn take(&mut self, place: usize) -> Option<Duration> {
        let (_, arrived) = self.0.pop_front_if(|(noted, _)| *noted == place)?;
        Some(arrived)
    }
}

#[derive(Debug)]
struct Newcomer {
    is_call: bool,
    arrived: Duration,
    input: Input,
}

impl Intake {
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    fn push(&mut self, newcomer: Newcomer) {
        if self.waiting.len() >= NEWCOMERS {
            metrics::counter!("trunkline_sip_newcomers_lost_total").increment(1);
            return;
        }
        self.waiting.push_back(newcomer);
    }
}

impl Running {
    /// Puts a message where it is handled in time. `arrived` is when this machine had it.
    pub(super) fn sort(&mut self, glance: Glance, arrived: Duration, input: Input) {
        let is_call = match glance {
            Glance::NewCall => true,
            Glance::Cancel => false,
            Glance::Other => {
                self.inputs.push(input);
                return;
            }
        };
        self.intake.push(Newcomer {
            is_call,
            arrived,
            input,
        });
    }

    /// The same for what came over a connection.
    pub(super) fn line_up(&mut self, glance: Glance, arrived: Duration, input: Input) {
        if glance == Glance::NewCall {
            self.intake.in_order.note(self.inputs.len(), arrived);
        }
        self.inputs.push(input);
    }

    /// Handles the input at this place of the turn.
    pub(super) fn take_in_order(&mut self, now: Duration, place: usize, input: Input) {
        let Some(arrived) = self.intake.in_order.take(place) else {
            self.engine.switchboard.handle(now, input);
            return;
        };
        let started = self.engine.clock.now();
        let waited = started.saturating_sub(arrived);
        self.engine.switchboard.hear_newcomer(started, waited);
        self.engine.switchboard.handle(now, input);
        self.engine.switchboard.hear_others(started);
    }

    /// Handles new calls for as long as there is time.
    pub(super) fn take_newcomers(&mut self, begun: Duration) {
        while let Some(newcomer) = self.intake.waiting.pop_front() {
            let now = self.engine.clock.now();
            if newcomer.is_call {
                let waited = now.saturating_sub(newcomer.arrived);
                self.engine.switchboard.hear_newcomer(now, waited);
            }
            self.engine.switchboard.handle(now, newcomer.input);
            if now.saturating_sub(begun) > BUDGET {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_call_over_a_connection_is_known_at_its_place_and_nowhere_else() {
        let arrived = [Duration::from_millis(3), Duration::from_millis(7)];
        let mut in_order = InOrder::default();
        in_order.note(1, arrived[0]);
        in_order.note(2, arrived[1]);

        let taken: Vec<_> = (0..4).map(|place| in_order.take(place)).collect();

        assert_eq!(taken, [None, Some(arrived[0]), Some(arrived[1]), None]);
    }
}
