//! The engine.
use std::net::SocketAddr;
use std::time::Duration;

use crate::{LegId, Line, Order, Outbox};

/// What an engine serves.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// The lowest leg.
    pub first_leg: LegId,
    /// How many leg numbers there are from the lowest on.
    pub legs: usize,
}

/// What an engine has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams that are not RTP.
    pub malformed: u64,
}

/// The legs of one media thread.
#[derive(Debug)]
pub struct Engine {
    config: Config,
}

impl Engine {
    /// An engine without legs.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// Obeys an order.
    pub fn handle_order(&mut self, now: Duration, order: Order, outbox: &mut Outbox) {
        let _ = (now, order, outbox, self.config);
    }

    /// Takes a packet that arrived for a leg.
    pub fn handle_packet(
        &mut self,
        now: Duration,
        leg: LegId,
        from: SocketAddr,
        packet: &mut [u8],
        outbox: &mut Outbox,
    ) {
        let _ = (now, leg, from, packet, outbox);
    }

    /// Does what is due; to be called every 5 ms.
    pub fn handle_tick(&mut self, now: Duration, outbox: &mut Outbox) {
        let _ = (now, outbox);
    }

    /// Visits the numbering of every open leg, for a checkpoint.
    pub fn lines(&self, now: Duration, visit: &mut impl FnMut(LegId, Line)) {
        let _ = (now, visit);
    }

    /// What the engine has seen so far.
    pub fn counters(&self) -> Counters {
        Counters::default()
    }
}
