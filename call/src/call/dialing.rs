//! Dialling an outside number, over one trunk after another until one takes the call.

use super::rung::Refused;
use super::{Call, Dial, Origin, Party, Stage, Who, listening};
use crate::authorize::{AuthorizedDestination, Principal, Wish, authorize_dial};
use crate::call::ending::Departure;
use crate::exchange::{Exchange, Side};
use crate::identity::Presented;
use crate::leg::{Farewell, Leg, Manners, Outfit};
use crate::limits::DIAL_RING;
use crate::trunking::sip_id;
use ivr::{Happening, TransferOutcome};
use media::Codec;
use media::tone::Tone;
use model::{CallFact, EndReason, EndedBy, Ending, PhoneNumber, Trunk, TrunkTransport};
use sip::{Invite, Target};
use std::sync::Arc;
use std::time::Duration;

/// For whose ear a number is dialled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ear {
    /// The media thread: only legs of one thread can be bridged.
    pub(super) worker: usize,
    /// The codec that need not be transcoded.
    pub(super) codec: Codec,
}

impl Ear {
    fn of(leg: &Leg, exchange: &Exchange) -> Option<Self> {
        let worker = exchange.worker_of(leg.media)?;
        let codec = leg.codec();
        Some(Self { worker, codec })
    }
}

impl Dial {
    pub(super) fn new(destination: AuthorizedDestination) -> Self {
        Self {
            destination,
            deadline: Duration::ZERO,
            rang: false,
            heard: None,
        }
    }

    /// Sends the INVITE over the next trunk that takes it; none when all are used up.
    pub(super) fn next_leg(
        &mut self,
        now: Duration,
        origin: &Origin,
        ear: Ear,
        exchange: &mut Exchange,
    ) -> Option<Leg> {
        let directory = Arc::clone(&exchange.directory);
        let name = (origin.enterprise, origin.id);
        self.rang = false;
        self.heard = None;
        while let Some(id) = self.destination.next_trunk() {
            let Some(trunk) = directory.dialable(id) else {
                continue;
            };
            // The rules may have changed since the number was authorized.
            let Ok(called) = trunk.dialed(self.destination.number()) else {
                continue;
            };
            let number = self.destination.number().clone();
            let fact = CallFact::Dialed { number, trunk: id };
            exchange.note(now, name, fact);
            if let Some(leg) = invite(now, (trunk, &called), (origin, ear), exchange) {
                self.deadline = now + DIAL_RING;
                return Some(leg);
            }
            let fact = self.failed(EndReason::Overloaded, None);
            exchange.note(now, name, fact);
        }
        None
    }

    pub(super) fn failed(&self, reason: EndReason, refused: Option<&Refused>) -> CallFact {
        CallFact::DialFailed {
            number: self.destination.number().clone(),
            reason,
            sip_code: refused.map(Refused::said),
            q850: refused.and_then(Refused::q850),
            redirected_to: refused.and_then(|refused| refused.contacts.first().cloned()),
        }
    }
}

impl Call {
    /// The flow transfers the call to a number.
    pub(super) fn dial(
        &mut self,
        now: Duration,
        number: &str,
        recorded: bool,
        exchange: &mut Exchange,
    ) -> Option<Happening> {
        let unavailable = Happening::TransferEnded(TransferOutcome::Unavailable);
        let wish = Wish {
            number,
            hops: self.origin.max_forwards,
        };
        let principal = Principal::Flow(self.origin.enterprise);
        let destination = match authorize_dial(principal, wish, &exchange.directory) {
            Ok(destination) => destination,
            Err(error) => {
                if let Some(fact) = error.fact() {
                    self.note(now, fact, exchange);
                }
                return Some(unavailable);
            }
        };
        self.dial = Some(Dial::new(destination));
        if !self.dial_on(now, exchange) {
            self.dial = None;
            return Some(unavailable);
        }
        self.stage = Stage::Dialing { recorded };
        self.play_tone(Tone::Ringback, exchange);
        None
    }

