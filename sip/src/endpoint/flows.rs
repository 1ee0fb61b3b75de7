//! The paths to peers: connections found or asked for, opened and lost, and how we show ourselves
//! on each (RFC 3261 §18.1.1, RFC 5923).

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use super::Endpoint;
use super::connections::{Asked, Hop, Phase};
use super::transmit::Received;
use super::waiting::Heard;
use crate::dialog::{Dialog, Reach};
use crate::event::{Output, SessionId};
use crate::framing::StreamFramer;
use crate::message::{Framing, Message};
use crate::transport::{ConnectionId, Flow, Transport};
use crate::uri::Uri;

impl Endpoint {
    /// The flow to a hop, asking for a connection where one is needed and there is none; none when
    /// as many connections exist as may.
    pub(super) fn reach(&mut self, hop: &Hop) -> Option<Flow> {
        if hop.transport == Transport::Udp {
            return Some(Flow {
                transport: hop.transport,
                local: hop.local,
                remote: hop.remote,
                connection: None,
            });
        }
        let (flow, asked) = self.connections.reach(hop)?;
        if let (Asked::Anew, Some(connection)) = (asked, flow.connection) {
            self.outputs.push_back(Output::Connect {
                connection,
                transport: hop.transport,
                remote: hop.remote,
                name: hop.name.clone(),
            });
        }
        Some(flow)
    }

    /// The flow for the next request of a dialog: the one it has for as long as that lives. A phone
    /// that has lost it is found where it registered last, and never by the address in its Contact.
    pub(super) fn dialog_flow(&mut self, dialog: &Dialog) -> Flow {
        match (dialog.reach, dialog.flow.connection) {
            (Reach::Flow, _) => self.phone_flow(dialog),
            (Reach::Address, None) => dialog.datagram_flow(),
            (Reach::Address, Some(_)) => {
                let is_alive = self.is_alive(dialog.flow);
                let next = dialog
                    .other_hop()
                    .or_else(|| dialog.next_hop().filter(|_| !is_alive));
                match next {
                    Some(remote) => self
                        .reach_again(dialog.flow, remote, dialog.peer_name.clone())
                        .unwrap_or(dialog.flow),
                    None => dialog.flow,
                }
            }
        }
    }

    /// A connection to a peer whose own is gone, or to the host that it names for itself.
    fn reach_again(
        &mut self,
        flow: Flow,
        remote: SocketAddr,
        name: Option<String>,
    ) -> Option<Flow> {
        if flow.transport.is_websocket() {
            return None;
        }
        self.reach(&Hop {
            transport: flow.transport,
            local: flow.local,
            remote,
            name,
        })
    }

    pub(super) fn is_alive(&self, flow: Flow) -> bool {
        flow.connection
            .is_none_or(|connection| self.connections.is_alive(connection))
    }

    /// The flow to a phone: the one it has, the one it registered over since, or a connection to
    /// where it listens.
    pub(super) fn phone_flow(&mut self, dialog: &Dialog) -> Flow {
        let flow = dialog.flow;
        let Some(phone) = &dialog.phone else {
            return flow;
        };
        let contacts = self.registrar.saved(&phone.user);
        let is_bound = contacts.iter().any(|contact| contact.flow == flow);
        let may_have_moved = flow.connection.is_some() || phone.instance.is_some();
        let is_lost = !self.is_alive(flow) || (flow.connection.is_none() && !is_bound);
        if !is_lost || !may_have_moved {
            return flow;
        }
        self.registered_flow(dialog)
            .or_else(|| self.dial_phone(dialog))
            .unwrap_or(flow)
    }

    /// The flow over which the phone of a dialog registered last: the one with its instance, or if it
    /// names none the one with its Contact in front of the user's others.
    pub(super) fn registered_flow(&self, dialog: &Dialog) -> Option<Flow> {
        let phone = dialog.phone.as_ref()?;
        let contacts = self.registrar.saved(&phone.user);
        contacts
            .iter()
            .filter(|contact| self.is_alive(contact.flow))
            .filter(|contact| match (&phone.instance, &contact.device) {
                (Some(instance), Some(device)) => device.is_instance(instance),
                (Some(_), None) => false,
                (None, _) => true,
            })
            .max_by_key(|contact| (contact.uri == dialog.target, contact.refreshed_at))
            .map(|contact| contact.flow)
    }

    /// A connection to a phone that listens at the very address that it spoke from.
    fn dial_phone(&mut self, dialog: &Dialog) -> Option<Flow> {
        let phone = dialog.phone.as_ref()?;
        let remote = listening(&dialog.target, dialog.flow).filter(|_| dialog.routes.is_empty())?;
        let flow = self.reach_again(dialog.flow, remote, None)?;
        let connection = self.connections.get_mut(flow.connection?)?;
        connection.users.insert(phone.user.clone());
        self.registrar
            .move_flow(&phone.user, dialog.flow.connection?, flow);
        Some(flow)
    }

