//! The legs of a call, and who is behind each.

use super::{Call, Stage};
use crate::exchange::Side;
use crate::leg::Leg;
use media::LegId;
use model::AgentId;
use sip::SessionId;

/// One of a call's legs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The customer's, or the calling agent's of an internal call.
    Customer,
    /// Whom the customer talks with.
    Party,
    /// A device that rings for the call.
    Rung(usize),
    /// The third of a conference.
    Guest,
    /// A supervisor's.
    Supervisor(usize),
}

impl Call {
    /// Which leg a dialog is.
    pub(super) fn part_of(&self, session: SessionId) -> Option<Part> {
        if self.customer.session == session {
            return Some(Part::Customer);
        }
        if self
            .party
            .as_ref()
            .is_some_and(|it| it.leg.session == session)
        {
            return Some(Part::Party);
        }
        let mut guest = self.guest.iter();
        if guest.any(|it| it.leg.session == session) {
            return Some(Part::Guest);
        }
        let rung = self.rung.iter().position(|it| it.leg.session == session);
        rung.map(Part::Rung).or_else(|| self.supervisor_of(session))
    }

    /// Which leg an RTP stream is.
    pub(super) fn part_sounding(&self, media: LegId) -> Option<Part> {
        let session = self
            .legs()
            .find(|(leg, _)| leg.media == media)
            .map(|(leg, _)| leg.session)?;
        self.part_of(session)
    }

    /// All legs, the customer's in the front.
    pub(crate) fn legs(&self) -> impl Iterator<Item = (&Leg, Side)> {
        let others = self.party.iter().chain(&self.rung).chain(&self.guest);
        let others = others.map(|party| &party.leg);
        let supervisors = self.supervisors.iter().map(|it| &it.leg);
        let others = others.chain(supervisors).map(|leg| (leg, Side::Party));
        std::iter::once((&self.customer, Side::Customer)).chain(others)
    }

    /// The dialog of whoever talks with the one whose dialog is `session`.
    pub(crate) fn other_side(&self, session: SessionId) -> Option<SessionId> {
        let party = self.party.as_ref().map(|party| party.leg.session)?;
        match self.part_of(session)? {
            _ if !matches!(self.stage, Stage::Talking) => None,
            Part::Customer => Some(party),
            Part::Party => Some(self.customer.session),
            Part::Rung(_) | Part::Supervisor(_) | Part::Guest => None,
        }
    }

    pub(super) fn leg(&self, part: Part) -> Option<&Leg> {
        match part {
            Part::Customer => Some(&self.customer),
            Part::Party => self.party.as_ref().map(|party| &party.leg),
            Part::Rung(at) => self.rung.get(at).map(|party| &party.leg),
            Part::Guest => self.guest.as_ref().map(|party| &party.leg),
            Part::Supervisor(at) => self.supervisors.get(at).map(|it| &it.leg),
        }
    }

    pub(super) fn leg_mut(&mut self, part: Part) -> Option<&mut Leg> {
        match part {
            Part::Customer => Some(&mut self.customer),
            Part::Party => self.party.as_mut().map(|party| &mut party.leg),
            Part::Rung(at) => self.rung.get_mut(at).map(|party| &mut party.leg),
            Part::Guest => self.guest.as_mut().map(|party| &mut party.leg),
            Part::Supervisor(at) => self.supervisors.get_mut(at).map(|it| &mut it.leg),
        }
    }

    /// The RTP leg of the other side, if there is one.
    pub(crate) fn party_media(&self) -> Option<LegId> {
        self.party.as_ref().map(|party| party.leg.media)
    }

    /// The agent on the party's leg.
    pub(crate) fn party_agent(&self) -> Option<AgentId> {
        self.party.as_ref().and_then(|party| party.who.agent())
    }

    /// The agents who talk.
    pub(crate) fn agents(&self) -> impl Iterator<Item = AgentId> {
        let guest = self.guest.as_ref().and_then(|guest| guest.who.agent());
        [self.party_agent(), self.colleague, guest]
            .into_iter()
            .flatten()
    }

    /// Whether the agent talks in it.
    pub(crate) fn is_talk_of(&self, agent: AgentId) -> bool {
        matches!(self.stage, Stage::Talking) && self.agents().any(|it| it == agent)
    }

    /// The agent whose devices ring.
    pub(crate) fn rung_agent(&self) -> Option<AgentId> {
        self.rung.first().and_then(|party| party.who.agent())
    }
}
