//! The flow waits for somebody else's word: another system's, or a queue's.

use super::Call;
use crate::Output;
use crate::exchange::Exchange;
use ivr::node::{Answer, QueueNow};
use ivr::{Happening, Request};
use model::{CallId, EnterpriseId};
use std::time::Duration;

/// A question to another system, to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskRequest {
    /// The call.
    pub call: CallId,
    /// Whose it is.
    pub enterprise: EnterpriseId,
    /// What is asked.
    pub request: Request,
}

impl Call {
    /// Lets another system be asked.
    pub(super) fn ask(&mut self, request: Request, exchange: &mut Exchange) {
        self.asked = Some(request.number);
        let ask = AskRequest {
            call: self.origin.id,
            enterprise: self.origin.enterprise,
            request,
        };
        exchange.outputs.push_back(Output::Ask(Box::new(ask)));
    }

    /// Another system answered the question of this number; too late answers are let go.
    pub(crate) fn take_answer(
        &mut self,
        now: Duration,
        (number, answer): (u32, &Answer),
        exchange: &mut Exchange,
    ) {
        if self.asked.take_if(|asked| *asked == number).is_none() {
            return;
        }
        if let Some(walk) = &mut self.walk {
            exchange.touched.insert(self.origin.id);
            walk.answer(now, answer);
            self.follow_flow(now, exchange);
        }
    }

    /// How a queue is at this moment.
    pub(super) fn look_at_queue(
        &self,
        now: Duration,
        name: &str,
        exchange: &Exchange,
    ) -> Happening {
        let queue = exchange
            .directory
            .queue_named(self.origin.enterprise, name)
            .and_then(|queue| exchange.router.glance(now, queue.id));
        Happening::QueueSeen(queue.map(|seen| QueueNow {
            waiting: count(seen.waiting),
            longest_wait: u32::try_from(seen.longest_wait.as_secs()).unwrap_or(u32::MAX),
            agents: count(seen.signed_in),
            free: count(seen.free),
        }))
    }
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}
