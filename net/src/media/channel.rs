//! The two bounded channels of a media thread.

use super::statistics::Statistics;
use crate::Waker;
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{SyncSender, TrySendError},
    },
};

/// The sending end of a thread's orders; any thread may hold a copy.
#[derive(Debug)]
pub struct Orders<O> {
    pub(super) sender: SyncSender<O>,
    pub(super) waker: Waker,
}

impl<O> Clone for Orders<O> {
    fn clone(&self) -> Self {
        Self {
            sender: self.sender.clone(),
            waker: self.waker.clone(),
        }
    }
}

/// The thread does not take the order: its channel is full, or it has ended.
#[derive(Debug, thiserror::Error)]
#[error("the media thread takes no more orders")]
pub struct Full<O>(pub O);

impl<O> Orders<O> {
    /// Sends an order without waiting.
    ///
    /// # Errors
    /// The order itself, when the thread takes no more.
    pub fn send(&self, order: O) -> Result<(), Full<O>> {
        let sent = self.put(order);
        self.waker.wake();
        sent
    }

    /// Sends as many orders from the front of `waiting` as the channel has room for, and wakes the
    /// thread once for all of them.
    pub fn send_all(&self, waiting: &mut VecDeque<O>) {
        if waiting.is_empty() {
            return;
        }
        while let Some(order) = waiting.pop_front() {
            if let Err(Full(order)) = self.put(order) {
                waiting.push_front(order);
                break;
            }
        }
        self.waker.wake();
    }

    fn put(&self, order: O) -> Result<(), Full<O>> {
        self.sender
            .try_send(order)
            .map_err(|refused| match refused {
                TrySendError::Full(order) | TrySendError::Disconnected(order) => Full(order),
            })
    }
}

/// Events that wait here when their reader is slow; above this only vital ones are kept.
const BACKLOG: usize = 4_096;
/// The end even for vital events.
const VITAL_BACKLOG: usize = 16_384;

/// The writing end of a thread's events.
pub(super) struct Events<E> {
    sender: SyncSender<E>,
    wake: Box<dyn Fn() + Send>,
    backlog: VecDeque<E>,
    is_vital: fn(&E) -> bool,
    told: bool,
    statistics: Arc<Statistics>,
}

impl<E> Events<E> {
    pub(super) fn new(
        sender: SyncSender<E>,
        wake: Box<dyn Fn() + Send>,
        is_vital: fn(&E) -> bool,
        statistics: Arc<Statistics>,
    ) -> Self {
        Self {
            sender,
            wake,
            backlog: VecDeque::with_capacity(64),
            is_vital,
            told: false,
            statistics,
        }
    }

    /// Tells an event, after those that wait.
    pub(super) fn tell(&mut self, event: E) {
        if self.backlog.is_empty() {
            match self.sender.try_send(event) {
                Ok(()) => self.told = true,
                Err(TrySendError::Full(event)) => self.keep(event),
                Err(TrySendError::Disconnected(_)) => {}
            }
        } else {
            self.keep(event);
        }
    }

    fn keep(&mut self, event: E) {
        let waiting = self.backlog.len();
        if waiting < BACKLOG || (waiting < VITAL_BACKLOG && (self.is_vital)(&event)) {
            self.backlog.push_back(event);
            self.statistics
                .events_delayed
                .fetch_add(1, Ordering::Relaxed);
        } else {
            self.statistics.events_lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Passes on what waits as far as there is room, and wakes the reader if anything was told.
    pub(super) fn flush(&mut self) {
        while let Some(event) = self.backlog.pop_front() {
            match self.sender.try_send(event) {
                Ok(()) => self.told = true,
                Err(TrySendError::Full(event)) => {
                    self.backlog.push_front(event);
                    break;
                }
                Err(TrySendError::Disconnected(_)) => {}
            }
        }
        if std::mem::take(&mut self.told) {
            (self.wake)();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::sync_channel;

    fn events(room: usize) -> (Events<u32>, std::sync::mpsc::Receiver<u32>, Arc<Statistics>) {
        let (sender, receiver) = sync_channel(room);
        let statistics = Arc::new(Statistics::default());
        let is_even = |event: &u32| event.is_multiple_of(2);
        let events = Events::new(sender, Box::new(|| ()), is_even, Arc::clone(&statistics));
        (events, receiver, statistics)
    }

    #[test]
    fn a_slow_reader_gets_every_event_in_order() {
        let (mut events, receiver, statistics) = events(2);
        (0..100).for_each(|number| events.tell(number));
        let mut read = Vec::new();
        while read.len() < 100 {
            events.flush();
            read.extend(receiver.try_iter());
        }
        assert!(read.into_iter().eq(0..100));
        assert_eq!(statistics.figures().events_lost, 0);
        assert_eq!(statistics.figures().events_delayed, 98);
    }

    #[test]
    fn a_reader_that_stands_still_loses_the_events_that_are_not_vital() {
        let (mut events, receiver, statistics) = events(1);
        (0..12_000).for_each(|number| events.tell(number));
        let mut read = Vec::new();
        while !events.backlog.is_empty() {
            events.flush();
            read.extend(receiver.try_iter());
        }
        read.extend(receiver.try_iter());
        assert!(
            (0..12_000)
                .step_by(2)
                .all(|number| read.binary_search(&number).is_ok())
        );
        let lost = 12_000 - read.len() as u64;
        assert_eq!(statistics.figures().events_lost, lost);
        assert!(lost > 0);
    }

    #[test]
    fn a_full_channel_gives_the_order_back() {
        let (sender, receiver) = sync_channel(1);
        let waker = Waker::new().unwrap();
        let orders = Orders { sender, waker };
        orders.send(1).unwrap();
        assert_eq!(orders.send(2).unwrap_err().0, 2);
        let mut waiting = VecDeque::from([2, 3]);
        assert_eq!(receiver.recv().unwrap(), 1);
        orders.send_all(&mut waiting);
        assert_eq!(receiver.recv().unwrap(), 2);
        assert_eq!(waiting, [3]);
        drop(receiver);
        assert_eq!(orders.send(3).unwrap_err().0, 3);
    }
}
