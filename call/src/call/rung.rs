//! Devices that ring for a call: all those of an agent, or an outside number over one trunk after
//! another.

use super::arrival::unsuitable;
use super::{Call, Part, Party, Stage, Who};
use crate::call::queueing::failure_of;
use crate::exchange::Exchange;
use crate::leg::Farewell;
use media::Order;
use sip::ReasonHeader;
use std::time::Duration;

/// How a device or a trunk refused a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Its final status.
    pub(crate) status: u16,
    /// Its Reason header.
    pub(crate) reason: Option<ReasonHeader>,
    /// Where a 3xx that was not followed pointed to, best first.
    pub(crate) contacts: Vec<String>,
}

impl Refused {
    pub(crate) const fn with(status: u16) -> Self {
        Self {
            status,
            reason: None,
            contacts: Vec::new(),
        }
    }

    /// The status that the far end gave, which the signalling layer names where it told another: it
    /// hands no 503 on.
    pub(crate) fn said(&self) -> u16 {
        let named = self.reason.as_ref().filter(|it| it.protocol == "SIP");
        let named = named.map(|it| it.cause);
        named
            .filter(|it| (400..700).contains(it))
            .unwrap_or(self.status)
    }

    /// The Q.850 cause, if one was given.
    pub(crate) fn q850(&self) -> Option<u8> {
        self.reason.as_ref().and_then(q850_of)
    }
}

/// The Q.850 cause of a Reason header.
pub(crate) fn q850_of(reason: &ReasonHeader) -> Option<u8> {
    let is_q850 = reason.protocol.eq_ignore_ascii_case("Q.850");
    is_q850.then(|| u8::try_from(reason.cause).ok()).flatten()
}

impl Call {
    /// A provisional response, maybe with something to hear.
    pub(super) fn rings(
        &mut self,
        now: Duration,
        part: Part,
        (status, sdp): (u16, Option<&[u8]>),
        exchange: &mut Exchange,
    ) {
        if status < 180 {
            return;
        }
        self.learn_source(part, exchange);
        if matches!(part, Part::Supervisor(_)) {
            return;
        }
        if let Some(dial) = &mut self.dial {
            dial.rang = true;
        }
        exchange.touched.insert(self.origin.id);
        match part {
            Part::Customer if matches!(self.stage, Stage::Placing) => {
                self.placed_rings(now, sdp, exchange);
            }
            Part::Rung(at) => {
                if let Some(sdp) = sdp {
                    self.early_media(now, at, sdp, exchange);
                }
                if self.customer.is_unanswered() {
                    // A caller who has gone by now is told of on their own.
                    let _ = exchange.endpoint.ring(now, self.customer.session);
                }
            }
            Part::Customer | Part::Party | Part::Guest | Part::Supervisor(_) => (),
        }
    }

    /// The description of an outside number before the answer: the caller hears what it plays, not
    /// our ringing tone. That of an agent's phone is kept for an answer that carries none.
    fn early_media(&mut self, now: Duration, at: usize, sdp: &[u8], exchange: &mut Exchange) {
        let Some(party) = self.rung.get_mut(at) else {
            return;
        };
        // An unreadable early description is judged with the answer that follows it.
        if party.leg.accept(sdp).is_err() || party.who.agent().is_some() {
            return;
        }
        party.leg.sound(now, exchange);
        let listened = (party.leg.media, party.leg.trunk);
        let (a, b) = (self.customer.media, party.leg.media);
        self.listen_early(listened, exchange);
        exchange.order(Order::StopPlay { leg: a });
        exchange.order(Order::Bridge { a, b });
    }

