//! Requests of ours outside of dialogs (RFC 3261 §8.1): sent, offered to the next gateway, answered
//! with an event. REGISTER and the OPTIONS of health checks go the same way.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bytes::Bytes;
use rand_chacha::rand_core::Rng;

use super::Endpoint;
use super::failure::{Failure, Judgement};
use super::gateways::{Hosts, Step, bracketed};
use super::naming;
use super::registering::{Asked, Farewell};
use super::resolving::Waiter;
use super::transmit::{Dispatch, Errand, Received};
use crate::dialog::{self, value};
use crate::error::Error;
use crate::event::{Event, Request, Target};
use crate::limits;
use crate::message::{HeaderValue, Message, Method, Name, RequestBuilder, RequestHead, Status};
use crate::session::{Over, Verdict};
use crate::transaction::table::{Purpose, Slot};
use crate::transport::{Flow, Transport};
use crate::trunk::{Hunt, TrunkId, Way};
use crate::uri::Uri;

pub(super) use crate::event::RequestId;

/// Who waits for the answer to a request.
#[derive(Debug, Clone)]
pub(super) enum Awaiting {
    Request(RequestId),
    Registration(Box<Asked>),
    Farewell(Box<Farewell>),
    Probe(TrunkId, Way),
}

/// All requests of ours that are outside of dialogs and wait for their answer.
#[derive(Debug, Default)]
pub(super) struct Requests {
    clients: HashMap<Slot, Awaiting>,
    open: BTreeMap<RequestId, Letter>,
}

/// One request with what it takes to offer it to the next gateway.
#[derive(Debug, Clone)]
struct Letter {
    request: Request,
    call_id: String,
    tag: u64,
    cseq: u32,
    hunt: Option<Hunt>,
    way: Option<Way>,
    /// The same address over UDP, while a large request tries TCP (RFC 3261 §18.1.1).
    fallback: Option<Way>,
    has_failed_over_tcp: bool,
    verdict: Verdict,
}

impl Requests {
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn awaiting(&self, slot: Slot) -> Option<&Awaiting> {
        self.clients.get(&slot)
    }

    pub(super) fn take(&mut self, slot: Slot) -> Option<Awaiting> {
        self.clients.remove(&slot)
    }

    pub(super) fn all_awaiting(&self) -> impl Iterator<Item = &Awaiting> {
        self.clients.values()
    }

    /// Lets the answers to a trunk's REGISTER mean nothing.
    pub(super) fn forget_registration(&mut self, trunk: TrunkId) {
        self.clients.retain(|_, awaiting| match awaiting {
            Awaiting::Registration(asked) => !asked.is_of(trunk),
            Awaiting::Request(_) | Awaiting::Farewell(_) | Awaiting::Probe(..) => true,
        });
    }

    /// The gateway that a request went to.
    pub(super) fn over(&self, id: RequestId) -> Option<Over> {
        let letter = self.open.get(&id)?;
        Some(Over {
            trunk: letter.hunt.as_ref()?.trunk,
            way: letter.way.clone()?,
        })
    }
}

impl Endpoint {
    /// Sends a request outside of a dialog. Over a trunk its gateways are tried until one takes it.
    ///
    /// # Errors
    /// If a limit is reached, a header is not fit to be sent, the method belongs into a dialog, or
    /// there is no such trunk.
    pub fn request(&mut self, now: Duration, request: Request) -> Result<RequestId, Error> {
        let is_fit = !matches!(
            request.method,
            Method::Invite
                | Method::Ack
                | Method::Cancel
                | Method::Bye
                | Method::Prack
                | Method::Update
                | Method::Other
        );
        if !is_fit {
            return Err(Error::UnfitMethod(request.method));
        }
        if self.requests.len() >= self.config.limits.requests
            || self.transactions.len() >= self.config.limits.transactions
        {
            return Err(Error::TooManyOpen(self.requests.len()));
        }
        naming::check_lines(&request.headers)?;
        HeaderValue::new(&request.content_type)
            .map_err(|_| Error::UnfitHeader("Content-Type".to_owned()))?;
        let hunt = self.hunt_to(&request.target)?;
        self.check_size(&request)?;
        let id = RequestId(self.random.next_u64());
        let mut call_id = [0; 16];
        self.random.fill_bytes(&mut call_id);
        let is_over_trunk = hunt.is_some();
        let letter = Letter {
            request,
            call_id: format!("{:032x}", u128::from_be_bytes(call_id)),
            tag: self.random.next_u64(),
            cseq: 0,
            hunt,
            way: None,
            fallback: None,
            has_failed_over_tcp: false,
            verdict: Failure::Unreachable.verdict(),
        };
        self.requests.open.insert(id, letter);
        if is_over_trunk {
            self.hunt_request(now, id);
        } else {
            self.request_phone(now, id);
        }
        Ok(id)
    }

