//! The thread that writes blocks, and the handle that orders it.

use super::{
    Event, FileKey, Limits, Operation, Order, Refused,
    file::Recording,
    room,
    settle::{self, Task, Tell},
};
use crate::priority;
use std::{
    collections::HashMap,
    io,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel},
    },
    thread::{Builder, JoinHandle},
    time::{Duration, Instant},
};

/// How often files are looked over for bytes that stay too long in memory.
const LOOK: Duration = Duration::from_millis(250);
/// How long orders gather while there are some: while this thread sleeps by the clock, a media
/// thread that sends an order has nobody to wake.
const GATHER: Duration = Duration::from_millis(20);
/// Files that may wait to be made durable.
const TASKS: usize = 1_024;

enum Message {
    Order(Order),
    Stop,
}

/// The sending end of the writer's orders; any thread may hold a copy.
#[derive(Debug, Clone)]
pub struct Orders {
    sender: SyncSender<Message>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    limits: Limits,
    waiting_bytes: AtomicUsize,
    waiting_orders: AtomicUsize,
    refused: AtomicU64,
    written_bytes: AtomicU64,
}

impl Orders {
    /// Sends an order without waiting.
    ///
    /// # Errors
    /// The order itself, when too much waits or the writer has ended.
    pub fn send(&self, order: Order) -> Result<(), Box<Refused>> {
        let shared = &self.shared;
        let limits = &shared.limits;
        let bytes = block_bytes(&order);
        let orders = shared.waiting_orders.fetch_add(1, Ordering::Relaxed);
        let waiting = shared.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
        let is_block = matches!(order, Order::Write { .. });
        let room = limits.waiting_orders / 4 * 3;
        let refused = if is_block && (orders >= room || waiting + bytes > limits.waiting_bytes) {
            Refused::Full(order)
        } else {
            match self.sender.try_send(Message::Order(order)) {
                Ok(()) => return Ok(()),
                Err(TrySendError::Full(Message::Order(order))) => Refused::Full(order),
                Err(TrySendError::Disconnected(Message::Order(order))) => Refused::Ended(order),
                Err(
                    TrySendError::Full(Message::Stop) | TrySendError::Disconnected(Message::Stop),
                ) => {
                    return Ok(());
                }
            }
        };
        shared.waiting_orders.fetch_sub(1, Ordering::Relaxed);
        shared.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
        shared.refused.fetch_add(1, Ordering::Relaxed);
        Err(Box::new(refused))
    }

    /// Bytes of blocks that wait.
    pub fn waiting_bytes(&self) -> usize {
        self.shared.waiting_bytes.load(Ordering::Relaxed)
    }

    /// Orders that were refused.
    pub fn refused(&self) -> u64 {
        self.shared.refused.load(Ordering::Relaxed)
    }

    /// Bytes of blocks that were written.
    pub fn written_bytes(&self) -> u64 {
        self.shared.written_bytes.load(Ordering::Relaxed)
    }
}

fn block_bytes(order: &Order) -> usize {
    match order {
        Order::Write { bytes, .. } => bytes.len(),
        Order::Create { .. }
        | Order::Resume { .. }
        | Order::Finish { .. }
        | Order::Recount { .. } => 0,
    }
}

/// The running writer; dropping it writes what waits, makes everything durable and ends it.
#[derive(Debug)]
pub struct Disk {
    orders: Orders,
    threads: Vec<JoinHandle<()>>,
}

