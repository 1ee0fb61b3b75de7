//! Re-INVITEs and UPDATEs both ways: hold, resume, a new address or codec (RFC 3264 §8, RFC 6337).

use super::arrival::Rejection;
use super::{Call, Part, Stage};
use crate::exchange::Exchange;
use bytes::Bytes;
use model::CallFact;
use std::time::Duration;

impl Call {
    /// The peer wants to change the session. What cannot be agreed on changes nothing.
    pub(super) fn renegotiate(
        &mut self,
        now: Duration,
        part: Part,
        sdp: Option<Bytes>,
        exchange: &mut Exchange,
    ) {
        let Some(leg) = self.leg_mut(part) else {
            return;
        };
        let session = leg.session;
        exchange.touched.insert(self.origin.id);
        let Some(leg) = self.leg_mut(part) else {
            return;
        };
        let Some(offer) = sdp else {
            let ours = leg.offer();
            settle(exchange.endpoint.answer_offer(now, session, ours));
            return;
        };
        let before = Terms::of(leg);
        let answer = match leg.answer(&offer) {
            Ok(answer) => answer,
            Err(error) => {
                let refusal = Rejection::unsuitable(&error).refusal();
                settle(exchange.endpoint.refuse_offer(now, session, &refusal));
                return;
            }
        };
        settle(exchange.endpoint.answer_offer(now, session, answer));
        self.terms_changed(now, part, before, exchange);
    }

    /// The peer answered an offer of ours: one in a 200, or one that we made to change the session.
    pub(super) fn offer_answered(
        &mut self,
        now: Duration,
        part: Part,
        answer: &[u8],
        exchange: &mut Exchange,
    ) {
        let Some(leg) = self.leg_mut(part) else {
            return;
        };
        let before = Terms::of(leg);
        if leg.accept(answer).is_ok() {
            exchange.touched.insert(self.origin.id);
            self.terms_changed(now, part, before, exchange);
        }
    }

    /// Follows what was agreed on with one side, as far as the other is concerned.
    fn terms_changed(
        &mut self,
        now: Duration,
        part: Part,
        before: Option<Terms>,
        exchange: &mut Exchange,
    ) {
        let Some(leg) = self.leg_mut(part) else {
            return;
        };
        leg.sound(now, exchange);
        let after = Terms::of(leg);
        if before == after {
            return;
        }
        let held = |terms: Option<Terms>| terms.is_some_and(|terms| terms.held);
        let is_side = matches!(part, Part::Customer | Part::Party);
        if is_side && held(before) != held(after) {
            let fact = CallFact::HoldChanged {
                held: held(after),
                by_customer: part == Part::Customer,
            };
            self.note(now, fact, exchange);
        }
        if matches!(self.stage, Stage::Talking) {
            self.sound_out(exchange);
            self.follow_codec(now, part, exchange);
        }
    }

    /// One side speaks another codec: the other is offered the same, so that nothing need be
    /// transcoded. Where it declines, we go on between the two.
    fn follow_codec(&mut self, now: Duration, part: Part, exchange: &mut Exchange) {
        let other = match part {
            Part::Customer => Part::Party,
            Part::Party => Part::Customer,
            Part::Rung(_) | Part::Supervisor(_) | Part::Guest => return,
        };
        let Some(codec) = self.leg_mut(part).map(|leg| leg.codec()) else {
            return;
        };
        let Some(leg) = self.leg_mut(other) else {
            return;
        };
        if leg.agreed.is_none() || leg.codec() == codec || leg.is_held() || !leg.may_speak(codec) {
            return;
        }
        let offer = leg.offer_preferring(codec);
        settle(exchange.endpoint.offer(now, leg.session, offer));
    }
}

/// What of an agreement concerns the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Terms {
    held: bool,
    mute: bool,
    codec: media::Codec,
}

impl Terms {
    fn of(leg: &crate::leg::Leg) -> Option<Self> {
        leg.agreed.as_ref().map(|agreed| Self {
            held: leg.is_held(),
            mute: leg.is_mute(),
            codec: agreed.codec,
        })
    }
}

/// The peer may have hung up or withdrawn while we answered: that ends the dialog, which is told
/// on its own, so there is nothing to do about it here.
fn settle(_answered: Result<(), sip::Error>) {}
