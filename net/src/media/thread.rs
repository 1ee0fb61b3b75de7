//! The loop of a media thread.

use super::{
    Machine, Path, Queued, Sink, TICK,
    channel::{Events, Orders},
    checkpoint,
    sockets::{Socket, Sockets},
    statistics::{Statistics, add},
};
use crate::{
    Clock, Waker,
    syscall::{
        poll::{Interest, Poller},
        process,
    },
};
use std::{
    fs::File,
    io,
    net::{SocketAddr, UdpSocket},
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, sync_channel},
    },
    thread::JoinHandle,
    time::Duration,
};

const WAKE: u64 = u64::MAX;
/// Longer than any RTP packet that Ethernet carries; the rest of a longer one is cut off.
const PACKET_BYTES: usize = 2_048;
/// Ticks made up for after a hold-up.
const TICKS_MADE_UP: u32 = 4;
/// Orders obeyed before packets are looked at again.
const ORDERS_A_TURN: usize = 256;
/// With so many packets in a tick the thread lets packets gather, because each wake-up costs as much
/// as some packets.
const BUSY_PACKETS: usize = 50;
/// So many sockets that are ready at once are enough for a turn: a thread that is behind does not
/// rest.
const GATHERED: usize = 64;
/// Packets whose legs are fetched from memory together.
const READ_AHEAD: usize = 16;
/// How long packets gather: it delays a relayed packet by half of this on average.
const GATHER: Duration = Duration::from_micros(500);
const SECOND: Duration = Duration::from_secs(1);

/// What a media thread is started with.
#[derive(Debug)]
pub struct Config {
    /// The thread's name in the system's lists, at most 15 bytes of it shown.
    pub name: String,
    /// The process's clock.
    pub clock: Clock,
    /// The sockets of all threads, non-blocking; a slot is an index into them. A slot is to be open
    /// in one thread at most: what goes from one to another is closed here before it is opened there.
    pub sockets: Arc<[UdpSocket]>,
    /// Where its checkpoints go: a file in memory, so that no disk can hold up the thread.
    pub checkpoint: Option<File>,
    /// Orders that may wait.
    pub orders: usize,
    /// Events that may wait.
    pub events: usize,
    /// The processor that it stays on, counted from 0 and around.
    pub processor: Option<usize>,
}

/// A running media thread; it ends when this is dropped.
#[derive(Debug)]
pub struct Thread<O> {
    orders: Orders<O>,
    statistics: Arc<Statistics>,
    stop: Arc<AtomicBool>,
    handle: Option<JoinHandle<()>>,
}

impl<O> Thread<O> {
    /// Where its orders go.
    pub fn orders(&self) -> Orders<O> {
        self.orders.clone()
    }

    /// What it tells about itself.
    pub fn statistics(&self) -> Arc<Statistics> {
        Arc::clone(&self.statistics)
    }

    /// Whether it runs. A machine that panicked has ended it: the process cannot go on, and its
    /// owner ceases to tell the parent that it lives.
    pub fn is_running(&self) -> bool {
        self.handle
            .as_ref()
            .is_some_and(|handle| !handle.is_finished())
    }
}

impl<O> Drop for Thread<O> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        self.orders.waker.wake();
        if let Some(handle) = self.handle.take() {
            let _ = handle.join();
        }
    }
}

/// A started thread and where its events arrive.
pub type Spawned<M> = (
    Thread<<M as Machine>::Order>,
    Receiver<<M as Machine>::Event>,
);

