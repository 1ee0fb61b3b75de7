//! Connections that peers open.

use super::{FIRST_LISTENER, LOOK, Reactor};
use crate::{
    signalling::{
        Event, Protection,
        stream::{Layer, State, Stream},
    },
    tls::Session,
};
use std::{
    collections::VecDeque,
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

/// Connections accepted from one listener a turn.
const ACCEPTS_A_TURN: usize = 64;

/// A socket that peers connect to.
pub(super) struct Listener {
    pub(super) socket: TcpListener,
    kind: Kind,
    /// Without a descriptor to spare, listening goes on at this time.
    pub(super) paused_until: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Secure,
}

impl Listener {
    pub(super) fn plain(socket: TcpListener) -> Self {
        Self {
            socket,
            kind: Kind::Plain,
            paused_until: None,
        }
    }

    pub(super) fn secure(socket: TcpListener) -> Self {
        Self {
            socket,
            kind: Kind::Secure,
            paused_until: None,
        }
    }
}

impl Reactor {
    pub(super) fn accept(&mut self, now: Duration, token: u64, events: &mut Vec<Event>) {
        let index = usize::try_from(token - FIRST_LISTENER).unwrap_or(usize::MAX);
        for _ in 0..ACCEPTS_A_TURN {
            let Some(listener) = self.listeners.get_mut(index) else {
                return;
            };
            let kind = listener.kind;
            match listener.socket.accept() {
                Ok(accepted) => self.welcome(now, accepted, kind, events),
                Err(error) if lacks_resources(&error) => {
                    // The waiting connection stays readable: without a pause the loop would spin.
                    let _ = self.poller.remove(&listener.socket);
                    listener.paused_until = Some(now + LOOK);
                    self.counters.turned_away += 1;
                    return;
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => {}
            }
        }
    }

    fn welcome(
        &mut self,
        now: Duration,
        (socket, remote): (TcpStream, SocketAddr),
        kind: Kind,
        events: &mut Vec<Event>,
    ) {
        let Some((state, layer)) = self.inner_layer(now, remote, kind) else {
            self.counters.turned_away += 1;
            return;
        };
        let connection = self.next_accepted;
        let kept = socket.set_nonblocking(true).and_then(|()| {
            let _ = socket.set_nodelay(true);
            let local = socket.local_addr()?;
            self.keep(Stream::new(connection, (socket, remote), state, layer))?;
            Ok(local)
        });
        let Ok(local) = kept else {
            return;
        };
        self.next_accepted += 1;
        self.counters.accepted += 1;
        match kind {
            Kind::Plain => events.push(Event::Accepted {
                connection,
                local,
                remote,
                protection: Protection::None,
            }),
            // It is told when it is known to be good.
            Kind::Secure => self.handshakes += 1,
        }
    }

    fn inner_layer(&self, now: Duration, remote: SocketAddr, kind: Kind) -> Option<(State, Layer)> {
        if !self.has_room(remote) {
            return None;
        }
        match kind {
            Kind::Plain => {
                let state = State::Open { last_active: now };
                Some((state, Layer::Plain(VecDeque::new())))
            }
            Kind::Secure if self.handshakes >= self.limits.handshakes => None,
            Kind::Secure => {
                let server = self.tls.server.as_ref()?;
                let session = Session::accept(server, self.limits.unsent_bytes)?;
                let until = now + self.limits.handshake;
                Some((State::Handshaking { until }, Layer::Tls(Box::new(session))))
            }
        }
    }
}

/// Whether an accept was refused because this process has no descriptor or memory to spare.
fn lacks_resources(error: &io::Error) -> bool {
    let lacking = [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM];
    error
        .raw_os_error()
        .is_some_and(|code| lacking.contains(&code))
}
