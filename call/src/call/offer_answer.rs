//! Re-INVITEs: hold, resume, a new address or codec (RFC 3264 §8, RFC 6337).

use super::{Call, Stage};
use crate::exchange::{Exchange, Side};
use bytes::Bytes;
use media::Order;
use model::CallFact;
use std::time::Duration;

impl Call {
    /// The peer wants to change the session. What cannot be agreed on changes nothing.
    pub(crate) fn renegotiate(
        &mut self,
        now: Duration,
        side: Side,
        sdp: Option<Bytes>,
        exchange: &mut Exchange,
    ) {
        let Some(leg) = self.leg_mut(side) else {
            return;
        };
        let session = leg.session;
        let Some(offer) = sdp else {
            let ours = leg.offer();
            settle(exchange.endpoint.answer_offer(now, session, ours));
            return;
        };
        let held = leg.is_held();
        let Ok(answer) = leg.answer(&offer) else {
            settle(exchange.endpoint.refuse_offer(now, session, 488));
            return;
        };
        let holds = leg.is_held();
        leg.sound(now, exchange);
        settle(exchange.endpoint.answer_offer(now, session, answer));
        exchange.touched.insert(self.origin.id);
        if held != holds {
            self.hold_changed(now, side, holds, exchange);
        }
    }

    /// The answer to an offer that we made in a 200.
    pub(crate) fn late_answer(
        &mut self,
        now: Duration,
        side: Side,
        sdp: Option<Bytes>,
        exchange: &mut Exchange,
    ) {
        let Some(answer) = sdp else {
            return;
        };
        let Some(leg) = self.leg_mut(side) else {
            return;
        };
        let held = leg.is_held();
        if leg.accept(&answer).is_err() {
            return;
        }
        let holds = leg.is_held();
        leg.sound(now, exchange);
        exchange.touched.insert(self.origin.id);
        if held != holds {
            self.hold_changed(now, side, holds, exchange);
        }
    }

    /// While an agent holds, the customer hears music.
    fn hold_changed(&mut self, now: Duration, side: Side, held: bool, exchange: &mut Exchange) {
        let by_customer = side == Side::Customer;
        self.note(now, CallFact::HoldChanged { held, by_customer }, exchange);
        if by_customer || !matches!(self.stage, Stage::Talking) {
            return;
        }
        if held {
            self.disconnect(exchange);
            let music = exchange.library.music();
            self.play(music, true, exchange);
        } else {
            exchange.order(Order::StopPlay {
                leg: self.customer.media,
            });
            self.connect(exchange);
        }
    }
}

/// The peer may have hung up or withdrawn while we answered: that ends the dialog, which is told
/// on its own, so there is nothing to do about it here.
fn settle(_answered: Result<(), sip::Error>) {}
