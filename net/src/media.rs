//! Media threads: each runs one [`Machine`] over the RTP sockets that are open in it. The sockets
//! belong to all threads, so that a stream can go from one to another; nothing else is shared.
//!
//! A thread waits for packets of the open slots or for the next tick of 5 ms, hands both to its
//! machine and does what the machine asks for through a [`Sink`]. Orders come in and events go out
//! over bounded channels; whatever is full or slow elsewhere, the thread never waits for it.
//!
//! A slot is the index of a socket among all of them.

mod channel;
mod checkpoint;
mod sockets;
mod statistics;
mod thread;

use std::{net::SocketAddr, time::Duration};

pub use channel::{Full, Orders};
pub use checkpoint::{CHECKPOINT_BYTES_MAX, read as read_checkpoint};
pub use statistics::{Figures, LATENESS_MICROS, Statistics};
pub use thread::{Config, Spawned, Thread, spawn};

/// How often a machine is given a tick.
pub const TICK: Duration = Duration::from_millis(5);

/// What a media thread runs. Nothing in it may wait, and nothing a packet causes may allocate.
pub trait Machine: Send + 'static {
    /// What it is told to do.
    type Order: Send + 'static;
    /// What it tells.
    type Event: Send + 'static;

    /// Obeys an order.
    fn handle_order(&mut self, now: Duration, order: Self::Order);
    /// Takes a packet of an open slot; the bytes may be changed in place.
    fn handle_packet(&mut self, now: Duration, slot: u32, from: SocketAddr, packet: &mut [u8]);
    /// Hears of which slots packets are about to come, so that what is known of them can be fetched
    /// from memory together and not by one wait after the other.
    fn read_ahead(&self, slots: impl Iterator<Item = u32>) {
        let _ = slots;
    }
    /// Takes a packet of an open slot's companion.
    fn handle_companion(&mut self, now: Duration, slot: u32, from: SocketAddr, packet: &mut [u8]) {
        let _ = (now, slot, from, packet);
    }
    /// Does what is due. Called every [`TICK`], on time or as soon as possible after it; a thread
    /// that was held up gives at most four of the missed ticks at once.
    fn handle_tick(&mut self, now: Duration);
    /// Gives everything that is to be sent or told to `sink` and forgets it. Called after each
    /// batch of orders, packets and ticks.
    fn flush(&mut self, sink: &mut impl Sink<Self::Event>);
    /// Whether the event must reach its reader even when events are being dropped: digits, ends.
    fn is_vital(event: &Self::Event) -> bool {
        let _ = event;
        true
    }
    /// Whether a checkpoint is due at once, because of what was ordered.
    fn checkpoint_is_due(&mut self) -> bool {
        false
    }
    /// Fills the empty, reused `buffer` with what a restarted process needs to go on; called once
    /// a second. At most [`CHECKPOINT_BYTES_MAX`] bytes are kept.
    fn write_checkpoint(&mut self, now: Duration, buffer: &mut Vec<u8>) {
        let _ = (now, buffer);
    }
}

/// Where a machine puts what it wants done.
pub trait Sink<E> {
    /// Begins to listen to a slot.
    fn open(&mut self, slot: u32, queued: Queued);
    /// Binds a second socket, the companion, at the port above that of an open slot. Where another
    /// program holds that port, there is none.
    fn open_companion(&mut self, slot: u32);
    /// Ceases to listen to a slot and gives up its companion.
    fn close(&mut self, slot: u32);
    /// Says from which slots packets are about to be sent, so that what is known of them is fetched
    /// from memory together and not by one wait after the other.
    fn read_ahead(&mut self, slots: impl Iterator<Item = u32>) {
        let _ = slots;
    }
    /// Sends a packet from a slot. With [`Path::Proven`] the socket is connected to `to`, which
    /// makes sending cheaper and keeps strangers out; with [`Path::Assumed`] it hears everyone.
    fn send(&mut self, slot: u32, to: SocketAddr, packet: &[u8], path: Path);
    /// Sends a packet from a slot's companion, if it has one.
    fn send_companion(&mut self, slot: u32, to: SocketAddr, packet: &[u8]);
    /// Tells an event.
    fn tell(&mut self, event: E);
}

/// What becomes of packets that reached a socket before its slot was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queued {
    /// They belong to another call: they are thrown away, and the socket hears everyone.
    Discarded,
    /// They belong to this call, which goes on after a restart or comes from another thread: they
    /// are delivered, and a peer that the socket is connected to stays.
    Delivered,
}

/// What is known of the address that a packet is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// The peer has proven itself there.
    Proven,
    /// It is only what the session description says.
    Assumed,
}
