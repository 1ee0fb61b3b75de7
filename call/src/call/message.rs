//! The caller leaves a message (留言).

use super::{Call, Stage};
use crate::exchange::Exchange;
use ivr::Happening;
use model::CallFact;
use std::time::Duration;

impl Call {
    /// Begins to record a message.
    pub(crate) fn start_message(
        &mut self,
        now: Duration,
        max: Duration,
        end_keys: String,
        exchange: &mut Exchange,
    ) {
        self.stage = Stage::Message {
            deadline: now + max,
            end_keys,
        };
        self.note(now, CallFact::VoicemailStarted, exchange);
        self.start_taping(now, exchange);
    }

    /// Ends the message; a recording of the whole call goes on.
    pub(crate) fn finish_message(&mut self, now: Duration, exchange: &mut Exchange) {
        if !matches!(self.stage, Stage::Message { .. }) {
            return;
        }
        if !self.origin.recorded {
            self.stop_taping(now, exchange);
        }
        self.stage = Stage::Flow;
        self.tell_flow(now, Happening::VoicemailEnded, exchange);
    }
}
