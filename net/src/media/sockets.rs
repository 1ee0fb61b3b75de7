//! The sockets that media threads share, by slot: each slot is open in one thread at most, and what
//! is known of it is known there.

use super::{
    Path, Queued,
    statistics::{Statistics, add},
};
use crate::syscall::{
    datagram,
    poll::{Interest, Poller},
};
use std::{
    io,
    net::{SocketAddr, UdpSocket},
    sync::{Arc, atomic::Ordering},
};

/// Packets of an earlier call that are thrown away at most; a receive buffer holds fewer.
const DRAIN_MAX: usize = 4_096;

pub(super) struct Sockets {
    shared: Arc<[UdpSocket]>,
    slots: Vec<Slot>,
    statistics: Arc<Statistics>,
}

/// What a poller's token stands for.
pub(super) enum Socket {
    Slot(u32),
    Companion(u32),
}

/// The bit of a token that tells a companion.
const COMPANION: u64 = 1 << 32;

impl Socket {
    pub(super) fn of_token(token: u64) -> Self {
        let slot = u32::try_from(token & !COMPANION).unwrap_or(u32::MAX);
        if token & COMPANION == 0 {
            Self::Slot(slot)
        } else {
            Self::Companion(slot)
        }
    }
}

#[derive(Default)]
struct Slot {
    companion: Option<UdpSocket>,
    open: bool,
    peer: Option<SocketAddr>,
    /// Whether the socket is one of IPv6, over which peers of IPv4 are reached in IPv6 clothes.
    is_v6: bool,
}

impl Sockets {
    pub(super) fn new(sockets: Arc<[UdpSocket]>, statistics: Arc<Statistics>) -> Self {
        Self {
            slots: sockets.iter().map(|_| Slot::default()).collect(),
            shared: sockets,
            statistics,
        }
    }

