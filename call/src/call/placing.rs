//! An agent dials from their own phone: an outside number over a trunk, or a colleague.
//!
//! The customer of such a call is whom the agent dialled, and the agent is the party from the
//! start, so that once they talk it is a conversation like any other.

use super::arrival::{Arrival, Rejection, refuse};
use super::dialing::Ear;
use super::{Call, Dial, NO_TRUNK, Origin, Party, Stage, Who};
use crate::authorize::{AuthorizedDestination, Principal, Wish, authorize_dial};
use crate::exchange::{Exchange, Side};
use crate::leg::{Leg, Manners, Outfit};
use crate::{AgentEntry, Directory};
use media::{Codec, Order};
use model::{AgentId, CallId, CallType, Direction, EndReason, PhoneNumber, Timestamp};
use sip::{Incoming, SessionId};
use std::sync::Arc;
use std::time::Duration;

/// A call that an agent makes.
#[derive(Debug)]
pub(crate) struct Placement {
    pub(super) arrival: Arrival,
    pub(super) agent: AgentEntry,
}

impl Placement {
    /// Recognises the agent by their account. An INVITE of nobody is refused here and leaves no
    /// record.
    pub(crate) fn recognise(
        now: Duration,
        session: SessionId,
        (user, incoming): (&str, Incoming),
        exchange: &mut Exchange,
    ) -> Option<Self> {
        let directory = Arc::clone(&exchange.directory);
        let called = PhoneNumber::parse(&incoming.request_user);
        let own = PhoneNumber::parse(user);
        let (Some(agent), Ok(own)) = (directory.agent_with_extension(user), own) else {
            let rejection = Rejection::new(403, EndReason::Refused, 21, "no agent's account");
            refuse(now, session, rejection, exchange);
            return None;
        };
        let Ok(called) = called else {
            let rejection = Rejection::new(404, EndReason::UnknownNumber, 28, "no number");
            refuse(now, session, rejection, exchange);
            return None;
        };
        let colleague = is_colleague(agent, &called, &directory);
        let origin = Origin {
            id: CallId::new(Timestamp::from_now(now), exchange.random_id()),
            enterprise: agent.enterprise,
            direction: if colleague {
                Direction::Internal
            } else {
                Direction::Outbound
            },
            trunk: NO_TRUNK,
            trunk_number: own.clone(),
            caller: own,
            private: false,
            called,
            started_at: now,
            destination: None,
            recorded: false,
            max_forwards: incoming.max_forwards,
        };
        let arrival = Arrival {
            session,
            incoming,
            origin,
        };
        let agent = agent.clone();
        Some(Self { arrival, agent })
    }

    /// Rings whom the agent dialled, or refuses with a record that says why.
    pub(crate) fn place(self, now: Duration, busy: bool, exchange: &mut Exchange) -> Option<Call> {
        match self.arrival.origin.direction {
            Direction::Internal => self.call_colleague(now, busy, exchange),
            Direction::Inbound | Direction::Outbound => self.call_outside(now, busy, exchange),
        }
    }

    fn call_outside(mut self, now: Duration, busy: bool, exchange: &mut Exchange) -> Option<Call> {
        let wish = Wish {
            number: self.arrival.origin.called.as_str(),
            hops: self.arrival.origin.max_forwards,
        };
        let allowed = authorize_dial(Principal::Agent(self.agent.id), wish, &exchange.directory);
        if let Ok(destination) = &allowed {
            self.show_as(destination, exchange);
        }
        self.arrival.note_arrival(now, CallType::Outbound, exchange);
        let destination = match allowed {
            Ok(destination) => destination,
            Err(error) => {
                let reason = match error.fact() {
                    Some(fact) => {
                        exchange.note(now, self.arrival.name(), fact);
                        EndReason::Forbidden
                    }
                    None => EndReason::Refused,
                };
                let text = "the number may not be dialled";
                let rejection = Rejection::new(error.status(), reason, 21, text);
                return self.arrival.reject(now, rejection, exchange);
            }
        };
        if let Some(rejection) = self.objection(now, busy, exchange) {
            return self.arrival.reject(now, rejection, exchange);
        }
        let (phone, worker) = match self.phone(now, exchange) {
            Ok(phone) => phone,
            Err(rejection) => return self.give_up(now, rejection, exchange),
        };
        let ear = Ear {
            worker,
            codec: phone.codec(),
        };
        let mut dial = Dial::new(destination);
        let Some(leg) = dial.next_leg(now, &self.arrival.origin, ear, exchange) else {
            phone.close(now, exchange);
            let rejection = Rejection::new(503, EndReason::Overloaded, 34, "no trunk is free");
            return self.give_up(now, rejection, exchange);
        };
        exchange.know_leg(leg.names(), self.arrival.name(), Side::Customer);
        exchange.know_leg(phone.names(), self.arrival.name(), Side::Party);
        let mut call = Call::new(self.arrival.origin, Stage::Placing, leg);
        call.dial = Some(dial);
        call.party = Some(Party {
            leg: phone,
            who: Who::Agent(self.agent.id),
        });
        call.engage(self.agent.id, exchange);
        Some(call)
    }