    /// Somebody answered: who they are decides what that means.
    pub(super) fn answered(
        &mut self,
        now: Duration,
        part: Part,
        sdp: Option<&[u8]>,
        exchange: &mut Exchange,
    ) {
        self.learn_source(part, exchange);
        let Some(leg) = self.leg_mut(part) else {
            return;
        };
        let obstacle = match sdp {
            Some(sdp) => leg.accept(sdp).err().map(|error| unsuitable(&error).1),
            None => leg.agreed.is_none().then_some("no session description"),
        };
        if let Some(text) = obstacle {
            let farewell = Farewell::because(488, 88, Some(text));
            leg.hang_up(now, &farewell, exchange);
            self.refused(now, part, &Refused::with(488), exchange);
            return;
        }
        match part {
            Part::Customer => self.placed_answered(now, exchange),
            Part::Party | Part::Guest => (),
            Part::Rung(at) => self.rung_answered(now, at, exchange),
            Part::Supervisor(at) => self.supervisor_answered(now, at, exchange),
        }
    }

    fn rung_answered(&mut self, now: Duration, at: usize, exchange: &mut Exchange) {
        let Some(who) = self.rung.get(at).map(|party| party.who.clone()) else {
            return;
        };
        let wanted = match (&self.stage, &who) {
            (Stage::Waiting { .. } | Stage::Transferring(_), Who::Agent(_)) => {
                self.take_offer(now, exchange)
            }
            (Stage::Dialing { .. } | Stage::Transferring(_), Who::Outside(_)) => true,
            (_, Who::Agent(_) | Who::Outside(_)) => false,
        };
        let mut answered = self.rung.remove(at);
        if !wanted {
            answered.leg.hang_up(now, &Farewell::plain(), exchange);
            answered.leg.close(now, exchange);
            return;
        }
        self.cancel_rung(now, &Farewell::elsewhere(), exchange);
        self.dial = None;
        self.connect(now, answered, exchange);
    }

    /// The one who answered becomes the party.
    pub(super) fn connect(&mut self, now: Duration, answered: Party, exchange: &mut Exchange) {
        let recorded = matches!(self.stage, Stage::Dialing { recorded: true });
        if matches!(self.stage, Stage::Transferring(_)) {
            self.leave_transfer(now, exchange);
        }
        let listened = (answered.leg.media, answered.leg.trunk);
        self.party = Some(answered);
        self.bridge(now, exchange);
        self.listen_answered(listened, exchange);
        if recorded {
            self.start_taping(now, exchange);
        }
    }

    /// A device or a trunk refused, or could not be reached.
    pub(super) fn refused(
        &mut self,
        now: Duration,
        part: Part,
        refused: &Refused,
        exchange: &mut Exchange,
    ) {
        match part {
            Part::Customer if matches!(self.stage, Stage::Placing) => {
                self.dial_refused(now, refused, exchange);
            }
            Part::Rung(at) => self.rung_refused(now, at, refused, exchange),
            Part::Supervisor(at) => self.supervisor_refused(now, at, exchange),
            Part::Customer | Part::Party | Part::Guest => (),
        }
    }

    fn rung_refused(
        &mut self,
        now: Duration,
        at: usize,
        refused: &Refused,
        exchange: &mut Exchange,
    ) {
        if at >= self.rung.len() {
            return;
        }
        exchange.touched.insert(self.origin.id);
        let party = self.rung.remove(at);
        party.leg.close(now, exchange);
        match party.who {
            Who::Outside(_) => self.dial_refused(now, refused, exchange),
            Who::Agent(agent) => {
                // Declined everywhere (RFC 3261 §21.6): no other device need ring.
                if refused.status >= 600 {
                    self.cancel_rung(now, &Farewell::plain(), exchange);
                }
                if self.rung.is_empty() {
                    self.offer_failed(now, agent, failure_of(refused.status), exchange);
                }
            }
        }
    }

    /// Stops whatever rings for the call.
    pub(super) fn cancel_rung(
        &mut self,
        now: Duration,
        farewell: &Farewell,
        exchange: &mut Exchange,
    ) {
        for mut party in std::mem::take(&mut self.rung) {
            party.leg.hang_up(now, farewell, exchange);
            party.leg.close(now, exchange);
        }
    }

    /// Only its answers tell where a trunk's gateway is.
    fn learn_source(&mut self, part: Part, exchange: &Exchange) {
        if let Some(leg) = self.leg_mut(part)
            && let Some(flow) = exchange.endpoint.peer_of(leg.session)
        {
            leg.learn_source(flow.remote.ip());
        }
    }
}
