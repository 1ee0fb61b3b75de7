//! One TCP connection: what waits to be written, and when it last lived.

use super::CloseReason;
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
    unsent: VecDeque<u8>,
    /// Whether the poller watches for room to write.
    pub(super) awaits_room: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Connecting { until: Duration },
    Open { last_active: Duration },
}

impl Stream {
    pub(super) fn new(id: u64, socket: TcpStream, remote: SocketAddr, state: State) -> Self {
        Self {
            id,
            socket,
            remote,
            state,
            unsent: VecDeque::new(),
            awaits_room: matches!(state, State::Connecting { .. }),
        }
    }

    /// Whether there is something to write, or a connection to be waited for.
    pub(super) fn wants_room(&self) -> bool {
        !self.unsent.is_empty() || matches!(self.state, State::Connecting { .. })
    }

    /// Sends or keeps `data`; at most `limit` bytes are kept.
    pub(super) fn send(&mut self, data: &[u8], limit: usize) -> Result<(), CloseReason> {
        let mut rest = data;
        if self.unsent.is_empty() && matches!(self.state, State::Open { .. }) {
            rest = &data[write_some(&self.socket, data)?..];
        }
        if self.unsent.len() + rest.len() > limit {
            return Err(CloseReason::Unsent);
        }
        self.unsent.extend(rest);
        Ok(())
    }

    /// Writes what waits, as far as there is room.
    pub(super) fn flush(&mut self) -> Result<(), CloseReason> {
        while !self.unsent.is_empty() {
            let (front, _) = self.unsent.as_slices();
            let written = write_some(&self.socket, front)?;
            if written == 0 {
                return Ok(());
            }
            self.unsent.drain(..written);
        }
        self.unsent.shrink_to(4_096);
        Ok(())
    }

    /// Reads what came, once; `None` when nothing is there.
    pub(super) fn read<'b>(
        &mut self,
        buffer: &'b mut [u8],
    ) -> Result<Option<&'b [u8]>, CloseReason> {
        loop {
            match self.socket.read(buffer) {
                Ok(0) => return Err(CloseReason::Peer),
                Ok(read) => return Ok(Some(&buffer[..read])),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(CloseReason::Failed),
            }
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
