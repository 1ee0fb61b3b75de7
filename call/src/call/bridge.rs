//! Two parties hear each other, until one is gone.

use super::rung::{Refused, q850_of};
use super::{Call, Part, Stage};
use crate::call::ending::Departure;
use crate::exchange::Exchange;
use crate::leg::{Farewell, Leg};
use media::Order;
use model::{AgentId, CallFact, EndReason, EndedBy, Ending, OfferOutcome, SupervisionEnd};
use std::time::Duration;

impl Call {
    /// Customer and party begin to talk.
    pub(super) fn bridge(&mut self, now: Duration, exchange: &mut Exchange) {
        if !self.pick_up(now, exchange) {
            return;
        }
        self.stage = Stage::Talking;
        let walk = self.walk.take();
        self.walk = walk.filter(ivr::Session::goes_on_after_talk);
        if let Some(party) = &mut self.party {
            party.leg.sound(now, exchange);
        }
        let agent = self.party_agent();
        if let Some(agent) = agent {
            self.engage(agent, exchange);
        }
        self.sound_out(exchange);
        self.note(now, CallFact::Bridged { agent }, exchange);
        let queue_records = self
            .queue
            .and_then(|queue| exchange.directory.queue(queue))
            .is_some_and(|queue| queue.recorded);
        if self.taping.is_some() {
            self.tape_party(exchange);
        } else if queue_records || self.origin.recorded {
            self.start_taping(now, exchange);
        }
    }

    /// Answers the phone from which the call was made, if it waits for that; false if it is gone.
    fn pick_up(&mut self, now: Duration, exchange: &mut Exchange) -> bool {
        if self.answered_at.is_some() {
            return true;
        }
        let placed = matches!(self.stage, Stage::Placing);
        if placed {
            self.customer.sound(now, exchange);
        }
        let caller = match &mut self.party {
            Some(party) if placed => &mut party.leg,
            Some(_) | None => &mut self.customer,
        };
        if caller.pick_up(now, exchange).is_err() {
            self.end_by_system(now, EndReason::Cancelled, exchange);
            return false;
        }
        self.answered_at = Some(now);
        self.note(now, CallFact::Answered, exchange);
        true
    }

    /// Notes that an agent takes part.
    pub(super) fn engage(&self, agent: AgentId, exchange: &mut Exchange) {
        exchange.engagements.begin(agent, self.origin.id);
    }

    /// Ends an agent's part; they go on in another call of theirs, or wrap up.
    pub(super) fn release_agent(&mut self, now: Duration, agent: AgentId, exchange: &mut Exchange) {
        let call = self.origin.id;
        match exchange.engagements.end(agent, call) {
            Some(other) => exchange.router.change_call(now, agent, (call, other)),
            None => exchange.router.finished(now, (agent, call), self.queue),
        }
    }

    /// Lets each side hear what it is to hear: the other, or music while the other holds. A side
    /// that only sends while it holds plays something of its own.
    pub(super) fn sound_out(&mut self, exchange: &mut Exchange) {
        let Some(party) = &self.party else {
            return;
        };
        let (a, b) = (self.customer.media, party.leg.media);
        let confers = self.guest.is_some();
        let apart = confers && (party.leg.is_held() || self.customer.is_held());
        let waiting = match (party.leg.is_held(), self.customer.is_mute()) {
            _ if confers => None,
            (true, _) => Some((a, b)),
            (false, true) => Some((b, a)),
            (false, false) => None,
        };
        if let Some((waits, holds)) = waiting {
            exchange.order(Order::Unbridge { a, b });
            exchange.order(Order::StopPlay { leg: holds });
            let music = exchange.library.music();
            self.play_to(waits, music, true, exchange);
        } else {
            exchange.order(Order::StopPlay { leg: a });
            exchange.order(Order::StopPlay { leg: b });
            exchange.order(if apart {
                Order::Unbridge { a, b }
            } else {
                Order::Bridge { a, b }
            });
        }
        self.forget_pair(a, b);
    }