    pub(super) fn open(&mut self, number: u32, queued: Queued, poller: &Poller) {
        let Some((socket, slot)) = at(&self.shared, &mut self.slots, number) else {
            return;
        };
        slot.is_v6 = socket.local_addr().is_ok_and(|local| local.is_ipv6());
        match queued {
            Queued::Discarded => {
                slot.disconnect(socket);
                drain(socket);
            }
            Queued::Delivered => slot.peer = socket.peer_addr().ok(),
        }
        if !slot.open {
            slot.open = true;
            if let Err(error) = poller.add(socket, u64::from(number), Interest::Read) {
                tracing::error!(%error, slot = number, "an RTP socket cannot be watched");
            }
            self.statistics.open_slots.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn close(&mut self, number: u32, poller: &Poller) {
        let Some((socket, slot)) = at(&self.shared, &mut self.slots, number) else {
            return;
        };
        slot.companion = None;
        if slot.open {
            slot.open = false;
            let _ = poller.remove(socket);
            self.statistics.open_slots.fetch_sub(1, Ordering::Relaxed);
        }
    }

    pub(super) fn open_companion(&mut self, number: u32, poller: &Poller) {
        let Some((socket, slot)) = at(&self.shared, &mut self.slots, number) else {
            return;
        };
        if !slot.open || slot.companion.is_some() {
            return;
        }
        let bound = bind_companion(socket).and_then(|companion| {
            poller.add(&companion, u64::from(number) | COMPANION, Interest::Read)?;
            Ok(companion)
        });
        match bound {
            Ok(companion) => slot.companion = Some(companion),
            Err(error) => {
                tracing::debug!(%error, slot = number, "no socket beside that of a slot");
            }
        }
    }

    pub(super) fn send_companion(&mut self, number: u32, to: SocketAddr, packet: &[u8]) {
        let Some((_, slot)) = at(&self.shared, &mut self.slots, number) else {
            return;
        };
        let to = slot.clothed(to);
        let Some(companion) = &slot.companion else {
            return;
        };
        // A refusal may belong to an earlier packet; one report more or less does not matter.
        match datagram::send(companion, packet, Some(to)) {
            Ok(()) => add(&self.statistics.packets_out, 1),
            Err(error) if is_unreachable(&error) => add(&self.statistics.peers_unreachable, 1),
            Err(_) => add(&self.statistics.sends_refused, 1),
        }
    }

    pub(super) fn receive_companion(
        &self,
        number: u32,
        buffer: &mut [u8],
        take: impl FnOnce(SocketAddr, &mut [u8]),
    ) {
        let slot = self.slots.get(number as usize).filter(|slot| slot.open);
        let Some(companion) = slot.and_then(|slot| slot.companion.as_ref()) else {
            return;
        };
        if let Ok((length, from)) = datagram::receive(companion, buffer) {
            add(&self.statistics.packets_in, 1);
            take(plain(from), &mut buffer[..length]);
        }
    }

    pub(super) fn send(&mut self, number: u32, to: SocketAddr, packet: &[u8], path: Path) {
        let statistics = &self.statistics;
        let Some((socket, slot)) = at(&self.shared, &mut self.slots, number) else {
            return;
        };
        let to = slot.clothed(to);
        slot.aim(socket, to, path);
        let named = (slot.peer != Some(to)).then_some(to);
        let mut sent = datagram::send(socket, packet, named);
        if sent.as_ref().is_err_and(is_unreachable) {
            // The error belongs to an earlier packet and is taken with this call; the packet
            // itself was not tried.
            add(&statistics.peers_unreachable, 1);
            sent = datagram::send(socket, packet, named);
        }
        match sent {
            Ok(()) => add(&statistics.packets_out, 1),
            Err(_) => add(&statistics.sends_refused, 1),
        }
    }

    /// Hands the packet that came to `take`. What waits behind it makes the socket ready again: a
    /// flood on one port does not starve the others, and no system call is spent on asking for a
    /// second packet where hardly ever is one.
    pub(super) fn receive(
        &self,
        number: u32,
        buffer: &mut [u8],
        take: impl FnOnce(SocketAddr, &mut [u8]),
    ) {
        let statistics = &self.statistics;
        let open = self
            .slots
            .get(number as usize)
            .is_some_and(|slot| slot.open);
        let Some(socket) = self.shared.get(number as usize).filter(|_| open) else {
            return;
        };
        match datagram::receive(socket, buffer) {
            Ok((length, from)) => {
                add(&statistics.packets_in, 1);
                take(plain(from), &mut buffer[..length]);
            }
            Err(error) if is_unreachable(&error) => add(&statistics.peers_unreachable, 1),
            Err(_) => {}
        }
    }
}

fn at<'a>(
    sockets: &'a [UdpSocket],
    slots: &'a mut [Slot],
    number: u32,
) -> Option<(&'a UdpSocket, &'a mut Slot)> {
    let index = usize::try_from(number).ok()?;
    Some((sockets.get(index)?, slots.get_mut(index)?))
}

/// An address of IPv4 without the clothes of IPv6.
fn plain(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

impl Slot {
    /// The peer as the socket names it.
    fn clothed(&self, to: SocketAddr) -> SocketAddr {
        match to {
            SocketAddr::V4(v4) if self.is_v6 => {
                SocketAddr::new(v4.ip().to_ipv6_mapped().into(), v4.port())
            }
            SocketAddr::V4(_) | SocketAddr::V6(_) => to,
        }
    }

    /// Connects to a proven peer, and dissolves the connection when there is none.
    fn aim(&mut self, socket: &UdpSocket, to: SocketAddr, path: Path) {
        match path {
            Path::Proven if self.peer != Some(to) => {
                self.peer = socket.connect(to).is_ok().then_some(to);
            }
            Path::Assumed if self.peer.is_some() => self.disconnect(socket),
            Path::Proven | Path::Assumed => {}
        }
    }

    fn disconnect(&mut self, socket: &UdpSocket) {
        self.peer = None;
        let _ = datagram::disconnect(socket);
    }
}

fn drain(socket: &UdpSocket) {
    let mut nothing = [0; 1];
    for _ in 0..DRAIN_MAX {
        match datagram::receive(socket, &mut nothing) {
            Err(error) if !is_unreachable(&error) => return,
            _ => {}
        }
    }
}

fn is_unreachable(error: &io::Error) -> bool {
    let unreachable = [libc::ECONNREFUSED, libc::EHOSTUNREACH, libc::ENETUNREACH];
    error
        .raw_os_error()
        .is_some_and(|code| unreachable.contains(&code))
}

/// A socket one port above that of a slot.
fn bind_companion(socket: &UdpSocket) -> io::Result<UdpSocket> {
    let mut beside = socket.local_addr()?;
    let port = beside
        .port()
        .checked_add(1)
        .ok_or(io::ErrorKind::AddrNotAvailable)?;
    beside.set_port(port);
    let companion = UdpSocket::bind(beside)?;
    companion.set_nonblocking(true)?;
    Ok(companion)
}
