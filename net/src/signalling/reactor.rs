//! The loop's one step: wait, read, tell.

use super::{
    ACCEPTED, CloseReason, Counters, Event, Limits,
    connections::Connections,
    stream::{READ_BYTES, State, Stream},
};
use crate::{
    Waker,
    syscall::{
        datagram::{self, BATCH, Batch},
        option::begin_connect,
        poll::{Interest, Poller, Ready},
    },
};
use bytes::Bytes;
use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream, UdpSocket},
    time::Duration,
};

const WAKE: u64 = 0;
const FIRST_DATAGRAM: u64 = 1;
const FIRST_LISTENER: u64 = 1 << 16;
const FIRST_CONNECTION: u64 = 1 << 32;
/// How often idle and unopened connections are looked for.
const LOOK: Duration = Duration::from_millis(250);
/// Connections accepted from one listener a turn.
const ACCEPTS_A_TURN: usize = 64;

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
}

struct Listener {
    socket: TcpListener,
    /// Without a descriptor to spare, listening goes on at this time.
    paused_until: Option<Duration>,
}

impl Reactor {
    /// Watches the sockets, which are non-blocking. `first_accepted` is added to [`ACCEPTED`] for
    /// the id of the first accepted connection: a restarted worker passes what it has not used.
    ///
    /// # Errors
    /// A socket that cannot be watched.
    pub fn new(
        datagrams: Vec<UdpSocket>,
        listeners: Vec<TcpListener>,
        limits: Limits,
        first_accepted: u64,
    ) -> io::Result<Self> {
        let poller = Poller::new()?;
        let waker = Waker::new()?;
        poller.add(&waker, WAKE, Interest::Read)?;
        for (token, socket) in (FIRST_DATAGRAM..FIRST_LISTENER).zip(&datagrams) {
            poller.add(socket, token, Interest::Read)?;
        }
        for (token, socket) in (FIRST_LISTENER..FIRST_CONNECTION).zip(&listeners) {
            poller.add(socket, token, Interest::Read)?;
        }
        let datagrams = datagrams
            .into_iter()
            .map(|socket| Ok((socket.local_addr()?, socket)));
        let listeners = listeners.into_iter().map(|socket| Listener {
            socket,
            paused_until: None,
        });
        Ok(Self {
            poller,
            waker,
            datagrams: datagrams.collect::<io::Result<_>>()?,
            listeners: listeners.collect(),
            connections: Connections::new(),
            batch: Batch::new(),
            buffer: vec![0; READ_BYTES],
            limits,
            counters: Counters::default(),
            endings: Vec::new(),
            next_look: Duration::ZERO,
            next_accepted: ACCEPTED | first_accepted,
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
    pub fn connect(&mut self, now: Duration, connection: u64, remote: SocketAddr) {
        let known = connection >= ACCEPTED || self.connections.knows(connection);
        if known || !self.has_room(remote) {
            self.counters.turned_away += 1;
            self.tell_closed(connection, CloseReason::Refused);
            return;
        }
        let until = now + self.limits.connect;
        let opened = begin_connect(remote).and_then(|socket| {
            let state = State::Connecting { until };
            self.keep(Stream::new(connection, socket, remote, state))
        });
        if opened.is_err() {
            self.tell_closed(connection, CloseReason::Refused);
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
        if let Some(token) = self.connections.token_of(connection) {
            self.connections.remove(token);
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
            let arrived = (0..count).filter_map(|number| self.batch.datagram(number).ok());
            events.extend(arrived.map(|(remote, data)| Event::Datagram {
                local: *local,
                remote,
                data: Bytes::copy_from_slice(data),
            }));
            received += count;
            if count < BATCH {
                break;
            }
        }
        self.counters.datagrams_in += received as u64;
    }

    fn accept(&mut self, now: Duration, token: u64, events: &mut Vec<Event>) {
        let index = usize::try_from(token - FIRST_LISTENER).unwrap_or(usize::MAX);
        for _ in 0..ACCEPTS_A_TURN {
            let Some(listener) = self.listeners.get_mut(index) else {
                return;
            };
            match listener.socket.accept() {
                Ok((socket, remote)) => self.welcome(now, socket, remote, events),
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
        socket: TcpStream,
        remote: SocketAddr,
        events: &mut Vec<Event>,
    ) {
        if !self.has_room(remote) {
            self.counters.turned_away += 1;
            return;
        }
        let connection = self.next_accepted;
        let kept = socket.set_nonblocking(true).and_then(|()| {
            let _ = socket.set_nodelay(true);
            let local = socket.local_addr()?;
            let state = State::Open { last_active: now };
            self.keep(Stream::new(connection, socket, remote, state))?;
            Ok(local)
        });
        if let Ok(local) = kept {
            self.next_accepted += 1;
            self.counters.accepted += 1;
            events.push(Event::Accepted {
                connection,
                local,
                remote,
            });
        }
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
        self.poller
            .add(&stream.socket, self.connections.next_token(), interest)?;
        self.connections.insert(stream);
        Ok(())
    }

    fn serve(&mut self, now: Duration, ready: Ready, events: &mut Vec<Event>) {
        if let Err(reason) = self.try_serve(now, ready, events) {
            self.close_token(ready.token, reason);
        }
    }

    fn try_serve(
        &mut self,
        now: Duration,
        ready: Ready,
        events: &mut Vec<Event>,
    ) -> Result<(), CloseReason> {
        let Some(stream) = self.connections.stream(ready.token) else {
            return Ok(());
        };
        if ready.writable && matches!(stream.state, State::Connecting { .. }) {
            if !matches!(stream.socket.take_error(), Ok(None)) {
                return Err(CloseReason::Refused);
            }
            let _ = stream.socket.set_nodelay(true);
            let local = stream
                .socket
                .local_addr()
                .map_err(|_| CloseReason::Refused)?;
            stream.state = State::Open { last_active: now };
            events.push(Event::Connected {
                connection: stream.id,
                local,
                remote: stream.remote,
            });
        }
        if ready.writable && matches!(stream.state, State::Open { .. }) {
            stream.flush()?;
        }
        if ready.readable
            && let State::Open { last_active } = &mut stream.state
        {
            *last_active = now;
            let connection = stream.id;
            if let Some(data) = stream.read(&mut self.buffer)? {
                events.push(Event::Data {
                    connection,
                    data: Bytes::copy_from_slice(data),
                });
            }
        }
        self.watch(ready.token)
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
                State::Open { last_active } if last_active + idle <= now => {
                    Some((token, CloseReason::Idle))
                }
                State::Connecting { .. } | State::Open { .. } => None,
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
        match reason {
            CloseReason::Unsent => self.counters.unsent += 1,
            CloseReason::Idle => self.counters.idle += 1,
            CloseReason::Peer
            | CloseReason::Refused
            | CloseReason::ConnectTimeout
            | CloseReason::Failed => {}
        }
        if let Some(stream) = self.connections.remove(token) {
            self.tell_closed(stream.id, reason);
        }
    }

    fn tell_closed(&mut self, connection: u64, reason: CloseReason) {
        self.endings.push(Event::Closed { connection, reason });
    }
}

/// Whether an accept was refused because this process has no descriptor or memory to spare.
fn lacks_resources(error: &io::Error) -> bool {
    let lacking = [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM];
    error
        .raw_os_error()
        .is_some_and(|code| lacking.contains(&code))
}

#[cfg(test)]
mod tests;