/// Starts a media thread; `wake` is called from it after events were put into the channel.
///
/// # Errors
/// A refusal of epoll or of the thread.
pub fn spawn<M: Machine>(
    config: Config,
    machine: M,
    wake: impl Fn() + Send + 'static,
) -> io::Result<Spawned<M>> {
    let statistics = Arc::new(Statistics::default());
    let stop = Arc::new(AtomicBool::new(false));
    let waker = Waker::new()?;
    let poller = Poller::new()?;
    poller.add(&waker, WAKE, Interest::Read)?;
    let (order_sender, order_receiver) = sync_channel(config.orders);
    let (event_sender, event_receiver) = sync_channel(config.events);
    let runner = Runner {
        machine,
        clock: config.clock,
        orders: order_receiver,
        waker: waker.clone(),
        next_tick: config.clock.now() + TICK,
        next_second: config.clock.now() + SECOND,
        idle: Duration::ZERO,
        packets: 0,
        busy: false,
        ready: 0,
        checkpoint: config.checkpoint.map(checkpoint::Writer::new),
        outlet: Outlet {
            poller,
            sockets: Sockets::new(config.sockets, Arc::clone(&statistics)),
            events: Events::new(
                event_sender,
                Box::new(wake),
                M::is_vital,
                Arc::clone(&statistics),
            ),
        },
        statistics: Arc::clone(&statistics),
        stop: Arc::clone(&stop),
    };
    let builder = std::thread::Builder::new().name(config.name);
    let handle = builder.spawn(move || {
        if let Some(processor) = config.processor
            && let Err(error) = process::pin_thread(processor % process::processors())
        {
            tracing::warn!(%error, processor, "a media thread is not kept on its processor");
        }
        runner.run();
    })?;
    let thread = Thread {
        orders: Orders {
            sender: order_sender,
            waker,
        },
        statistics,
        stop,
        handle: Some(handle),
    };
    Ok((thread, event_receiver))
}

struct Runner<M: Machine> {
    machine: M,
    clock: Clock,
    orders: Receiver<M::Order>,
    waker: Waker,
    next_tick: Duration,
    next_second: Duration,
    /// Time spent waiting in this second.
    idle: Duration,
    /// Packets since the last tick, and whether those of the tick before were many.
    packets: usize,
    busy: bool,
    /// Sockets that were ready in the last turn.
    ready: usize,
    checkpoint: Option<checkpoint::Writer>,
    outlet: Outlet<M::Event>,
    statistics: Arc<Statistics>,
    stop: Arc<AtomicBool>,
}

impl<M: Machine> Runner<M> {
    fn run(mut self) {
        let mut buffer = [0; PACKET_BYTES];
        while !self.stop.load(Ordering::Acquire) {
            let now = self.clock.now();
            let more_orders = self.obey(now);
            if self.machine.checkpoint_is_due() {
                self.write_checkpoint(now);
            }
            self.tick(now);
            self.flush();
            self.each_second(now);
            let before = self.clock.now();
            let wait = if more_orders {
                Duration::ZERO
            } else {
                self.next_tick.saturating_sub(before)
            };
            let gather = if self.busy && self.ready < GATHERED {
                GATHER.min(wait)
            } else {
                Duration::ZERO
            };
            if !gather.is_zero() {
                std::thread::sleep(gather);
            }
            let ready = match self.outlet.poller.wait(Some(wait.saturating_sub(gather))) {
                Ok(ready) => ready,
                Err(error) => {
                    tracing::error!(%error, "a media thread ends");
                    return;
                }
            };
            let now = self.clock.now();
            self.idle += now.saturating_sub(before);
            self.ready = ready;
            self.packets += ready;
            for first in (0..ready).step_by(READ_AHEAD) {
                let some = first..ready.min(first + READ_AHEAD);
                self.read_ahead(some.clone());
                for index in some {
                    self.serve(now, self.outlet.poller.ready(index).token, &mut buffer);
                }
            }
        }
    }

    fn read_ahead(&self, ready: Range<usize>) {
        let tokens = ready.map(|index| self.outlet.poller.ready(index).token);
        let slots = tokens.filter_map(|token| Socket::of_token(token).slot());
        self.outlet.sockets.read_ahead(slots.clone());
        self.machine.read_ahead(slots);
    }

