//! The loop's one step: wait, read, tell.

mod accepting;
mod serving;

use super::{
    ACCEPTED, CloseReason, Counters, Event, Limits, Security, Sockets, Tls,
    connections::Connections,
    stream::{Layer, READ_BYTES, State, Stream},
};
use crate::{
    Waker,
    syscall::{
        datagram::{self, BATCH, Batch},
        option::{begin_connect, set_timestamps},
        poll::{Interest, Poller},
        time,
    },
    tls::Session,
};
use accepting::Listener;
use bytes::Bytes;
use std::{
    collections::VecDeque,
    io,
    net::{SocketAddr, UdpSocket},
    time::Duration,
};

const WAKE: u64 = 0;
const FIRST_DATAGRAM: u64 = 1;
const FIRST_LISTENER: u64 = 1 << 16;
const FIRST_CONNECTION: u64 = 1 << 32;
/// How often idle and unopened connections are looked for.
const LOOK: Duration = Duration::from_millis(250);
/// Connections whose TLS handshakes go on in one turn: a step of one may cost a millisecond, and
/// calls must not wait for it.
const HANDSHAKES_A_TURN: usize = 8;

/// The engine thread's sockets.
pub struct Reactor {
    poller: Poller,
    waker: Waker,
    datagrams: Vec<(SocketAddr, UdpSocket)>,
    listeners: Vec<Listener>,
    connections: Connections,
    batch: Batch,
    buffer: Vec<u8>,
    limits: Limits,
    counters: Counters,
    /// Endings that a send brought about; told by the next poll.
    endings: Vec<Event>,
    next_look: Duration,
    next_accepted: u64,
    tls: Tls,
    /// Accepted connections whose TLS handshake is in progress.
    handshakes: usize,
    handshakes_left: usize,
}

impl Reactor {
    /// Watches the sockets. `first_accepted` is added to [`ACCEPTED`] for the id of the first
    /// accepted connection: a restarted worker passes what it has not used.
    ///
    /// # Errors
    /// A socket that cannot be watched.
    pub fn new(
        sockets: Sockets,
        tls: Tls,
        limits: Limits,
        first_accepted: u64,
    ) -> io::Result<Self> {
        let poller = Poller::new()?;
        let waker = Waker::new()?;
        poller.add(&waker, WAKE, Interest::Read)?;
        for (token, socket) in (FIRST_DATAGRAM..FIRST_LISTENER).zip(&sockets.datagrams) {
            set_timestamps(socket)?;
            poller.add(socket, token, Interest::Read)?;
        }
        let plain = sockets.plain.into_iter().map(Listener::plain);
        let secure = sockets.secure.into_iter().map(Listener::secure);
        let listeners: Vec<Listener> = plain.chain(secure).collect();
        for (token, listener) in (FIRST_LISTENER..FIRST_CONNECTION).zip(&listeners) {
            poller.add(&listener.socket, token, Interest::Read)?;
        }
        let datagrams = sockets.datagrams.into_iter();
        let datagrams = datagrams.map(|socket| Ok((socket.local_addr()?, socket)));
        Ok(Self {
            poller,
            waker,
            datagrams: datagrams.collect::<io::Result<_>>()?,
            listeners,
            connections: Connections::new(),
            batch: Batch::new(),
            buffer: vec![0; READ_BYTES],
            limits,
            counters: Counters::default(),
            endings: Vec::new(),
            next_look: Duration::ZERO,
            next_accepted: ACCEPTED | first_accepted,
            tls,
            handshakes: 0,
            handshakes_left: 0,
        })
    }

