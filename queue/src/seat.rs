//! One agent's live state.
//!
//! ```text
//! Offline ──sign in──▶ Idle | Busy            (by the declared status)
//! Idle    ──offer────▶ Ringing{deadline}
//! Ringing ──answer───▶ Talking
//!         ──miss─────▶ Idle | Busy(locked)    ──caller gives up──▶ Idle | Busy
//! Talking ──end──────▶ WrapUp{until} | Idle | Busy     (──joined──▶ Talking in another call)
//! Idle, Busy, WrapUp ──a call of their own──▶ Talking
//! WrapUp  ──end──────▶ Idle | Busy
//! ```

use crate::SeatError;
use model::{
    AgentFact, AgentId, AnswerMode, CallId, EnterpriseId, LoginStatus, StatusActor, Timestamp,
    WorkState,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long an agent who missed or declined is left alone. Without it a device that declines at
/// once would be offered the same call in a tight loop.
const PAUSE_AFTER_MISS: Duration = Duration::from_secs(2);

/// A call's hold on an agent whose device rings; it ends by its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The call that holds the agent.
    pub call: CallId,
    /// When the claim lapses.
    pub deadline: Duration,
}

/// What an agent is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// Not signed in.
    Offline,
    /// Free.
    Idle,
    /// Signed in, takes no calls.
    Busy,
    /// The device rings.
    Ringing(Claim),
    /// On a call.
    Talking(CallId),
    /// After a call.
    WrapUp {
        /// The call that ended.
        call: CallId,
        /// When it is over.
        until: Duration,
    },
}

/// An agent with both dimensions of state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    id: AgentId,
    enterprise: EnterpriseId,
    status: LoginStatus,
    answer_mode: Option<AnswerMode>,
    work: Work,
    since: Duration,
    idle_since: Duration,
    paused_until: Duration,
    reachable: bool,
    misses: u32,
}

impl Seat {
    pub(crate) fn new(id: AgentId, enterprise: EnterpriseId, now: Duration) -> Self {
        Self {
            id,
            enterprise,
            status: LoginStatus::Offline,
            answer_mode: None,
            work: Work::Offline,
            since: now,
            idle_since: now,
            paused_until: Duration::ZERO,
            reachable: false,
            misses: 0,
        }
    }

    /// The agent.
    pub fn id(&self) -> AgentId {
        self.id
    }

    /// Whose agent it is.
    pub fn enterprise(&self) -> EnterpriseId {
        self.enterprise
    }

    /// What the agent declared.
    pub fn status(&self) -> LoginStatus {
        self.status
    }

    /// What the agent is doing.
    pub fn work(&self) -> Work {
        self.work
    }

    /// Since when the agent does it.
    pub fn since(&self) -> Timestamp {
        Timestamp::from_now(self.since)
    }

    /// With what the agent takes calls, while signed in.
    pub fn answer_mode(&self) -> Option<AnswerMode> {
        self.answer_mode
    }

    /// Whether a device of the agent can be rung.
    pub fn is_reachable(&self) -> bool {
        self.reachable
    }

    pub(crate) fn idle_since(&self) -> Duration {
        self.idle_since
    }

    pub(crate) fn is_signed_in(&self) -> bool {
        self.status != LoginStatus::Offline
    }

    /// Whether a call may be offered at `now`.
    pub(crate) fn is_free(&self, now: Duration) -> bool {
        self.work == Work::Idle && self.reachable && self.paused_until <= now
    }

