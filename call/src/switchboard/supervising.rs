//! Supervisors, and agents who bring two of their calls together.

use super::Switchboard;
use crate::call::Wish;
use crate::{CommandError, Key, Output};
use model::{AgentId, CallFact, CallId};
use std::time::Duration;

impl Switchboard {
    pub(super) fn supervise(
        &mut self,
        now: Duration,
        id: CallId,
        wish: Wish,
    ) -> Result<(), CommandError> {
        let mut done = Err(CommandError::UnknownCall);
        self.with_call(now, id, |call, exchange| {
            done = call.supervise(now, wish, exchange);
        });
        done
    }

    pub(super) fn stop_supervising(
        &mut self,
        now: Duration,
        id: CallId,
        supervisor: AgentId,
    ) -> Result<(), CommandError> {
        let mut done = Err(CommandError::UnknownCall);
        self.with_call(now, id, |call, exchange| {
            done = call.stop_supervising(now, supervisor, exchange);
        });
        done
    }

    /// Writes into the conversation of an agent, the oldest where there are two, that they call
    /// somebody else meanwhile.
    pub(super) fn note_consult(&mut self, now: Duration, (agent, id): (AgentId, CallId)) {
        let Some(placed) = self.calls.get(&id) else {
            return;
        };
        let fact = CallFact::Consulted {
            agent,
            to: placed.origin.called.clone(),
            call: id,
        };
        let others = self.exchange.engagements.calls(agent);
        let others = others.filter_map(|it| self.calls.get(&it));
        let conversations = others.filter(|it| it.origin.id != id && it.is_talk_of(agent));
        if let Some(oldest) = conversations.min_by_key(|it| it.origin.id) {
            oldest.note(now, fact, &mut self.exchange);
        }
    }

    /// Brings whom the agent consults into their call with the customer, whichever of the two calls
    /// is named.
    pub(super) fn confer(
        &mut self,
        now: Duration,
        id: CallId,
        agent: AgentId,
    ) -> Result<(), CommandError> {
        if !self.calls.contains_key(&id) {
            return Err(CommandError::UnknownCall);
        }
        let others = self.exchange.engagements.calls(agent);
        let others: Vec<CallId> = others.filter(|other| *other != id).collect();
        let mut pairs = others
            .into_iter()
            .flat_map(|other| [(id, other), (other, id)]);
        let fits = |&(call, other): &(CallId, CallId)| {
            let both = (self.calls.get(&call), self.calls.get(&other));
            let (Some(call), Some(other)) = both else {
                return false;
            };
            call.can_confer(agent) && other.can_give_to(agent, call)
        };
        let (id, other) = pairs.find(fits).ok_or(CommandError::NoSecondCall)?;
        let Some(enquiry) = self.calls.remove(&other) else {
            return Err(CommandError::NoSecondCall);
        };
        self.set_deadline(other, None);
        let forget = Output::Forget(Key::Call(other));
        self.exchange.outputs.push_back(forget);
        if let Some(given) = enquiry.give_both(now, (agent, id), &mut self.exchange) {
            self.with_call(now, id, |call, exchange| {
                call.confer(now, (agent, given), exchange);
            });
        }
        Ok(())
    }
}