    /// Dials over the next trunk; false when none is left.
    pub(super) fn dial_on(&mut self, now: Duration, exchange: &mut Exchange) -> bool {
        let placing = matches!(self.stage, Stage::Placing);
        let ear = match &self.party {
            Some(party) if placing => Ear::of(&party.leg, exchange),
            Some(_) | None => Ear::of(&self.customer, exchange),
        };
        let (Some(dial), Some(ear)) = (&mut self.dial, ear) else {
            return false;
        };
        let Some(leg) = dial.next_leg(now, &self.origin, ear, exchange) else {
            return false;
        };
        let who = Who::Outside(dial.destination.number().clone());
        if placing {
            exchange.know_leg(leg.names(), self.name(), Side::Customer);
            let before = std::mem::replace(&mut self.customer, leg);
            before.close(now, exchange);
        } else {
            exchange.know_leg(leg.names(), self.name(), Side::Party);
            self.rung.push(Party { leg, who });
        }
        true
    }

    /// A trunk refused the number: the next one is tried where that may help.
    pub(super) fn dial_refused(
        &mut self,
        now: Duration,
        refused: &Refused,
        exchange: &mut Exchange,
    ) {
        let Some(dial) = &self.dial else {
            return;
        };
        let helps = dial.heard.is_none() && refused.concerns_trunk(dial.rang);
        let reason = dial.heard.unwrap_or(refused.meaning().0);
        self.note(now, dial.failed(reason, Some(refused)), exchange);
        if helps && self.dial_on(now, exchange) {
            if !matches!(self.stage, Stage::Placing) {
                self.play_tone(Tone::Ringback, exchange);
            }
            return;
        }
        self.dial_failed(now, refused, exchange);
    }

    /// The number rang for as long as it may.
    pub(super) fn dial_timeout(&mut self, now: Duration, exchange: &mut Exchange) {
        let Some(dial) = &self.dial else {
            return;
        };
        let fact = dial.failed(dial.heard.unwrap_or(EndReason::NoAnswer), None);
        self.note(now, fact, exchange);
        let farewell = Farewell::because(480, 19, None);
        self.cancel_rung(now, &farewell, exchange);
        self.dial_failed(now, &Refused::with(480), exchange);
    }

    /// Nobody can be reached under the number.
    fn dial_failed(&mut self, now: Duration, refused: &Refused, exchange: &mut Exchange) {
        // What the network said by sound is more than the status that it chose for it.
        let heard = self.dial.take().and_then(|dial| dial.heard);
        let (reason, outcome) = match heard {
            Some(reason) => (reason, listening::outcome_of(reason)),
            None => refused.meaning(),
        };
        match self.stage {
            Stage::Placing => {
                let ending = Ending {
                    by: EndedBy::System,
                    stage: self.end_stage(),
                    reason,
                    sip_code: Some(refused.said()),
                    q850: refused.q850(),
                };
                let departure = Departure {
                    ending,
                    gone: None,
                    reason: refused.reason.clone(),
                };
                self.end(now, departure, exchange);
            }
            Stage::Transferring(_) => self.transfer_refused(now, refused.status, exchange),
            Stage::Arriving { .. }
            | Stage::Flow
            | Stage::Waiting { .. }
            | Stage::Dialing { .. }
            | Stage::Talking
            | Stage::Message { .. }
            | Stage::Ended
            | Stage::Parting { .. } => self.transfer_failed(now, outcome, exchange),
        }
    }
}

impl Refused {
    /// Why the number could not be reached. A Q.850 cause says more than the status that a gateway
    /// made of it.
    fn meaning(&self) -> (EndReason, TransferOutcome) {
        match (self.q850(), self.status) {
            (Some(17), _) | (_, 486 | 600) => (EndReason::Busy, TransferOutcome::Busy),
            (Some(18 | 19), _) | (_, 408 | 480 | 487) => {
                (EndReason::NoAnswer, TransferOutcome::NoAnswer)
            }
            (Some(1 | 22 | 28), _) | (_, 404 | 410 | 484 | 604) => {
                (EndReason::UnknownNumber, TransferOutcome::Unavailable)
            }
            (_, 500..=599) => (EndReason::SignallingTimeout, TransferOutcome::Unavailable),
            (_, _) => (EndReason::Refused, TransferOutcome::Refused),
        }
    }

