//! What the router decides.

use super::Switchboard;
use queue::Decision;
use std::time::Duration;

impl Switchboard {
    pub(super) fn decide(&mut self, now: Duration, decision: Decision) {
        match decision {
            Decision::Offer {
                call,
                agent,
                answer_mode,
                ..
            } => self.with_call(now, call, |call, exchange| {
                call.ring_agent(now, agent, answer_mode, exchange);
            }),
            Decision::Withdraw { call, agent } => self.with_call(now, call, |call, exchange| {
                call.offer_expired(now, agent, exchange);
            }),
            Decision::TimedOut { call, .. } => self.with_call(now, call, |call, exchange| {
                call.wait_expired(now, exchange);
            }),
            Decision::Agent { agent, fact } => self.exchange.note_agent(now, agent, fact),
        }
    }
}