    /// The flow for a response whose request came over `flow`: where that is gone, a phone is found
    /// by its registration, a trunk at the address in its Via (§18.2.2).
    pub(super) fn session_reply_flow(
        &mut self,
        id: Option<SessionId>,
        flow: Flow,
        response: &Bytes,
    ) -> Flow {
        if self.is_alive(flow) {
            return flow;
        }
        let Some(session) = id.and_then(|id| self.sessions.get(&id)) else {
            return flow;
        };
        if session.dialog.reach == Reach::Flow {
            let dialog = session.dialog.clone();
            return self.phone_flow(&dialog);
        }
        let Ok(response) = Message::parse(response.clone(), Framing::Stream) else {
            return flow;
        };
        let via = response.top_via();
        let port = via.port().unwrap_or(flow.transport.default_port());
        let remote = SocketAddr::new(flow.remote.ip(), port);
        let name = match (flow.transport.is_secure(), via.host_address()) {
            (true, None) => Some(via.host().to_owned()),
            (true, Some(_)) | (false, _) => None,
        };
        self.reach_again(flow, remote, name).unwrap_or(flow)
    }

    /// Takes the wish of a peer that its connection be used for requests to the address in its Via
    /// (RFC 5923 §5): only what the peer has proved to be counts.
    pub(super) fn note_alias(&mut self, received: Received<'_>) {
        let Received { message, flow } = received;
        let via = message.top_via();
        if flow.connection.is_some() && via.parameters().has("alias") {
            let port = via.port().unwrap_or(flow.transport.default_port());
            self.connections.note_alias(flow, via.host(), port);
        }
    }

    /// The address that we show to peers on this flow.
    pub(super) fn advertised(&self, flow: Flow) -> SocketAddr {
        self.config.advertise.on(flow)
    }

    /// Our Contact on this flow.
    pub(super) fn contact_value(&self, flow: Flow) -> String {
        let address = self.advertised(flow);
        format!("<sip:{address}{}>", flow.transport.uri_parameter())
    }

    /// Our Contact in a dialog: a `sips` one if the peer is to be reached by `sips`, which has TLS
    /// in its name (RFC 5630 §3.1.4, §5).
    pub(super) fn contact_in(&self, dialog: &Dialog, flow: Flow) -> String {
        if !dialog.is_secure() || !flow.transport.is_secure() {
            return self.contact_value(flow);
        }
        let address = self.advertised(flow);
        let parameter = match flow.transport {
            Transport::Wss => flow.transport.uri_parameter(),
            Transport::Udp | Transport::Tcp | Transport::Tls | Transport::Ws => "",
        };
        format!("<sips:{address}{parameter}>")
    }

    /// The Via of a request of ours.
    pub(super) fn via_value(&self, flow: Flow, branch: &str) -> String {
        let address = self.advertised(flow);
        let transport = flow.transport.via_name();
        let alias = match flow.transport {
            Transport::Tcp | Transport::Tls => ";alias",
            Transport::Udp | Transport::Ws | Transport::Wss => "",
        };
        format!("SIP/2.0/{transport} {address};branch={branch};rport{alias}")
    }

    pub(super) fn note_connected(&mut self, now: Duration, flow: Flow, names: &[String]) {
        let Some((flow, waiting)) = self.connections.open(flow, names) else {
            return;
        };
        for data in waiting {
            self.send(flow, data);
        }
        self.fire_deadlines(now);
    }

    pub(super) fn note_closed(&mut self, now: Duration, id: ConnectionId) {
        let Some(connection) = self.connections.close(id) else {
            return;
        };
        for user in connection.users {
            let changed = self.registrar.forget_connection(&user, id);
            self.announce(changed);
        }
        let was_open = matches!(connection.phase, Phase::Open(_));
        let mut clients: Vec<_> = connection.clients.into_iter().collect();
        clients.sort_unstable();
        for slot in clients {
            let (rings_in_vain, heard) = if was_open {
                (self.is_opening(slot), Heard::Perhaps)
            } else {
                (false, Heard::Never)
            };
            // A phone that goes away while it is called is not waited for: others may be free.
            if rings_in_vain || !self.wait_for_phone(now, slot, heard) {
                self.client_lost(now, slot);
            }
        }
    }

    pub(super) fn return_framer(&mut self, id: ConnectionId, framer: Box<StreamFramer>) {
        if let Some(connection) = self.connections.get_mut(id) {
            connection.phase = Phase::Open(framer);
        }
    }

    /// Lends the framer of an open connection out and takes it back.
    pub(super) fn take_framer(&mut self, id: ConnectionId) -> Option<(Flow, Box<StreamFramer>)> {
        let connection = self.connections.get_mut(id)?;
        let flow = connection.flow;
        match std::mem::replace(&mut connection.phase, Phase::Open(Box::default())) {
            Phase::Open(framer) => Some((flow, framer)),
            opening @ Phase::Opening { .. } => {
                connection.phase = opening;
                None
            }
        }
    }
}

/// Where a phone listens for connections: over TCP, at the port of its Contact, if the host of that
/// is the address that the phone was heard from.
pub(super) fn listening(contact: &str, flow: Flow) -> Option<SocketAddr> {
    let uri = Uri::parse(contact).ok()?;
    let is_tcp = flow.transport == Transport::Tcp
        && uri
            .parameter("transport")
            .is_some_and(|name| name.eq_ignore_ascii_case("tcp"));
    let own = uri.host_address()?.to_canonical();
    (is_tcp && own == flow.remote.ip().to_canonical())
        .then(|| SocketAddr::new(flow.remote.ip(), uri.port().unwrap_or(5060)))
}