    /// Refuses what no way to its target can carry, as far as that shows before it is sent.
    fn check_size(&self, request: &Request) -> Result<(), Error> {
        let is_datagram = match &request.target {
            Target::Contact(binding) => binding.flow.transport == Transport::Udp,
            Target::Trunk { trunk, .. } => self.trunks.get(*trunk).is_some_and(|trunk| {
                !trunk.config.prefers_tcp_when_large
                    && trunk
                        .gateways
                        .iter()
                        .all(|kept| kept.gateway.transport == Some(Transport::Udp))
            }),
        };
        let most = if is_datagram && request.method == Method::Message {
            limits::DATAGRAM_BYTES
        } else {
            limits::MESSAGE_BYTES
        };
        if request.body.len() >= most {
            return Err(Error::TooLong(request.body.len()));
        }
        Ok(())
    }

    fn request_phone(&mut self, now: Duration, id: RequestId) {
        let Some(Target::Contact(binding)) = self
            .requests
            .open
            .get(&id)
            .map(|it| it.request.target.clone())
        else {
            return;
        };
        let ours = bracketed(&self.advertised(binding.flow).ip().to_string());
        let hosts = Hosts {
            host: ours.clone(),
            ours,
            tail: String::new(),
            routes: binding.path.clone(),
        };
        self.send_letter(now, id, binding.flow, (&binding.contact_uri, &hosts));
    }

    /// Offers a request to the next address that may take it.
    pub(super) fn hunt_request(&mut self, now: Duration, id: RequestId) {
        loop {
            let Some(mut hunt) = self
                .requests
                .open
                .get_mut(&id)
                .and_then(|it| it.hunt.take())
            else {
                return;
            };
            let step = self.next_way(now, &mut hunt);
            let trunk = hunt.trunk;
            let Some(letter) = self.requests.open.get_mut(&id) else {
                return;
            };
            letter.hunt = Some(hunt);
            match step {
                Step::Try(way) => {
                    letter.has_failed_over_tcp = false;
                    if self.send_letter_to(now, id, trunk, &way) {
                        return;
                    }
                }
                Step::Wait => return self.wait_for_names(Waiter::Request(id)),
                Step::Nothing => {
                    let status = letter.verdict.status;
                    self.finish_request(id, status, Bytes::new());
                    return;
                }
            }
        }
    }

    fn send_letter(
        &mut self,
        now: Duration,
        id: RequestId,
        flow: Flow,
        (uri, hosts): (&str, &Hosts),
    ) {
        let branch = self.new_branch();
        let via = self.via_value(flow, &branch);
        let contact = self.contact_value(flow);
        let Ok(parsed) = Uri::parse(uri) else {
            self.finish_request(id, Status::NOT_FOUND.code(), Bytes::new());
            return;
        };
        let over = self.requests.over(id);
        let method = self.requests.open.get(&id).map(|it| it.request.method);
        let answers = match (over, method) {
            (Some(over), Some(method)) => self.preempted(&over, method, uri),
            _ => Vec::new(),
        };
        let Some(letter) = self.requests.open.get_mut(&id) else {
            return;
        };
        letter.cseq += 1;
        let request = &letter.request;
        let from = dialog::address(&request.from_user, &hosts.ours);
        let to = dialog::address(&request.to_user, &hosts.host);
        let mut builder = RequestBuilder::new(&RequestHead {
            method: request.method,
            uri: parsed,
            via: value(via.as_bytes()),
            from: value(format!("<{from}>;tag={:016x}", letter.tag).as_bytes()),
            to: value(format!("<{to}>").as_bytes()),
            call_id: value(letter.call_id.as_bytes()),
            sequence: letter.cseq,
            max_forwards: dialog::HOPS,
        })
        .header(Name::UserAgent, value(self.config.user_agent.as_bytes()));
        // RFC 3428 §5: a MESSAGE has no Contact.
        if request.method != Method::Message {
            builder = builder.header(Name::Contact, value(contact.as_bytes()));
        }
        for route in &hosts.routes {
            builder = builder.header(Name::Route, value(route.as_bytes()));
        }
        for answer in answers {
            builder = builder.header(answer.name, value(answer.value.as_bytes()));
        }
        for (name, text) in &request.headers {
            builder = builder.extension(name, value(text.as_bytes()));
        }
        let message = if request.content_type.is_empty() {
            builder.build()
        } else {
            builder
                .body(value(request.content_type.as_bytes()), &request.body)
                .build()
        };
        let dispatch = Dispatch {
            flow,
            method: request.method,
            cseq: letter.cseq,
            branch,
            message,
        };
        let is_large =
            flow.transport == Transport::Udp && dispatch.message.len() > limits::DATAGRAM_BYTES;
        if is_large && self.send_letter_over_tcp(now, id) {
            return;
        }
        if is_large && dispatch.method == Method::Message {
            self.finish_request(id, Status::MESSAGE_TOO_LARGE.code(), Bytes::new());
            return;
        }
        self.start_awaited(now, dispatch, Awaiting::Request(id));
    }

