//! Supervisors listen to a conversation, whisper to its agent, barge in, and take it over.
//!
//! ```text
//! (asked for) ──▶ Ringing ──answers──▶ Monitor ⇄ Whisper ⇄ Barge ──▶ TakeOver: the agent's place
//!                    │                    └──────┴─────────┴──▶ (ended)
//!                    └──refuses, no answer──▶ (ended)
//! ```
//! A supervisor's leg hangs on the call and never holds it: the call ends them, they never end it.

use super::{Call, Part, Party, Stage, Who};
use crate::exchange::{Exchange, Side};
use crate::leg::{Farewell, Leg};
use crate::limits::{DEVICES, SUPERVISOR_RING, SUPERVISORS};
use crate::live::LiveSupervisor;
use crate::{AgentEntry, CommandError};
use model::{AgentId, CallFact, SupervisionEnd, SupervisionMode, UserId};
use queue::Work;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// A supervisor's leg: one that hears the call, or a device that rings for that.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Supervisor {
    pub(crate) leg: Leg,
    pub(crate) agent: AgentId,
    by: UserId,
    pub(crate) mode: SupervisionMode,
    hears: bool,
    /// How long the device rings.
    rings_until: Duration,
}

impl Supervisor {
    /// Whether they hear the call.
    pub(super) fn hears(&self) -> bool {
        self.hears
    }

    /// Whether the agent hears them.
    pub(super) fn speaks(&self) -> bool {
        self.hears
            && match self.mode {
                SupervisionMode::Monitor | SupervisionMode::TakeOver => false,
                SupervisionMode::Whisper | SupervisionMode::Barge => true,
            }
    }

    /// Whether everybody hears them.
    pub(super) fn barges(&self) -> bool {
        self.hears && self.mode == SupervisionMode::Barge
    }
}

/// What a supervisor asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) supervisor: AgentId,
    pub(crate) by: UserId,
    pub(crate) mode: SupervisionMode,
}

impl Call {
    /// Rings the supervisor, or changes how one takes part who is there already.
    pub(crate) fn supervise(
        &mut self,
        now: Duration,
        wish: Wish,
        exchange: &mut Exchange,
    ) -> Result<(), CommandError> {
        let mut known = self.supervisors.iter();
        if known.any(|it| it.agent == wish.supervisor) {
            return self.change_supervision(now, wish, exchange);
        }
        if !matches!(self.stage, Stage::Talking) || self.party_agent().is_none() {
            return Err(CommandError::NotTalking);
        }
        if self.agents().any(|agent| agent == wish.supervisor) {
            return Err(CommandError::OwnCall);
        }
        let others: BTreeSet<AgentId> = self.supervisors.iter().map(|it| it.agent).collect();
        if others.len() >= SUPERVISORS {
            return Err(CommandError::TooManySupervisors);
        }
        let directory = Arc::clone(&exchange.directory);
        let entry = directory.agent(wish.supervisor);
        let entry = entry.filter(|it| it.enterprise == self.origin.enterprise);
        let entry = entry.ok_or(CommandError::UnknownAgent)?;
        let seat = exchange.router.seat(wish.supervisor);
        let work = seat.ok_or(CommandError::UnknownAgent)?.work();
        let engaged = exchange.engagements.is_engaged(wish.supervisor);
        if engaged || matches!(work, Work::Ringing(_) | Work::Talking(_)) {
            return Err(CommandError::OnCall);
        }
        if !self.ring_supervisor(now, entry, wish, exchange) {
            return Err(CommandError::NoPhone);
        }
        // A seat that nothing rings at can be taken.
        let _ = exchange.router.occupy(now, wish.supervisor, self.origin.id);
        self.engage(wish.supervisor, exchange);
        exchange.touched.insert(self.origin.id);
        Ok(())
    }

    /// Rings all devices of the supervisor; false when there is none to ring.
    fn ring_supervisor(
        &mut self,
        now: Duration,
        entry: &AgentEntry,
        wish: Wish,
        exchange: &mut Exchange,
    ) -> bool {
        let devices = exchange.endpoint.contacts(now, &entry.extension);
        let before = self.supervisors.len();
        for device in devices.into_iter().take(DEVICES) {
            let headers = if exchange.supervisors_answer {
                answering_by_itself(&device)
            } else {
                Vec::new()
            };
            let to = (entry.extension.as_str(), device);
            if let Some(leg) = self.invite_device(now, to, headers, exchange) {
                exchange.know_leg(leg.names(), self.name(), Side::Party);
                self.supervisors.push(Supervisor {
                    leg,
                    agent: wish.supervisor,
                    by: wish.by,
                    mode: wish.mode,
                    hears: false,
                    rings_until: now + SUPERVISOR_RING,
                });
            }
        }
        self.supervisors.len() > before
    }

