//! Which calls each agent takes part in: one as a rule, two while they consult a third person.

use model::{AgentId, CallId};
use std::collections::HashMap;

/// See the module. It is rebuilt from the calls after a restart.
#[derive(Debug, Default)]
pub(crate) struct Engagements {
    calls: HashMap<AgentId, Vec<CallId>>,
}

impl Engagements {
    /// The agent takes part in a call.
    pub(crate) fn begin(&mut self, agent: AgentId, call: CallId) {
        let calls = self.calls.entry(agent).or_default();
        if !calls.contains(&call) {
            calls.push(call);
        }
    }

    /// Whether the agent takes part in any call.
    pub(crate) fn is_engaged(&self, agent: AgentId) -> bool {
        self.calls.contains_key(&agent)
    }

    /// The calls that the agent takes part in.
    pub(crate) fn calls(&self, agent: AgentId) -> impl Iterator<Item = CallId> {
        self.calls.get(&agent).into_iter().flatten().copied()
    }

    /// The agent's part in a call is over; gives the call that they are in besides.
    pub(crate) fn end(&mut self, agent: AgentId, call: CallId) -> Option<CallId> {
        let calls = self.calls.get_mut(&agent)?;
        calls.retain(|it| *it != call);
        let other = calls.last().copied();
        if other.is_none() {
            self.calls.remove(&agent);
        }
        other
    }
}