    fn serve(&mut self, now: Duration, token: u64, buffer: &mut [u8]) {
        if token == WAKE {
            self.waker.take();
            return;
        }
        let machine = &mut self.machine;
        let sockets = &self.outlet.sockets;
        match Socket::of_token(token) {
            Socket::Slot(slot) => sockets.receive(slot, buffer, |from, packet| {
                machine.handle_packet(now, slot, from, packet);
            }),
            Socket::Aimed(slot) => sockets.receive_aimed(slot, buffer, |from, packet| {
                machine.handle_packet(now, slot, from, packet);
            }),
            Socket::Companion(slot) => sockets.receive_companion(slot, buffer, |from, packet| {
                machine.handle_companion(now, slot, from, packet);
            }),
        }
        self.flush();
    }

    /// Obeys what was ordered; whether more may wait.
    fn obey(&mut self, now: Duration) -> bool {
        for _ in 0..ORDERS_A_TURN {
            let Ok(order) = self.orders.try_recv() else {
                return false;
            };
            add(&self.statistics.orders, 1);
            self.machine.handle_order(now, order);
        }
        true
    }

    fn tick(&mut self, now: Duration) {
        let mut given = 0;
        if self.next_tick <= now {
            self.busy = std::mem::take(&mut self.packets) >= BUSY_PACKETS;
        }
        while self.next_tick <= now {
            self.statistics
                .record_lateness(now.saturating_sub(self.next_tick));
            self.next_tick += TICK;
            given += 1;
            self.machine.handle_tick(now);
            if given > TICKS_MADE_UP && self.next_tick <= now {
                let behind = now.saturating_sub(self.next_tick).as_nanos() / TICK.as_nanos() + 1;
                let missed = u32::try_from(behind).unwrap_or(u32::MAX);
                add(&self.statistics.ticks_missed, u64::from(missed));
                self.next_tick = now + TICK;
            }
        }
    }

    fn flush(&mut self) {
        self.machine.flush(&mut self.outlet);
        self.outlet.events.flush();
    }

    fn each_second(&mut self, now: Duration) {
        if now < self.next_second {
            return;
        }
        let span = now.saturating_sub(self.next_second) + SECOND;
        let busy = span.saturating_sub(self.idle).as_micros() * 1_000 / span.as_micros().max(1);
        let permille = u32::try_from(busy).unwrap_or(1_000);
        self.statistics
            .busy_permille
            .store(permille, Ordering::Relaxed);
        self.idle = Duration::ZERO;
        self.next_second = now + SECOND;
        self.write_checkpoint(now);
    }

    fn write_checkpoint(&mut self, now: Duration) {
        if let Some(checkpoint) = &mut self.checkpoint {
            self.machine.write_checkpoint(now, &mut checkpoint.buffer);
            if checkpoint.write().is_err() {
                add(&self.statistics.checkpoints_failed, 1);
            }
        }
    }
}

/// What the machine writes to.
struct Outlet<E> {
    poller: Poller,
    sockets: Sockets,
    events: Events<E>,
}

impl<E> Sink<E> for Outlet<E> {
    fn open(&mut self, slot: u32, queued: Queued) {
        self.sockets.open(slot, queued, &self.poller);
    }

    fn open_companion(&mut self, slot: u32) {
        self.sockets.open_companion(slot, &self.poller);
    }

    fn close(&mut self, slot: u32) {
        self.sockets.close(slot, &self.poller);
    }

    fn read_ahead(&mut self, slots: impl Iterator<Item = u32>) {
        self.sockets.read_ahead(slots);
    }

    fn send(&mut self, slot: u32, to: SocketAddr, packet: &[u8], path: Path) {
        self.sockets.send(slot, to, packet, path, &self.poller);
    }

    fn send_companion(&mut self, slot: u32, to: SocketAddr, packet: &[u8]) {
        self.sockets.send_companion(slot, to, packet);
    }

    fn tell(&mut self, event: E) {
        self.events.tell(event);
    }
}

#[cfg(test)]
mod tests;