    /// The number under which the agent calls, and whether its calls are recorded.
    fn show_as(&mut self, destination: &AuthorizedDestination, exchange: &Exchange) {
        let origin = &mut self.arrival.origin;
        let Some(trunk) = destination.first_trunk() else {
            return;
        };
        origin.trunk = trunk;
        if let Some(shown) = exchange.directory.number_shown(origin.enterprise, trunk) {
            origin.trunk_number = shown.number.clone();
            origin.caller = shown.number.clone();
            origin.recorded = shown.recorded;
        }
    }

    /// Why the agent cannot call at this moment. Where there is no reason, they are held by the
    /// call from here on.
    pub(super) fn objection(
        &self,
        now: Duration,
        busy: bool,
        exchange: &mut Exchange,
    ) -> Option<Rejection> {
        if busy {
            return Some(Rejection::overloaded("no more calls are taken"));
        }
        let call = self.arrival.origin.id;
        let held = exchange.router.occupy(now, self.agent.id, call);
        held.is_err()
            .then(|| Rejection::new(486, EndReason::Busy, 17, "a call rings at the agent"))
    }

    /// The leg of the agent's phone, which is not answered yet, and its media thread.
    pub(super) fn phone(
        &self,
        now: Duration,
        exchange: &mut Exchange,
    ) -> Result<(Leg, usize), Rejection> {
        let flow = self.arrival.incoming.flow;
        let worker = exchange.pick_worker();
        let outfit = Outfit {
            address: exchange.media_address(flow.local.ip()),
            signalling: flow.remote.ip(),
            worker,
            trunk: None,
            manners: Manners::phone(Codec::Pcma, exchange.encryption_of(&flow)),
        };
        let leg = self.arrival.leg(now, outfit, exchange);
        let mut leg = leg.ok_or(Rejection::overloaded("no port is free"))?;
        let offer = self.arrival.incoming.offer.as_deref();
        if let Err(error) = leg.prepare_answer(offer) {
            leg.close(now, exchange);
            return Err(Rejection::unsuitable(&error));
        }
        Ok((leg, worker))
    }

    /// Refuses a call that holds its agent already.
    pub(super) fn give_up(
        self,
        now: Duration,
        rejection: Rejection,
        exchange: &mut Exchange,
    ) -> Option<Call> {
        let call = self.arrival.origin.id;
        exchange.router.finished(now, (self.agent.id, call), None);
        self.arrival.reject(now, rejection, exchange)
    }
}

fn is_colleague(agent: &AgentEntry, called: &PhoneNumber, directory: &Directory) -> bool {
    directory
        .agent_with_extension(called.as_str())
        .is_some_and(|other| other.enterprise == agent.enterprise)
}

impl Call {
    /// The agent who dialled, while nobody has answered.
    pub(crate) fn placed_by(&self) -> Option<AgentId> {
        if matches!(self.stage, Stage::Placing) {
            return self.party_agent();
        }
        let rings_inside = matches!(self.stage, Stage::Waiting { queue: None });
        self.colleague.filter(|_| rings_inside)
    }

    /// The number that an agent dialled rings: their phone is told, and hears what it plays.
    pub(super) fn placed_rings(
        &mut self,
        now: Duration,
        sdp: Option<&[u8]>,
        exchange: &mut Exchange,
    ) {
        let heard = sdp.is_some_and(|sdp| self.customer.accept(sdp).is_ok());
        let Some(party) = &mut self.party else {
            return;
        };
        let early = party.leg.early_answer().filter(|_| heard);
        let session = party.leg.session;
        // A phone that has given up meanwhile is told of on its own.
        if let Some(sdp) = early {
            let progress = sip::Progress {
                status: 183,
                sdp: Some(sdp),
                reliable: sip::Reliability::IfSupported,
            };
            let _ = exchange.endpoint.progress(now, session, progress);
            party.leg.sound(now, exchange);
            let (a, b) = (self.customer.media, party.leg.media);
            self.customer.sound(now, exchange);
            let listened = (a, self.customer.trunk);
            exchange.order(Order::Bridge { a, b });
            self.listen_early(listened, exchange);
        } else {
            let _ = exchange.endpoint.ring(now, session);
        }
    }

    /// The number that an agent dialled answered.
    pub(super) fn placed_answered(&mut self, now: Duration, exchange: &mut Exchange) {
        if !matches!(self.stage, Stage::Placing) {
            return;
        }
        self.dial = None;
        exchange.touched.insert(self.origin.id);
        self.bridge(now, exchange);
        let listened = (self.customer.media, self.customer.trunk);
        self.listen_answered(listened, exchange);
    }
}
