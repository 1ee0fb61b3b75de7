//! Calls over a trunk: gateway after gateway, address after address, until one takes the call or
//! says that it cannot be made (RFC 3261 §8.1.3, RFC 3263 §4.3).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use super::Endpoint;
use super::connections::Hop;
use super::failure::{Failure, Judgement};
use super::naming;
use super::resolving::Waiter;
use super::transmit::{Dispatch, Errand};
use crate::dialog;
use crate::event::{SessionId, Target};
use crate::message::{Method, Status};
use crate::resolver::{Located, Spot};
use crate::session::{Heard, Outgoing, Over, Owner, Stage};
use crate::transaction::table::Purpose;
use crate::transport::{Flow, Transport};
use crate::trunk::{Hunt, LocalAddresses, Next, TrunkId, Way};
use crate::uri::Uri;

/// Requests above this size may get lost in pieces on UDP (RFC 3261 §18.1.1).
const LARGE: usize = 1300;

/// How long an address that has said nothing at all keeps a call while another could take it. Timer
/// B, eight times as long, is more than a caller waits.
const SILENCE: Duration = Duration::from_secs(4);

/// The next thing to do for a request over a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Try(Way),
    Wait,
    Nothing,
}

/// Whether a large request may try TCP in place of UDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Upgrade {
    Allowed,
    Failed,
}

impl Endpoint {
    /// Looks for the next address of a request over a trunk.
    pub(super) fn next_way(&mut self, now: Duration, hunt: &mut Hunt) -> Step {
        loop {
            match hunt.next() {
                Next::Nothing => return Step::Nothing,
                Next::Try(way) => {
                    let is_held = self
                        .trunks
                        .get(hunt.trunk)
                        .is_none_or(|trunk| trunk.is_held(now, &way.gateway, way.spot.address));
                    if !is_held {
                        hunt.count();
                        return Step::Try(way);
                    }
                }
                Next::Locate(gateway) => {
                    let Some(local) = self.trunks.get(hunt.trunk).map(|it| it.config.local) else {
                        return Step::Nothing;
                    };
                    match self.locate_gateway(now, &gateway) {
                        Located::Asked => return Step::Wait,
                        Located::Nowhere => hunt.located(std::iter::empty()),
                        Located::Found(spots) => {
                            let is_open = local.v4.is_none() && local.v6.is_none();
                            hunt.located(spots.into_iter().filter(|spot| {
                                is_open || local.towards(spot.address.ip()).is_some()
                            }));
                        }
                    }
                }
            }
        }
    }

    /// The flow to an address of a gateway; none when as many connections exist as may.
    pub(super) fn reach_way(&mut self, trunk: TrunkId, way: &Way) -> Option<Flow> {
        let local = self.trunks.get(trunk)?.config.local;
        let address = way.spot.address;
        if let Some(kept) = self
            .trunks
            .get_mut(trunk)
            .and_then(|trunk| trunk.gateway_mut(&way.gateway))
        {
            kept.address = Some(address);
        }
        self.reach_spot(local, way)
    }

    pub(super) fn reach_spot(&mut self, local: LocalAddresses, way: &Way) -> Option<Flow> {
        let Spot { transport, address } = way.spot;
        let is_name = crate::uri::address(&way.gateway.host).is_none();
        self.reach(&Hop {
            transport,
            local: local
                .towards(address.ip())
                .unwrap_or(unspecified(address.ip())),
            remote: address,
            name: is_name.then(|| way.gateway.host.to_ascii_lowercase()),
        })
    }