    fn change_supervision(
        &mut self,
        now: Duration,
        wish: Wish,
        exchange: &mut Exchange,
    ) -> Result<(), CommandError> {
        let takes_over = wish.mode == SupervisionMode::TakeOver;
        let can = matches!(self.stage, Stage::Talking) && self.party_agent().is_some();
        if takes_over && !can {
            return Err(CommandError::NotTalking);
        }
        exchange.touched.insert(self.origin.id);
        let mut changed = false;
        let theirs = |it: &&mut Supervisor| it.agent == wish.supervisor;
        for supervisor in self.supervisors.iter_mut().filter(theirs) {
            if takes_over && supervisor.hears {
                continue;
            }
            changed |= supervisor.hears && supervisor.mode != wish.mode;
            supervisor.mode = wish.mode;
        }
        if takes_over {
            self.replace_agent(now, wish.supervisor, exchange);
        } else if changed {
            let fact = CallFact::SupervisionChanged {
                supervisor: wish.supervisor,
                mode: wish.mode,
            };
            self.note(now, fact, exchange);
        }
        Ok(())
    }

    /// A supervisor's phone was answered: they hear the call.
    pub(super) fn supervisor_answered(
        &mut self,
        now: Duration,
        at: usize,
        exchange: &mut Exchange,
    ) {
        let Some(supervisor) = self.supervisors.get_mut(at) else {
            return;
        };
        if supervisor.hears {
            return;
        }
        let takes_over = supervisor.mode == SupervisionMode::TakeOver;
        let can = matches!(self.stage, Stage::Talking);
        if takes_over && !can {
            supervisor.mode = SupervisionMode::Monitor;
        }
        supervisor.hears = true;
        supervisor.leg.sound(now, exchange);
        let (agent, session) = (supervisor.agent, supervisor.leg.session);
        let fact = CallFact::SupervisionStarted {
            supervisor: agent,
            by: supervisor.by,
            mode: supervisor.mode,
        };
        self.note(now, fact, exchange);
        let farewell = Farewell::elsewhere();
        let is_other = |it: &Supervisor| it.agent == agent && it.leg.session != session;
        self.part_supervisors(now, &farewell, is_other, exchange);
        if takes_over && can {
            self.replace_agent(now, agent, exchange);
        }
    }

    /// A device of a supervisor refused, or could not be reached.
    pub(super) fn supervisor_refused(&mut self, now: Duration, at: usize, exchange: &mut Exchange) {
        self.supervisor_gone(now, (at, SupervisionEnd::Refused), exchange);
    }

    /// A supervisor's dialog is over.
    pub(super) fn supervisor_gone(
        &mut self,
        now: Duration,
        (at, end): (usize, SupervisionEnd),
        exchange: &mut Exchange,
    ) {
        if at >= self.supervisors.len() {
            return;
        }
        let supervisor = self.supervisors.remove(at);
        exchange.touched.insert(self.origin.id);
        supervisor.leg.close(now, exchange);
        let agent = supervisor.agent;
        if !self.supervisors.iter().any(|it| it.agent == agent) {
            self.free_supervisor(now, (agent, end), exchange);
        }
    }

    /// Ends a supervisor's part, as they ask.
    pub(crate) fn stop_supervising(
        &mut self,
        now: Duration,
        agent: AgentId,
        exchange: &mut Exchange,
    ) -> Result<(), CommandError> {
        self.end_supervision(now, (agent, SupervisionEnd::Stopped), exchange)
    }

    fn end_supervision(
        &mut self,
        now: Duration,
        (agent, end): (AgentId, SupervisionEnd),
        exchange: &mut Exchange,
    ) -> Result<(), CommandError> {
        let farewell = Farewell::plain();
        if !self.part_supervisors(now, &farewell, |it| it.agent == agent, exchange) {
            return Err(CommandError::NotSupervising);
        }
        self.free_supervisor(now, (agent, end), exchange);
        Ok(())
    }

    /// Ends the part of all supervisors.
    pub(super) fn dismiss_supervisors(&mut self, now: Duration, exchange: &mut Exchange) {
        while let Some(agent) = self.supervisors.first().map(|it| it.agent) {
            let end = SupervisionEnd::CallEnded;
            if self.end_supervision(now, (agent, end), exchange).is_err() {
                return;
            }
        }
    }

