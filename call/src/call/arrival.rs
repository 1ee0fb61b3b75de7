//! A call comes in over a trunk: find its number, answer, and begin when the caller acknowledges.

use super::{Call, Origin, Part, Stage};
use crate::exchange::{Exchange, Side};
use crate::identity::{anonymous, is_anonymous};
use crate::leg::{Farewell, Leg, Manners, Outfit};
use crate::limits::{ACK_WAIT, RETRY_AFTER_SECONDS};
use bytes::Bytes;
use media::sdp::SdpError;
use model::{
    CallFact, CallId, CallType, Destination, Direction, EndReason, EndStage, EndedBy, Ending,
    EnterpriseId, NumberRule, PhoneNumber, Timestamp, Trunk,
};
use sip::{Incoming, Refusal, SessionId, Warning};
use std::sync::Arc;
use std::time::Duration;

/// An INVITE of somebody we know that has not been answered.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(super) session: SessionId,
    pub(super) incoming: Incoming,
    pub(super) origin: Origin,
}

/// Why a call is refused, for its record and for the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rejection {
    pub(super) status: u16,
    pub(super) reason: EndReason,
    /// The Q.850 cause.
    pub(super) cause: u16,
    pub(super) text: &'static str,
    /// The code of the Warning that says the text too, where an offer was at fault.
    warning: Option<u16>,
}

impl Rejection {
    pub(super) const fn new(
        status: u16,
        reason: EndReason,
        cause: u16,
        text: &'static str,
    ) -> Self {
        Self {
            status,
            reason,
            cause,
            text,
            warning: None,
        }
    }

    pub(super) const fn overloaded(text: &'static str) -> Self {
        Self::new(503, EndReason::Overloaded, 42, text)
    }

    /// An offer that cannot be answered.
    pub(super) fn unsuitable(offer: &SdpError) -> Self {
        let (warning, text) = unsuitable(offer);
        Self {
            warning: Some(warning),
            ..Self::new(488, EndReason::NotAcceptable, 88, text)
        }
    }

    /// A dialog that is none that may be taken over (RFC 3891 §3).
    pub(super) const fn not_theirs() -> Self {
        Self::new(603, EndReason::Refused, 21, "not yours to take over")
    }

    pub(super) const fn fault() -> Self {
        Self::new(500, EndReason::InternalError, 41, "a fault of ours")
    }

    /// What the peer is told.
    pub(super) fn refusal(&self) -> Refusal {
        let told = Farewell::because(self.status, self.cause, Some(self.text));
        Refusal {
            status: self.status,
            reason: told.reason,
            retry_after: (self.status == 503).then_some(RETRY_AFTER_SECONDS),
            warning: self.warning.map(|code| Warning {
                code,
                text: self.text,
            }),
        }
    }
}

