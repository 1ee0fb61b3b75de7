//! Telephones over WebSocket, as the engine sees them: connections like every other.

use super::{INPUTS_A_TURN, Running};
use api::{SocketEvent, SocketId};
use bytes::Bytes;
use call::Input;
use sip::{ConnectionId, Flow, Glance, Transport};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, Sender};

/// The open sockets and the way to each.
#[derive(Debug)]
pub(crate) struct Phones {
    events: Receiver<SocketEvent>,
    open: HashMap<ConnectionId, Socket>,
}

#[derive(Debug)]
struct Socket {
    flow: Flow,
    outbox: Sender<Bytes>,
}

impl Phones {
    pub(crate) fn new(events: Receiver<SocketEvent>) -> Self {
        Self {
            events,
            open: HashMap::new(),
        }
    }

    /// Sends a message; false when the peer does not take what it is sent, and so is let go.
    pub(super) fn send(&mut self, connection: ConnectionId, data: &Bytes) -> bool {
        let Some(socket) = self.open.get(&connection) else {
            return true;
        };
        let sent = socket.outbox.try_send(data.clone()).is_ok();
        if !sent {
            metrics::counter!("trunkline_sip_sockets_slow_total").increment(1);
            self.open.remove(&connection);
        }
        sent
    }

    /// Closes a socket, if it is one.
    pub(super) fn close(&mut self, connection: ConnectionId) {
        self.open.remove(&connection);
    }
}

impl Running {
    /// Takes what came over sockets.
    pub(super) fn hear_phones(&mut self, now: Duration) {
        for _ in 0..INPUTS_A_TURN {
            let Ok(event) = self.engine.doors.phones.events.try_recv() else {
                return;
            };
            self.hear_phone(now, event);
        }
    }

    fn hear_phone(&mut self, now: Duration, event: SocketEvent) {
        match event {
            SocketEvent::Opened {
                id,
                local,
                remote,
                is_secure,
                outbox,
            } => {
                let connection = connection(id);
                let transport = if is_secure {
                    Transport::Wss
                } else {
                    Transport::Ws
                };
                let flow = Flow {
                    transport,
                    local: self.engine.routes.local(local, remote.ip()),
                    remote,
                    connection: Some(connection),
                };
                let socket = Socket { flow, outbox };
                self.engine.doors.phones.open.insert(connection, socket);
                let names = Vec::new();
                self.inputs.push(Input::Connected { flow, names });
            }
            SocketEvent::Message { id, data, at } => {
                let connection = connection(id);
                // One that was let go may have said something meanwhile.
                if self.engine.doors.phones.open.contains_key(&connection) {
                    let glance = Glance::at(&data);
                    let input = Input::Stream { connection, data };
                    self.sort(glance, now.saturating_sub(at.elapsed()), input);
                }
            }
            SocketEvent::Closed { id } => {
                let connection = connection(id);
                if let Some(socket) = self.engine.doors.phones.open.remove(&connection) {
                    tracing::debug!(remote = %socket.flow.remote, "a telephone has hung up its socket");
                    self.inputs.push(Input::Closed(connection));
                }
            }
        }
    }
}

fn connection(id: SocketId) -> ConnectionId {
    ConnectionId(id.0)
}