    /// Whether the refusal is about the trunk, so that another one may do better. What the callee
    /// said is final: a busy number is not rung again over the next trunk.
    fn concerns_trunk(&self, rang: bool) -> bool {
        let said_by_callee = matches!(self.q850(), Some(1 | 17 | 18 | 19 | 21 | 22 | 28));
        match self.status {
            _ if said_by_callee => false,
            408 => !rang,
            401 | 407 | 500..=599 => true,
            _ => false,
        }
    }
}

/// None where a limit is reached, or no gateway of the trunk can be asked.
fn invite(
    now: Duration,
    (trunk, called): (&Trunk, &PhoneNumber),
    (origin, ear): (&Origin, Ear),
    exchange: &mut Exchange,
) -> Option<Leg> {
    let local = exchange.directory.local_of(trunk.id)?.ip();
    let admitted = exchange.trunks.admit(now, trunk.id, &trunk.limits);
    admitted.ok()?;
    let outfit = Outfit {
        address: exchange.media_address(local),
        // Which gateway takes the call is known with its first response.
        signalling: local,
        worker: ear.worker,
        trunk: Some(trunk.id),
        manners: Manners::trunk(&trunk.media, Some(ear.codec), dials_by_tls(trunk)),
    };
    let mut leg = Leg::new(now, outfit, exchange)?;
    let shown = Presented::over(trunk, origin);
    let target = Target::Trunk {
        trunk: sip_id(trunk.id),
        user: called.as_str().to_owned(),
    };
    let named = |number: &PhoneNumber| sip::identity::CallerName {
        user: number.as_str().to_owned(),
        display: None,
    };
    let diverted = |number: &PhoneNumber| sip::identity::Diversion {
        user: number.as_str().to_owned(),
        reason: sip::identity::DiversionReason::Unconditional,
    };
    let invite = Invite {
        max_forwards: origin.max_forwards.saturating_sub(1),
        asserted: shown.asserted.as_ref().map(named),
        privacy: shown.private,
        diversion: shown.diverted_from.as_ref().map(diverted),
        user_phone: trunk.identity.user_phone,
        ..Invite::new(target, shown.user(), called.as_str(), leg.offer())
    };
    if let Ok(session) = exchange.endpoint.invite(now, invite) {
        leg.session = session;
        return Some(leg);
    }
    leg.close(now, exchange);
    None
}

/// Whether nobody else can read what a trunk is told.
fn dials_by_tls(trunk: &Trunk) -> bool {
    let mut gateways = trunk
        .outbound
        .iter()
        .flat_map(|outbound| &outbound.gateways);
    gateways.all(|gateway| gateway.transport == TrunkTransport::Tls)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sip::ReasonHeader;

    fn refused(status: u16, cause: Option<u16>) -> Refused {
        Refused {
            status,
            reason: cause.map(|cause| ReasonHeader {
                protocol: "Q.850".to_owned(),
                cause,
                text: None,
            }),
            contacts: Vec::new(),
        }
    }

    #[test]
    fn what_the_callee_said_is_final_and_what_the_trunk_said_is_not() {
        for status in [302, 403, 404, 480, 484, 486, 487, 488, 600, 603, 604] {
            assert!(!refused(status, None).concerns_trunk(false), "{status}");
        }
        for status in [401, 407, 408, 500, 502, 503, 504] {
            assert!(refused(status, None).concerns_trunk(false), "{status}");
        }
        assert!(!refused(408, None).concerns_trunk(true));
        assert!(!refused(503, Some(17)).concerns_trunk(false));
        assert!(refused(503, Some(34)).concerns_trunk(false));
    }

    #[test]
    fn a_cause_says_more_than_the_status_made_of_it() {
        let reason = |status, cause| refused(status, cause).meaning().0;
        assert_eq!(reason(500, Some(17)), EndReason::Busy);
        assert_eq!(reason(503, Some(1)), EndReason::UnknownNumber);
        assert_eq!(reason(486, None), EndReason::Busy);
        assert_eq!(reason(503, None), EndReason::SignallingTimeout);
        assert_eq!(reason(603, Some(21)), EndReason::Refused);
    }
}
