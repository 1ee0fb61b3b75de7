//! Two calls of an agent become one: the customer talks with whom the agent consulted.
//!
//! The Replaces of the REFER names the agent's dialog with us in the other call; what is put in its
//! place is the other leg of that call.

use super::transfer::{Join, part, report};
use super::{Call, Party, Stage, Who};
use crate::exchange::{Exchange, Side};
use crate::leg::Farewell;
use model::{AgentId, CallFact, EndReason, EndStage, EndedBy, Ending};
use std::time::Duration;

impl Call {
    /// Whether the agent can hand the customer of this call to somebody else.
    pub(crate) fn is_joinable(&self, agent: AgentId) -> bool {
        matches!(self.stage, Stage::Talking)
            && self.guest.is_none()
            && self.party_agent() == Some(agent)
    }

    /// Whom the agent talks with in the dialog `session` of this call.
    fn consulted(&self, agent: AgentId, session: sip::SessionId) -> Option<Who> {
        if !matches!(self.stage, Stage::Talking) || self.guest.is_some() {
            return None;
        }
        let party = self.party.as_ref()?;
        if party.leg.session == session && party.who == Who::Agent(agent) {
            return Some(match self.colleague {
                Some(colleague) => Who::Agent(colleague),
                None => Who::Outside(self.origin.called.clone()),
            });
        }
        let is_caller = self.customer.session == session && self.colleague == Some(agent);
        is_caller.then(|| party.who.clone())
    }

    /// Whether this call's other side can be put together with `leg`.
    pub(crate) fn can_give(&self, join: &Join, with: &Self) -> bool {
        self.origin.enterprise == with.origin.enterprise
            && self.consulted(join.agent, join.session).is_some()
    }

    /// Gives whom the agent consulted away; the call is over with that.
    pub(crate) fn give_away(
        mut self,
        now: Duration,
        join: &Join,
        exchange: &mut Exchange,
    ) -> Option<Party> {
        let who = self.consulted(join.agent, join.session)?;
        self.dismiss_supervisors(now, exchange);
        let party = self.party.take()?;
        part(self.customer.media, party.leg.media, exchange);
        self.stop_taping(now, exchange);
        let (mut agents, given) = if self.customer.session == join.session {
            (self.customer.clone(), party.leg)
        } else {
            (party.leg, self.customer.clone())
        };
        agents.hang_up(now, &Farewell::plain(), exchange);
        agents.close(now, exchange);
        if let Who::Agent(colleague) = who {
            let calls = (self.origin.id, join.call);
            exchange.engagements.end(colleague, self.origin.id);
            exchange.router.change_call(now, colleague, calls);
        }
        self.release_agent(now, join.agent, exchange);
        let ending = Ending {
            by: EndedBy::Agent,
            stage: EndStage::Talking,
            reason: EndReason::Transferred,
            sip_code: None,
            q850: None,
        };
        self.note(now, CallFact::Ended(ending), exchange);
        Some(Party { leg: given, who })
    }

    /// Takes whom the agent consulted in the agent's place.
    pub(crate) fn take_over(
        &mut self,
        now: Duration,
        join: &Join,
        given: Party,
        exchange: &mut Exchange,
    ) {
        self.disconnect(exchange);
        let agent = Some(join.agent);
        self.note(now, CallFact::Unbridged { agent }, exchange);
        report(now, join.transfer, 200, exchange);
        if let Some(mut party) = self.party.take() {
            party.leg.hang_up(now, &Farewell::plain(), exchange);
            party.leg.close(now, exchange);
        }
        self.release_agent(now, join.agent, exchange);
        self.note_transfer(now, (join.agent, &join.to), 200, exchange);
        exchange.know_leg(given.leg.names(), self.name(), Side::Party);
        exchange.bring(&given.leg, self.customer.media);
        self.party = Some(given);
        self.bridge(now, exchange);
    }
}