    /// Offers a call to the next address that may take it.
    pub(super) fn hunt_call(&mut self, now: Duration, id: SessionId) {
        loop {
            let Some(mut hunt) = self.outgoing(id).and_then(|it| it.hunt.take()) else {
                return;
            };
            let step = self.next_way(now, &mut hunt);
            if let Some(outgoing) = self.outgoing(id) {
                outgoing.hunt = Some(hunt);
            }
            match step {
                Step::Try(way) => {
                    if self.call_over(now, id, way, Upgrade::Allowed) {
                        return;
                    }
                }
                Step::Wait => {
                    self.wait_for_names(Waiter::Call(id));
                    self.settle_session(id);
                    return;
                }
                Step::Nothing => {
                    let verdict = self.outgoing(id).map(|it| it.verdict.clone());
                    if let Some(verdict) = verdict {
                        self.call_failed(id, verdict);
                    }
                    return;
                }
            }
        }
    }

    /// Goes on with a restored call that waited for the addresses of a gateway, as soon as its trunk
    /// is known.
    pub(super) fn resume_hunt(&mut self, now: Duration, id: SessionId) {
        let hunt = self.outgoing(id).and_then(|it| it.hunt.as_ref());
        let Some(trunk) = hunt.filter(|hunt| hunt.is_asking()).map(|hunt| hunt.trunk) else {
            return;
        };
        if self.trunks.get(trunk).is_some() {
            self.hunt_call(now, id);
        } else {
            self.wait_for_names(Waiter::Call(id));
        }
    }

    fn outgoing(&mut self, id: SessionId) -> Option<&mut Outgoing> {
        self.sessions.get_mut(&id)?.outgoing.as_deref_mut()
    }

    /// Sends the INVITE of a call to one address; false if there is no way to it.
    fn call_over(&mut self, now: Duration, id: SessionId, way: Way, upgrade: Upgrade) -> bool {
        let Some(mut dispatch) = self.written_over(id, &way) else {
            return false;
        };
        let is_large = dispatch.message.len() > LARGE && way.spot.transport == Transport::Udp;
        let wants_tcp = self
            .outgoing(id)
            .and_then(|it| Some(it.hunt.as_ref()?.trunk))
            .and_then(|trunk| self.trunks.get(trunk))
            .is_some_and(|trunk| trunk.config.prefers_tcp_when_large);
        let mut fallback = None;
        if is_large && wants_tcp && upgrade == Upgrade::Allowed {
            let mut reliable = way.clone();
            reliable.spot.transport = Transport::Tcp;
            if let Some(over_tcp) = self.written_over(id, &reliable) {
                dispatch = over_tcp;
                fallback = Some(way);
            }
        }
        if let Some(outgoing) = self.outgoing(id) {
            let has_more = outgoing.hunt.as_ref().is_some_and(Hunt::has_more);
            outgoing.silent_until = (has_more || fallback.is_some()).then_some(now + SILENCE);
            outgoing.fallback = fallback;
        }
        self.start_client(now, dispatch, Errand::of(id, Purpose::Open));
        self.settle_session(id);
        true
    }

    fn written_over(&mut self, id: SessionId, way: &Way) -> Option<Dispatch> {
        let trunk = self.outgoing(id)?.hunt.as_ref()?.trunk;
        let flow = self.reach_way(trunk, way)?;
        self.aim(id, trunk, way, flow)?;
        self.write_invite(id)
    }

    /// Points the dialog of a call that begins at a gateway.
    fn aim(&mut self, id: SessionId, trunk: TrunkId, way: &Way, flow: Flow) -> Option<()> {
        let hosts = self.hosts_over(trunk, way, flow)?;
        let session = self.sessions.get_mut(&id)?;
        let invite = &session.outgoing.as_deref()?.invite;
        let Target::Trunk { user, .. } = &invite.target else {
            return None;
        };
        let dialog = &mut session.dialog;
        let from = naming::from(invite, &hosts.ours);
        dialog.local = format!("{from};tag={}", dialog::tag(id)).into_bytes();
        dialog.remote = naming::to(invite, &hosts.host).into_bytes();
        dialog.target = naming::marked(invite, hosts.uri(user));
        dialog.routes = hosts.routes;
        dialog.flow = flow;
        dialog.peer_name = crate::uri::address(&way.gateway.host)
            .is_none()
            .then(|| way.gateway.host.to_ascii_lowercase());
        session.early.clear();
        session.over = Some(Over {
            trunk,
            way: way.clone(),
        });
        // What was asked of a callee behind the gateway before gets no answer any more.
        self.keep_change_with(id, "");
        Some(())
    }

