//! One connection: what waits to be written, and when it last lived.

use super::CloseReason;
use crate::{
    syscall::stream::Stamped,
    tls::{Broken, Session},
};
use bytes::Bytes;
use std::{
    collections::VecDeque,
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// Bytes read from one connection a turn, so that one peer cannot hold up the others.
pub(super) const READ_BYTES: usize = 64 << 10;

#[derive(Debug)]
pub(super) struct Stream {
    pub(super) id: u64,
    pub(super) socket: TcpStream,
    pub(super) remote: SocketAddr,
    pub(super) state: State,
    pub(super) layer: Layer,
    /// Whether the poller watches for room to write.
    pub(super) awaits_room: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Connecting { until: Duration },
    Handshaking { until: Duration },
    Open { last_active: Duration },
}

/// What lies between the socket and the bytes that are told.
#[derive(Debug)]
pub(super) enum Layer {
    /// Nothing; these bytes wait to be written.
    Plain(VecDeque<u8>),
    Tls(Box<Session>),
}

/// What a read has brought.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) data: Bytes,
    /// The wall clock's time at which the oldest of it arrived, if known.
    pub(super) arrived: Option<Duration>,
    /// Whether nothing follows.
    pub(super) ended: bool,
}

impl Stream {
    pub(super) fn new(
        id: u64,
        (socket, remote): (TcpStream, SocketAddr),
        state: State,
        layer: Layer,
    ) -> Self {
        Self {
            id,
            socket,
            remote,
            state,
            layer,
            awaits_room: matches!(state, State::Connecting { .. }),
        }
    }

    /// Whether there is something to write, or a connection to be waited for.
    pub(super) fn wants_room(&self) -> bool {
        let waits = match &self.layer {
            Layer::Plain(unsent) => !unsent.is_empty(),
            Layer::Tls(session) => session.wants_write(),
        };
        waits || matches!(self.state, State::Connecting { .. })
    }

    fn is_connecting(&self) -> bool {
        matches!(self.state, State::Connecting { .. })
    }

    /// Sends or keeps `data`; at most `limit` bytes are kept.
    pub(super) fn send(&mut self, data: &[u8], limit: usize) -> Result<(), CloseReason> {
        let is_connecting = self.is_connecting();
        match &mut self.layer {
            Layer::Plain(unsent) => {
                let mut rest = data;
                if unsent.is_empty() && !is_connecting {
                    rest = &data[write_some(&self.socket, data)?..];
                }
                if unsent.len() + rest.len() > limit {
                    return Err(CloseReason::Unsent);
                }
                unsent.extend(rest);
                Ok(())
            }
            Layer::Tls(session) => {
                if !session.put(data) {
                    return Err(CloseReason::Unsent);
                }
                if is_connecting {
                    return Ok(());
                }
                session.write(&self.socket).map_err(failed)
            }
        }
    }

    /// Writes what waits, as far as there is room.
    pub(super) fn flush(&mut self) -> Result<(), CloseReason> {
        match &mut self.layer {
            Layer::Plain(unsent) => flush_plain(&self.socket, unsent),
            Layer::Tls(session) => session.write(&self.socket).map_err(failed),
        }
    }

    /// Reads what came.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<Heard, CloseReason> {
        match &mut self.layer {
            Layer::Plain(_) => read_plain(&self.socket, buffer),
            Layer::Tls(session) => {
                let progress = session.read(&self.socket).map_err(failed)?;
                Ok(Heard {
                    data: progress.plain.into(),
                    arrived: progress.arrived,
                    ended: progress.ended,
                })
            }
        }
    }

    /// Tells a peer that understands it that nothing follows.
    pub(super) fn say_goodbye(&mut self) {
        if let Layer::Tls(session) = &mut self.layer
            && matches!(self.state, State::Open { .. })
        {
            session.close(&self.socket);
        }
    }
}

fn failed(_: Broken) -> CloseReason {
    CloseReason::Failed
}

fn flush_plain(socket: &TcpStream, unsent: &mut VecDeque<u8>) -> Result<(), CloseReason> {
    while !unsent.is_empty() {
        let (front, _) = unsent.as_slices();
        let written = write_some(socket, front)?;
        if written == 0 {
            return Ok(());
        }
        unsent.drain(..written);
    }
    unsent.shrink_to(4_096);
    Ok(())
}

fn read_plain(socket: &TcpStream, buffer: &mut [u8]) -> Result<Heard, CloseReason> {
    let mut socket = Stamped::new(socket);
    loop {
        match socket.read(buffer) {
            Ok(0) => return Err(CloseReason::Peer),
            Ok(read) => {
                return Ok(Heard {
                    data: Bytes::copy_from_slice(&buffer[..read]),
                    arrived: socket.arrived(),
                    ended: false,
                });
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Ok(Heard::default());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(CloseReason::Failed),
        }
    }
}

/// Writes without waiting; the number of bytes that were taken.
fn write_some(mut socket: &TcpStream, data: &[u8]) -> Result<usize, CloseReason> {
    let mut written = 0;
    while written < data.len() {
        match socket.write(&data[written..]) {
            Ok(0) => return Err(CloseReason::Failed),
            Ok(some) => written += some,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Err(CloseReason::Failed),
        }
    }
    Ok(written)
}
