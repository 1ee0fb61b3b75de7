//! Two calls of an agent become a conversation of three: the customer, the agent and whom they
//! consulted.
//!
//! The agent goes on with the phone line that they speak on, so that no phone has to be told to end
//! a hold; the line on which the customer waited is hung up.

use super::transfer::part;
use super::{Call, Part, Party, Stage, Who};
use crate::exchange::{Exchange, Side};
use crate::leg::{Farewell, Leg};
use crate::live::LiveGuest;
use model::{AgentId, CallFact, CallId, ConferenceSide, EndReason, EndStage, EndedBy, Ending};
use std::time::Duration;

/// What the call of the enquiry gives.
#[derive(Debug)]
pub(crate) struct Given {
    /// The agent's line.
    line: Leg,
    /// Whom they consulted.
    guest: Party,
}

impl Call {
    /// Whether the agent can bring a third person into this call.
    pub(crate) fn can_confer(&self, agent: AgentId) -> bool {
        self.is_joinable(agent)
    }

    /// Whom the agent talks with in this call, which is an enquiry of theirs.
    fn enquired(&self, agent: AgentId) -> Option<Who> {
        if !matches!(self.stage, Stage::Talking) || self.guest.is_some() {
            return None;
        }
        if self.colleague == Some(agent) {
            return self.party.as_ref().map(|party| party.who.clone());
        }
        let others = match self.colleague {
            Some(colleague) => Who::Agent(colleague),
            None => Who::Outside(self.origin.called.clone()),
        };
        (self.party_agent() == Some(agent)).then_some(others)
    }

    /// Whether this call can give whom the agent consulted to `with`.
    pub(crate) fn can_give_to(&self, agent: AgentId, with: &Self) -> bool {
        self.origin.enterprise == with.origin.enterprise && self.enquired(agent).is_some()
    }

    /// Gives both sides of the enquiry away; the call is over with that.
    pub(crate) fn give_both(
        mut self,
        now: Duration,
        (agent, to): (AgentId, CallId),
        exchange: &mut Exchange,
    ) -> Option<Given> {
        let who = self.enquired(agent)?;
        self.dismiss_supervisors(now, exchange);
        let party = self.party.take()?;
        part(self.customer.media, party.leg.media, exchange);
        self.stop_taping(now, exchange);
        let (line, leg) = if self.colleague == Some(agent) {
            (self.customer.clone(), party.leg)
        } else {
            (party.leg, self.customer.clone())
        };
        if let Who::Agent(guest) = who {
            exchange.engagements.end(guest, self.origin.id);
            let calls = (self.origin.id, to);
            exchange.router.change_call(now, guest, calls);
        }
        self.release_agent(now, agent, exchange);
        let ending = Ending {
            by: EndedBy::Agent,
            stage: EndStage::Talking,
            reason: EndReason::Transferred,
            sip_code: None,
            q850: None,
        };
        self.note(now, CallFact::Ended(ending), exchange);
        let guest = Party { leg, who };
        Some(Given { line, guest })
    }

    /// Lets the three hear each other.
    pub(crate) fn confer(
        &mut self,
        now: Duration,
        (agent, given): (AgentId, Given),
        exchange: &mut Exchange,
    ) {
        let Given { line, guest } = given;
        for leg in [&line, &guest.leg] {
            exchange.know_leg(leg.names(), self.name(), Side::Party);
            exchange.bring(leg, self.customer.media);
        }
        let Some(party) = &mut self.party else {
            return;
        };
        let mut left = if party.leg.is_held() {
            std::mem::replace(&mut party.leg, line)
        } else {
            line
        };
        left.hang_up(now, &Farewell::plain(), exchange);
        left.close(now, exchange);
        let number = match &guest.who {
            Who::Agent(guest) => {
                self.engage(*guest, exchange);
                None
            }
            Who::Outside(number) => Some(number.clone()),
        };
        let fact = CallFact::ConferenceBegun {
            agent,
            guest: guest.who.agent(),
            number,
        };
        self.note(now, fact, exchange);
        self.guest = Some(guest);
        self.sound_out(exchange);
        self.tape_party(exchange);
    }

    /// One of three is gone; whether the other two go on.
    pub(super) fn conference_left(
        &mut self,
        now: Duration,
        part: Part,
        exchange: &mut Exchange,
    ) -> bool {
        if !matches!(self.stage, Stage::Talking) {
            return false;
        }
        let Some(guest) = self.guest.take() else {
            return false;
        };
        exchange.touched.insert(self.origin.id);
        match part {
            Part::Guest => {
                self.note_left(now, ConferenceSide::Guest, exchange);
                guest.leg.close(now, exchange);
                if let Some(agent) = guest.who.agent() {
                    self.release_agent(now, agent, exchange);
                }
            }
            Part::Party => self.agent_left(now, guest, exchange),
            Part::Customer => {
                // What follows is not the customer's any more.
                self.stop_taping(now, exchange);
                self.note_left(now, ConferenceSide::Customer, exchange);
                self.colleague = guest.who.agent();
                let gone = std::mem::replace(&mut self.customer, guest.leg);
                gone.close(now, exchange);
            }
            Part::Rung(_) | Part::Supervisor(_) => {
                self.guest = Some(guest);
                return true;
            }
        }
        self.sound_out(exchange);
        self.tape_party(exchange);
        true
    }

    /// The agent leaves customer and guest to each other: that is a transfer.
    fn agent_left(&mut self, now: Duration, guest: Party, exchange: &mut Exchange) {
        self.note_left(now, ConferenceSide::Agent, exchange);
        let to = match &guest.who {
            Who::Agent(agent) => {
                let entry = exchange.directory.agent(*agent);
                entry.map(|entry| entry.extension.clone())
            }
            Who::Outside(number) => Some(number.to_string()),
        };
        let agent = self.party_agent();
        self.note(now, CallFact::Unbridged { agent }, exchange);
        let onward = guest.who.agent();
        if let Some(gone) = self.party.replace(guest) {
            gone.leg.close(now, exchange);
        }
        if let Some(agent) = agent {
            self.release_agent(now, agent, exchange);
            if let Some(to) = to {
                self.note_transfer(now, (agent, &to), 200, exchange);
            }
        }
        self.note(now, CallFact::Bridged { agent: onward }, exchange);
    }

    fn note_left(&self, now: Duration, side: ConferenceSide, exchange: &mut Exchange) {
        self.note(now, CallFact::ConferenceLeft { side }, exchange);
    }

    /// The third person as the console shows them.
    pub(super) fn live_guest(&self) -> Option<LiveGuest> {
        let guest = self.guest.as_ref()?;
        Some(match &guest.who {
            Who::Agent(agent) => LiveGuest::Agent(*agent),
            Who::Outside(number) => LiveGuest::Outside(number.clone()),
        })
    }
}
