//! Calls of drafts: letting them be made, and taking them.

use super::Switchboard;
use crate::call::{Arrival, Call};
use crate::{Answer, CommandError, Trial};
use model::{CallId, Timestamp};
use sip::{Incoming, SessionId};
use std::time::Duration;

impl Switchboard {
    /// Lets one call of a draft be made, for a while.
    pub(super) fn prepare_trial(
        &mut self,
        now: Duration,
        trial: &Trial,
    ) -> Result<Answer, CommandError> {
        let call = CallId::new(Timestamp::from_now(now), self.exchange.random_id());
        let until = self.exchange.trials.add(now, call, trial.clone())?;
        self.set_accounts();
        let until = Timestamp::from_now(until);
        Ok(Answer::Trial { call, until })
    }

    /// The trial of an account; its credentials are gone with it.
    pub(super) fn take_trial(&mut self, user: &str) -> Option<(CallId, Trial)> {
        let trial = self.exchange.trials.take(user)?;
        self.set_accounts();
        Some(trial)
    }

    /// Takes a call of a draft.
    pub(super) fn try_out(
        &mut self,
        now: Duration,
        (session, incoming): (SessionId, Incoming),
        (busy, (id, trial)): (bool, (CallId, Trial)),
    ) -> Option<Call> {
        let arrival = Arrival::of_trial(now, session, incoming, (id, &trial));
        arrival.try_out(now, (busy, trial.entry), &mut self.exchange)
    }

    pub(super) fn forget_trials(&mut self, now: Duration) {
        if self.exchange.trials.expire(now) {
            self.set_accounts();
        }
    }

    /// Tells the signalling layer who may register and call.
    pub(super) fn set_accounts(&mut self) {
        let exchange = &mut self.exchange;
        let agents = exchange.directory.agents().map(|agent| &agent.account);
        let accounts = agents.chain(exchange.trials.accounts()).cloned();
        exchange.endpoint.set_accounts(accounts.collect());
    }
}
