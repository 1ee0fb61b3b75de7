//! Whether a trunk's gateways are alive: each is asked with OPTIONS, at moments of its own
//! (RFC 3261 §11).

use std::time::Duration;

use rand_chacha::rand_core::Rng;

use super::Endpoint;
use super::requests::Awaiting;
use super::resolving::Waiter;
use super::transmit::Dispatch;
use crate::dialog::{self, value};
use crate::message::{Message, Method, Name, RequestBuilder, RequestHead, Status};
use crate::resolver::{Located, Spot};
use crate::transport::Flow;
use crate::trunk::{Gateway, TrunkId, Way, share};
use crate::uri::Uri;

/// The time over which the questions of a new configuration are spread.
const OPENING: Duration = Duration::from_secs(5);

/// How soon a gateway that has failed a call is asked.
const SOON: Duration = Duration::from_secs(2);

impl Endpoint {
    /// When a gateway of a new configuration is asked; never without an interval.
    pub(super) fn opening_health(
        &mut self,
        now: Duration,
        interval: Option<Duration>,
    ) -> Option<Duration> {
        let span = OPENING.min(interval?);
        Some(now + share(span, 0..100, &mut self.random))
    }

    /// Asks a gateway whose turn it is; the next turn comes after the interval, give or take a
    /// tenth, so that many gateways are not asked at one instant.
    pub(super) fn health_due(&mut self, now: Duration, id: TrunkId, gateway: &Gateway) {
        let wait = self
            .trunks
            .get(id)
            .and_then(|trunk| trunk.config.health)
            .map(|interval| share(interval, 90..110, &mut self.random));
        let Some(kept) = self
            .trunks
            .get_mut(id)
            .and_then(|trunk| trunk.gateway_mut(gateway))
        else {
            return;
        };
        kept.probe_at = wait.map(|wait| now + wait);
        if let Some(until) = kept.held_until(now) {
            kept.probe_at = kept.probe_at.map(|_| until);
            return;
        }
        self.ask_health(now, id, gateway);
    }

    /// Asks a gateway after a call that it failed.
    pub(super) fn health_soon(&mut self, now: Duration, id: TrunkId, gateway: &Gateway) {
        let at = now + share(SOON, 50..100, &mut self.random);
        if let Some(kept) = self
            .trunks
            .get_mut(id)
            .and_then(|trunk| trunk.gateway_mut(gateway))
        {
            let at = kept.held_until(now).map_or(at, |until| until.max(at));
            kept.probe_at = kept.probe_at.map(|planned| planned.min(at));
        }
        self.settle_trunk(id);
    }

    /// Sends OPTIONS to the best address of a gateway.
    pub(super) fn ask_health(&mut self, now: Duration, id: TrunkId, gateway: &Gateway) {
        let Some(local) = self.trunks.get(id).map(|trunk| trunk.config.local) else {
            return;
        };
        let spots = match self.locate_gateway(now, gateway) {
            Located::Asked => {
                return self.wait_for_names(Waiter::Probe(id, gateway.clone()));
            }
            Located::Found(spots) => spots,
            Located::Nowhere => Vec::new(),
        };
        let is_open = local.v4.is_none() && local.v6.is_none();
        let spot = spots
            .into_iter()
            .find(|spot| is_open || local.towards(spot.address.ip()).is_some());
        match spot {
            Some(spot) => self.ask_health_at(now, id, gateway, spot),
            None => self.note_health(now, id, gateway, Status::REQUEST_TIMEOUT.code()),
        }
    }

    fn ask_health_at(&mut self, now: Duration, id: TrunkId, gateway: &Gateway, spot: Spot) {
        let way = Way {
            gateway: gateway.clone(),
            spot,
        };
        let dispatch = self
            .reach_way(id, &way)
            .and_then(|flow| self.written_options(id, &way, flow));
        match dispatch {
            Some(dispatch) => {
                self.start_awaited(now, dispatch, Awaiting::Probe(id, way));
            }
            None => self.note_health(now, id, gateway, Status::REQUEST_TIMEOUT.code()),
        }
    }

    fn written_options(&mut self, id: TrunkId, way: &Way, flow: Flow) -> Option<Dispatch> {
        let hosts = self.hosts_over(id, way, flow)?;
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let uri = hosts.uri("");
        let user = self
            .trunks
            .get(id)
            .and_then(|trunk| trunk.config.registration.as_ref())
            .map(|registration| registration.user.clone())
            .unwrap_or_default();
        let from = dialog::address(&user, &hosts.ours);
        let (tag, call_id) = (self.random.next_u64(), self.random.next_u64());
        let message = RequestBuilder::new(&RequestHead {
            method: Method::Options,
            uri: Uri::parse(&uri).ok()?,
            via: value(via.as_bytes()),
            from: value(format!("<{from}>;tag={tag:016x}").as_bytes()),
            to: value(format!("<{uri}>").as_bytes()),
            call_id: value(format!("{call_id:016x}").as_bytes()),
            sequence: 1,
            max_forwards: dialog::HOPS,
        })
        .header(Name::Contact, value(self.contact_value(flow).as_bytes()))
        .header(Name::Accept, value(b"application/sdp"))
        .header(Name::UserAgent, value(self.config.user_agent.as_bytes()))
        .build();
        Some(Dispatch {
            flow,
            method: Method::Options,
            cseq: 1,
            branch,
            message,
        })
    }

    pub(super) fn health_answered(
        &mut self,
        now: Duration,
        id: TrunkId,
        way: &Way,
        message: &Message,
    ) {
        let status = message.status().map_or(0, Status::code);
        let wait = message.number(Name::RetryAfter).ok().flatten();
        if let (503, Some(seconds)) = (status, wait)
            && let Some(kept) = self
                .trunks
                .get_mut(id)
                .and_then(|trunk| trunk.gateway_mut(&way.gateway))
        {
            let wait = Duration::from_secs(seconds.into());
            kept.hold(now, way.spot.address, wait);
            if let Some(until) = kept.held_until(now) {
                kept.probe_at = kept.probe_at.map(|planned| planned.max(until));
            }
        }
        self.note_health(now, id, &way.gateway, status);
    }

    pub(super) fn health_failed(&mut self, now: Duration, id: TrunkId, way: &Way) {
        self.note_health(now, id, &way.gateway, Status::REQUEST_TIMEOUT.code());
    }

    fn note_health(&mut self, now: Duration, id: TrunkId, gateway: &Gateway, status: u16) {
        let has_changed = self
            .trunks
            .get_mut(id)
            .and_then(|trunk| trunk.gateway_mut(gateway))
            .is_some_and(|kept| kept.note(now, status));
        self.settle_trunk(id);
        if has_changed {
            self.trunk_changed(id);
        }
    }
}
