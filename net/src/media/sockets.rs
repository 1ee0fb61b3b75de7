//! The sockets that media threads share, by slot: each slot is open in one thread at most, and what
//! is known of it is known there.
//!
//! What is sent over a connected socket costs the kernel a fifth less. A slot's own socket is
//! connected to a proven peer alone, because it hears nobody else then. To a peer that stays silent
//! a second socket on the same port is **aimed**: what comes from that peer arrives there, what
//! comes from anyone else at the slot's own, as before.

use super::{
    Path, Queued,
    statistics::{Statistics, add},
};
use crate::syscall::{
    datagram, option,
    poll::{Interest, Poller},
};
use std::{
    io,
    net::{SocketAddr, UdpSocket},
    sync::{Arc, atomic::Ordering},
};

/// Packets of an earlier call that are thrown away at most; a receive buffer holds fewer.
const DRAIN_MAX: usize = 4_096;

/// Packets to an assumed peer before a socket is aimed at it, which costs as much as some of them;
/// most peers have proven themselves by then.
const ASSUMED_BEFORE_AIM: u8 = 32;

pub(super) struct Sockets {
    shared: Arc<[UdpSocket]>,
    slots: Vec<Slot>,
    statistics: Arc<Statistics>,
}

/// What a poller's token stands for.
pub(super) enum Socket {
    Slot(u32),
    /// The one that is aimed at the slot's peer.
    Aimed(u32),
    Companion(u32),
}

/// The bit of a token that tells a companion.
const COMPANION: u64 = 1 << 32;
/// The bit of a token that tells an aimed socket.
const AIMED: u64 = 1 << 33;

impl Socket {
    /// The slot whose media arrives there.
    pub(super) fn slot(&self) -> Option<u32> {
        match *self {
            Self::Slot(slot) | Self::Aimed(slot) => Some(slot),
            Self::Companion(_) => None,
        }
    }

    pub(super) fn of_token(token: u64) -> Self {
        let slot = u32::try_from(token & !(COMPANION | AIMED)).unwrap_or(u32::MAX);
        match token & (COMPANION | AIMED) {
            0 => Self::Slot(slot),
            AIMED => Self::Aimed(slot),
            _ => Self::Companion(slot),
        }
    }
}

#[derive(Default)]
struct Slot {
    companion: Option<UdpSocket>,
    /// The socket beside the slot's own that is connected to the peer.
    aimed: Option<UdpSocket>,
    open: bool,
    /// Whether the slot's own socket is connected, too.
    connected: bool,
    /// Packets that were sent to peers without proof.
    assumed: u8,
    /// To whom a socket is connected.
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
            Queued::Delivered => {
                slot.peer = socket.peer_addr().ok();
                slot.connected = slot.peer.is_some();
            }
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
        slot.withdraw();
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

    /// Reads a little of each of some slots.
    pub(super) fn read_ahead(&self, numbers: impl Iterator<Item = u32>) {
        let slots = numbers.filter_map(|number| self.slots.get(number as usize));
        let connected = slots.filter(|slot| slot.peer.is_some() && slot.open);
        std::hint::black_box(connected.count());
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "whence, where to and how a packet goes"
    )]
    pub(super) fn send(
        &mut self,
        number: u32,
        to: SocketAddr,
        packet: &[u8],
        path: Path,
        poller: &Poller,
    ) {
        let statistics = &self.statistics;
        let Some((socket, slot)) = at(&self.shared, &mut self.slots, number) else {
            return;
        };
        let to = slot.clothed(to);
        match path {
            Path::Proven => slot.connect(socket, to),
            Path::Assumed => slot.assume(socket, to, (number, poller)),
        }
        let socket = slot.aimed.as_ref().unwrap_or(socket);
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
        let open = self
            .slots
            .get(number as usize)
            .is_some_and(|slot| slot.open);
        if let Some(socket) = self.shared.get(number as usize).filter(|_| open) {
            self.receive_from(socket, buffer, take);
        }
    }

    /// The same for the socket that is aimed at a slot's peer.
    pub(super) fn receive_aimed(
        &self,
        number: u32,
        buffer: &mut [u8],
        take: impl FnOnce(SocketAddr, &mut [u8]),
    ) {
        let slot = self.slots.get(number as usize).filter(|slot| slot.open);
        if let Some(socket) = slot.and_then(|slot| slot.aimed.as_ref()) {
            self.receive_from(socket, buffer, take);
        }
    }

    fn receive_from(
        &self,
        socket: &UdpSocket,
        buffer: &mut [u8],
        take: impl FnOnce(SocketAddr, &mut [u8]),
    ) {
        match datagram::receive(socket, buffer) {
            Ok((length, from)) => {
                add(&self.statistics.packets_in, 1);
                take(plain(from), &mut buffer[..length]);
            }
            Err(error) if is_unreachable(&error) => add(&self.statistics.peers_unreachable, 1),
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

    /// Connects to a proven peer. A socket that is aimed at it already stays: packets may wait there.
    fn connect(&mut self, socket: &UdpSocket, to: SocketAddr) {
        if self.connected && self.peer == Some(to) {
            return;
        }
        if self.peer != Some(to) {
            self.aimed = None;
        }
        self.connected = socket.connect(to).is_ok();
        let known = self.connected || self.aimed.is_some();
        self.peer = known.then_some(to);
    }

    /// Dissolves the connection to a peer that is no longer proven, and aims at one that stays
    /// without proof. Sockets of IPv6 may have peers of both families and are left as they are.
    fn assume(&mut self, socket: &UdpSocket, to: SocketAddr, (number, poller): (u32, &Poller)) {
        if self.connected || (self.aimed.is_some() && self.peer != Some(to)) {
            self.disconnect(socket);
        }
        if self.assumed == ASSUMED_BEFORE_AIM && !self.is_v6 {
            let aimed = option::bind_beside(socket).and_then(|aimed| {
                option::prepare_rtp(&aimed, to)?;
                aimed.connect(to)?;
                poller.add(&aimed, u64::from(number) | AIMED, Interest::Read)?;
                Ok(aimed)
            });
            match aimed {
                Ok(aimed) => (self.aimed, self.peer) = (Some(aimed), Some(to)),
                Err(error) => tracing::debug!(%error, slot = number, "no socket can be aimed"),
            }
        }
        self.assumed = self.assumed.saturating_add(1);
    }

    fn disconnect(&mut self, socket: &UdpSocket) {
        let _ = datagram::disconnect(socket);
        self.connected = false;
        self.withdraw();
        self.peer = None;
    }

    /// Takes back the aimed socket; the kernel takes it off the poller.
    fn withdraw(&mut self) {
        self.assumed = 0;
        if self.aimed.take().is_some() && !self.connected {
            self.peer = None;
        }
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