/// What is wrong with a session description, by its code (RFC 3261 §20.43) and in words.
pub(super) fn unsuitable(description: &SdpError) -> (u16, &'static str) {
    match description {
        SdpError::UnsupportedProfile { .. } => (302, "no protection of the media in common"),
        SdpError::NoAudio => (304, "no audio is described"),
        SdpError::NoCommonCodec { .. } => (305, "no codec in common"),
        SdpError::TooLong(_)
        | SdpError::TooMany { .. }
        | SdpError::NotAField { .. }
        | SdpError::BadField { .. }
        | SdpError::NoAddress { .. }
        | _ => (399, "the session description is of no use"),
    }
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
        let directory = Arc::clone(&exchange.directory);
        let Some(trunk) = trunk_of(&incoming, &directory) else {
            let rejection = Rejection::new(403, EndReason::Refused, 21, "no trunk of ours");
            refuse(now, session, rejection, exchange);
            return None;
        };
        let Ok(dialled) = PhoneNumber::parse(&incoming.request_user) else {
            let rejection = Rejection::new(404, EndReason::UnknownNumber, 28, "no number");
            refuse(now, session, rejection, exchange);
            return None;
        };
        let number = NumberRule::rewrite(&trunk.rules.called_in, &dialled);
        let (caller, private) = caller_of(&incoming, trunk);
        let origin = Origin {
            id,
            enterprise: trunk.enterprise,
            direction: Direction::Inbound,
            trunk: trunk.id,
            trunk_number: number.clone(),
            caller,
            private,
            called: number,
            started_at: now,
            destination: None,
            recorded: false,
            max_forwards: incoming.max_forwards,
        };
        Some(Self {
            session,
            incoming,
            origin,
        })
    }

    /// Answers the call, or refuses it with a record that says why.
    pub(crate) fn answer(
        mut self,
        now: Duration,
        busy: bool,
        exchange: &mut Exchange,
    ) -> Option<Call> {
        self.note_arrival(now, CallType::Inbound, exchange);
        let directory = Arc::clone(&exchange.directory);
        let number = directory.number(self.origin.trunk, self.origin.called.as_str());
        let trunk = directory.trunk(self.origin.trunk);
        let (Some(number), Some(trunk)) = (number, trunk) else {
            let rejection = Rejection::new(404, EndReason::UnknownNumber, 1, "no number of ours");
            return self.reject(now, rejection, exchange);
        };
        self.origin.destination = Some(number.destination);
        self.origin.recorded = number.recorded;
        if busy {
            let rejection = Rejection::overloaded("no more calls are taken");
            return self.reject(now, rejection, exchange);
        }
        if let Err(full) = exchange.trunks.admit(now, trunk.id, &trunk.limits) {
            return self.reject(now, Rejection::overloaded(full.text()), exchange);
        }
        let flow = self.incoming.flow;
        let outfit = Outfit {
            address: exchange.media_address(flow.local.ip()),
            signalling: flow.remote.ip(),
            worker: exchange.pick_worker(),
            trunk: Some(trunk.id),
            manners: Manners::trunk(&trunk.media, None, flow.transport == sip::Transport::Tls),
        };
        self.pick_up(now, outfit, exchange)
    }

    /// Answers the call on a leg of this kind; what follows begins with the ACK.
    pub(super) fn pick_up(
        self,
        now: Duration,
        outfit: Outfit,
        exchange: &mut Exchange,
    ) -> Option<Call> {
        let Some(mut leg) = self.leg(now, outfit, exchange) else {
            return self.reject(now, Rejection::overloaded("no port is free"), exchange);
        };
        if let Err(error) = leg.prepare_answer(self.incoming.offer.as_deref()) {
            leg.close(now, exchange);
            return self.reject(now, Rejection::unsuitable(&error), exchange);
        }
        if leg.pick_up(now, exchange).is_err() {
            leg.close(now, exchange);
            return self.reject(now, Rejection::fault(), exchange);
        }
        exchange.know_leg(leg.names(), self.name(), Side::Customer);
        exchange.note(now, self.name(), CallFact::Answered);
        let deadline = now + ACK_WAIT;
        let mut call = Call::new(self.origin, Stage::Arriving { deadline }, leg);
        call.answered_at = Some(now);
        call.tape_from_the_answer(now, exchange);
        Some(call)
    }

    /// The leg of the caller.
    pub(super) fn leg(
        &self,
        now: Duration,
        outfit: Outfit,
        exchange: &mut Exchange,
    ) -> Option<Leg> {
        let mut leg = Leg::new(now, outfit, exchange)?;
        leg.session = self.session;
        Some(leg)
    }

    pub(super) const fn name(&self) -> (EnterpriseId, CallId) {
        (self.origin.enterprise, self.origin.id)
    }

    pub(super) fn note_arrival(&self, now: Duration, call_type: CallType, exchange: &mut Exchange) {
        let origin = &self.origin;
        let fact = CallFact::Arrived {
            direction: origin.direction,
            call_type,
            trunk: origin.trunk,
            trunk_number: origin.trunk_number.clone(),
            caller: origin.caller.clone(),
            called: origin.called.clone(),
            sip_call_id: self.incoming.call_id.clone(),
        };
        exchange.ladders.note(self.name(), &self.incoming.call_id);
        exchange.note(now, self.name(), fact);
    }

    /// Refuses the call with a record that says why.
    pub(super) fn reject(
        self,
        now: Duration,
        rejection: Rejection,
        exchange: &mut Exchange,
    ) -> Option<Call> {
        refuse(now, self.session, rejection, exchange);
        let ending = Ending {
            by: EndedBy::System,
            stage: EndStage::PreIvr,
            reason: rejection.reason,
            sip_code: Some(rejection.status),
            q850: u8::try_from(rejection.cause).ok(),
        };
        exchange.note(now, self.name(), CallFact::Ended(ending));
        None
    }
}

impl Call {
    /// The ACK of a 200 of ours; where the 200 carried our offer, with the peer's answer.
    pub(super) fn acknowledged(
        &mut self,
        now: Duration,
        part: Part,
        sdp: Option<Bytes>,
        exchange: &mut Exchange,
    ) {
        let arrives = matches!(self.stage, Stage::Arriving { .. }) && part == Part::Customer;
        if !arrives {
            if let Some(answer) = sdp {
                self.offer_answered(now, part, &answer, exchange);
            }
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
    pub(super) fn begin(&mut self, now: Duration, exchange: &mut Exchange) {
        self.listen_caller(exchange);
        if let Some(draft) = self.trial.take() {
            self.enter_draft(now, draft, exchange);
            return;
        }
        match self.origin.destination {
            Some(Destination::Flow(flow)) => self.enter_flow(now, flow, exchange),
            Some(Destination::Queue(queue)) => self.enter_queue(now, queue, 0, exchange),
            None => self.end_by_system(now, EndReason::UnknownNumber, exchange),
        }
    }
}

/// The trunk over which a call comes.
fn trunk_of<'a>(incoming: &Incoming, directory: &'a crate::Directory) -> Option<&'a Trunk> {
    match &incoming.identity {
        sip::Identity::Trunk(trunk) => directory.trunk_of(*trunk),
        sip::Identity::Account(_) => None,
    }
}

/// Who calls, as the record keeps it, and whether they asked not to be shown. What the network
/// asserts counts more than what the caller's own device says, and is there only where the trunk is
/// trusted with it.
fn caller_of(incoming: &Incoming, trunk: &Trunk) -> (PhoneNumber, bool) {
    let asserted = incoming.asserted.as_ref().map(|name| name.user.as_str());
    let from = PhoneNumber::parse(&incoming.from_user).unwrap_or_else(|_| anonymous());
    let private = incoming.privacy || is_anonymous(&from);
    let known = asserted.and_then(|user| PhoneNumber::parse(user).ok());
    let caller = NumberRule::rewrite(&trunk.rules.caller_in, &known.unwrap_or(from));
    (caller, private)
}

/// Refuses an INVITE, with the reason for the peer's records (RFC 6432).
pub(super) fn refuse(
    now: Duration,
    session: SessionId,
    rejection: Rejection,
    exchange: &mut Exchange,
) {
    let refusal = rejection.refusal();
    // A session that is gone by now was cancelled by the caller: nothing is left to refuse.
    let _ = exchange.endpoint.refuse(now, session, &refusal);
}