    /// When something happens by itself: a claim lapses, wrap-up ends, a pause is over.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        match self.work {
            Work::Ringing(claim) => Some(claim.deadline),
            Work::WrapUp { until, .. } => Some(until),
            Work::Idle if self.paused_until > self.idle_since => Some(self.paused_until),
            Work::Idle | Work::Offline | Work::Busy | Work::Talking(_) => None,
        }
    }

    pub(crate) fn end_pause(&mut self, now: Duration) {
        if self.paused_until <= now {
            self.paused_until = Duration::ZERO;
        }
    }

    pub(crate) fn set_reachable(&mut self, reachable: bool) -> Option<AgentFact> {
        (self.reachable != reachable).then(|| {
            self.reachable = reachable;
            AgentFact::PhoneChanged {
                registered: reachable,
            }
        })
    }

    pub(crate) fn sign_in(
        &mut self,
        now: Duration,
        answer_mode: AnswerMode,
        status: LoginStatus,
        actor: StatusActor,
    ) -> Result<Vec<AgentFact>, SeatError> {
        check_settable(status)?;
        if self.is_on_call() {
            return Err(SeatError::OnCall);
        }
        let mut facts = Vec::new();
        if self.answer_mode != Some(answer_mode) {
            self.answer_mode = Some(answer_mode);
            facts.push(AgentFact::SignedIn { answer_mode });
        }
        self.misses = 0;
        facts.extend(self.declare(now, status, actor));
        Ok(facts)
    }

    pub(crate) fn sign_out(
        &mut self,
        now: Duration,
        actor: StatusActor,
    ) -> Result<Vec<AgentFact>, SeatError> {
        if !self.is_signed_in() {
            return Err(SeatError::NotSignedIn);
        }
        if self.is_on_call() {
            return Err(SeatError::OnCall);
        }
        let mut facts = self.declare(now, LoginStatus::Offline, actor);
        self.answer_mode = None;
        facts.push(AgentFact::SignedOut { actor });
        Ok(facts)
    }

    pub(crate) fn set_status(
        &mut self,
        now: Duration,
        status: LoginStatus,
        actor: StatusActor,
    ) -> Result<Vec<AgentFact>, SeatError> {
        check_settable(status)?;
        if !self.is_signed_in() {
            return Err(SeatError::NotSignedIn);
        }
        self.misses = 0;
        Ok(self.declare(now, status, actor))
    }

    pub(crate) fn end_wrap_up(&mut self, now: Duration) -> Result<Vec<AgentFact>, SeatError> {
        match self.work {
            Work::WrapUp { .. } => Ok(self.rest(now).into_iter().collect()),
            Work::Offline | Work::Idle | Work::Busy | Work::Ringing(_) | Work::Talking(_) => {
                Err(SeatError::NotInWrapUp)
            }
        }
    }

    pub(crate) fn ring(&mut self, now: Duration, claim: Claim) -> Option<AgentFact> {
        self.change(now, Work::Ringing(claim))
    }

    pub(crate) fn answer(&mut self, now: Duration, call: CallId) -> Option<AgentFact> {
        self.misses = 0;
        self.change(now, Work::Talking(call))
    }

    /// The agent let it ring or declined: the last of a row of `lock_after` locks the seat.
    pub(crate) fn miss(&mut self, now: Duration, lock_after: u32) -> Vec<AgentFact> {
        self.misses += 1;
        self.paused_until = now + PAUSE_AFTER_MISS;
        if lock_after == 0 || self.misses < lock_after {
            return self.rest(now).into_iter().collect();
        }
        let from = std::mem::replace(&mut self.status, LoginStatus::Locked);
        let mut facts = vec![AgentFact::StatusChanged {
            from,
            to: LoginStatus::Locked,
            actor: StatusActor::System,
        }];
        facts.extend(self.rest(now));
        facts
    }

    /// The claim ended without the agent's doing.
    pub(crate) fn release(&mut self, now: Duration) -> Option<AgentFact> {
        let was_idle_since = self.idle_since;
        let fact = self.rest(now);
        self.idle_since = was_idle_since;
        fact
    }

    pub(crate) fn finish(
        &mut self,
        now: Duration,
        over: CallId,
        wrap_up: Duration,
    ) -> Option<AgentFact> {
        match self.work {
            Work::Talking(call) if call != over => None,
            Work::Talking(call) if !wrap_up.is_zero() => self.change(
                now,
                Work::WrapUp {
                    call,
                    until: now + wrap_up,
                },
            ),
            Work::Talking(_) => self.rest(now),
            Work::Offline | Work::Idle | Work::Busy | Work::Ringing(_) | Work::WrapUp { .. } => {
                None
            }
        }
    }

    /// A call that the agent makes; one who is not signed in may do so and stays as they are.
    pub(crate) fn occupy(
        &mut self,
        now: Duration,
        call: CallId,
    ) -> Result<Option<AgentFact>, SeatError> {
        match self.work {
            Work::Ringing(_) => Err(SeatError::OnCall),
            Work::Offline | Work::Talking(_) => Ok(None),
            Work::Idle | Work::Busy | Work::WrapUp { .. } => {
                Ok(self.change(now, Work::Talking(call)))
            }
        }
    }

    pub(crate) fn change_claim(
        &mut self,
        now: Duration,
        from: CallId,
        to: CallId,
    ) -> Option<AgentFact> {
        let Work::Ringing(claim) = self.work else {
            return None;
        };
        let claimed = Claim { call: to, ..claim };
        (claim.call == from)
            .then(|| self.change(now, Work::Ringing(claimed)))
            .flatten()
    }

    pub(crate) fn change_call(
        &mut self,
        now: Duration,
        from: CallId,
        to: CallId,
    ) -> Option<AgentFact> {
        (self.work == Work::Talking(from))
            .then(|| self.change(now, Work::Talking(to)))
            .flatten()
    }

    fn is_on_call(&self) -> bool {
        matches!(self.work, Work::Ringing(_) | Work::Talking(_))
    }

    fn declare(
        &mut self,
        now: Duration,
        status: LoginStatus,
        actor: StatusActor,
    ) -> Vec<AgentFact> {
        let mut facts = Vec::new();
        if self.status != status {
            let from = std::mem::replace(&mut self.status, status);
            facts.push(AgentFact::StatusChanged {
                from,
                to: status,
                actor,
            });
        }
        if !self.is_on_call() {
            facts.extend(self.rest(now));
        }
        facts
    }

    /// Goes to what the declared status means when there is no call.
    fn rest(&mut self, now: Duration) -> Option<AgentFact> {
        let work = match self.status {
            LoginStatus::Online => Work::Idle,
            LoginStatus::Offline => Work::Offline,
            LoginStatus::DoNotDisturb | LoginStatus::Break(_) | LoginStatus::Locked => Work::Busy,
        };
        self.change(now, work)
    }

    fn change(&mut self, now: Duration, work: Work) -> Option<AgentFact> {
        if self.work == work {
            return None;
        }
        let from = std::mem::replace(&mut self.work, work);
        self.since = now;
        if work == Work::Idle {
            self.idle_since = now;
        }
        Some(AgentFact::WorkChanged {
            from: from.state(),
            to: work.state(),
        })
    }
}

impl Work {
    /// The state as facts and the API name it.
    pub fn state(self) -> WorkState {
        match self {
            Self::Offline => WorkState::Offline,
            Self::Idle => WorkState::Idle,
            Self::Busy => WorkState::Busy,
            Self::Ringing(claim) => WorkState::Ringing { call: claim.call },
            Self::Talking(call) => WorkState::Talking { call },
            Self::WrapUp { call, .. } => WorkState::WrapUp { call },
        }
    }
}

fn check_settable(status: LoginStatus) -> Result<(), SeatError> {
    match status {
        LoginStatus::Online | LoginStatus::DoNotDisturb | LoginStatus::Break(_) => Ok(()),
        LoginStatus::Offline | LoginStatus::Locked => Err(SeatError::Status),
    }
}
