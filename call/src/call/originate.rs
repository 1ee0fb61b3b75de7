//! Dialling an outside number for a call.

use super::{Call, Stage, Who};
use crate::Library;
use crate::directory::Route;
use crate::exchange::Exchange;
use crate::leg::Leg;
use crate::limits::DIAL_RING;
use ivr::{Happening, TransferOutcome};
use model::{CallFact, EndReason, PhoneNumber};
use sip::{Invite, Target, Transport};
use std::time::Duration;

impl Call {
    /// The flow transfers the call to a number.
    pub(crate) fn dial(
        &mut self,
        now: Duration,
        number: &str,
        recorded: bool,
        exchange: &mut Exchange,
    ) -> Option<Happening> {
        let unavailable = Happening::TransferEnded(TransferOutcome::Unavailable);
        let Ok(number) = PhoneNumber::parse(number) else {
            return Some(unavailable);
        };
        if self.origin.max_forwards <= 1 {
            return Some(unavailable);
        }
        let trunk = exchange
            .directory
            .outbound(self.origin.enterprise)
            .and_then(|trunk| exchange.directory.route(trunk));
        let Some(route) = trunk else {
            return Some(unavailable);
        };
        let fact = CallFact::Dialed {
            number: number.clone(),
            trunk: route.trunk,
        };
        self.note(now, fact, exchange);
        if self.invite_peer(now, &number, route, exchange).is_none() {
            return Some(unavailable);
        }
        self.stage = Stage::Dialing {
            number,
            recorded,
            deadline: now + DIAL_RING,
        };
        self.play(Library::ringback(), true, exchange);
        None
    }

    fn invite_peer(
        &mut self,
        now: Duration,
        number: &PhoneNumber,
        route: Route,
        exchange: &mut Exchange,
    ) -> Option<()> {
        let worker = exchange.ports.worker_of(self.customer.media)?;
        let addresses = (exchange.media_address(route.local.ip()), route.peer.ip());
        let leg = Leg::new(now, addresses, worker, self.laws(), exchange)?;
        let target = Target::Peer {
            local: route.local,
            remote: route.peer,
            transport: Transport::Udp,
            user: number.as_str().to_owned(),
        };
        let from = self.origin.trunk_number.as_str();
        let invite = Invite {
            max_forwards: self.origin.max_forwards - 1,
            ..Invite::new(target, from, number.as_str(), leg.offer())
        };
        self.send_invite(now, invite, (leg, Who::Outside(number.clone())), exchange)
    }

    /// The number rang for as long as it may.
    pub(crate) fn dial_timeout(&mut self, now: Duration, exchange: &mut Exchange) {
        let Stage::Dialing { number, .. } = &self.stage else {
            return;
        };
        let fact = CallFact::DialFailed {
            number: number.clone(),
            reason: EndReason::NoAnswer,
            sip_code: None,
        };
        self.hang_up_party(now, exchange);
        self.drop_party(now, exchange);
        self.note(now, fact, exchange);
        self.transfer_failed(now, TransferOutcome::NoAnswer, exchange);
    }
}