impl Disk {
    /// Where its orders go.
    pub fn orders(&self) -> Orders {
        self.orders.clone()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.orders.sender.send(Message::Stop);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Starts the recording writer; `tell` is called from its threads and must not wait.
///
/// # Errors
/// A thread that cannot be started.
pub fn spawn(limits: Limits, tell: impl Fn(Event) + Send + Sync + 'static) -> io::Result<Disk> {
    let tell: Tell = Arc::new(tell);
    let (sender, receiver) = sync_channel(limits.waiting_orders);
    let (task_sender, task_receiver) = sync_channel(TASKS);
    let shared = Arc::new(Shared {
        limits,
        waiting_bytes: AtomicUsize::new(0),
        waiting_orders: AtomicUsize::new(0),
        refused: AtomicU64::new(0),
        written_bytes: AtomicU64::new(0),
    });
    let settler = Builder::new().name("disk-settle".into()).spawn({
        let tell = Arc::clone(&tell);
        move || {
            priority::work_in_the_background();
            settle::run(&task_receiver, &tell);
        }
    })?;
    let writer = Writer {
        recordings: HashMap::new(),
        shared: Arc::clone(&shared),
        tasks: task_sender,
        tell,
        disk_full: false,
    };
    let writer = Builder::new().name("disk-write".into()).spawn(move || {
        priority::work_in_the_background();
        writer.run(&receiver);
    })?;
    Ok(Disk {
        orders: Orders { sender, shared },
        threads: vec![writer, settler],
    })
}

struct Writer {
    recordings: HashMap<FileKey, Recording>,
    shared: Arc<Shared>,
    tasks: SyncSender<Task>,
    tell: Tell,
    /// Whether only the reserve is left.
    disk_full: bool,
}

impl Writer {
    fn run(mut self, messages: &Receiver<Message>) {
        let mut next_look = Instant::now() + LOOK;
        loop {
            let patience = next_look.saturating_duration_since(Instant::now());
            match messages.recv_timeout(patience) {
                Ok(Message::Order(order)) => {
                    self.obey_counted(order);
                    if self.obey_waiting(messages).is_break() {
                        break;
                    }
                    std::thread::sleep(GATHER);
                }
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if Instant::now() >= next_look {
                next_look = Instant::now() + LOOK;
                self.look_for_room();
                self.sync_due();
            }
        }
        for recording in self.recordings.values() {
            if recording.dirty_since.is_some() {
                let _ = self.tasks.send(sync_task(recording));
            }
        }
    }

    /// Obeys what waits by now; breaks when the writer is to stop.
    fn obey_waiting(&mut self, messages: &Receiver<Message>) -> ControlFlow<()> {
        for message in messages.try_iter().take(self.shared.limits.waiting_orders) {
            match message {
                Message::Order(order) => self.obey_counted(order),
                Message::Stop => return ControlFlow::Break(()),
            }
        }
        ControlFlow::Continue(())
    }

    fn obey_counted(&mut self, order: Order) {
        let bytes = block_bytes(&order);
        self.obey(order);
        self.shared
            .waiting_bytes
            .fetch_sub(bytes, Ordering::Relaxed);
        self.shared.waiting_orders.fetch_sub(1, Ordering::Relaxed);
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Create {
                file,
                path,
                head,
                silence,
            } => {
                let reserve = self.shared.limits.reserve_bytes;
                let made = self
                    .room()
                    .and_then(|()| Recording::create(file, path, silence, reserve))
                    .and_then(|mut made| made.write(0, &head).map(|()| made));
                self.keep(file, made);
            }
            Order::Resume {
                file,
                path,
                silence,
            } => {
                let opened = self
                    .room()
                    .and_then(|()| Recording::resume(file, path, silence));
                self.keep(file, opened);
            }
            Order::Write { file, at, bytes } => self.write(file, at, &bytes),
            Order::Recount { file, path } => {
                let _ = self.tasks.send(Task::Recount { file, path });
            }
            Order::Finish {
                file,
                length,
                patches,
                rename_to,
            } => {
                if let Some(mut recording) = self.recordings.remove(&file) {
                    let ended = recording
                        .end_at(length)
                        .and_then(|()| recording.patch(&patches));
                    if let Err(error) = ended {
                        self.fault(file, Operation::Write, &error, false);
                    }
                    let _ = self.tasks.send(Task::Settle {
                        file,
                        bytes: recording.length(),
                        handle: recording.file,
                        path: recording.path,
                        rename_to,
                    });
                }
            }
        }
    }

    fn room(&self) -> io::Result<()> {
        if self.recordings.len() < self.shared.limits.files {
            Ok(())
        } else {
            Err(io::ErrorKind::QuotaExceeded.into())
        }
    }

    fn keep(&mut self, file: FileKey, opened: io::Result<Recording>) {
        match opened {
            Ok(mut recording) => {
                recording.dirty_since = Some(Instant::now());
                self.recordings.insert(file, recording);
            }
            Err(error) => self.fault(file, Operation::Open, &error, true),
        }
    }

    fn write(&mut self, file: FileKey, at: u64, bytes: &[u8]) {
        let Some(recording) = self.recordings.get_mut(&file) else {
            return;
        };
        if recording
            .rests_until
            .is_some_and(|until| Instant::now() < until)
        {
            return;
        }
        let room = if self.disk_full {
            Err(io::ErrorKind::StorageFull.into())
        } else {
            Ok(())
        };
        match room.and_then(|()| recording.write(at, bytes)) {
            Ok(()) => {
                recording.rests_until = None;
                recording.fault_told = false;
                recording.dirty_since.get_or_insert_with(Instant::now);
                let written = &self.shared.written_bytes;
                written.fetch_add(bytes.len() as u64, Ordering::Relaxed);
            }
            Err(error) => {
                recording.rests_until = Some(Instant::now() + self.shared.limits.fault_rest);
                if !std::mem::replace(&mut recording.fault_told, true) {
                    self.fault(file, Operation::Write, &error, false);
                }
            }
        }
    }

    /// All recordings lie on one disk, so one of them is asked.
    fn look_for_room(&mut self) {
        let reserve = self.shared.limits.reserve_bytes;
        let asked = self.recordings.values().next();
        self.disk_full = asked.is_some_and(|it| {
            room::check(&it.file, reserve)
                .is_err_and(|error| error.kind() == io::ErrorKind::StorageFull)
        });
    }

    /// Hands the files whose bytes have been long enough in memory to the other thread.
    fn sync_due(&mut self) {
        for recording in self.recordings.values_mut() {
            let due = recording
                .dirty_since
                .is_some_and(|since| since.elapsed() >= self.shared.limits.sync_interval);
            if due {
                // When the other thread is behind, the file stays dirty and comes again.
                if self.tasks.try_send(sync_task(recording)).is_err() {
                    return;
                }
                recording.dirty_since = None;
            }
        }
    }

    fn fault(&self, file: FileKey, operation: Operation, error: &io::Error, lost: bool) {
        (self.tell)(Event::Fault {
            file,
            operation,
            kind: error.kind(),
            lost,
        });
    }
}

fn sync_task(recording: &Recording) -> Task {
    Task::Sync {
        file: recording.key,
        handle: Arc::clone(&recording.file),
    }
}

#[cfg(test)]
mod tests;