    /// Parts both.
    pub(super) fn disconnect(&self, exchange: &mut Exchange) {
        if let Some(party) = self.party_media() {
            exchange.order(Order::Unbridge {
                a: self.customer.media,
                b: party,
            });
        }
    }

    /// A dialog ended by the peer's doing, or because the peer no longer answers.
    pub(super) fn party_gone(
        &mut self,
        now: Duration,
        part: Part,
        end: sip::End,
        exchange: &mut Exchange,
    ) {
        match part {
            Part::Customer if matches!(self.stage, Stage::Parting { .. }) => {
                self.parted(now, exchange);
                return;
            }
            Part::Rung(_) => {
                self.refused(now, part, &Refused::with(487), exchange);
                return;
            }
            Part::Party if matches!(self.stage, Stage::Transferring(_)) => {
                self.leave_transfer(now, exchange);
                return;
            }
            Part::Supervisor(at) => {
                self.supervisor_gone(now, (at, SupervisionEnd::HungUp), exchange);
                return;
            }
            Part::Guest | Part::Party | Part::Customer => {
                if self.conference_left(now, part, exchange) {
                    return;
                }
            }
        }
        let reason = reason_of(end.kind);
        if part == Part::Party && reason == EndReason::HungUp && self.goes_on_after_talk() {
            self.go_on_after_talk(now, exchange);
            return;
        }
        let by = match (reason, part) {
            (EndReason::HungUp | EndReason::Cancelled, Part::Customer) => self.caller_side(),
            (EndReason::HungUp | EndReason::Cancelled, _) => EndedBy::Agent,
            (_, _) => EndedBy::Network,
        };
        let ending = Ending {
            by,
            stage: self.end_stage(),
            reason,
            sip_code: None,
            q850: end.reason.as_ref().and_then(q850_of),
        };
        let departure = Departure {
            ending,
            gone: Some(part),
            reason: end.reason,
        };
        self.end(now, departure, exchange);
    }

    /// Whose leg the customer's is.
    fn caller_side(&self) -> EndedBy {
        match self.colleague {
            Some(_) => EndedBy::Agent,
            None => EndedBy::Customer,
        }
    }

    /// A handshake came to nothing: neither side would ever hear the other.
    pub(crate) fn insecure(&mut self, now: Duration, part: Part, exchange: &mut Exchange) {
        match part {
            Part::Rung(_) => return,
            Part::Supervisor(at) => {
                let leg = self.supervisors.get_mut(at).map(|it| &mut it.leg);
                hang_up(now, leg, exchange);
                self.supervisor_gone(now, (at, SupervisionEnd::HungUp), exchange);
                return;
            }
            Part::Guest => {
                let leg = self.guest.as_mut().map(|guest| &mut guest.leg);
                hang_up(now, leg, exchange);
                self.conference_left(now, part, exchange);
                return;
            }
            Part::Customer | Part::Party => (),
        }
        let ending = Ending {
            by: EndedBy::Network,
            stage: self.end_stage(),
            reason: EndReason::MediaTimeout,
            sip_code: None,
            q850: None,
        };
        self.end(now, Departure::of(ending), exchange);
    }

    /// The outcome of an offer that a caller who leaves cuts short.
    pub(super) fn abandon_offer(&mut self, now: Duration, exchange: &mut Exchange) {
        if let Some(agent) = self.rung_agent() {
            let outcome = OfferOutcome::CallerGaveUp;
            self.note(now, CallFact::OfferEnded { agent, outcome }, exchange);
        }
    }
}

/// Hangs up a leg whose media came to nothing.
fn hang_up(now: Duration, leg: Option<&mut Leg>, exchange: &mut Exchange) {
    if let Some(leg) = leg {
        leg.hang_up(now, &Farewell::plain(), exchange);
    }
}

/// The reason in a record for the way in which a dialog ended.
fn reason_of(kind: sip::EndKind) -> EndReason {
    match kind {
        sip::EndKind::Bye => EndReason::HungUp,
        sip::EndKind::Cancelled => EndReason::Cancelled,
        sip::EndKind::AckMissing | sip::EndKind::Unreachable => EndReason::SignallingTimeout,
        sip::EndKind::Expired => EndReason::Expired,
    }
}
