//! The simulated network: datagrams with delay, loss, copies and overtaking, all from a seed.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// How bad the network is; chances in thousandths.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    /// Datagrams that are lost.
    pub loss: u32,
    /// Datagrams that arrive twice.
    pub copies: u32,
    /// Datagrams that are late by up to 60 ms.
    pub overtaken: u32,
    /// One way.
    pub delay: Duration,
}

/// How late an overtaken datagram may be.
const LATE: Duration = Duration::from_millis(60);

impl Faults {
    /// A network that only takes its time.
    pub const NONE: Self = Self {
        loss: 0,
        copies: 0,
        overtaken: 0,
        delay: Duration::from_millis(5),
    };
    /// A poor access line.
    pub const POOR: Self = Self {
        loss: 30,
        copies: 20,
        overtaken: 50,
        delay: Duration::from_millis(15),
    };
}

/// A datagram on its way.
#[derive(Debug, Clone)]
pub struct Datagram {
    /// Its source.
    pub from: SocketAddr,
    /// Its destination.
    pub to: SocketAddr,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Everything between the server and the others.
#[derive(Debug)]
pub struct Network {
    /// May be changed at any time.
    pub faults: Faults,
    /// The length of the longest datagram to each address.
    pub longest: BTreeMap<SocketAddr, usize>,
    random: ChaCha12Rng,
    wire: BTreeMap<(Duration, u64), Datagram>,
    sent: u64,
}

impl Network {
    /// A network without faults.
    pub fn new(seed: u64) -> Self {
        Self {
            faults: Faults::NONE,
            longest: BTreeMap::new(),
            random: ChaCha12Rng::seed_from_u64(seed),
            wire: BTreeMap::new(),
            sent: 0,
        }
    }

    /// Puts a datagram on the wire; it may come out never, once or twice.
    pub fn send(&mut self, now: Duration, datagram: Datagram) {
        let longest = self.longest.entry(datagram.to).or_default();
        *longest = datagram.bytes.len().max(*longest);
        if self.happens(self.faults.loss) {
            return;
        }
        if self.happens(self.faults.copies) {
            self.put(now, datagram.clone());
        }
        self.put(now, datagram);
    }

    fn put(&mut self, now: Duration, datagram: Datagram) {
        let mut at = now + self.faults.delay;
        if self.happens(self.faults.overtaken) {
            let late = u64::from(self.random.next_u32()) % LATE.as_micros() as u64;
            at += Duration::from_micros(late);
        }
        self.sent += 1;
        self.wire.insert((at, self.sent), datagram);
    }

    fn happens(&mut self, thousandths: u32) -> bool {
        thousandths > 0 && self.random.next_u32() % 1_000 < thousandths
    }

    /// When the next datagram arrives.
    pub fn next_at(&self) -> Option<Duration> {
        self.wire.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the next datagram that has arrived by `now`.
    pub fn take(&mut self, now: Duration) -> Option<Datagram> {
        let entry = self.wire.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }
}
