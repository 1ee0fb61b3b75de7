//! Registrations of ours at carriers (RFC 3261 §10.2, RFC 3608): sent, kept up, taken back.

use std::net::SocketAddr;
use std::time::Duration;

use rand_chacha::rand_core::Rng;

use super::Endpoint;
use super::failure::{Failure, Judgement};
use super::gateways::{Step, bracketed};
use super::requests::Awaiting;
use super::resolving::Waiter;
use super::shedding::Standing;
use super::signing::copied;
use super::transmit::{Dispatch, Received};
use crate::dialog::{self, value};
use crate::message::{
    Contact, Message, Method, Name, RequestBuilder, RequestHead, Rport, Status, split_list,
};
use crate::session::Over;
use crate::transaction::table::Slot;
use crate::transport::{Flow, Transport};
use crate::trunk::{
    Credentials, Home, Hunt, Signing, Trunk, TrunkId, Wallet, Way, WhenUnavailable,
};
use crate::uri::Uri;

/// Most entries kept of a Service-Route.
const MOST_ROUTES: usize = 8;

/// A REGISTER on its way.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    over: Over,
    /// The address that its Contact shows.
    shown: SocketAddr,
    contact: String,
}

impl Asked {
    pub(super) fn is_of(&self, trunk: TrunkId) -> bool {
        self.over.trunk == trunk
    }
}

/// The last REGISTER of a registration that is not wanted any more.
#[derive(Debug, Clone)]
pub(super) struct Farewell {
    way: Way,
    wallet: Wallet,
    credentials: Option<Credentials>,
    tries: u8,
}

impl Endpoint {
    /// Refreshes a registration, or notes that it has lapsed.
    pub(super) fn registration_due(&mut self, now: Duration, id: TrunkId) {
        let Some(trunk) = self.trunks.get_mut(id) else {
            return;
        };
        let Some(registration) = &mut trunk.registration else {
            return;
        };
        let has_lapsed = registration.lapse(now);
        if registration.is_due(now) && self.load.standing == Standing::Leaving {
            registration.postpone(now);
        } else if registration.is_due(now) {
            registration.ask();
            let gateways = trunk.gateways.iter().map(|kept| kept.gateway.clone());
            let mut hunt = Hunt::through(id, gateways, &mut self.random);
            if let Some(home) = &registration.home {
                hunt.prefer(&home.way.gateway);
            }
            trunk.registering = Some(hunt);
            self.hunt_registrar(now, id);
        }
        if has_lapsed {
            self.trunk_changed(id);
        }
    }

    /// Offers the REGISTER of a trunk to the next address.
    pub(super) fn hunt_registrar(&mut self, now: Duration, id: TrunkId) {
        loop {
            let Some(mut hunt) = self
                .trunks
                .get_mut(id)
                .and_then(|trunk| trunk.registering.take())
            else {
                return;
            };
            let step = self.next_way(now, &mut hunt);
            if let Some(trunk) = self.trunks.get_mut(id) {
                trunk.registering = Some(hunt);
            }
            match step {
                Step::Try(way) => {
                    if self.send_register(now, id, &way, 0) {
                        return;
                    }
                }
                Step::Wait => return self.wait_for_names(Waiter::Registration(id)),
                Step::Nothing => return self.registration_failed(now, id),
            }
        }
    }

    fn send_register(&mut self, now: Duration, id: TrunkId, way: &Way, tries: u8) -> bool {
        let Some(flow) = self.reach_way(id, way) else {
            return false;
        };
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let ours = self.advertised(flow);
        let client_nonce = format!("{:016x}", self.random.next_u64());
        let user_agent = self.config.user_agent.clone();
        let Some(trunk) = self.trunks.get_mut(id) else {
            return false;
        };
        let writing = Writing {
            via: &via,
            ours,
            client_nonce: &client_nonce,
            user_agent: &user_agent,
        };
        let Some((dispatch, asked)) = writing.register(trunk, (way, flow, &branch), None) else {
            return false;
        };
        let slot = self.start_awaited(now, dispatch, Awaiting::Registration(Box::new(asked)));
        self.note_tries(slot, tries);
        true
    }

