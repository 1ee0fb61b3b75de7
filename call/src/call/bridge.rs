//! Two parties hear each other, until one is gone.

use super::{Call, Stage, Who};
use crate::call::queueing::{dial_failure, outcome_of};
use crate::exchange::{Exchange, Side};
use crate::limits::DEAD_AIR;
use media::{Law, Order};
use model::{AgentId, CallFact, EndReason, EndedBy, Ending, OfferOutcome};
use std::time::Duration;

impl Call {
    /// The party's device rings; early SDP is kept for an answer that carries none.
    pub(crate) fn party_rings(&mut self, sdp: Option<&[u8]>) {
        if let (Some(party), Some(sdp)) = (&mut self.party, sdp) {
            // An unreadable early description is judged with the answer that follows it.
            let _ = party.leg.accept(sdp);
        }
    }

    /// The party answered: who they are decides what that means.
    pub(crate) fn party_answered(
        &mut self,
        now: Duration,
        sdp: Option<&[u8]>,
        exchange: &mut Exchange,
    ) {
        let Some(party) = &mut self.party else {
            return;
        };
        let usable = match sdp {
            Some(sdp) => party.leg.accept(sdp).is_ok(),
            None => party.leg.agreed.is_some(),
        };
        if !usable {
            self.hang_up_party(now, exchange);
            self.party_refused(now, 488, exchange);
            return;
        }
        match (&self.stage, party.who.clone()) {
            (Stage::Waiting { .. }, Who::Agent(agent)) => {
                if self.take_offer(now, exchange) {
                    self.bridge(now, Some(agent), exchange);
                } else {
                    self.hang_up_party(now, exchange);
                    self.drop_party(now, exchange);
                }
            }
            (Stage::Dialing { recorded, .. }, Who::Outside(_)) => {
                let recorded = *recorded;
                self.bridge(now, None, exchange);
                if recorded {
                    self.start_taping(now, exchange);
                }
            }
            (_, Who::Agent(_) | Who::Outside(_)) => {
                self.hang_up_party(now, exchange);
                self.drop_party(now, exchange);
            }
        }
    }

    /// The party's device refused, or could not be reached.
    pub(crate) fn party_refused(&mut self, now: Duration, status: u16, exchange: &mut Exchange) {
        let Some(party) = &self.party else {
            return;
        };
        match (&self.stage, party.who.clone()) {
            (Stage::Waiting { .. }, Who::Agent(agent)) => {
                self.offer_failed(now, agent, outcome_of(status), exchange);
            }
            (Stage::Dialing { .. }, Who::Outside(number)) => {
                let (reason, outcome) = dial_failure(status);
                self.drop_party(now, exchange);
                let fact = CallFact::DialFailed {
                    number,
                    reason,
                    sip_code: Some(status),
                };
                self.note(now, fact, exchange);
                self.transfer_failed(now, outcome, exchange);
            }
            (_, Who::Agent(_) | Who::Outside(_)) => self.drop_party(now, exchange),
        }
    }

    fn bridge(&mut self, now: Duration, agent: Option<AgentId>, exchange: &mut Exchange) {
        self.stage = Stage::Talking;
        self.walk = None;
        if let Some(party) = &mut self.party {
            party.leg.sound(now, exchange);
        }
        exchange.order(Order::StopPlay {
            leg: self.customer.media,
        });
        self.connect(exchange);
        self.note(now, CallFact::Bridged { agent }, exchange);
        let queue_records = self
            .queue
            .and_then(|queue| exchange.directory.queue(queue))
            .is_some_and(|queue| queue.recorded);
        if self.taping.is_some() {
            self.tape_party(exchange);
        } else if queue_records {
            self.start_taping(now, exchange);
        }
    }

    /// Lets both hear each other.
    pub(crate) fn connect(&self, exchange: &mut Exchange) {
        if let Some(party) = self.party_media() {
            exchange.order(Order::Bridge {
                a: self.customer.media,
                b: party,
            });
        }
    }

    /// Parts both.
    pub(crate) fn disconnect(&self, exchange: &mut Exchange) {
        if let Some(party) = self.party_media() {
            exchange.order(Order::Unbridge {
                a: self.customer.media,
                b: party,
            });
        }
    }

    /// Codecs to offer the other side: the customer's own first, so that nothing is transcoded.
    pub(crate) fn laws(&self) -> Vec<Law> {
        match self.customer.law() {
            Law::A => vec![Law::A, Law::Mu],
            Law::Mu => vec![Law::Mu, Law::A],
        }
    }

    /// A dialog ended by the peer's doing, or because the peer no longer answers.
    pub(crate) fn party_gone(
        &mut self,
        now: Duration,
        side: Side,
        end: sip::End,
        exchange: &mut Exchange,
    ) {
        let reason = match end.kind {
            sip::EndKind::Bye => EndReason::HungUp,
            sip::EndKind::Cancelled => EndReason::Cancelled,
            sip::EndKind::AckMissing | sip::EndKind::Unreachable | sip::EndKind::Expired => {
                EndReason::SignallingTimeout
            }
        };
        let by = match (reason, side) {
            (EndReason::SignallingTimeout, _) => EndedBy::Network,
            (_, Side::Customer) => EndedBy::Customer,
            (_, Side::Party) => EndedBy::Agent,
        };
        if side == Side::Party && !matches!(self.stage, Stage::Talking) {
            self.party_refused(now, 487, exchange);
            return;
        }
        let ending = Ending {
            by,
            stage: self.end_stage(),
            reason,
            sip_code: None,
            q850: end
                .reason
                .filter(|reason| reason.protocol.eq_ignore_ascii_case("Q.850"))
                .and_then(|reason| u8::try_from(reason.cause).ok()),
        };
        self.end(now, ending, Some(side), exchange);
    }

    /// Hangs the party's dialog up, whatever state it is in.
    pub(crate) fn hang_up_party(&self, now: Duration, exchange: &mut Exchange) {
        if let Some(party) = &self.party {
            // A dialog that is gone already needs no hanging up.
            let _ = exchange.endpoint.hang_up(now, party.leg.session, None);
        }
    }

    /// Forgets the party and frees its port. The dialog has ended or was hung up before.
    pub(crate) fn drop_party(&mut self, now: Duration, exchange: &mut Exchange) {
        if let Some(party) = self.party.take() {
            party.leg.close(now, exchange);
        }
    }

    /// Nothing was heard from a leg for a while. Only when both are silent is nobody there.
    pub(crate) fn silence(
        &mut self,
        now: Duration,
        side: Side,
        for_: Duration,
        exchange: &mut Exchange,
    ) {
        if for_ < DEAD_AIR || !matches!(self.stage, Stage::Talking) {
            return;
        }
        if let Some(leg) = self.leg_mut(side) {
            leg.silent = true;
        }
        let both = self.customer.silent && self.party.as_ref().is_some_and(|it| it.leg.silent);
        if both {
            let ending = Ending {
                by: EndedBy::Network,
                stage: self.end_stage(),
                reason: EndReason::MediaTimeout,
                sip_code: None,
                q850: None,
            };
            self.end(now, ending, None, exchange);
        }
    }

    /// The outcome of an offer that a caller who leaves cuts short.
    pub(crate) fn abandon_offer(&mut self, now: Duration, exchange: &mut Exchange) {
        if let (Stage::Waiting { .. }, Some(Who::Agent(agent))) = (
            &self.stage,
            self.party.as_ref().map(|party| party.who.clone()),
        ) {
            let outcome = OfferOutcome::CallerGaveUp;
            self.note(now, CallFact::OfferEnded { agent, outcome }, exchange);
        }
    }
}
