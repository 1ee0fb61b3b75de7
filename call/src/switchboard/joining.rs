//! Joins two calls of an agent, which neither of the calls can do alone.

use super::Switchboard;
use crate::call::{Join, refuse_transfer};
use crate::{Key, Output};
use std::time::Duration;

impl Switchboard {
    pub(super) fn join(&mut self, now: Duration, join: &Join) {
        let (Some(call), Some(other)) = (self.calls.get(&join.call), self.calls.get(&join.other))
        else {
            refuse_transfer(now, join.transfer, 481, &mut self.exchange);
            return;
        };
        let rings = other.can_give_ringing(join, call);
        if !call.is_joinable(join.agent) || !(rings || other.can_give(join, call)) {
            refuse_transfer(now, join.transfer, 603, &mut self.exchange);
            return;
        }
        let accepted = self
            .exchange
            .endpoint
            .accept_transfer(now, join.transfer)
            .is_ok();
        let Some(other) = self.calls.remove(&join.other).filter(|_| accepted) else {
            return;
        };
        self.set_deadline(join.other, None);
        let forget = Output::Forget(Key::Call(join.other));
        self.exchange.outputs.push_back(forget);
        if rings {
            let ringing = other.give_ringing(now, join, &mut self.exchange);
            self.with_call(now, join.call, |call, exchange| {
                call.take_ringing(now, join, ringing, exchange);
            });
            return;
        }
        let given = other.give_away(now, join, &mut self.exchange);
        if let Some(given) = given {
            self.with_call(now, join.call, |call, exchange| {
                call.take_over(now, join, given, exchange);
            });
        }
    }
}
