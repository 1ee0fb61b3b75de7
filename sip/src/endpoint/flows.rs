//! The paths to peers: connections found or asked for, opened and lost, and how we show ourselves
//! on each (RFC 3261 §18.1.1, RFC 5923).

use std::net::SocketAddr;
use std::time::Duration;

use super::Endpoint;
use super::connections::{Asked, Hop, Phase};
use crate::dialog::{Dialog, Reach};
use crate::event::{Event, Output};
use crate::framing::StreamFramer;
use crate::transport::{ConnectionId, Flow, Transport};

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

    /// The flow for the next request of a dialog.
    pub(super) fn dialog_flow(&mut self, dialog: &Dialog) -> Flow {
        match dialog.flow.connection {
            None => dialog.datagram_flow(),
            Some(connection) if self.connections.is_alive(connection) => dialog.flow,
            Some(_) => match (dialog.reach, dialog.next_hop()) {
                (Reach::Address, Some(remote)) => {
                    let hop = Hop {
                        transport: dialog.flow.transport,
                        local: dialog.flow.local,
                        remote,
                        name: dialog.peer_name.clone(),
                    };
                    self.reach(&hop).unwrap_or(dialog.flow)
                }
                (Reach::Address, None) | (Reach::Flow, _) => dialog.flow,
            },
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

    /// The Via of a request of ours.
    pub(super) fn via_value(&self, flow: Flow, branch: &str) -> String {
        let address = self.advertised(flow);
        let transport = flow.transport.via_name();
        format!("SIP/2.0/{transport} {address};branch={branch};rport")
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
        if let Some(user) = connection.user {
            let contacts = self.registrar.forget_connection(&user, id);
            self.emit(Event::Registered { user, contacts });
        }
        let mut clients: Vec<_> = connection.clients.into_iter().collect();
        clients.sort_unstable();
        for slot in clients {
            self.client_lost(now, slot);
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
