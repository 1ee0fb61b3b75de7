//! The media threads as the engine thread sees them: orders out, events in, nothing waits.
//!
//! A leg that goes from one thread to another passes through here. What is ordered of the thread to
//! which it goes waits behind it, so that orders keep their sequence.

use crate::media::{Checkpoint, News, Task, Threaded};
use media::{Departure, LegId, Order};
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
    thread: Thread<Task>,
    orders: Orders<Task>,
    events: Receiver<News>,
    backlog: VecDeque<Task>,
    /// What follows a leg that is on its way, that leg in the front.
    held: VecDeque<Held>,
}

/// What a thread is told once it may be.
enum Held {
    Leg(LegId),
    Task(Box<Task>),
}

impl Media {
    fn tell(&mut self, task: Task) {
        if self.backlog.len() + self.held.len() >= BACKLOG {
            metrics::counter!("trunkline_media_orders_lost_total").increment(1);
        } else if self.held.is_empty() {
            self.backlog.push_back(task);
        } else {
            self.held.push_back(Held::Task(Box::new(task)));
        }
    }

    fn arrive(&mut self, departure: Departure) {
        let leg = departure.leg();
        let place = self
            .held
            .iter_mut()
            .find(|held| matches!(held, Held::Leg(awaited) if *awaited == leg));
        if let Some(place) = place {
            *place = Held::Task(Box::new(Task::Arrive(departure)));
        }
        while let Some(Held::Task(_)) = self.held.front()
            && let Some(Held::Task(task)) = self.held.pop_front()
        {
            self.backlog.push_back(*task);
        }
    }
}

impl MediaThreads {
    /// Starts so many threads over the same sockets.
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub(crate) fn start(workers: usize, room: Room) -> anyhow::Result<Self> {
        let numbers = room
            .sockets
            .iter()
            .map(|socket| Ok(socket.local_addr()?.port()))
            .collect::<anyhow::Result<Vec<u16>>>()?;
        let sockets: Arc<[UdpSocket]> = room.sockets.into();
        let before = room.checkpoints.iter().filter_map(read_checkpoint);
        let before = Arc::new(Checkpoint::merge(before));
        let mut checkpoints = room.checkpoints.into_iter();
        let mut threads = Vec::new();
        for worker in 0..workers {
            let machine = Threaded::new(&numbers, room.disk.clone(), Arc::clone(&before));
            let config = Config {
                name: format!("media-{worker}"),
                clock: room.clock,
                sockets: Arc::clone(&sockets),
                checkpoint: checkpoints.next(),
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
                held: VecDeque::new(),
            });
        }
        Ok(Self { threads })
    }

    /// Tells a thread, now or as soon as its channel has room.
    pub(crate) fn order(&mut self, worker: usize, order: Order) {
        if let Order::Move { leg, to } = order
            && let Some(goal) = self.threads.get_mut(to)
        {
            goal.held.push_back(Held::Leg(leg));
        }
        if let Some(media) = self.threads.get_mut(worker) {
            media.tell(Task::Order(order));
        }
    }

    /// Where orders go that do not wait for those of the engine.
    pub(crate) fn orders(&self, worker: usize) -> Option<Orders<Task>> {
        self.threads.get(worker).map(|media| media.orders.clone())
    }

    /// Sends what waits.
    pub(crate) fn push(&mut self) {
        for media in &mut self.threads {
            media.orders.send_all(&mut media.backlog);
        }
    }

    /// Gives at most `most` events of each thread to `take`.
    pub(crate) fn drain(&mut self, most: usize, mut take: impl FnMut(media::Event)) {
        let mut departed = Vec::new();
        for media in &self.threads {
            for news in media.events.try_iter().take(most) {
                match news {
                    News::Event(event) => take(event),
                    News::Departed(departure) => departed.push(*departure),
                }
            }
        }
        for departure in departed {
            if let Some(goal) = self.threads.get_mut(departure.to()) {
                goal.arrive(departure);
            }
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