    /// When a supervisor's device has rung for long enough.
    pub(super) fn supervisor_deadline(&self) -> Option<Duration> {
        let ringing = self.supervisors.iter().filter(|it| !it.hears);
        ringing.map(|it| it.rings_until).min()
    }

    pub(super) fn supervisor_timeout(&mut self, now: Duration, exchange: &mut Exchange) {
        let is_due = |it: &&Supervisor| !it.hears && it.rings_until <= now;
        while let Some(agent) = self.supervisors.iter().find(is_due).map(|it| it.agent) {
            let end = SupervisionEnd::NoAnswer;
            if self.end_supervision(now, (agent, end), exchange).is_err() {
                return;
            }
        }
    }

    /// Hangs up the supervisors' legs that are meant; whether there was one.
    fn part_supervisors(
        &mut self,
        now: Duration,
        farewell: &Farewell,
        meant: impl Fn(&Supervisor) -> bool,
        exchange: &mut Exchange,
    ) -> bool {
        let all = std::mem::take(&mut self.supervisors);
        let (parted, left): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| meant(it));
        self.supervisors = left;
        let any = !parted.is_empty();
        for mut supervisor in parted {
            supervisor.leg.hang_up(now, farewell, exchange);
            supervisor.leg.close(now, exchange);
        }
        any
    }

    /// The supervisor is out of the call: they do not wrap up.
    fn free_supervisor(
        &mut self,
        now: Duration,
        (supervisor, end): (AgentId, SupervisionEnd),
        exchange: &mut Exchange,
    ) {
        let call = self.origin.id;
        self.note(
            now,
            CallFact::SupervisionEnded { supervisor, end },
            exchange,
        );
        match exchange.engagements.end(supervisor, call) {
            Some(other) => exchange.router.change_call(now, supervisor, (call, other)),
            None => exchange.router.finished(now, (supervisor, call), None),
        }
    }

    /// A supervisor who hears the call takes the agent's place; the agent wraps up.
    fn replace_agent(&mut self, now: Duration, by: AgentId, exchange: &mut Exchange) {
        let hears = |it: &Supervisor| it.agent == by && it.hears;
        let Some(at) = self.supervisors.iter().position(hears) else {
            return;
        };
        let Some(before) = self.party_agent() else {
            return;
        };
        let supervisor = self.supervisors.remove(at);
        let party = Party {
            leg: supervisor.leg,
            who: Who::Agent(by),
        };
        let Some(replaced) = self.party.replace(party) else {
            return;
        };
        exchange.touched.insert(self.origin.id);
        let agent = Some(before);
        self.note(now, CallFact::Unbridged { agent }, exchange);
        let end = SupervisionEnd::TookOver;
        let fact = CallFact::SupervisionEnded {
            supervisor: by,
            end,
        };
        self.note(now, fact, exchange);
        // The customer hears the one before the other is gone.
        self.sound_out(exchange);
        let mut leg = replaced.leg;
        leg.hang_up(now, &Farewell::plain(), exchange);
        leg.close(now, exchange);
        self.release_agent(now, before, exchange);
        if let Some(entry) = Arc::clone(&exchange.directory).agent(by) {
            self.note_transfer(now, (before, &entry.extension), 200, exchange);
        }
        let agent = Some(by);
        self.note(now, CallFact::Bridged { agent }, exchange);
        self.tape_party(exchange);
    }

    /// Which supervisor a dialog is of.
    pub(super) fn supervisor_of(&self, session: sip::SessionId) -> Option<Part> {
        let mut all = self.supervisors.iter();
        all.position(|it| it.leg.session == session)
            .map(Part::Supervisor)
    }

    /// The supervisors as the console shows them.
    pub(super) fn live_supervisors(&self) -> Vec<LiveSupervisor> {
        let mut shown: Vec<LiveSupervisor> = Vec::new();
        for supervisor in &self.supervisors {
            if !shown.iter().any(|it| it.agent == supervisor.agent) {
                shown.push(LiveSupervisor {
                    agent: supervisor.agent,
                    mode: supervisor.mode,
                    hears: supervisor.hears,
                });
            }
        }
        shown
    }
}

/// They have just asked for it: a phone that can answers by itself (RFC 5373, and what desk phones
/// understand).
fn answering_by_itself(device: &sip::Binding) -> Vec<(String, String)> {
    let local = device.flow.local;
    [
        ("Answer-Mode", "Auto".to_owned()),
        ("Call-Info", format!("<sip:{local}>;answer-after=0")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}