    /// What requests to a gateway say of both sides.
    pub(super) fn hosts_over(&self, trunk: TrunkId, way: &Way, flow: Flow) -> Option<Hosts> {
        let trunk = self.trunks.get(trunk)?;
        let config = &trunk.config;
        let domain = config
            .from_domain
            .clone()
            .or_else(|| config.registration.as_ref().map(|it| it.domain.clone()));
        let home = trunk.registration.as_ref().and_then(|it| it.home.as_ref());
        let routes = home
            .filter(|home| home.way.gateway == way.gateway)
            .map(|home| home.service_route.clone())
            .unwrap_or_default();
        let gateway = &way.gateway;
        let suffix = way.spot.transport.uri_parameter();
        let tail = match (&domain, gateway.port) {
            (Some(_), _) => suffix.to_owned(),
            (None, Some(port)) => format!(":{port}{suffix}"),
            (None, None) => suffix.to_owned(),
        };
        Some(Hosts {
            ours: domain
                .clone()
                .unwrap_or_else(|| bracketed(&self.advertised(flow).ip().to_string())),
            host: bracketed(domain.as_deref().unwrap_or(&gateway.host)),
            tail,
            routes,
        })
    }

    /// Goes on after a call was not taken at an address.
    pub(super) fn call_attempt_failed(&mut self, now: Duration, id: SessionId, failure: &Failure) {
        let is_wanted = self.sessions.get(&id).is_some_and(|session| {
            session.owner == Owner::Attached && matches!(session.stage, Stage::Calling { .. })
        });
        let over = self
            .sessions
            .get(&id)
            .and_then(|session| session.over.clone());
        let (Some(over), true) = (over, is_wanted) else {
            self.call_failed(id, failure.plain_verdict());
            return;
        };
        let fallback = self.outgoing(id).and_then(|it| it.fallback.take());
        if let (Failure::Unreachable | Failure::TimedOut, Some(way)) = (failure, fallback) {
            self.abandon_attempts(id);
            if self.call_over(now, id, way, Upgrade::Failed) {
                return;
            }
        }
        self.note_failure(now, &over, failure);
        let when_unavailable = self
            .trunks
            .get(over.trunk)
            .map(|trunk| trunk.config.when_unavailable)
            .unwrap_or_default();
        if let Some(outgoing) = self.outgoing(id) {
            outgoing.verdict = failure.verdict();
        }
        match failure.judge(when_unavailable) {
            Judgement::End => {
                self.call_failed(id, failure.verdict());
                return;
            }
            Judgement::Redirect => {
                if !self.redirect_call(id, over.trunk, failure) {
                    self.call_failed(id, failure.verdict());
                    return;
                }
            }
            Judgement::NextGateway => {
                if let Some(hunt) = self.outgoing(id).and_then(|it| it.hunt.as_mut()) {
                    hunt.leave_gateway();
                }
            }
            Judgement::NextAddress => (),
        }
        self.abandon_attempts(id);
        if let Some(session) = self.sessions.get_mut(&id)
            && let Stage::Calling { heard, .. } = &mut session.stage
        {
            *heard = Heard::Nothing;
        }
        self.hunt_call(now, id);
    }

    /// An address that a call went to has said nothing at all: another one may take it.
    pub(super) fn call_unheard(&mut self, now: Duration, id: SessionId) {
        self.call_attempt_failed(now, id, &Failure::TimedOut);
    }

    /// The INVITEs sent so far are none that open the session any more.
    pub(super) fn abandon_attempts(&mut self, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        for slot in session.transactions.clone() {
            if let Some(transaction) = self.transactions.get_mut(slot)
                && transaction.purpose == Purpose::Open
                && transaction.method == Method::Invite
            {
                transaction.purpose = Purpose::Abandoned;
            }
        }
    }

