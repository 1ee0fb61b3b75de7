//! A call of a draft, made from the designer (试拨): a call like any other, but for its type.

use super::arrival::{Arrival, Rejection};
use super::{Call, NO_TRUNK, Origin};
use crate::FlowEntry;
use crate::exchange::Exchange;
use crate::leg::{Manners, Outfit};
use crate::trials::{DRAFT, Trial};
use media::Codec;
use model::{CallId, CallType, Direction};
use sip::{Incoming, SessionId};
use std::time::Duration;

impl Arrival {
    /// A call with the credentials of a trial.
    pub(crate) fn of_trial(
        now: Duration,
        session: SessionId,
        incoming: Incoming,
        (id, trial): (CallId, &Trial),
    ) -> Self {
        let origin = Origin {
            id,
            enterprise: trial.enterprise,
            direction: Direction::Inbound,
            trunk: NO_TRUNK,
            trunk_number: trial.called.clone(),
            caller: trial.caller.clone(),
            private: false,
            called: trial.called.clone(),
            started_at: now,
            destination: None,
            recorded: false,
            max_forwards: incoming.max_forwards,
        };
        Self {
            session,
            incoming,
            origin,
        }
    }

    /// Answers it, or refuses it with a record that says why.
    pub(crate) fn try_out(
        self,
        now: Duration,
        (busy, draft): (bool, FlowEntry),
        exchange: &mut Exchange,
    ) -> Option<Call> {
        self.note_arrival(now, CallType::Trial, exchange);
        if busy {
            let rejection = Rejection::overloaded("no more calls are taken");
            return self.reject(now, rejection, exchange);
        }
        let flow = self.incoming.flow;
        let outfit = Outfit {
            address: exchange.media_address(flow.local.ip()),
            signalling: flow.remote.ip(),
            worker: exchange.pick_worker(),
            trunk: None,
            manners: Manners::phone(Codec::Pcma, exchange.encryption_of(&flow)),
        };
        let mut call = self.pick_up(now, outfit, exchange)?;
        call.trial = Some(draft);
        Some(call)
    }
}

impl Call {
    /// Enters the draft. It is noted with a version that no published flow has: a call of it cannot
    /// be brought back in another process, and is closed there.
    pub(super) fn enter_draft(&mut self, now: Duration, draft: FlowEntry, exchange: &mut Exchange) {
        let entry = FlowEntry {
            version: DRAFT,
            ..draft
        };
        self.walk_into(now, &entry, exchange);
    }
}
