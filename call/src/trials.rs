//! Calls of drafts that somebody is about to make from the designer (试拨).
//!
//! Who wants to hear a draft gets credentials for one call of it. They are good for a minute and gone
//! with the call that they were used for, so nobody can register or call with them later.

use crate::limits::{TRIAL_WAIT, TRIALS, TRIALS_OF_ENTERPRISE};
use crate::{CommandError, FlowEntry};
use model::{CallId, EnterpriseId, FlowVersion, PhoneNumber};
use std::collections::HashMap;
use std::time::Duration;

/// The version that calls of drafts are noted with: published ones begin with 1.
pub(crate) const DRAFT: FlowVersion = FlowVersion(0);

/// One call of a draft that may be made.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Whose flow it is.
    pub enterprise: EnterpriseId,
    /// The draft, checked; its version counts for nothing.
    pub entry: FlowEntry,
    /// The credentials; the user's name is nobody else's.
    pub account: sip::Account,
    /// Who seems to call.
    pub caller: PhoneNumber,
    /// What number they seem to have called.
    pub called: PhoneNumber,
}

/// A trial is known by its account.
impl PartialEq for Trial {
    fn eq(&self, other: &Self) -> bool {
        self.account == other.account
    }
}

impl Eq for Trial {}

/// Those that nobody has called yet.
#[derive(Debug, Default)]
pub(crate) struct Trials {
    waiting: HashMap<String, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    until: Duration,
    call: CallId,
    trial: Trial,
}

impl Trials {
    /// Takes one more; gives when it is gone.
    pub(crate) fn add(
        &mut self,
        now: Duration,
        call: CallId,
        trial: Trial,
    ) -> Result<Duration, CommandError> {
        let of_enterprise = |it: &&Waiting| it.trial.enterprise == trial.enterprise;
        let others = self.waiting.values().filter(of_enterprise).count();
        if others >= TRIALS_OF_ENTERPRISE || self.waiting.len() >= TRIALS {
            return Err(CommandError::TooManyTrials);
        }
        let until = now + TRIAL_WAIT;
        let user = trial.account.user.clone();
        self.waiting.insert(user, Waiting { until, call, trial });
        Ok(until)
    }

    /// Gives the trial of an account, which can be called once.
    pub(crate) fn take(&mut self, user: &str) -> Option<(CallId, Trial)> {
        let waiting = self.waiting.remove(user)?;
        Some((waiting.call, waiting.trial))
    }

    /// Forgets those whose time is over; whether there was one.
    pub(crate) fn expire(&mut self, now: Duration) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|_, it| it.until > now);
        self.waiting.len() < before
    }

    /// When [`expire`](Self::expire) has something to do.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.waiting.values().map(|it| it.until).min()
    }

    /// The accounts of those that wait.
    pub(crate) fn accounts(&self) -> impl Iterator<Item = &sip::Account> {
        self.waiting.values().map(|it| &it.trial.account)
    }
}