    /// Sends a large request over TCP where the trunk prefers that; false if it goes over UDP.
    fn send_letter_over_tcp(&mut self, now: Duration, id: RequestId) -> bool {
        let Some(over) = self.requests.over(id) else {
            return false;
        };
        let prefers_tcp = self
            .trunks
            .get(over.trunk)
            .is_some_and(|trunk| trunk.config.prefers_tcp_when_large);
        let Some(letter) = self.requests.open.get_mut(&id) else {
            return false;
        };
        if !prefers_tcp || letter.has_failed_over_tcp {
            return false;
        }
        letter.has_failed_over_tcp = true;
        let mut way = over.way;
        letter.fallback = Some(way.clone());
        way.spot.transport = Transport::Tcp;
        self.send_letter_to(now, id, over.trunk, &way)
    }

    fn send_letter_to(&mut self, now: Duration, id: RequestId, trunk: TrunkId, way: &Way) -> bool {
        let Some(letter) = self.requests.open.get_mut(&id) else {
            return false;
        };
        let Target::Trunk { user, .. } = letter.request.target.clone() else {
            return false;
        };
        letter.way = Some(way.clone());
        let Some(flow) = self.reach_way(trunk, way) else {
            return false;
        };
        let Some(hosts) = self.hosts_over(trunk, way, flow) else {
            return false;
        };
        let uri = hosts.uri(&user);
        self.send_letter(now, id, flow, (&uri, &hosts));
        true
    }

    /// Begins a client transaction whose answer somebody waits for.
    pub(super) fn start_awaited(
        &mut self,
        now: Duration,
        dispatch: Dispatch,
        awaiting: Awaiting,
    ) -> Slot {
        let errand = Errand {
            purpose: Purpose::Other,
            session: None,
            merge: None,
        };
        let (flow, message) = (dispatch.flow, dispatch.message.clone());
        let slot = self.begin_client(now, dispatch, errand);
        self.requests.clients.insert(slot, awaiting);
        if !self.send(flow, message) {
            self.client_lost(now, slot);
        }
        slot
    }

    /// Takes the final answer to a request outside of a dialog.
    pub(super) fn request_answered(&mut self, now: Duration, received: Received<'_>, slot: Slot) {
        let message = received.message;
        match self.requests.take(slot) {
            Some(Awaiting::Request(id)) => self.letter_answered(now, id, message),
            Some(Awaiting::Registration(asked)) => {
                self.registrar_answered(now, received, slot, *asked);
            }
            Some(Awaiting::Farewell(farewell)) => {
                self.farewell_answered(now, received, slot, *farewell);
            }
            Some(Awaiting::Probe(trunk, way)) => {
                self.health_answered(now, trunk, &way, message);
            }
            None => (),
        }
    }

    /// Goes on after a request outside of a dialog got no answer.
    pub(super) fn request_failed(&mut self, now: Duration, awaiting: Awaiting, failure: &Failure) {
        match awaiting {
            Awaiting::Request(id) => self.letter_failed(now, id, failure),
            Awaiting::Registration(asked) => self.registrar_failed(now, &asked, failure),
            Awaiting::Farewell(_) => (),
            Awaiting::Probe(trunk, way) => self.health_failed(now, trunk, &way),
        }
    }

    fn letter_answered(&mut self, now: Duration, id: RequestId, message: &Message) {
        let status = message.status().map_or(0, Status::code);
        if (200..300).contains(&status) {
            self.finish_request(id, status, message.body_bytes());
        } else {
            self.letter_failed(now, id, &Failure::of(message));
        }
    }

    fn letter_failed(&mut self, now: Duration, id: RequestId, failure: &Failure) {
        let Some(over) = self.requests.over(id) else {
            self.finish_request(id, failure.plain_verdict().status, Bytes::new());
            return;
        };
        let fallback = self
            .requests
            .open
            .get_mut(&id)
            .and_then(|letter| letter.fallback.take());
        if let (Failure::Unreachable, Some(way)) = (failure, fallback)
            && self.send_letter_to(now, id, over.trunk, &way)
        {
            return;
        }
        self.note_failure(now, &over, failure);
        let when_unavailable = self
            .trunks
            .get(over.trunk)
            .map(|trunk| trunk.config.when_unavailable)
            .unwrap_or_default();
        let Some(letter) = self.requests.open.get_mut(&id) else {
            return;
        };
        letter.verdict = failure.verdict();
        match failure.judge(when_unavailable) {
            Judgement::End | Judgement::Redirect => {
                let status = letter.verdict.status;
                self.finish_request(id, status, Bytes::new());
            }
            Judgement::NextAddress => self.hunt_request(now, id),
            Judgement::NextGateway => {
                if let Some(hunt) = &mut letter.hunt {
                    hunt.leave_gateway();
                }
                self.hunt_request(now, id);
            }
        }
    }

    fn finish_request(&mut self, id: RequestId, status: u16, body: Bytes) {
        let Some(letter) = self.requests.open.remove(&id) else {
            return;
        };
        let request = id;
        self.emit(if letter.request.method == Method::Message {
            Event::MessageResult { request, status }
        } else {
            Event::RequestAnswered {
                request,
                status,
                body,
            }
        });
    }
}
