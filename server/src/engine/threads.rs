//! The media threads as the engine thread sees them: orders out, events in, nothing waits.

use crate::media::Threaded;
use media::{Order, PortPool};
use net::media::{Config, Orders, Statistics, Thread, read_checkpoint, spawn};
use net::{Clock, Waker, disk};
use std::collections::VecDeque;
use std::fs::File;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// Orders that may wait for one thread in its channel.
const ORDERS: usize = 16_384;
/// Events that may wait for the engine.
const EVENTS: usize = 16_384;
/// Orders kept for a thread whose channel is full; more than this means that it stands still, and
/// the parent will replace the process.
const BACKLOG: usize = 262_144;

/// What the threads are made of.
pub(crate) struct Room {
    pub(crate) clock: Clock,
    /// By ascending port.
    pub(crate) sockets: Vec<UdpSocket>,
    pub(crate) checkpoints: Vec<File>,
    pub(crate) disk: disk::Orders,
    pub(crate) waker: Waker,
}

/// All media threads.
pub(crate) struct MediaThreads {
    threads: Vec<Media>,
}

struct Media {
    thread: Thread<Order>,
    orders: Orders<Order>,
    events: Receiver<media::Event>,
    backlog: VecDeque<Order>,
}

impl MediaThreads {
    /// Starts a thread for each worker of the pool, with the sockets of its ports.
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub(crate) fn start(pool: &PortPool, workers: usize, room: Room) -> anyhow::Result<Self> {
        let mut sockets: VecDeque<(u16, UdpSocket)> = VecDeque::new();
        for socket in room.sockets {
            sockets.push_back((socket.local_addr()?.port(), socket));
        }
        let mut checkpoints = room.checkpoints.into_iter();
        let mut threads = Vec::new();
        for worker in 0..workers {
            let Some(ports) = pool.ports_of(worker) else {
                continue;
            };
            let (mut own, mut numbers) = (Vec::new(), Vec::new());
            while sockets.front().is_some_and(|(port, _)| *port < ports.start) {
                sockets.pop_front();
            }
            while let Some((port, socket)) = sockets.pop_front_if(|(port, _)| *port < ports.end) {
                numbers.push(port);
                own.push(socket);
            }
            let checkpoint = checkpoints.next();
            let before = checkpoint.as_ref().and_then(read_checkpoint);
            let machine = Threaded::new(&numbers, room.disk.clone(), before.as_deref());
            let config = Config {
                name: format!("media-{worker}"),
                clock: room.clock,
                sockets: own,
                checkpoint,
                orders: ORDERS,
                events: EVENTS,
                processor: None,
            };
            let waker = room.waker.clone();
            let (thread, events) = spawn(config, machine, move || waker.wake())?;
            threads.push(Media {
                orders: thread.orders(),
                thread,
                events,
                backlog: VecDeque::new(),
            });
        }
        Ok(Self { threads })
    }

    /// Tells a thread, now or as soon as its channel has room.
    pub(crate) fn order(&mut self, worker: usize, order: Order) {
        let Some(media) = self.threads.get_mut(worker) else {
            return;
        };
        if media.backlog.len() >= BACKLOG {
            metrics::counter!("trunkline_media_orders_lost_total").increment(1);
            return;
        }
        media.backlog.push_back(order);
    }

    /// Sends what waits.
    pub(crate) fn push(&mut self) {
        for media in &mut self.threads {
            media.orders.send_all(&mut media.backlog);
        }
    }

    /// Gives at most `most` events of each thread to `take`.
    pub(crate) fn drain(&self, most: usize, mut take: impl FnMut(media::Event)) {
        for media in &self.threads {
            media.events.try_iter().take(most).for_each(&mut take);
        }
    }

    /// Whether every thread runs. One that has panicked took its calls' sound with it: the parent
    /// is to replace the process, in which the calls go on.
    pub(crate) fn all_run(&self) -> bool {
        self.threads.iter().all(|media| media.thread.is_running())
    }

    /// What the threads tell about themselves.
    pub(crate) fn statistics(&self) -> impl Iterator<Item = Arc<Statistics>> {
        self.threads.iter().map(|media| media.thread.statistics())
    }
}
