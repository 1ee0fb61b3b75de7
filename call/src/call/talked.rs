//! The other side hangs up first, and the flow has something left for the caller: a survey, another
//! queue, a good-bye.

use super::{Call, Stage};
use crate::exchange::Exchange;
use ivr::{Happening, TransferOutcome};
use media::Order;
use model::CallFact;
use std::time::Duration;

impl Call {
    /// Whether the caller goes on in their flow when the party hangs up.
    pub(super) fn goes_on_after_talk(&self) -> bool {
        let walk = self.walk.as_ref();
        matches!(self.stage, Stage::Talking)
            && self.guest.is_none()
            && walk.is_some_and(ivr::Session::goes_on_after_talk)
    }

    /// Takes that the party has hung up: they are free, and the caller is in the flow again.
    pub(super) fn go_on_after_talk(&mut self, now: Duration, exchange: &mut Exchange) {
        self.disconnect(exchange);
        // Whoever was on hold hears music.
        exchange.order(Order::StopPlay {
            leg: self.customer.media,
        });
        let agent = self.party_agent();
        self.note(now, CallFact::Unbridged { agent }, exchange);
        self.dismiss_supervisors(now, exchange);
        if !self.origin.recorded {
            self.stop_taping(now, exchange);
        }
        self.drop_party(now, exchange);
        if let Some(agent) = agent {
            self.release_agent(now, agent, exchange);
        }
        self.queue = None;
        self.stage = Stage::Flow;
        let happening = Happening::TransferEnded(TransferOutcome::Talked);
        self.tell_flow(now, happening, exchange);
    }
}