    /// Follows a 3xx to one of the trunk's own gateways with the number that was dialled, and
    /// nowhere else (§8.1.3.4): a redirection to just any host or number would let others call at
    /// our expense, past whoever judged the number.
    fn redirect_call(&mut self, id: SessionId, trunk: TrunkId, failure: &Failure) -> bool {
        let Failure::Refused { contacts, .. } = failure else {
            return false;
        };
        let Some(trunk) = self
            .trunks
            .get(trunk)
            .filter(|trunk| trunk.config.follows_redirects)
        else {
            return false;
        };
        let outgoing = self.sessions.get(&id).and_then(|it| it.outgoing.as_deref());
        let Some(Target::Trunk { user: dialled, .. }) = outgoing.map(|it| &it.invite.target) else {
            return false;
        };
        let found = contacts.iter().find_map(|contact| {
            let uri = Uri::parse(contact).ok()?;
            let host = uri.host()?;
            let gateway = trunk.gateways.iter().find(|kept| {
                let is_named = kept.gateway.host.eq_ignore_ascii_case(host);
                let address = uri.host_address();
                is_named || address.is_some_and(|ip| kept.is_at(ip))
            })?;
            let same = uri.user_unescaped()? == dialled.as_bytes();
            same.then(|| gateway.gateway.clone())
        });
        let (Some(gateway), Some(outgoing)) = (found, self.outgoing(id)) else {
            return false;
        };
        outgoing
            .hunt
            .as_mut()
            .is_some_and(|hunt| hunt.redirect(&gateway))
    }

    /// Keeps in mind what a failure says of the gateway.
    pub(super) fn note_failure(&mut self, now: Duration, over: &Over, failure: &Failure) {
        let Some(trunk) = self.trunks.get_mut(over.trunk) else {
            return;
        };
        let has_health = trunk.config.health.is_some();
        let Some(kept) = trunk.gateway_mut(&over.way.gateway) else {
            return;
        };
        let status = match failure {
            Failure::Refused {
                status,
                retry_after,
                ..
            } => {
                if let (503, Some(wait)) = (*status, *retry_after) {
                    kept.hold(now, over.way.spot.address, wait);
                }
                *status
            }
            Failure::TimedOut | Failure::Unreachable => Status::REQUEST_TIMEOUT.code(),
        };
        if has_health && matches!(status, 408 | 503) {
            let has_changed = kept.note(now, status);
            if has_changed {
                self.trunk_changed(over.trunk);
            }
            self.health_soon(now, over.trunk, &over.way.gateway);
        }
    }
}

/// What requests to a gateway say of both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hosts {
    /// The host of From.
    pub(super) ours: String,
    /// The host of To and of the Request-URI.
    pub(super) host: String,
    /// What follows the host in the Request-URI.
    pub(super) tail: String,
    /// The route of the first request (RFC 3608).
    pub(super) routes: Vec<String>,
}

impl Hosts {
    /// The Request-URI.
    pub(super) fn uri(&self, user: &str) -> String {
        let user = crate::uri::escape_user(user);
        let at = if user.is_empty() { "" } else { "@" };
        format!("sip:{user}{at}{}{}", self.host, self.tail)
    }
}

/// A host as a URI has it: an IPv6 address in brackets.
pub(super) fn bracketed(host: &str) -> String {
    match crate::uri::address(host) {
        Some(IpAddr::V6(address)) => format!("[{address}]"),
        Some(IpAddr::V4(_)) | None => host.to_owned(),
    }
}

/// Leaves the choice of the socket to the socket layer.
fn unspecified(remote: IpAddr) -> SocketAddr {
    match remote {
        IpAddr::V4(_) => SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0),
        IpAddr::V6(_) => SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), 0),
    }
}