    pub(super) fn registrar_answered(
        &mut self,
        now: Duration,
        received: Received<'_>,
        slot: Slot,
        asked: Asked,
    ) {
        let message = received.message;
        let status = message.status().map_or(0, Status::code);
        let Asked {
            over,
            shown,
            contact,
        } = asked;
        let id = over.trunk;
        let tries = self.transactions.get(slot).map_or(0, |it| it.challenges);
        let seen = seen_from(message, over.way.spot.transport);
        let has_moved = seen.is_some_and(|seen| {
            self.registration_mut(id)
                .is_some_and(|registration| registration.seen_from(seen, shown))
        });
        match status {
            200..300 => {
                self.registered(now, message, (&over, contact));
                if has_moved {
                    self.send_register(now, id, &over.way, 0);
                }
            }
            401 | 407 => {
                let accepted = self.accept_challenge(received, slot, &over).is_some();
                if !accepted || !self.send_register(now, id, &over.way, tries + 1) {
                    self.registrar_refused(now, &over, &Failure::of(message));
                }
            }
            423 => {
                let shortest = message.number(Name::MinExpires).ok().flatten().unwrap_or(0);
                let bargains = self.registration_mut(id).is_some_and(|registration| {
                    registration.bargain(Duration::from_secs(shortest.into()))
                });
                if !bargains || !self.send_register(now, id, &over.way, tries) {
                    self.registrar_refused(now, &over, &Failure::of(message));
                }
            }
            _ => self.registrar_refused(now, &over, &Failure::of(message)),
        }
        self.settle_trunk(id);
    }

    pub(super) fn registrar_failed(&mut self, now: Duration, asked: &Asked, failure: &Failure) {
        self.registrar_refused(now, &asked.over, failure);
        self.settle_trunk(asked.over.trunk);
    }

    fn registration_mut(&mut self, id: TrunkId) -> Option<&mut crate::trunk::Registration> {
        self.trunks.get_mut(id)?.registration.as_mut()
    }

    fn registered(&mut self, now: Duration, message: &Message, (over, contact): (&Over, String)) {
        let id = over.trunk;
        let before = self.trunks.status(now, id);
        let Some(trunk) = self.trunks.get_mut(id) else {
            return;
        };
        let Some(registration) = &mut trunk.registration else {
            return;
        };
        let granted = granted(message, &contact).unwrap_or(registration.lifetime());
        let home = Home {
            way: over.way.clone(),
            service_route: service_route(message),
            contact,
        };
        registration.granted(now, granted, home, &mut self.random);
        trunk.registering = None;
        let is_new = before.is_none_or(|before| {
            !matches!(
                before.registration,
                crate::trunk::RegistrationState::Registered { .. }
            )
        });
        self.settle_trunk(id);
        if is_new {
            self.trunk_changed(id);
        }
    }

    fn registrar_refused(&mut self, now: Duration, over: &Over, failure: &Failure) {
        let id = over.trunk;
        self.note_failure(now, over, failure);
        if let Some(registration) = self.registration_mut(id) {
            registration.setback = Some(match failure {
                Failure::Unreachable => (Status::SERVICE_UNAVAILABLE.code(), None),
                Failure::TimedOut => (Status::REQUEST_TIMEOUT.code(), None),
                Failure::Refused {
                    status,
                    retry_after,
                    ..
                } => (*status, *retry_after),
            });
        }
        let judgement = failure.judge(WhenUnavailable::NextGateway);
        if judgement == Judgement::NextGateway
            && let Some(hunt) = self
                .trunks
                .get_mut(id)
                .and_then(|it| it.registering.as_mut())
        {
            hunt.leave_gateway();
        }
        match judgement {
            Judgement::NextAddress | Judgement::NextGateway => self.hunt_registrar(now, id),
            Judgement::End | Judgement::Redirect => self.registration_failed(now, id),
        }
    }

