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
const BUDGET: Duration = Duration::from_millis(20);

/// New calls that wait for their turn, and CANCELs behind their calls.
#[derive(Debug, Default)]
pub(super) struct Intake {
    waiting: VecDeque<Newcomer>,
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
