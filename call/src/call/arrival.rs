//! A call comes in: find its number, answer, and begin when the caller acknowledges.

use super::{Call, Origin, Stage};
use crate::exchange::{Exchange, Side};
use crate::leg::Leg;
use crate::limits::{ACK_WAIT, RETRY_AFTER_SECONDS};
use bytes::Bytes;
use media::Law;
use model::{
    CallFact, CallId, CallType, Destination, Direction, EndReason, EndStage, EndedBy, Ending,
    EnterpriseId, PhoneNumber, Timestamp, TrunkId,
};
use sip::{Incoming, Refusal, SessionId};
use std::time::Duration;

/// An INVITE from a trunk that has not been answered.
#[derive(Debug)]
pub(crate) struct Arrival {
    session: SessionId,
    incoming: Incoming,
    id: CallId,
    enterprise: EnterpriseId,
    trunk: TrunkId,
    caller: PhoneNumber,
    called: PhoneNumber,
}

impl Arrival {
    /// Recognises the trunk and the numbers. An INVITE that is no call of ours is refused here and
    /// leaves no record.
    pub(crate) fn recognise(
        now: Duration,
        session: SessionId,
        incoming: Incoming,
        exchange: &mut Exchange,
    ) -> Option<Self> {
        let id = CallId::new(Timestamp::from_now(now), exchange.random_id());
        let trunk = match incoming.identity {
            sip::Identity::Trusted => exchange.directory.trunk_of(incoming.flow.remote.ip()),
            sip::Identity::Account(_) => None,
        };
        let Some((enterprise, trunk)) = trunk.map(|trunk| (trunk.enterprise, trunk.id)) else {
            refuse(now, session, 403, exchange);
            return None;
        };
        let Ok(called) = PhoneNumber::parse(&incoming.request_user) else {
            refuse(now, session, 404, exchange);
            return None;
        };
        let from = PhoneNumber::parse(&incoming.from_user);
        Some(Self {
            session,
            incoming,
            id,
            enterprise,
            trunk,
            caller: from.unwrap_or_else(|_| anonymous()),
            called,
        })
    }

    /// Answers the call, or refuses it with a record that says why.
    pub(crate) fn answer(self, now: Duration, busy: bool, exchange: &mut Exchange) -> Option<Call> {
        self.note_arrival(now, exchange);
        let name = (self.enterprise, self.id);
        exchange.ladders.note(name, &self.incoming.call_id);
        let number = exchange.directory.number(self.trunk, self.called.as_str());
        let Some((destination, recorded)) = number.map(|it| (it.destination, it.recorded)) else {
            return self.reject(now, 404, EndReason::UnknownNumber, exchange);
        };
        if busy {
            return self.reject(now, 503, EndReason::Overloaded, exchange);
        }
        let flow = self.incoming.flow;
        let addresses = (exchange.media_address(flow.local.ip()), flow.remote.ip());
        let worker = exchange.pick_worker();
        let laws = vec![Law::A, Law::Mu];
        let Some(mut leg) = Leg::new(now, addresses, worker, laws, exchange) else {
            return self.reject(now, 503, EndReason::Overloaded, exchange);
        };
        leg.session = self.session;
        let sdp = match &self.incoming.offer {
            Some(offer) => leg.answer(offer),
            None => Ok(leg.offer()),
        };
        let Ok(sdp) = sdp else {
            exchange.release_port(now, leg.media);
            return self.reject(now, 488, EndReason::NotAcceptable, exchange);
        };
        if exchange.endpoint.answer(now, self.session, sdp).is_err() {
            exchange.release_port(now, leg.media);
            return self.reject(now, 500, EndReason::InternalError, exchange);
        }
        exchange.know_leg(leg.names(), (self.enterprise, self.id), Side::Customer);
        leg.sound(now, exchange);
        exchange.note(now, (self.enterprise, self.id), CallFact::Answered);
        let mut call = self.into_call(now, leg, destination, recorded);
        call.tape_from_the_answer(now, exchange);
        Some(call)
    }

    fn into_call(self, now: Duration, leg: Leg, destination: Destination, recorded: bool) -> Call {
        Call {
            origin: Origin {
                id: self.id,
                enterprise: self.enterprise,
                trunk: self.trunk,
                trunk_number: self.called.clone(),
                caller: self.caller,
                called: self.called,
                started_at: now,
                destination,
                recorded,
                max_forwards: self.incoming.max_forwards,
            },
            stage: Stage::Arriving {
                deadline: now + ACK_WAIT,
            },
            customer: leg,
            party: None,
            queue: None,
            answered_at: now,
            entered: None,
            walk: None,
            taping: None,
            play: 0,
        }
    }

    fn note_arrival(&self, now: Duration, exchange: &mut Exchange) {
        let fact = CallFact::Arrived {
            direction: Direction::Inbound,
            call_type: CallType::Inbound,
            trunk: self.trunk,
            trunk_number: self.called.clone(),
            caller: self.caller.clone(),
            called: self.called.clone(),
            sip_call_id: self.incoming.call_id.clone(),
        };
        exchange.note(now, (self.enterprise, self.id), fact);
    }

    fn reject(
        self,
        now: Duration,
        status: u16,
        reason: EndReason,
        exchange: &mut Exchange,
    ) -> Option<Call> {
        refuse(now, self.session, status, exchange);
        let ending = Ending {
            by: EndedBy::System,
            stage: EndStage::PreIvr,
            reason,
            sip_code: Some(status),
            q850: None,
        };
        exchange.note(now, (self.enterprise, self.id), CallFact::Ended(ending));
        None
    }
}

impl Call {
    /// The caller acknowledged our answer; where it carried the offer, this is their answer.
    pub(crate) fn acknowledged(
        &mut self,
        now: Duration,
        sdp: Option<Bytes>,
        exchange: &mut Exchange,
    ) {
        if !matches!(self.stage, Stage::Arriving { .. }) {
            self.late_answer(now, Side::Customer, sdp, exchange);
            return;
        }
        if self.customer.agreed.is_none() {
            let accepted = sdp.is_some_and(|answer| self.customer.accept(&answer).is_ok());
            if !accepted {
                self.end_by_system(now, EndReason::NotAcceptable, exchange);
                return;
            }
            self.customer.sound(now, exchange);
            self.tape_from_the_answer(now, exchange);
        }
        self.begin(now, exchange);
    }

    /// Begins the recording of a number that is recorded whole, once there is something to hear.
    fn tape_from_the_answer(&mut self, now: Duration, exchange: &mut Exchange) {
        if self.origin.recorded && self.customer.agreed.is_some() {
            self.start_taping(now, exchange);
        }
    }

    /// Goes where the number leads.
    pub(crate) fn begin(&mut self, now: Duration, exchange: &mut Exchange) {
        match self.origin.destination {
            Destination::Flow(flow) => self.enter_flow(now, flow, exchange),
            Destination::Queue(queue) => self.enter_queue(now, queue, 0, exchange),
        }
    }
}

fn refuse(now: Duration, session: SessionId, status: u16, exchange: &mut Exchange) {
    let refusal = Refusal {
        status,
        reason: None,
        retry_after: (status == 503).then_some(RETRY_AFTER_SECONDS),
    };
    // A session that is gone by now was cancelled by the caller: nothing is left to refuse.
    let _ = exchange.endpoint.refuse(now, session, refusal);
}

fn anonymous() -> PhoneNumber {
    PhoneNumber::parse("anonymous").expect("the word is a valid number text")
}