    fn registration_failed(&mut self, now: Duration, id: TrunkId) {
        let before = self.trunks.status(now, id);
        let Some(trunk) = self.trunks.get_mut(id) else {
            return;
        };
        trunk.registering = None;
        let Some(registration) = &mut trunk.registration else {
            return;
        };
        let unreachable = (Status::SERVICE_UNAVAILABLE.code(), None);
        let (status, retry_after) = registration.setback.take().unwrap_or(unreachable);
        registration.failed(now, status, retry_after, &mut self.random);
        self.settle_trunk(id);
        if before.map(|it| it.registration) != self.trunks.status(now, id).map(|it| it.registration)
        {
            self.trunk_changed(id);
        }
    }

    /// Takes back what a trunk has registered.
    pub(super) fn unregister(&mut self, now: Duration, mut trunk: Trunk) {
        let home = trunk
            .registration
            .as_ref()
            .filter(|registration| registration.is_granted(now))
            .and_then(|registration| registration.home.clone());
        let Some(home) = home else {
            return;
        };
        let way = home.way.clone();
        let Some(flow) = self.reach_spot(trunk.config.local, &way) else {
            return;
        };
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let client_nonce = format!("{:016x}", self.random.next_u64());
        let writing = Writing {
            via: &via,
            ours: self.advertised(flow),
            client_nonce: &client_nonce,
            user_agent: &self.config.user_agent,
        };
        let written = writing.register(&mut trunk, (&way, flow, &branch), Some(&home.contact));
        if let Some((dispatch, _)) = written {
            let farewell = Farewell {
                way,
                wallet: trunk.wallet,
                credentials: trunk.config.credentials,
                tries: 0,
            };
            self.start_awaited(now, dispatch, Awaiting::Farewell(Box::new(farewell)));
        }
    }

    pub(super) fn farewell_answered(
        &mut self,
        now: Duration,
        received: Received<'_>,
        slot: Slot,
        mut farewell: Farewell,
    ) {
        let is_challenge = matches!(received.message.status().map(Status::code), Some(401 | 407));
        let (Some(credentials), true) = (
            farewell.credentials.clone(),
            is_challenge && farewell.tries < 2,
        ) else {
            return;
        };
        let (Some(request), Some(flow)) = (
            self.stored_request(slot),
            self.transactions.get(slot).map(|it| it.flow),
        ) else {
            return;
        };
        let gateway = farewell.way.gateway.label();
        if !farewell.wallet.accept(received.message, &request, &gateway) {
            return;
        }
        farewell.tries += 1;
        let client_nonce = format!("{:016x}", self.random.next_u64());
        let uri = request.request_uri().map_or("", |uri| uri.as_str());
        let answers = farewell.wallet.sign(Signing {
            credentials: &credentials,
            gateway: &gateway,
            method: Method::Register.as_str(),
            uri,
            client_nonce: &client_nonce,
        });
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let cseq = request.sequence().number + 1;
        if let Some(message) = copied(&request, &via, cseq, &answers, &[]) {
            let dispatch = Dispatch {
                flow,
                method: Method::Register,
                cseq,
                branch,
                message,
            };
            self.start_awaited(now, dispatch, Awaiting::Farewell(Box::new(farewell)));
        }
    }
}

/// What a REGISTER needs of the endpoint.
struct Writing<'a> {
    via: &'a str,
    ours: SocketAddr,
    client_nonce: &'a str,
    user_agent: &'a str,
}

