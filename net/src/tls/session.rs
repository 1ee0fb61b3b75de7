//! One connection's session: bytes of the wire in, plain bytes out, and back.

use super::{Client, Server, names::names_of};
use crate::syscall::stream::Stamped;
use rustls::{ClientConnection, Connection, ServerConnection, pki_types::ServerName};
use std::{
    io::{self, Read as _, Write as _},
    net::{IpAddr, TcpStream},
    time::Duration,
};

/// Bytes taken from the wire in one turn, so that one peer cannot hold up the others.
const READ_BYTES: usize = 64 << 10;

/// A TLS session over a non-blocking socket.
#[derive(Debug)]
pub(crate) struct Session(Connection);

/// What reading has brought.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Plain bytes, in order.
    pub(crate) plain: Vec<u8>,
    /// The wall clock's time at which the oldest of it arrived on the wire, if known.
    pub(crate) arrived: Option<Duration>,
    /// Whether the peer has said that nothing follows.
    pub(crate) ended: bool,
}

/// The session is over: the peer broke the rules, or the socket broke.
#[derive(Debug)]
pub(crate) struct Broken;

impl Session {
    /// The side that was connected to; `limit` bounds what waits to be written.
    pub(crate) fn accept(server: &Server, limit: usize) -> Option<Self> {
        let mut session = ServerConnection::new(server.config()).ok()?;
        session.set_buffer_limit(Some(limit));
        Some(Self(session.into()))
    }

    /// The side that connects, to whoever proves to be `name`, or to have the address `ip`.
    pub(crate) fn connect(
        client: &Client,
        name: Option<&str>,
        ip: IpAddr,
        limit: usize,
    ) -> Option<Self> {
        let name = match name {
            Some(name) => ServerName::try_from(name.to_owned()).ok()?,
            None => ServerName::from(ip),
        };
        let mut session = ClientConnection::new(client.config(), name).ok()?;
        session.set_buffer_limit(Some(limit));
        Some(Self(session.into()))
    }

    pub(crate) fn is_handshaking(&self) -> bool {
        self.0.is_handshaking()
    }

    pub(crate) fn wants_write(&self) -> bool {
        self.0.wants_write()
    }

    /// The names in the peer's certificate, which was verified; none where it showed none.
    pub(crate) fn peer_names(&self) -> Vec<String> {
        let certificates = self.0.peer_certificates().unwrap_or_default();
        certificates.first().map(names_of).unwrap_or_default()
    }

    /// Takes what the wire has, answers what the session itself has to answer.
    pub(crate) fn read(&mut self, socket: &TcpStream) -> Result<Progress, Broken> {
        let mut progress = Progress::default();
        let mut taken = 0;
        let mut wire = Stamped::new(socket);
        while taken < READ_BYTES {
            match self.0.read_tls(&mut wire) {
                Ok(0) => {
                    progress.ended = true;
                    break;
                }
                Ok(read) => taken += read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return Err(Broken),
            }
            let Ok(state) = self.0.process_new_packets() else {
                // The alert tells the peer why; whether it hears it is all the same.
                let _ = self.write(socket);
                return Err(Broken);
            };
            progress.ended |= state.peer_has_closed();
            // All plain bytes are taken at once: a socket without more on the wire would not
            // become readable for those left in the session.
            let _ = self.0.reader().read_to_end(&mut progress.plain);
        }
        self.write(socket)?;
        progress.arrived = wire.arrived();
        Ok(progress)
    }

    /// Encrypts `plain`; false when more would wait than the limit allows.
    pub(crate) fn put(&mut self, plain: &[u8]) -> bool {
        matches!(self.0.writer().write(plain), Ok(taken) if taken == plain.len())
    }

    /// Writes as much of what waits as the socket takes.
    pub(crate) fn write(&mut self, mut socket: &TcpStream) -> Result<(), Broken> {
        while self.0.wants_write() {
            match self.0.write_tls(&mut socket) {
                Ok(0) => return Err(Broken),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err(Broken),
            }
        }
        Ok(())
    }

    /// Tells the peer that nothing follows.
    pub(crate) fn close(&mut self, socket: &TcpStream) {
        self.0.send_close_notify();
        let _ = self.write(socket);
    }
}
