//! Which calls each agent takes part in: one as a rule, two while they consult a third person.

use model::{AgentId, CallId};
use std::collections::HashMap;

/// See the module. It is rebuilt from the calls after a restart.
#[derive(Debug, Default)]
pub(crate) struct Engagements {
    calls: HashMap<AgentId, Vec<Engagement>>,
}

/// One call of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Engagement {
    pub(crate) call: CallId,
    /// The media thread of the call: only legs of one thread can be bridged.
    pub(crate) worker: usize,
}

impl Engagements {
    /// The agent takes part in a call.
    pub(crate) fn begin(&mut self, agent: AgentId, engagement: Engagement) {
        let calls = self.calls.entry(agent).or_default();
        if !calls.iter().any(|it| it.call == engagement.call) {
            calls.push(engagement);
        }
    }

    /// The agent's part in a call is over; gives the call that they are in besides.
    pub(crate) fn end(&mut self, agent: AgentId, call: CallId) -> Option<CallId> {
        let calls = self.calls.get_mut(&agent)?;
        calls.retain(|it| it.call != call);
        let other = calls.last().map(|it| it.call);
        if other.is_none() {
            self.calls.remove(&agent);
        }
        other
    }

    /// The calls of an agent.
    pub(crate) fn of(&self, agent: AgentId) -> &[Engagement] {
        self.calls.get(&agent).map_or(&[], Vec::as_slice)
    }
}