impl Writing<'_> {
    /// Writes the next REGISTER of a trunk; with `removed` the one that takes this contact back.
    fn register(
        &self,
        trunk: &mut Trunk,
        (way, flow, branch): (&Way, Flow, &str),
        removed: Option<&str>,
    ) -> Option<(Dispatch, Asked)> {
        let wanted = trunk.config.registration.as_ref()?;
        let registration = trunk.registration.as_mut()?;
        let domain = bracketed(&wanted.domain);
        let aor = dialog::address(&wanted.user, &domain);
        let uri = format!("sip:{domain}");
        let shown = registration
            .public
            .filter(|_| flow.transport == Transport::Udp)
            .unwrap_or(self.ours);
        let suffix = flow.transport.uri_parameter();
        let contact = dialog::address(&wanted.user, &format!("{shown}{suffix}"));
        let lifetime = match removed {
            Some(_) => 0,
            None => registration.lifetime().as_secs(),
        };
        let cseq = registration.next_sequence();
        let mut request = RequestBuilder::new(&RequestHead {
            method: Method::Register,
            uri: Uri::parse(&uri).ok()?,
            via: value(self.via.as_bytes()),
            from: value(format!("<{aor}>;tag={:016x}", registration.tag).as_bytes()),
            to: value(format!("<{aor}>").as_bytes()),
            call_id: value(registration.call_id.as_bytes()),
            sequence: cseq,
            max_forwards: dialog::HOPS,
        });
        let bound = removed.unwrap_or(&contact);
        let wish = format!("<{bound}>;expires={lifetime}");
        request = request.header(Name::Contact, value(wish.as_bytes()));
        let former = registration.home.as_ref().map(|home| &home.contact);
        if let (Some(former), None) = (former.filter(|former| **former != contact), removed) {
            let wish = format!("<{former}>;expires=0");
            request = request.header(Name::Contact, value(wish.as_bytes()));
        }
        request = request
            .header(Name::Expires, value(lifetime.to_string().as_bytes()))
            .header(Name::UserAgent, value(self.user_agent.as_bytes()));
        if let Some(credentials) = &trunk.config.credentials {
            let answers = trunk.wallet.sign(Signing {
                credentials,
                gateway: &way.gateway.label(),
                method: Method::Register.as_str(),
                uri: &uri,
                client_nonce: self.client_nonce,
            });
            for answer in answers {
                request = request.header(answer.name, value(answer.value.as_bytes()));
            }
        }
        let dispatch = Dispatch {
            flow,
            method: Method::Register,
            cseq,
            branch: branch.to_owned(),
            message: request.build(),
        };
        let over = Over {
            trunk: trunk.config.id,
            way: way.clone(),
        };
        Some((
            dispatch,
            Asked {
                over,
                shown,
                contact,
            },
        ))
    }
}

/// Where a registrar has seen our request come from (RFC 3581 §4). Over a stream the port is one of
/// the moment and no address to be called at.
fn seen_from(response: &Message, transport: Transport) -> Option<SocketAddr> {
    if transport != Transport::Udp {
        return None;
    }
    let via = response.top_via();
    let ip = via.received().or(via.host_address())?;
    let port = match via.rport() {
        Some(Rport::Filled(port)) => port,
        Some(Rport::Asked) | None => via.port().unwrap_or(Transport::Udp.default_port()),
    };
    Some(SocketAddr::new(ip.to_canonical(), port))
}

/// How long our contact is bound, as the answer says.
fn granted(response: &Message, contact: &str) -> Option<Duration> {
    let ours = Uri::parse(contact).ok()?;
    let own = response.contacts().find_map(|listed| match listed.ok()? {
        Contact::Address(address) if address.uri().is_equivalent(&ours) => {
            address.parameters().text("expires")?.parse::<u32>().ok()
        }
        Contact::Address(_) | Contact::All => None,
    });
    let general = response.number(Name::Expires).ok().flatten();
    own.or(general)
        .map(|seconds| Duration::from_secs(seconds.into()))
}

/// The way that requests take from here on (RFC 3608 §6.1).
fn service_route(response: &Message) -> Vec<String> {
    response
        .headers_named("Service-Route")
        .flat_map(split_list)
        .filter_map(|route| str::from_utf8(route).ok())
        .filter(|route| route.starts_with('<'))
        .take(MOST_ROUTES)
        .map(str::to_owned)
        .collect()
}
