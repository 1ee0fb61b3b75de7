//! A leg's socket, and the file of a recorded call.

use std::fs::File;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddrV4, UdpSocket};

/// A second of both directions in G.711.
const CHUNK_BYTES: usize = 16_000;
/// As long as the head of a WAV file.
const HEAD_BYTES: usize = 58;

/// See the module.
pub(super) struct Line {
    socket: UdpSocket,
    owner: Option<(usize, bool)>,
}

impl Line {
    pub(super) fn bind() -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            owner: None,
        })
    }

    pub(super) fn socket(&self) -> &UdpSocket {
        &self.socket
    }

    pub(super) fn port(&self) -> io::Result<u16> {
        Ok(self.socket.local_addr()?.port())
    }

    /// The call, and whether this is its agent's leg.
    pub(super) fn owner(&self) -> Option<(usize, bool)> {
        self.owner
    }

    pub(super) fn serve(&mut self, call: usize, is_agent: bool) {
        self.owner = Some((call, is_agent));
    }

    pub(super) fn rest(&mut self) {
        self.owner = None;
    }

    pub(super) fn aim(&self, peer: SocketAddrV4) -> io::Result<()> {
        self.socket.connect(peer)
    }

    pub(super) fn send(&self, packet: &[u8]) {
        // A peer that has gone costs its own packets only.
        let _ = self.socket.send(packet);
    }

    pub(super) fn receive(&self, buffer: &mut [u8]) -> Option<usize> {
        self.socket.recv(buffer).ok()
    }
}

/// Bytes of both directions, written a second at a time.
pub(super) struct Recording {
    file: File,
    buffer: Vec<u8>,
}

impl Recording {
    pub(super) fn create(number: u32) -> io::Result<Self> {
        let mut file = File::create(format!("{number}.wav"))?;
        file.write_all(&[0; HEAD_BYTES])?;
        Ok(Self {
            file,
            buffer: Vec::with_capacity(CHUNK_BYTES),
        })
    }

    pub(super) fn write(&mut self, payload: &[u8]) {
        self.buffer.extend_from_slice(payload);
        if self.buffer.len() >= CHUNK_BYTES {
            self.flush();
        }
    }

    pub(super) fn finish(mut self) {
        self.flush();
    }

    fn flush(&mut self) {
        // A full disk would show in the product's own figures as well.
        let _ = self.file.write_all(&self.buffer);
        self.buffer.clear();
    }
}