    /// Something that makes a waiting [`Reactor::poll`] return, for other threads.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// What the reactor has seen.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Open connections.
    pub fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Waits at most `timeout`, a quarter of a second without one, and appends what happened.
    ///
    /// # Errors
    /// A refusal of epoll itself; never what a peer did.
    pub fn poll(
        &mut self,
        now: Duration,
        timeout: Option<Duration>,
        events: &mut Vec<Event>,
    ) -> io::Result<()> {
        let timeout = match timeout {
            _ if !self.endings.is_empty() => Duration::ZERO,
            Some(timeout) => timeout.min(LOOK),
            None => LOOK,
        };
        let ready = self.poller.wait(Some(timeout))?;
        self.handshakes_left = HANDSHAKES_A_TURN;
        for index in 0..ready {
            let ready = self.poller.ready(index);
            match ready.token {
                WAKE => self.waker.take(),
                token @ FIRST_DATAGRAM..FIRST_LISTENER => self.receive(token, events),
                token @ FIRST_LISTENER..FIRST_CONNECTION => self.accept(now, token, events),
                _ => self.serve(now, ready, events),
            }
        }
        if now >= self.next_look {
            self.next_look = now + LOOK;
            self.look(now);
        }
        events.append(&mut self.endings);
        Ok(())
    }

    /// Sends a datagram from the socket that is bound to `local`.
    ///
    /// # Errors
    /// No such socket, or the kernel's refusal; both are counted.
    pub fn send_datagram(
        &mut self,
        local: SocketAddr,
        remote: SocketAddr,
        data: &[u8],
    ) -> io::Result<()> {
        let socket = self.datagrams.iter().find(|(bound, _)| *bound == local);
        let sent = match socket {
            Some((_, socket)) => datagram::send(socket, data, Some(remote)),
            None => Err(io::ErrorKind::AddrNotAvailable.into()),
        };
        match &sent {
            Ok(()) => self.counters.datagrams_out += 1,
            Err(_) => self.counters.datagrams_refused += 1,
        }
        sent
    }

    /// Opens a connection under an id below [`ACCEPTED`]; [`Event::Connected`] or
    /// [`Event::Closed`] follows.
    pub fn connect(
        &mut self,
        now: Duration,
        connection: u64,
        remote: SocketAddr,
        security: &Security,
    ) {
        let known = connection >= ACCEPTED || self.connections.knows(connection);
        if known || !self.has_room(remote) {
            self.counters.turned_away += 1;
            self.tell_closed(connection, CloseReason::Refused);
            return;
        }
        let Some(layer) = self.outer_layer(remote, security) else {
            self.tell_closed(connection, CloseReason::Refused);
            return;
        };
        let until = now + self.limits.connect;
        let opened = begin_connect(remote).and_then(|socket| {
            let state = State::Connecting { until };
            self.keep(Stream::new(connection, (socket, remote), state, layer))
        });
        if opened.is_err() {
            self.tell_closed(connection, CloseReason::Refused);
        }
    }

    /// What lies over a connection that is asked for; none for a name that is none, or without our
    /// side of TLS.
    fn outer_layer(&self, remote: SocketAddr, security: &Security) -> Option<Layer> {
        match security {
            Security::Plain => Some(Layer::Plain(VecDeque::new())),
            Security::Tls(name) => {
                let client = self.tls.client.as_ref()?;
                let limit = self.limits.unsent_bytes;
                let session = Session::connect(client, name.as_deref(), remote.ip(), limit)?;
                Some(Layer::Tls(Box::new(session)))
            }
        }
    }

    /// Sends on a connection, or keeps the bytes until the peer takes them. A peer that takes too
    /// little loses the connection: [`Event::Closed`] tells.
    pub fn send_stream(&mut self, connection: u64, data: &[u8]) {
        let Some(token) = self.connections.token_of(connection) else {
            return;
        };
        let limit = self.limits.unsent_bytes;
        let sent = self
            .connections
            .stream(token)
            .map_or(Ok(()), |stream| stream.send(data, limit));
        if let Err(reason) = sent.and_then(|()| self.watch(token)) {
            self.close_token(token, reason);
        }
    }

    /// Closes a connection; no event follows.
    pub fn close(&mut self, connection: u64) {
        if let Some(token) = self.connections.token_of(connection)
            && let Some(mut stream) = self.connections.remove(token)
        {
            stream.say_goodbye();
        }
    }

    /// Closes every connection, because the server stops.
    pub fn close_all(&mut self) {
        let all: Vec<u64> = self.connections.iter().map(|(token, _)| token).collect();
        for token in all {
            if let Some(mut stream) = self.connections.remove(token) {
                stream.say_goodbye();
            }
        }
    }

