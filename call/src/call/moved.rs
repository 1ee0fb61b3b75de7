//! An agent takes their conversation over to another of their phones: an INVITE that names the
//! dialog whose place it takes (Replaces, RFC 3891).

use super::arrival::{Rejection, refuse};
use super::{Call, Part, Stage};
use crate::exchange::{Exchange, Side};
use crate::leg::{Farewell, Leg, Manners, Outfit};
use model::AgentId;
use sip::{Incoming, SessionId};
use std::time::Duration;

/// An INVITE of an agent's phone that wants to take a dialog's place.
#[derive(Debug)]
pub(crate) struct Move {
    /// The dialog that is to end.
    pub(crate) replaced: SessionId,
    pub(crate) session: SessionId,
    pub(crate) incoming: Incoming,
    pub(crate) agent: AgentId,
}

impl Move {
    /// Refuses: the dialog is none that may be taken over (RFC 3891 §3).
    pub(crate) fn refuse(&self, now: Duration, exchange: &mut Exchange) {
        refuse(now, self.session, Rejection::not_theirs(), exchange);
    }
}

impl Call {
    /// Puts the agent's other phone in the place of the first, if the conversation is theirs.
    pub(crate) fn moved(&mut self, now: Duration, moving: &Move, exchange: &mut Exchange) {
        let part = self.part_of(moving.replaced);
        if matches!(part, Some(Part::Rung(_))) {
            self.picked_up(now, moving, exchange);
            return;
        }
        let theirs = part == Some(Part::Party) && self.party_agent() == Some(moving.agent);
        if !theirs || !matches!(self.stage, Stage::Talking) {
            moving.refuse(now, exchange);
            return;
        }
        let leg = match self.phone_leg(now, moving, exchange) {
            Ok(leg) => leg,
            Err(rejection) => {
                refuse(now, moving.session, rejection, exchange);
                return;
            }
        };
        self.disconnect(exchange);
        exchange.know_leg(leg.names(), self.name(), Side::Party);
        if let Some(party) = &mut self.party {
            let mut before = std::mem::replace(&mut party.leg, leg);
            before.hang_up(now, &Farewell::elsewhere(), exchange);
            before.close(now, exchange);
        }
        exchange.touched.insert(self.origin.id);
        self.tape_party(exchange);
        self.sound_out(exchange);
    }

    /// The new phone's leg, answered and sounding.
    pub(super) fn phone_leg(
        &self,
        now: Duration,
        moving: &Move,
        exchange: &mut Exchange,
    ) -> Result<Leg, Rejection> {
        let flow = moving.incoming.flow;
        let worker = exchange.worker_of(self.customer.media);
        let outfit = Outfit {
            address: exchange.media_address(flow.local.ip()),
            signalling: flow.remote.ip(),
            worker: worker.ok_or(Rejection::fault())?,
            trunk: None,
            manners: Manners::phone(self.customer.codec(), exchange.encryption_of(&flow)),
        };
        let full = Rejection::overloaded("no port is free");
        let mut leg = Leg::new(now, outfit, exchange).ok_or(full)?;
        leg.session = moving.session;
        let answered = match leg.prepare_answer(moving.incoming.offer.as_deref()) {
            Ok(()) => leg.pick_up(now, exchange).map_err(|_| Rejection::fault()),
            Err(error) => Err(Rejection::unsuitable(&error)),
        };
        match answered {
            Ok(()) => Ok(leg),
            Err(rejection) => {
                leg.close(now, exchange);
                Err(rejection)
            }
        }
    }
}