    fn receive(&mut self, token: u64, events: &mut Vec<Event>) {
        let index = usize::try_from(token - FIRST_DATAGRAM).unwrap_or(usize::MAX);
        let Some((local, socket)) = self.datagrams.get(index) else {
            return;
        };
        let mut received = 0;
        while received < self.limits.datagrams_a_turn {
            let Ok(count) = self.batch.receive(socket) else {
                break;
            };
            let wall = time::wall();
            let arrived = (0..count).filter_map(|number| self.batch.datagram(number).ok());
            events.extend(arrived.map(|(remote, data, at)| Event::Datagram {
                local: *local,
                remote,
                data: Bytes::copy_from_slice(data),
                waited: at.map_or(Duration::ZERO, |at| wall.saturating_sub(at)),
            }));
            received += count;
            if count < BATCH {
                break;
            }
        }
        self.counters.datagrams_in += received as u64;
    }

    fn has_room(&self, remote: SocketAddr) -> bool {
        self.connections.len() < self.limits.connections
            && self.connections.with_address(remote.ip()) < self.limits.connections_per_address
    }

    fn keep(&mut self, stream: Stream) -> io::Result<()> {
        let interest = if stream.awaits_room {
            Interest::ReadWrite
        } else {
            Interest::Read
        };
        set_timestamps(&stream.socket)?;
        self.poller
            .add(&stream.socket, self.connections.next_token(), interest)?;
        self.connections.insert(stream);
        Ok(())
    }

    /// Has the poller watch for room to write exactly while something waits for it.
    fn watch(&mut self, token: u64) -> Result<(), CloseReason> {
        let Some(stream) = self.connections.stream(token) else {
            return Ok(());
        };
        let wants_room = stream.wants_room();
        if wants_room != stream.awaits_room {
            stream.awaits_room = wants_room;
            let interest = if wants_room {
                Interest::ReadWrite
            } else {
                Interest::Read
            };
            let changed = self.poller.change(&stream.socket, token, interest);
            changed.map_err(|_| CloseReason::Failed)?;
        }
        Ok(())
    }

    /// Ends what has been idle or unopened for too long, and listens again after a pause.
    fn look(&mut self, now: Duration) {
        let idle = self.limits.idle;
        let over = self
            .connections
            .iter()
            .filter_map(|(token, stream)| match stream.state {
                State::Connecting { until } if until <= now => {
                    Some((token, CloseReason::ConnectTimeout))
                }
                State::Handshaking { until } if until <= now => {
                    Some((token, CloseReason::Handshake))
                }
                State::Open { last_active } if last_active + idle <= now => {
                    Some((token, CloseReason::Idle))
                }
                State::Connecting { .. } | State::Handshaking { .. } | State::Open { .. } => None,
            });
        for (token, reason) in over.collect::<Vec<_>>() {
            self.close_token(token, reason);
        }
        for (token, listener) in (FIRST_LISTENER..).zip(&mut self.listeners) {
            if listener.paused_until.is_some_and(|until| until <= now)
                && self
                    .poller
                    .add(&listener.socket, token, Interest::Read)
                    .is_ok()
            {
                listener.paused_until = None;
            }
        }
    }

    fn close_token(&mut self, token: u64, reason: CloseReason) {
        let Some(mut stream) = self.connections.remove(token) else {
            return;
        };
        let reason = match stream.state {
            State::Handshaking { .. } => CloseReason::Handshake,
            State::Connecting { .. } | State::Open { .. } => reason,
        };
        match reason {
            CloseReason::Unsent => self.counters.unsent += 1,
            CloseReason::Idle => self.counters.idle += 1,
            CloseReason::Handshake => self.counters.handshakes_failed += 1,
            CloseReason::Peer
            | CloseReason::Refused
            | CloseReason::ConnectTimeout
            | CloseReason::Failed => {}
        }
        if reason == CloseReason::Handshake && stream.id >= ACCEPTED {
            // Nobody was told of it.
            self.handshakes -= 1;
            return;
        }
        stream.say_goodbye();
        self.tell_closed(stream.id, reason);
    }

    fn tell_closed(&mut self, connection: u64, reason: CloseReason) {
        self.endings.push(Event::Closed { connection, reason });
    }
}

#[cfg(test)]
mod tests;
